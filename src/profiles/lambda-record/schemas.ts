import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import coreVocabularies from '../../../schemas/lambda-core/vocabularies.schema.json' with { type: 'json' };
import classesSchema from '../../../schemas/lambda-record/classes.schema.json' with { type: 'json' };
import datasetSchema from '../../../schemas/lambda-record/dataset.schema.json' with { type: 'json' };
import valuesSchema from '../../../schemas/lambda-record/values.schema.json' with { type: 'json' };
import vocabulariesSchema from '../../../schemas/lambda-record/vocabularies.schema.json' with {
  type: 'json',
};
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';

/** What a class of the record knows: its slots, and the class of the objects that may stand in each. */
export interface ClassShape {
  readonly name: string;
  readonly slots: ReadonlyMap<string, SlotShape>;
}

/** What may stand in a slot. */
export interface SlotShape {
  /** Class of its objects, in a list or alone; null for plain values and what is not looked into. */
  readonly value: ClassShape | null;
  /** Whether the slot takes a quantity. */
  readonly quantity: boolean;
}

const REFERENCE = /:lambda-record:(values|classes)#\/\$defs\/(\w+)$/;
const known = new Map<string, ClassShape>();

function classOf(reference: JsonValue | undefined): ClassShape | null {
  const [, schema, name] = typeof reference === 'string' ? (REFERENCE.exec(reference) ?? []) : [];
  if (schema === undefined || name === undefined) return null;
  const found = known.get(name);
  if (found !== undefined) return found;
  const definitions: JsonObject = schema === 'values' ? valuesSchema.$defs : classesSchema.$defs;
  const definition = definitions[name];
  const shape = shapeOf(name, isJsonObject(definition) ? definition : {});
  known.set(name, shape);
  return shape;
}

function shapeOf(name: string, definition: JsonObject): ClassShape {
  const properties = definition['properties'];
  const slots = new Map<string, SlotShape>();
  for (const [slot, property] of Object.entries(isJsonObject(properties) ? properties : {})) {
    const items = isJsonObject(property) ? property['items'] : undefined;
    const single = isJsonObject(items) ? items : property;
    const value = isJsonObject(single) ? classOf(single['$ref']) : null;
    slots.set(slot, { value, quantity: value?.name === 'QuantityValue' });
  }
  return { name, slots };
}

/** The record itself. Its slots with a class are the collections. */
export const DATASET: ClassShape = shapeOf('Dataset', datasetSchema);

/** Validators of one schema. `first` stops at the first error: the usual case is that there is none. */
export interface Validators {
  readonly first: ValidateFunction;
  /** Compiled when an object first has errors. */
  all(): ValidateFunction;
}

/** The root without what stands in its collections, which is checked one by one. */
function rootSchema(): JsonObject {
  const properties = Object.entries<JsonObject>(datasetSchema.properties).map(
    ([slot, { items: _, ...property }]) => [
      slot,
      slot === 'keywords' ? { ...property, items: { type: 'string' } } : property,
    ],
  );
  return { ...datasetSchema, properties: Object.fromEntries(properties) };
}

function compiler(allErrors: boolean): Ajv2019 {
  const ajv = new Ajv2019({ allErrors, verbose: true, validateFormats: false, strictTypes: false });
  return ajv.addSchema([coreVocabularies, vocabulariesSchema, valuesSchema, classesSchema, rootSchema()]);
}

const first = compiler(false);
const all = compiler(true);

/** ajv compiles a schema when it is first asked for, then keeps it. */
function validators(id: string): Validators {
  return { first: schemaOf(first, id), all: () => schemaOf(all, id) };
}

function schemaOf(ajv: Ajv2019, id: string): ValidateFunction {
  const found = ajv.getSchema(id);
  if (found === undefined) throw new Error(`no schema ${id}`);
  return found;
}

/** Validators of an entity or association. */
export function classValidators({ name }: ClassShape): Validators {
  return validators(`${classesSchema.$id}#/$defs/${name}`);
}

/** Validators of the record itself. */
export function rootValidators(): Validators {
  return validators(datasetSchema.$id);
}
