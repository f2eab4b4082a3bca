import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { CrateGraph, TermTable } from './contract.ts';
import { needsExpansion, readGraph, readGraphExpanded, resolveId } from './graph.ts';
import { keywordAliases } from './odd-context.ts';

/** A document without what was taken out of it. */
export interface RedactedDocument {
  readonly json: JsonValue;
  /** Entities, references to them and copies of them that were taken out; 0 leaves the document as it was. */
  readonly removed: number;
}

/** What a string has to look like to be read as an `@id` where the context does not say that it is one. */
const LIKE_AN_ID = /^(?:#|_:|[A-Za-z][A-Za-z0-9+.-]*:)/;

/**
 * Takes entities out of an RO-Crate document: their nodes, every reference to them, whether an object with their `@id` or
 * a string that is their `@id`, and copies embedded elsewhere. What held nothing else goes with them. The root and the
 * metadata descriptor stay, whatever is asked; what others say about them in free text is not searched. Taking out one
 * after the other gives the same document as all at once. `documentUrl` is what `@id`s resolve against, `isGone` is asked
 * with resolved IRIs.
 */
export async function redactDocument(
  json: JsonValue,
  at: { readonly documentUrl: string },
  isGone: (iri: string) => boolean,
): Promise<RedactedDocument> {
  const graph = needsExpansion(json) ? await readGraphExpanded(json, at) : readGraph(json, at);
  const redactor = new Redactor(graph, json, isGone);
  const kept = redactor.clean(json, null);
  return redactor.removed === 0 || kept === undefined
    ? { json, removed: 0 }
    : { json: kept, removed: redactor.removed };
}

class Redactor {
  removed = 0;
  readonly #graph: CrateGraph;
  readonly #terms: TermTable;
  readonly #isGone: (iri: string) => boolean;
  /** Keys that hold an `@id`, with their aliases; keys whose strings are never references. */
  readonly #idKeys = new Set(['@id']);
  readonly #plainKeys = new Set(['@id', '@type', '@context', '@language', '@direction', '@index']);
  /** Written spelling → whether it names something that goes: a document writes the same ids many times. */
  readonly #known = new Map<string, boolean>();

  constructor(graph: CrateGraph, json: JsonValue, isGone: (iri: string) => boolean) {
    this.#graph = graph;
    this.#terms = graph.terms;
    this.#isGone = isGone;
    for (const [alias, keyword] of keywordAliases(isJsonObject(json) ? json['@context'] : undefined)) {
      if (keyword === '@id') this.#idKeys.add(alias);
      if (this.#plainKeys.has(keyword)) this.#plainKeys.add(alias);
    }
    // what any entity is called may also stand as a bare string, as mapping reads it
    for (const { rawId } of graph.entities) if (rawId !== null) this.#resolvesToGone(rawId);
  }

  /** The value without what goes; undefined where nothing is left of it. */
  clean(value: JsonValue, key: string | null): JsonValue | undefined {
    if (typeof value === 'string') return this.#namesGone(value, key) ? this.#gone() : value;
    if (isJsonArray(value)) return this.#cleanArray(value, key);
    return isJsonObject(value) ? this.#cleanObject(value) : value;
  }

  #cleanArray(values: readonly JsonValue[], key: string | null): JsonValue | undefined {
    const before = this.removed;
    const kept = values.flatMap((value) => {
      const cleaned = this.clean(value, key);
      return cleaned === undefined ? [] : [cleaned];
    });
    if (this.removed === before) return values;
    return kept.length === 0 ? undefined : kept;
  }

  #cleanObject(object: JsonObject): JsonValue | undefined {
    for (const key of this.#idKeys) {
      const id = object[key];
      if (typeof id === 'string' && this.#resolvesToGone(id)) return this.#gone();
    }
    const literal = object['@value'];
    if (typeof literal === 'string' && this.#namesGone(literal, '@value')) return this.#gone();
    const before = this.removed;
    const kept: [string, JsonValue][] = [];
    for (const [key, value] of Object.entries(object)) {
      if (this.#plainKeys.has(key)) {
        kept.push([key, value]);
        continue;
      }
      // a map by `@id` has ids for keys
      const cleaned = this.#namesGone(key, null) ? this.#gone() : this.clean(value, key);
      if (cleaned !== undefined) kept.push([key, cleaned]);
    }
    if (this.removed === before) return object;
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  }

  #namesGone(text: string, key: string | null): boolean {
    const reference = key !== null && this.#terms.isReference(key);
    return (reference || LIKE_AN_ID.test(text) || this.#known.has(text)) && this.#resolvesToGone(text);
  }

  #resolvesToGone(written: string): boolean {
    const known = this.#known.get(written);
    if (known !== undefined) return known;
    const { iri } = resolveId(this.#graph, written);
    const { root, descriptor } = this.#graph;
    const gone = iri !== root?.iri && iri !== descriptor?.iri && this.#isGone(iri);
    this.#known.set(written, gone);
    return gone;
  }

  #gone(): undefined {
    this.removed += 1;
    return undefined;
  }
}
