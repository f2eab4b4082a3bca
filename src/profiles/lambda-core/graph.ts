import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isJsonArray, isJsonObject, pointerJoin } from '../../model/json.ts';
import { classify, METADATA_FILE, ownValue } from './classify.ts';
import { idOf, type Member } from './members.ts';
import type { EntityClass } from './schemas.ts';
import { compactTerms } from './terms.ts';

/** An entity as the graph rules see it: keys compacted by prefix alone, top level only. Read it by the functions below. */
export interface GraphEntity {
  readonly pointer: string;
  readonly node: JsonObject;
  /** Term → key as written; null when every key is its own term. */
  readonly terms: ReadonlyMap<string, string> | null;
  readonly id: string | null;
  readonly entityClass: EntityClass | null;
}

/** The whole graph, with what the rules look up. Identity is exact string equality of `@id`s as written. */
export interface LambdaGraph {
  readonly entities: readonly GraphEntity[];
  readonly ids: ReadonlySet<string>;
  /** The last entity of an `@id` wins. */
  readonly byId: ReadonlyMap<string, GraphEntity>;
  /** The first entity whose `@id` ends with the metadata file's name, nested descriptors included. */
  readonly descriptor: GraphEntity | null;
  /** The first entity classified as a root. */
  readonly root: GraphEntity | null;
}

export function graphOf(members: readonly Member[]): LambdaGraph {
  const entities = members.map(graphEntity);
  const byId = new Map<string, GraphEntity>();
  for (const entity of entities) if (entity.id !== null) byId.set(entity.id, entity);
  return {
    entities,
    ids: new Set(byId.keys()),
    byId,
    descriptor: entities.find((entity) => entity.id?.endsWith(METADATA_FILE)) ?? null,
    root: entities.find((entity) => entity.entityClass === 'CrateRoot') ?? null,
  };
}

function graphEntity({ pointer, node }: Member): GraphEntity {
  const terms = compactTerms(node, (bare) => bare !== '');
  const read = (term: string): JsonValue | undefined => ownValue(node, terms?.get(term) ?? term);
  const id = read('@id');
  return { pointer, node, terms, id: typeof id === 'string' ? id : null, entityClass: classify(read) };
}

function keyOf(entity: GraphEntity, term: string): string {
  return entity.terms?.get(term) ?? term;
}

/** Whether the entity carries the term, whatever its value. */
export function carries(entity: GraphEntity, term: string): boolean {
  return entity.terms === null ? Object.hasOwn(entity.node, term) : entity.terms.has(term);
}

export function valueAt(entity: GraphEntity, term: string): JsonValue | undefined {
  return ownValue(entity.node, keyOf(entity, term));
}

/** Pointer of the term's value as written; of the entity where it has none. */
export function pointerOf(entity: GraphEntity, term: string): string {
  return carries(entity, term) ? pointerJoin(entity.pointer, keyOf(entity, term)) : entity.pointer;
}

/** What a finding about an entity says of it. */
export function about(entity: GraphEntity, message: string, pointer: string = entity.pointer) {
  return { pointer, entity: idOf(entity.node) ?? entity.id, message };
}

/** One declaration in an entity's `missing`, with the pointer to it. */
export interface Declaration {
  readonly value: JsonObject;
  readonly pointer: string;
}

/** `missing` counts only as a list of objects; JSON-LD's shorthand is not seen by the rules. */
export function declarationsOf(entity: GraphEntity): readonly Declaration[] {
  const missing = valueAt(entity, 'missing');
  if (!isJsonArray(missing)) return [];
  const base = pointerOf(entity, 'missing');
  return missing.flatMap((value, index) =>
    isJsonObject(value) ? [{ value, pointer: `${base}/${index}` }] : [],
  );
}

/** Whether the entity carries one of the terms or declares one missing. */
export function carriesOrDeclares(entity: GraphEntity, terms: readonly string[]): boolean {
  if (terms.some((term) => carries(entity, term))) return true;
  return declarationsOf(entity).some(({ value }) => terms.some((term) => value['field'] === term));
}

/** Truth as the reference checker's language has it: empty lists and objects are false. */
export function isTruthy(value: JsonValue | undefined): boolean {
  if (isJsonArray(value)) return value.length > 0;
  if (isJsonObject(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}
