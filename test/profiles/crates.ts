import type { Finding } from '../../src/model/finding.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';

export const SHA256 = '9f2b4d1c0a3e5f6789abcdef0123456789abcdef0123456789abcdef01234567';
export const PROFILE = { '@id': 'https://w3id.org/lambda/profile/core/0.3.3' };
export const RO_CRATE = { '@id': 'https://w3id.org/ro/crate/1.2' };

export function descriptor(changes: JsonObject = {}): JsonObject {
  return {
    '@id': 'ro-crate-metadata.json',
    '@type': 'CreativeWork',
    conformsTo: [RO_CRATE],
    about: { '@id': './' },
    ...changes,
  };
}

export function root(changes: JsonObject = {}): JsonObject {
  return {
    '@id': './',
    '@type': ['Dataset', 'lambda:Dataset'],
    name: 'Lysozyme, one crystal',
    description: 'A collection with nothing in it but what the test adds.',
    conformsTo: [RO_CRATE, PROFILE],
    license: { '@id': 'https://creativecommons.org/licenses/by/4.0/' },
    datePublished: '2026-11-21',
    hasPart: [],
    ...changes,
  };
}

export function file(changes: JsonObject = {}): JsonObject {
  return {
    '@id': 'raw/frames.h5',
    '@type': 'File',
    name: 'frames.h5',
    encodingFormat: 'application/x-hdf5',
    contentSize: '4096',
    sha256: SHA256,
    ...changes,
  };
}

export function sample(changes: JsonObject = {}): JsonObject {
  return { '@id': '#sample', '@type': ['BioChemEntity', 'lambda:Sample'], sample_code: 'LYZ-42', ...changes };
}

export function protein(changes: JsonObject = {}): JsonObject {
  return {
    '@id': '#lysozyme',
    '@type': ['Protein', 'lambda:Protein'],
    uniprot_id: 'uniprot:P00698',
    ...changes,
  };
}

/** A conformant crate of the descriptor, the root and what is given. */
export function crate(...entities: readonly JsonValue[]): JsonObject {
  return crateOf(descriptor(), root(), ...entities);
}

/** A document whose graph is exactly what is given. */
export function crateOf(...graph: readonly JsonValue[]): JsonObject {
  return {
    '@context': [
      'https://w3id.org/ro/crate/1.2/context',
      { lambda: 'http://w3id.org/lambda/', lambdarc: 'http://w3id.org/lambda/rocrate/' },
    ],
    '@graph': graph,
  };
}

/** A copy of an object without a key. */
export function without(node: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(node).filter(([key]) => !keys.includes(key)));
}

/** Errors as `layer rule pointer`, which is what a test can state exactly. */
export function errorsIn(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ layer, rule, pointer }) => `${layer} ${rule} ${pointer}`);
}

export function warningsIn(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ severity }) => severity === 'warning')
    .map(({ layer, rule, pointer }) => `${layer} ${rule} ${pointer}`);
}

/** Whether a JSON Pointer (RFC 6901) names a value of the document. */
export function resolves(json: JsonValue, pointer: string): boolean {
  if (pointer === '') return true;
  if (!pointer.startsWith('/')) return false;
  let value: JsonValue | undefined = json;
  for (const escaped of pointer.slice(1).split('/')) {
    const token = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isJsonArray(value)) value = /^(0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined;
    else if (isJsonObject(value)) value = Object.hasOwn(value, token) ? value[token] : undefined;
    else return false;
    if (value === undefined) return false;
  }
  return true;
}

/** Every place of a document, as its JSON Pointer's tokens. */
export function placesIn(value: JsonValue, at: readonly (string | number)[] = []): (string | number)[][] {
  const inner = isJsonArray(value) ? [...value.entries()] : isJsonObject(value) ? Object.entries(value) : [];
  return [[...at], ...inner.flatMap(([token, each]) => placesIn(each, [...at, token]))];
}

/** A copy of a document in which one place has another value, or is gone when `change` gives undefined. */
export function changed(
  value: JsonValue,
  place: readonly (string | number)[],
  change: (old: JsonValue) => JsonValue | undefined,
): JsonValue | undefined {
  const [token, ...rest] = place;
  if (token === undefined) return change(value);
  if (isJsonArray(value)) {
    return value.flatMap((each, index) => {
      const next = index === token ? changed(each, rest, change) : each;
      return next === undefined ? [] : [next];
    });
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const next = key === token ? changed(each, rest, change) : each;
      return next === undefined ? [] : [[key, next] as const];
    }),
  );
}
