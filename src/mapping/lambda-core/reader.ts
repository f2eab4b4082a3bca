import type { CrateEntity, CrateGraph, TermTable } from '../../crate/contract.ts';
import { readTerm } from '../../crate/read-term.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, pointerJoin } from '../../model/json.ts';

import type { TermKeys } from './term-keys.ts';

/** The largest number an integer column of the registry holds. */
export const MAX_INTEGER = 2_147_483_647;

/** What readers of one graph share. */
export interface Reading {
  readonly graph: CrateGraph;
  readonly keys: TermKeys;
  resolve(rawId: string): string;
}

/** One reference an entity makes, with its place in the document. */
export interface Reference {
  /** The `@id` as written. */
  readonly rawId: string;
  /** Resolved as the graph resolves its own `@id`s. */
  readonly iri: string;
  readonly pointer: string;
  readonly key: string;
  readonly position: number;
}

const NONE: readonly Reference[] = [];

/**
 * Reads one entity and remembers which keys its columns now hold, so that `properties()` is exactly the rest. A key counts
 * as held only when the column says all of it: a name given as two strings stays in the properties beside the column.
 */
export class EntityReader {
  readonly entity: CrateEntity;
  readonly #reading: Reading;
  // Small, and one for each of a hundred thousand files: a list, and only where needed a map.
  readonly #held: string[] = [];
  #heldItems: Map<string, Set<number>> | null = null;
  #references: Map<string, readonly Reference[]> | null = null;

  constructor(reading: Reading, entity: CrateEntity) {
    this.entity = entity;
    this.#reading = reading;
  }

  /** The value under a term, by its bare key first and any other spelling second; null counts as absent. */
  raw(term: string): JsonValue | undefined {
    const key = this.keyOf(term);
    return key === null ? undefined : (this.entity.node[key] ?? undefined);
  }

  /** The key a term was written as, such as `lambda:technique`. */
  keyOf(term: string): string | null {
    for (const key of this.#reading.keys(term)) {
      if (Object.hasOwn(this.entity.node, key)) return key;
    }
    return null;
  }

  /** Whether a term says anything: not absent, null, empty or false. */
  says(term: string): boolean {
    const value = this.raw(term);
    if (isJsonArray(value)) return value.length > 0;
    return value !== undefined && value !== '' && value !== false;
  }

