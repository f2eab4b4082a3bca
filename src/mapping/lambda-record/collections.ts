import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, pointerJoin } from '../../model/json.ts';
import { EMBEDDED_COLLECTIONS, type RecordContext, type RecordEntityKind } from '../../model/record-rows.ts';
import { nameByPlace, nameOf, type RecordName } from './names.ts';
import { Slots, textOf } from './slots.ts';
import { quoted, type Warnings } from './warnings.ts';

/** The collections of entities a record may have, in the order rows are made, and what each holds. */
export const COLLECTIONS = {
  studies: 'study',
  persons: 'person',
  organizations: 'organization',
  instruments: 'instrument',
  proteins: 'molecule',
  nucleic_acids: 'molecule',
  small_molecules: 'molecule',
  samples: 'sample',
  sample_components: 'sample_component',
  sample_preparations: 'sample_preparation',
  experiment_runs: 'experiment_run',
  workflow_runs: 'workflow_run',
  data_files: 'data_file',
  images: 'data_file',
} as const satisfies Readonly<Record<string, RecordEntityKind>>;

/** A collection of entities. */
export type Collection = keyof typeof COLLECTIONS;

/** The same, in order. */
export const COLLECTION_NAMES = Object.keys(COLLECTIONS).filter((name) => isCollection(name));

function isCollection(name: string): name is Collection {
  return Object.hasOwn(COLLECTIONS, name);
}

/** Slots a row's name is read from where the entity has no title. They keep what they say. */
export const NAME_SLOTS: Readonly<Partial<Record<RecordEntityKind, readonly string[]>>> = {
  molecule: ['protein_name', 'nucleic_acid_name', 'small_molecule_name'],
  person: ['full_name'],
  organization: ['acronym'],
  data_file: ['file_name'],
};

/** What becomes a row. */
export interface RecordThing {
  readonly kind: RecordEntityKind;
  /** `id` as written; null where it has none. */
  readonly id: string | null;
  readonly name: RecordName;
  readonly slots: Slots;
}

/** One entity of a record. */
export interface RecordEntity extends RecordThing {
  readonly collection: Collection;
  /** IRI of the study it was written in. */
  readonly study: string | null;
}

/** Everything a record lists. */
export interface RecordEntities {
  /** By collection, in the order of the record. */
  readonly of: ReadonlyMap<Collection, readonly RecordEntity[]>;
  /** What stands in a collection and is no entity, by the collection. */
  readonly leftovers: JsonObject;
}

/** Finds every entity of a record, those written inside studies too. A collection may be a list, or an object by id. */
export function recordEntities(
  record: JsonObject,
  context: RecordContext,
  prefixes: Readonly<Record<string, string>>,
  warnings: Warnings,
): RecordEntities {
  const of = new Map<Collection, RecordEntity[]>();
  const leftovers: [string, JsonValue][] = [];
  const add = (collection: Collection, item: Item, study: string | null): RecordEntity => {
    const id = textOf(item.node['id'])?.trim() ?? null;
    const name = id === null ? nameByPlace(item.pointer, context) : nameOf(id, context, prefixes);
    const slots = new Slots(item.node, item.pointer);
    // An id that is the row's IRI is held by it; any other stays beside it as it was written.
    if (id !== null && name.iri === item.node['id']) slots.hold('id');
    const entity = { kind: COLLECTIONS[collection], collection, id, name, slots, study };
    const list = of.get(collection);
    if (list === undefined) of.set(collection, [entity]);
    else list.push(entity);
    return entity;
  };
  for (const collection of COLLECTION_NAMES) {
    const { items, rest } = itemsOf(record[collection], `/${collection}`);
    if (rest !== undefined) {
      warnings.add('not-an-entity', { pointer: `/${collection}`, id: null }, notEntities(collection));
      leftovers.push([collection, rest]);
    }
    for (const item of items) {
      const entity = add(collection, item, null);
      if (collection === 'studies') addEmbedded(entity, add, warnings);
    }
  }
  for (const entities of of.values()) warnRepeated(entities, warnings);
  return { of, leftovers: Object.fromEntries(leftovers) };
}

function addEmbedded(
  study: RecordEntity,
  add: (collection: Collection, item: Item, study: string) => void,
  warnings: Warnings,
): void {
  for (const [slot, collection] of Object.entries(EMBEDDED_COLLECTIONS)) {
    const value = study.slots.raw(slot);
    if (value === undefined) continue;
    const pointer = study.slots.pointerOf(slot);
    const { items, rest } = itemsOf(value, pointer);
    for (const item of items) add(collection, item, study.name.iri);
    // With anything else among them the slot stays in the study's properties, whole.
    if (rest === undefined) study.slots.hold(slot);
    else warnings.add('not-an-entity', { pointer, id: study.id }, notEntities(slot));
  }
}

interface Item {
  readonly node: JsonObject;
  readonly pointer: string;
}

function itemsOf(
  value: JsonValue | undefined,
  pointer: string,
): { readonly items: readonly Item[]; readonly rest?: JsonValue } {
  if (value === undefined || value === null) return { items: [] };
  if (isJsonObject(value)) return keyedItems(value, pointer);
  if (!isJsonArray(value)) return { items: [], rest: value };
  const items = value.flatMap((node, index): Item[] =>
    isJsonObject(node) ? [{ node, pointer: pointerJoin(pointer, index) }] : [],
  );
  const rest = value.filter((node) => !isJsonObject(node));
  return rest.length === 0 ? { items } : { items, rest };
}

/** LinkML's other form of a collection: an object whose keys are the ids. */
function keyedItems(
  value: JsonObject,
  pointer: string,
): { readonly items: readonly Item[]; readonly rest?: JsonValue } {
  const entries = Object.entries(value);
  if (!entries.every(([, node]) => isJsonObject(node))) return { items: [], rest: value };
  const items = entries.flatMap(([id, node]): Item[] =>
    isJsonObject(node) ? [{ node: { id, ...node }, pointer: pointerJoin(pointer, id) }] : [],
  );
  return { items };
}

function notEntities(slot: string): string {
  return `${slot} holds something that is no object with slots; it is kept as written and becomes no row.`;
}

function warnRepeated(entities: readonly RecordEntity[], warnings: Warnings): void {
  const seen = new Set<string>();
  for (const { id, slots } of entities) {
    if (id === null) continue;
    if (seen.has(id)) {
      const message = `${quoted(id)} is the id of an entity before; both are kept, and references go to the first.`;
      warnings.add('repeated-id', { pointer: slots.pointer, id }, message);
    }
    seen.add(id);
  }
}
