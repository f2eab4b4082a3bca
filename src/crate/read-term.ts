import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { TermTable } from './contract.ts';
import { comparableIri, spellingsOf } from './vocabulary.ts';

/**
 * A property of one JSON object by term: the bare key first, else any key that is another spelling of the term under
 * this context. Undefined where nobody said anything.
 */
export function readTerm(terms: TermTable, node: JsonObject, term: string): JsonValue | undefined {
  if (Object.hasOwn(node, term)) return node[term];
  for (const key of Object.keys(node)) {
    if (isSpellingOf(terms, key, term)) return node[key];
  }
  return undefined;
}

/** Whether a key or type as written is the term: by its key, or by its IRI under this context. */
export function isSpellingOf(terms: TermTable, key: string, term: string): boolean {
  if (key === term) return true;
  const { iris, keys } = spellingsOf(term);
  if (keys.has(key)) return true;
  const iri = terms.iriOf(key);
  if (iri === null) return false;
  const comparable = comparableIri(iri);
  if (iris.has(comparable)) return true;
  const own = terms.iriOf(term);
  return own !== null && comparableIri(own) === comparable;
}

/** The members of a value however it is wrapped: a scalar, an array, `{"@list": …}` or `{"@set": …}`. */
export function* membersOf(value: JsonValue | undefined): Generator<JsonValue> {
  if (value === undefined || value === null) return;
  if (isJsonArray(value)) {
    for (const member of value) yield* membersOf(member);
  } else if (isJsonObject(value) && (value['@list'] ?? value['@set']) !== undefined) {
    yield* membersOf(value['@list'] ?? value['@set']);
  } else {
    yield value;
  }
}

/** The `@id`s in a value, as written. Bare strings count only where asked for. */
export function* idsIn(value: JsonValue | undefined, bareStrings: boolean): Generator<string> {
  for (const member of membersOf(value)) {
    const id = isJsonObject(member) ? member['@id'] : bareStrings ? member : undefined;
    if (typeof id === 'string') yield id;
  }
}