  /** Reads the first term that has text into a column; older spellings come after newer ones. */
  text(...terms: readonly string[]): string | null {
    for (const term of terms) {
      const value = this.raw(term);
      const text = value === undefined ? null : asText(value, this.#reading.graph.terms);
      if (text === null) continue;
      if (literal(value) === text) this.hold(term);
      return text;
    }
    return null;
  }

  /** The same, for a look that fills no column. */
  peek(...terms: readonly string[]): string | null {
    for (const term of terms) {
      const value = this.raw(term);
      const text = value === undefined ? null : asText(value, this.#reading.graph.terms);
      if (text !== null) return text;
    }
    return null;
  }

  /** Every text under a term, in order, for a look that fills no column. */
  texts(term: string): string[] {
    return listed(this.raw(term)).flatMap((item) => asText(item, this.#reading.graph.terms) ?? []);
  }

  /** Says that a column holds these texts of a term, where they and the `@id`s of references are all there is to it. */
  holdTexts(term: string, held: readonly string[]): void {
    const items = listed(this.raw(term));
    const same = items.length === held.length && items.every((item, i) => textAlone(item) === held[i]);
    if (same) this.hold(term);
  }

  /** A whole number from 0 to `max`, also one written as digits in a string; null for anything else. */
  integer(term: string, max: number = Number.MAX_SAFE_INTEGER): number | null {
    const value = literal(this.raw(term));
    const number = typeof value === 'string' && /^\d{1,16}$/.test(value.trim()) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0 || number > max)
      return null;
    this.hold(term);
    // JSON has a -0, which is a size like any other zero.
    return number === 0 ? 0 : number;
  }

  boolean(term: string): boolean | null {
    const value = literal(this.raw(term));
    const flag = value === 'true' ? true : value === 'false' ? false : value;
    if (typeof flag !== 'boolean') return null;
    this.hold(term);
    return flag;
  }

  /** References under the terms, in order. A bare string counts where an entity of the graph has that `@id`. */
  refs(...terms: readonly string[]): readonly Reference[] {
    const [first = '', ...more] = terms;
    const found = this.#refsUnder(first);
    return more.length === 0 ? found : found.concat(...more.map((term) => this.#refsUnder(term)));
  }

  /** The pointer of a term's value; the entity's own where it has none. */
  pointerOf(term: string): string {
    const key = this.keyOf(term);
    return key === null ? this.entity.pointer : this.#pointerTo(key);
  }

  /** Says that a column holds the whole value of a term. */
  hold(term: string): void {
    const key = this.keyOf(term);
    if (key !== null) this.#held.push(key);
  }

  /** Says that a row holds one item under a key: an association, a declaration. */
  holdItem(key: string, position: number): void {
    this.#heldItems ??= new Map();
    const positions = this.#heldItems.get(key) ?? new Set();
    this.#heldItems.set(key, positions.add(position));
  }

  /** What no column holds, as written. */
  properties(added: JsonObject = {}): JsonObject {
    const { node } = this.entity;
    const rest: [string, JsonValue][] = [];
    for (const key of Object.keys(node)) {
      const value = node[key];
      if (value === undefined || this.#held.includes(key)) continue;
      if (key === '@id' && typeof value === 'string') continue;
      const left = this.#withoutHeldItems(key, value);
      if (left !== undefined) rest.push([key, left]);
    }
    // `fromEntries` defines own keys: a document's `__proto__` stays a plain key.
    for (const entry of Object.entries(added)) rest.push(entry);
    return Object.fromEntries(rest);
  }

  #withoutHeldItems(key: string, value: JsonValue): JsonValue | undefined {
    const positions = this.#heldItems?.get(key);
    if (positions === undefined) return value;
    // What a list object wraps stays: one of its items held is not all of them held.
    if (!isJsonArray(value)) return isWrapped(value) ? value : undefined;
    const left = value.filter((_, position) => !positions.has(position));
    return left.length === 0 ? undefined : left;
  }

  /** Kept once read: a root's parts are gone through several times, and there may be a hundred thousand. */
  #refsUnder(term: string): readonly Reference[] {
    const key = this.keyOf(term);
    if (key === null) return NONE;
    const known = this.#references?.get(key);
    if (known !== undefined) return known;
    const found = this.#readReferences(key, this.entity.node[key]);
    this.#references ??= new Map();
    this.#references.set(key, found);
    return found;
  }

  #readReferences(key: string, value: JsonValue | undefined): readonly Reference[] {
    const base = this.#pointerTo(key);
    const many = isJsonArray(value) && base !== this.entity.pointer;
    const strings = this.#reading.graph.terms.isReference(key);
    const found: Reference[] = [];
    listed(value).forEach((item, position) => {
      const rawId = this.#idIn(item, strings);
      if (rawId === null) return;
      const pointer = many ? `${base}/${position}` : base;
      found.push({ rawId, iri: this.#reading.resolve(rawId), pointer, key, position });
    });
    return found;
  }

  #idIn(item: JsonValue, strings: boolean): string | null {
    if (isJsonObject(item)) return typeof item['@id'] === 'string' ? item['@id'] : null;
    if (typeof item !== 'string') return null;
    return strings || this.#reading.graph.byIri.has(this.#reading.resolve(item)) ? item : null;
  }

  /** Keys of an expanded graph are not the document's, so its pointers stop at the entity. */
  #pointerTo(key: string): string {
    return this.#reading.graph.terms.expanded ? this.entity.pointer : pointerJoin(this.entity.pointer, key);
  }
}

/** A value as a list: what `@list` or `@set` wraps; one item where it is not a list itself. */
export function listed(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  const inner = isWrapped(value) ? (value['@list'] ?? value['@set'] ?? null) : value;
  return isJsonArray(inner) ? inner : [inner];
}

function isWrapped(value: JsonValue): value is JsonObject {
  return isJsonObject(value) && (Object.hasOwn(value, '@list') || Object.hasOwn(value, '@set'));
}

/**
 * A value as text: a string or number; the first of a list; a JSON-LD literal; a quantity as `10 mg/mL`; a reference as
 * its name or its `@id`. Null where there is no text in it.
 */
export function asText(value: JsonValue, terms: TermTable): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  for (const item of isJsonArray(value) ? value : [value]) {
    const text = itemText(item, terms);
    if (text !== null) return text;
  }
  return null;
}

function textAlone(item: JsonValue): JsonValue | undefined {
  if (!isJsonObject(item)) return item;
  return Object.keys(item).length === 1 ? item['@id'] : undefined;
}

function itemText(item: JsonValue, terms: TermTable): string | null {
  const plain = literal(item);
  if (typeof plain === 'string') return plain.trim() === '' ? null : plain;
  if (typeof plain === 'number' || typeof plain === 'boolean') return String(plain);
  if (!isJsonObject(plain)) return null;
  const part = (term: string) => literal(readTerm(terms, plain, term));
  const quantity = part('value') ?? part('numeric_value');
  if (typeof quantity === 'number' || typeof quantity === 'string') {
    const unit = part('unitText') ?? part('unit') ?? part('unitCode');
    return typeof unit === 'string' ? `${quantity} ${unit}` : String(quantity);
  }
  const named = part('name') ?? plain['@id'];
  return typeof named === 'string' && named.trim() !== '' ? named : null;
}

/** A JSON-LD literal (`{"@value": …}`) as its value, and a list of one as its item; anything else as it is. */
function literal(value: JsonValue | undefined): JsonValue | undefined {
  const only = isJsonArray(value) && value.length === 1 ? value[0] : value;
  return isJsonObject(only) && '@value' in only ? only['@value'] : only;
}
