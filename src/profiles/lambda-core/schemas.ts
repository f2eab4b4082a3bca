import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';
import documentSchema from '../../../schemas/lambda-core/document.schema.json' with { type: 'json' };
import entitiesSchema from '../../../schemas/lambda-core/entities.schema.json' with { type: 'json' };
import valuesSchema from '../../../schemas/lambda-core/values.schema.json' with { type: 'json' };
import vocabulariesSchema from '../../../schemas/lambda-core/vocabularies.schema.json' with { type: 'json' };
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';

/** The profile's entity classes: one closed schema each in `entities.schema.json`. */
export type EntityClass = keyof typeof entitiesSchema.$defs;

/** What normalising needs to know of a class; read from its schema, so that the two cannot drift apart. */
export interface ClassShape {
  readonly name: string;
  readonly properties: ReadonlyMap<string, PropertyShape>;
}

export interface PropertyShape {
  readonly list: boolean;
  readonly deprecated: boolean;
  /** Class of the value objects it holds; null for scalars and opaque blocks. */
  readonly value: ClassShape | null;
}

const VALUES_REF = /#\/\$defs\/(\w+)$/;
const valueShapes = new Map<string, ClassShape | null>();

function valueShape(reference: string): ClassShape | null {
  const name = VALUES_REF.exec(reference)?.[1] ?? '';
  const known = valueShapes.get(name);
  if (known !== undefined) return known;
  const definitions: JsonObject = valuesSchema.$defs;
  const definition = definitions[name];
  const shape =
    isJsonObject(definition) && isJsonObject(definition['properties']) ? shapeOf(name, definition) : null;
  valueShapes.set(name, shape);
  return shape;
}

function shapeOf(name: string, definition: JsonObject): ClassShape {
  const properties = new Map<string, PropertyShape>();
  const declared = definition['properties'];
  for (const [key, property] of Object.entries(isJsonObject(declared) ? declared : {})) {
    if (isJsonObject(property)) properties.set(key, propertyShape(property));
  }
  return { name, properties };
}

function propertyShape(property: JsonObject): PropertyShape {
  const list = property['type'] === 'array';
  const single: JsonValue | undefined = list ? property['items'] : property;
  const reference = isJsonObject(single) ? single['$ref'] : undefined;
  return {
    list,
    deprecated: property['deprecated'] === true,
    value: typeof reference === 'string' ? valueShape(reference) : null,
  };
}

const shapes = new Map<string, ClassShape>(
  Object.entries(entitiesSchema.$defs).map(([name, definition]) => [name, shapeOf(name, definition)]),
);

export function classShape(name: EntityClass): ClassShape {
  return shapes.get(name) ?? { name, properties: new Map() };
}

/**
 * The reference checker matches with Python's `re.search`, whose `$` also stands before a final line feed; the same
 * pattern in JavaScript would refuse a value it accepts.
 */
function pythonPattern(pattern: string, flags: string): RegExp {
  return new RegExp(pattern.replace(/\$$/, '(?=\\n?$(?![^]))'), flags);
}
pythonPattern.code = 'pythonPattern';

function compiler(allErrors: boolean): Ajv2019 {
  const ajv = new Ajv2019({
    allErrors,
    verbose: true,
    validateFormats: false,
    strictTypes: false,
    code: { regExp: pythonPattern },
  });
  return ajv.addSchema([vocabulariesSchema, valuesSchema, entitiesSchema, documentSchema]);
}

/** Validators of one schema. `first` stops at the first error: the usual case is that there is none. */
export interface Validators {
  readonly first: ValidateFunction;
  readonly all: ValidateFunction;
}

const first = compiler(false);
const all = compiler(true);

/** Compiled when a document first needs it, then kept. */
function validators(id: string): Validators {
  const pair = { first: first.getSchema(id), all: all.getSchema(id) };
  if (pair.first === undefined || pair.all === undefined) throw new Error(`no schema ${id}`);
  return { first: pair.first, all: pair.all };
}

const ofEntities = new Map<EntityClass, Validators>();

export function entityValidators(name: EntityClass): Validators {
  const known = ofEntities.get(name);
  if (known !== undefined) return known;
  const made = validators(`${entitiesSchema.$id}#/$defs/${name}`);
  ofEntities.set(name, made);
  return made;
}

export function documentValidators(): Validators {
  return validators(documentSchema.$id);
}
