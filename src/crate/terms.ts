import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { publishedTerms, versionOfContextUrl } from './contexts.ts';
import type { TermTable } from './contract.ts';
import { WELL_KNOWN_PREFIXES } from './vocabulary.ts';

/** What a context says of one term. */
interface Definition {
  /** Null where the context decouples the term (`"term": null`). */
  readonly iri: string | null;
  /** Whether `term:rest` is the IRI and the rest. */
  readonly prefix: boolean;
  /** Whether a bare string under the term is an `@id` (`"@type": "@id"`). */
  readonly reference: boolean;
}

/** Definitions of one context; a later layer wins over an earlier one. */
type Layer = (term: string) => Definition | undefined;

/** IRIs that end in a gen-delim may serve as a prefix (JSON-LD 1.1, create term definition, step 14.2.5). */
const ENDS_LIKE_A_PREFIX = /[:/?#[\]@]$/;
const ABSOLUTE_IRI = /^[A-Za-z][A-Za-z0-9+.-]*:\S*$/;

/**
 * The terms of a document's `@context`: RO-Crate contexts by URL from the bundled tables, inline definitions on top in
 * the order written. What is not known here (a remote context of somebody else) adds nothing and is never fetched. What
 * a flat table cannot express is left to `jsonld` (`needsExpansion`).
 */
export function termTable(context: JsonValue, expanded = false): TermTable {
  let layers: Layer[] = [];
  let vocab: string | null = null;
  for (const part of contextParts(context)) {
    if (part === null) {
      layers = [];
      vocab = null;
    } else if (typeof part === 'string') {
      const named = versionOfContextUrl(part);
      if (named !== null) layers = [...layers, publishedLayer(named.version)];
    } else {
      const written = part['@vocab'];
      if (written === null) vocab = null;
      else if (typeof written === 'string') vocab = resolvedTerm(written, layers) ?? written;
      layers = [...layers, inlineLayer(part, layers, vocab)];
    }
  }
  return tableOf(layers, vocab, expanded);
}

/** The members of a context in order: URLs, objects, and null where a document resets what came before. */
export function* contextParts(context: JsonValue | undefined): Generator<string | JsonObject | null> {
  if (isJsonArray(context)) for (const part of context) yield* contextParts(part);
  else if (typeof context === 'string' || context === null || isJsonObject(context)) yield context;
}

function tableOf(layers: readonly Layer[], vocab: string | null, expanded: boolean): TermTable {
  const known = new Map<string, string | null>();
  const find = (key: string): string | null => {
    if (key.startsWith('@')) return null;
    const definition = lookup(layers, key);
    if (definition !== undefined) return definition.iri;
    const iri = compactIri(key, layers) ?? wellKnownIri(key);
    if (iri !== null) return iri;
    if (key.startsWith('_:')) return null;
    if (ABSOLUTE_IRI.test(key)) return key;
    return vocab === null ? null : vocab + key;
  };
  return {
    iriOf: (key) => {
      const cached = known.get(key);
      if (cached !== undefined) return cached;
      const iri = find(key);
      // Keys repeat a million times in a big document, but hostile ones need not fill the memory.
      if (known.size < 100_000) known.set(key, iri);
      return iri;
    },
    compactIri: (written) => compactIri(written, layers),
    isReference: (key) => lookup(layers, key)?.reference ?? false,
    expanded,
  };
}

function lookup(layers: readonly Layer[], term: string): Definition | undefined {
  for (let i = layers.length - 1; i >= 0; i -= 1) {
    const definition = layers[i]?.(term);
    if (definition !== undefined) return definition;
  }
  return undefined;
}

function compactIri(written: string, layers: readonly Layer[]): string | null {
  const colon = written.indexOf(':');
  if (colon < 1 || written.startsWith('//', colon + 1)) return null;
  const prefix = lookup(layers, written.slice(0, colon));
  return prefix?.prefix && prefix.iri !== null ? prefix.iri + written.slice(colon + 1) : null;
}

/** Documents forget to bind `lambda:` and friends; nobody means anything else by them. */
function wellKnownIri(key: string): string | null {
  const colon = key.indexOf(':');
  if (colon < 1 || key.startsWith('//', colon + 1)) return null;
  const namespace = WELL_KNOWN_PREFIXES.get(key.slice(0, colon));
  return namespace === undefined ? null : namespace + key.slice(colon + 1);
}

function publishedLayer(version: string): Layer {
  const terms = publishedTerms(version);
  return (term) => {
    const written = terms.get(term);
    if (written === undefined) return undefined;
    if (written === null) return { iri: null, prefix: false, reference: false };
    // One published value is itself a compact IRI: `HTML` is `rdf:HTML`.
    const namespace = /^[a-z]+:(?!\/\/)/.exec(written)?.[0];
    const base = namespace === undefined ? undefined : terms.get(namespace.slice(0, -1));
    const iri = namespace === undefined || base == null ? written : base + written.slice(namespace.length);
    return { iri, prefix: ENDS_LIKE_A_PREFIX.test(iri), reference: false };
  };
}

/**
 * Definitions of one inline context. They are resolved when the context is read, as JSON-LD does it: a prefix that a
 * later context redefines does not change what an earlier definition meant.
 */
function inlineLayer(context: JsonObject, before: readonly Layer[], vocab: string | null): Layer {
  const definitions = new Map<string, Definition>();
  const underway = new Set<string>();

  const own: Layer = (term) => {
    const done = definitions.get(term);
    if (done !== undefined) return done;
    // A term defined by itself (`"name": "name"`) means what it meant before.
    if (!Object.hasOwn(context, term) || term.startsWith('@') || underway.has(term)) return undefined;
    underway.add(term);
    const definition = define(term, context[term] ?? null);
    underway.delete(term);
    definitions.set(term, definition);
    return definition;
  };

  const define = (term: string, written: JsonValue): Definition => {
    if (written === null) return { iri: null, prefix: false, reference: false };
    const object = isJsonObject(written) ? written : null;
    const id = typeof written === 'string' ? written : object?.['@id'];
    const reference = object?.['@type'] === '@id';
    if (id === null || id === undefined) {
      const iri = id === null ? null : (resolvedTerm(term, [...before, own]) ?? withVocab(term, vocab));
      return { iri, prefix: false, reference };
    }
    if (typeof id !== 'string' || id.startsWith('@')) return { iri: null, prefix: false, reference };
    const iri = resolvedTerm(id, [...before, own]) ?? withVocab(id, vocab);
    const prefix =
      iri !== null && (object === null ? ENDS_LIKE_A_PREFIX.test(iri) : object['@prefix'] === true);
    return { iri, prefix, reference };
  };

  for (const term of Object.keys(context)) own(term);
  return (term) => definitions.get(term);
}

/** A term, compact IRI or absolute IRI as an IRI; null where the layers have no answer. */
function resolvedTerm(written: string, layers: readonly Layer[]): string | null {
  const definition = lookup(layers, written);
  if (definition !== undefined) return definition.iri;
  return compactIri(written, layers) ?? (ABSOLUTE_IRI.test(written) ? written : null);
}

function withVocab(term: string, vocab: string | null): string | null {
  return vocab === null ? null : vocab + term;
}
