import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, pointerJoin } from '../../model/json.ts';
import type { RecordAssociationKind, RecordAssociationRow } from '../../model/record-rows.ts';
import {
  ASSOCIATION_TABLES,
  type AssociationTable,
  ENTITY_LINKS,
  type End,
  type EntityLink,
  POSITION_SLOT,
  PREPARATION_SLOT,
  STUDY_LINKS,
} from './association-table.ts';
import type { RecordEntity } from './collections.ts';
import { link } from './link.ts';
import { words } from './references.ts';
import type { RecordScope } from './scope.ts';
import { Slots, textOf } from './slots.ts';

/** Positions are small integers in the registry; a larger one is no place in a list of authors. */
const MAX_POSITION = 32_767;

/** Order of the kinds, so that a record gives the same rows whether it says a link in a table or in a slot. */
const ORDER: readonly RecordAssociationKind[] = [
  ...new Set([...ENTITY_LINKS.map((link) => link.kind), ...ASSOCIATION_TABLES.map((table) => table.kind)]),
];

/** What relates the entities of a record. */
export interface RecordAssociations {
  readonly rows: readonly RecordAssociationRow[];
  /** Associations that name what the record does not have, by collection, as written. */
  readonly unresolved: JsonObject;
}

/**
 * Every association both ends of which are rows of the record, whether in a table, in an entity's slot or by standing in a
 * study. What is said twice is one association, where it was first said. One with an end that cannot be found is kept as it
 * was written, and reported.
 */
export function associationsOf(record: JsonObject, scope: RecordScope): RecordAssociations {
  const found: (readonly RecordAssociationRow[])[] = [];
  const unresolved: [string, JsonValue][] = [];
  for (const table of ASSOCIATION_TABLES) {
    const value = Object.hasOwn(record, table.collection) ? record[table.collection] : undefined;
    if (value === undefined || value === null) continue;
    const { rows, rest } = tableRows(table, value, scope);
    found.push(rows);
    if (rest !== null) unresolved.push([table.collection, rest]);
  }
  for (const entity of scope.entities()) {
    found.push(studyLinks(entity), entityLinks(entity, scope));
  }
  const ordered = found
    .flat()
    .map((row, index) => ({ row, index, rank: ORDER.indexOf(row.kind) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index);
  return { rows: distinct(ordered.map(({ row }) => row)), unresolved: Object.fromEntries(unresolved) };
}

function tableRows(
  table: AssociationTable,
  value: JsonValue,
  scope: RecordScope,
): { readonly rows: readonly RecordAssociationRow[]; readonly rest: JsonValue | null } {
  const base = `/${table.collection}`;
  if (!isJsonArray(value)) {
    scope.warnings.add('not-an-association', { pointer: base, id: null }, notAssociations(table));
    return { rows: [], rest: value };
  }
  const rest: JsonValue[] = [];
  const rows = value.flatMap((node, index): RecordAssociationRow[] => {
    const pointer = pointerJoin(base, index);
    const row = isJsonObject(node) ? tableRow(table, new Slots(node, pointer), scope) : null;
    if (row !== null) return [row];
    if (!isJsonObject(node)) {
      scope.warnings.add('not-an-association', { pointer, id: null }, notAssociations(table));
    }
    rest.push(node);
    return [];
  });
  return { rows, rest: rest.length === 0 ? null : rest };
}

function notAssociations({ collection, subject, object }: AssociationTable): string {
  return `${collection} is a list of objects with ${subject[0]} and ${object[0]}; this is kept as written and joins nothing.`;
}

function tableRow(table: AssociationTable, slots: Slots, scope: RecordScope): RecordAssociationRow | null {
  const subject = end(slots, table.subject, scope);
  const object = end(slots, table.object, scope);
  if (subject === null || object === null) return null;
  const preparation =
    table.kind === 'experiment_sample' && slots.raw(PREPARATION_SLOT) !== undefined
      ? end(slots, [PREPARATION_SLOT, 'sample_preparation'], scope)
      : null;
  const position = slots.integer(POSITION_SLOT, 1, MAX_POSITION);
  const role = slots.text(table.role);
  return {
    kind: table.kind,
    subject_iri: subject.name.iri,
    object_iri: object.name.iri,
    role,
    position,
    preparation_iri: preparation?.name.iri ?? null,
    json_pointer: slots.pointer,
    properties: slots.rest(),
  };
}

/** The entity a slot of an association names. Its slot is held where it is written as the entity's own id. */
function end(slots: Slots, [slot, kind, within]: End, scope: RecordScope): RecordEntity | null {
  const written = textOf(slots.raw(slot));
  if (written === null) {
    const message = `${slot} names nothing; it is the id of one of the record's ${words(kind)}.`;
    scope.warnings.add('unresolved-reference', { pointer: slots.pointer, id: null }, message);
    return null;
  }
  const at = { pointer: slots.pointerOf(slot), id: null };
  const found = scope.resolve(written, kind, at, slot, within);
  if (found !== null && slots.raw(slot) === found.id) slots.hold(slot);
  return found;
}

function entityLinks(entity: RecordEntity, scope: RecordScope): readonly RecordAssociationRow[] {
  return ENTITY_LINKS.filter((link) => link.of === entity.kind).flatMap((link) =>
    slotLinks(entity, link, scope),
  );
}

/** Links of one slot: an id, or a list of them. The slot is held where it says nothing but ids as their entities write them. */
function slotLinks(
  entity: RecordEntity,
  { slot, to, kind }: EntityLink,
  scope: RecordScope,
): readonly RecordAssociationRow[] {
  const value = entity.slots.raw(slot);
  if (value === undefined) return [];
  const items = isJsonArray(value) ? value : [value];
  const pointer = entity.slots.pointerOf(slot);
  const found = items.map((item, index) => {
    const at = { pointer: isJsonArray(value) ? pointerJoin(pointer, index) : pointer, id: entity.id };
    const written = textOf(item);
    const target = written === null ? null : scope.resolve(written, to, at, slot);
    return { item, target, pointer: at.pointer };
  });
  if (found.every(({ item, target }) => target !== null && item === target.id)) entity.slots.hold(slot);
  return found.flatMap(({ target, pointer: json_pointer }) =>
    target === null ? [] : [link(kind, entity.name.iri, target.name.iri, json_pointer)],
  );
}

function studyLinks(entity: RecordEntity): readonly RecordAssociationRow[] {
  const kind = STUDY_LINKS[entity.kind];
  if (entity.study === null || kind === undefined) return [];
  return [link(kind, entity.study, entity.name.iri, entity.slots.pointer)];
}

function distinct(rows: readonly RecordAssociationRow[]): readonly RecordAssociationRow[] {
  const seen = new Set<string>();
  return rows.filter(({ json_pointer: _, ...said }) => {
    const key = JSON.stringify(said);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
