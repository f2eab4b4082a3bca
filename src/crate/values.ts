import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { resolveId } from './assemble.ts';
import type { CrateEntity, CrateGraph, TermTable } from './contract.ts';
import { idsIn, isSpellingOf, membersOf, readTerm } from './read-term.ts';

/** What is read: an entity, or `{ node }` of an object nested in one. */
export type Readable = Pick<CrateEntity, 'node'>;

/**
 * The value of a term on an entity or nested object, as written: by the bare key first, then under any other spelling of
 * the same term (`schema:name`, `lambda:sample_code`, a full IRI). Undefined where nobody said anything.
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the contract's name; no object's valueOf is meant in this room.
export function valueOf(graph: CrateGraph, entity: Readable, term: string): JsonValue | undefined {
  if (Object.hasOwn(entity.node, term)) return entity.node[term];
  const index = indexOf(graph);
  const others = otherKeys(graph.terms, index, term);
  // A nested object may have keys that no entity has.
  if (!index.entityNodes.has(entity.node)) return readTerm(graph.terms, entity.node, term);
  for (const key of others) {
    if (Object.hasOwn(entity.node, key)) return entity.node[key];
  }
  return undefined;
}

/** The first text: a string, a number in decimal, a `@value`, or the `@id` of a reference. Null for none or a blank one. */
export function stringOf(graph: CrateGraph, entity: Readable, term: string): string | null {
  const value = valueOf(graph, entity, term);
  if (value === undefined || typeof value === 'string') return textIn(value ?? null);
  for (const member of membersOf(value)) {
    const text = textIn(member);
    if (text !== null) return text;
  }
  return null;
}

/** All texts, in order; see `stringOf`. */
export function stringsOf(graph: CrateGraph, entity: Readable, term: string): readonly string[] {
  const members = [...membersOf(valueOf(graph, entity, term))];
  return members.map(textIn).filter((text) => text !== null);
}

/**
 * The first value as a whole number from 0 to `Number.MAX_SAFE_INTEGER`, also from a string of digits (`contentSize` is
 * usually one). Null for anything else: a size that cannot be exact is no size.
 */
export function integerOf(graph: CrateGraph, entity: Readable, term: string): number | null {
  for (const member of membersOf(valueOf(graph, entity, term))) {
    const scalar = scalarIn(member);
    const digits = typeof scalar === 'string' && /^\s*\d+\s*$/.test(scalar) ? Number(scalar) : scalar;
    return typeof digits === 'number' && Number.isSafeInteger(digits) && digits >= 0 ? digits : null;
  }
  return null;
}

/** The first value as a boolean, also from `"true"` and `"false"` in any case; null for anything else. */
export function booleanOf(graph: CrateGraph, entity: Readable, term: string): boolean | null {
  for (const member of membersOf(valueOf(graph, entity, term))) {
    const scalar = scalarIn(member);
    const word = typeof scalar === 'string' ? scalar.trim().toLowerCase() : scalar;
    return word === true || word === 'true' ? true : word === false || word === 'false' ? false : null;
  }
  return null;
}

/** The entities a term refers to, as resolved IRIs in order: keys of `byIri`, though the entity may be missing. */
export function idsOf(graph: CrateGraph, entity: Readable, term: string): readonly string[] {
  return rawIdsOf(graph, entity, term).map((id) => resolveId(graph, id).iri);
}

/** The `@id`s under a term as written. A bare string counts only where the context makes it a reference. */
export function rawIdsOf(graph: CrateGraph, entity: Readable, term: string): readonly string[] {
  return [...idsIn(valueOf(graph, entity, term), graph.terms.isReference(term))];
}

/** The entities under a term that are in the graph; of duplicates of one `@id` the first. */
export function entitiesOf(graph: CrateGraph, entity: Readable, term: string): readonly CrateEntity[] {
  return idsOf(graph, entity, term).flatMap((iri) => graph.byIri.get(iri)?.[0] ?? []);
}

/** Whether an entity or nested object has a type, however spelled: `File`, `lambda:Sample`, a full IRI. */
export function hasType(graph: CrateGraph, entity: Readable, type: string): boolean {
  const known = indexOf(graph).types;
  const spelled = known.get(type) ?? new Map<string, boolean>();
  if (spelled.size === 0) known.set(type, spelled);
  const matches = (written: JsonValue | undefined): boolean => {
    if (typeof written !== 'string') return false;
    const decided = spelled.get(written) ?? isSpellingOf(graph.terms, written, type);
    spelled.set(written, decided);
    return decided;
  };
  const types = entity.node['@type'];
  return isJsonArray(types) ? types.some(matches) : matches(types);
}

/** What is worked out once a graph. Weak: it goes with the graph. */
interface KeyIndex {
  readonly entityNodes: WeakSet<JsonObject>;
  /** Every key of any entity. */
  readonly keys: ReadonlySet<string>;
  /** Term → its spellings other than the bare key that occur in this graph. */
  readonly others: Map<string, readonly string[]>;
  /** Type asked for → type written → whether they are the same. */
  readonly types: Map<string, Map<string, boolean>>;
}

const indexes = new WeakMap<CrateGraph, KeyIndex>();

function indexOf(graph: CrateGraph): KeyIndex {
  const made = indexes.get(graph);
  if (made !== undefined) return made;
  const keys = new Set<string>();
  const entityNodes = new WeakSet<JsonObject>();
  for (const { node } of graph.entities) {
    entityNodes.add(node);
    for (const key of Object.keys(node)) keys.add(key);
  }
  const index: KeyIndex = { entityNodes, keys, others: new Map(), types: new Map() };
  indexes.set(graph, index);
  return index;
}

/** A document has few distinct keys and many entities: spellings are looked for once a term, not once an entity. */
function otherKeys(terms: TermTable, { keys, others }: KeyIndex, term: string): readonly string[] {
  const known = others.get(term);
  if (known !== undefined) return known;
  const found = [...keys].filter((key) => key !== term && isSpellingOf(terms, key, term));
  others.set(term, found);
  return found;
}

function scalarIn(member: JsonValue): JsonValue {
  return isJsonObject(member) ? (member['@value'] ?? null) : member;
}

function textIn(member: JsonValue): string | null {
  const scalar = isJsonObject(member) ? (member['@value'] ?? member['@id'] ?? null) : member;
  const text = typeof scalar === 'number' ? String(scalar) : scalar;
  return typeof text === 'string' && /\S/.test(text) ? text : null;
}
