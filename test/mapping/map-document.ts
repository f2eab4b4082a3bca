import { readGraph } from '../../src/crate/graph.ts';
import { mapCrate } from '../../src/mapping/lambda-core/map.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { CrateRows, MappingContext } from '../../src/model/rows.ts';

export const DOCUMENT_URL = 'https://als.example.org/crates/a/ro-crate-metadata.json';
export const BASE = 'https://als.example.org/crates/a/';
/** An attached crate is its directory. */
export const CRATE = BASE;

export function contextFor(documentUrl = DOCUMENT_URL, facility = 'als'): MappingContext {
  return { facility, source: 'crates', timezone: 'America/Los_Angeles', document_url: documentUrl };
}

/** Rows of a document as the bridge maps it: parsed JSON in, rows out. */
export function mapDocument(json: JsonValue, context: MappingContext = contextFor()): CrateRows {
  return mapCrate(readGraph(json, { documentUrl: context.document_url }), context);
}

/** A LAMBDA Core document around a root and its other entities. */
export function crateOf(root: JsonObject, entities: readonly JsonObject[] = []): JsonObject {
  return {
    '@context': [
      'https://w3id.org/ro/crate/1.2/context',
      { lambda: 'http://w3id.org/lambda/', lambdarc: 'http://w3id.org/lambda/rocrate/' },
    ],
    '@graph': [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        conformsTo: [{ '@id': 'https://w3id.org/ro/crate/1.2' }],
        about: { '@id': './' },
      },
      { '@id': './', '@type': ['Dataset', 'lambda:Dataset'], name: 'A crate', ...root },
      ...entities,
    ],
  };
}

export function mapped(
  root: JsonObject,
  entities: readonly JsonObject[] = [],
  context?: MappingContext,
): CrateRows {
  return mapDocument(crateOf(root, entities), context);
}

/** A root that lists these parts. */
export function withParts(...ids: readonly string[]): JsonObject {
  return { hasPart: ids.map((id) => ({ '@id': id })) };
}

export const SHA256 = 'a38b1ec94286da401ec5b6f7289f82b60d25a9933da53d0c3499c8868f9fec9b';

export function file(id: string, more: JsonObject = {}): JsonObject {
  return {
    '@id': id,
    '@type': 'File',
    encodingFormat: 'text/plain',
    contentSize: '12',
    sha256: SHA256,
    ...more,
  };
}

/** The only item of a list; a test that expects one row says so by asking for it. */
export function theOnly<T>(items: readonly T[]): T {
  const [item, other] = items;
  if (item === undefined || other !== undefined) throw new Error(`expected one, there are ${items.length}`);
  return item;
}

export function rulesOf(rows: CrateRows): readonly string[] {
  return rows.findings.map((finding) => finding.rule);
}

/** An association as one line: `workflow_output urn:… → https://…`. */
export function links(rows: CrateRows): readonly string[] {
  return rows.associations.map(
    (link) => `${link.kind} ${short(link.subject_iri)} → ${short(link.object_iri)}`,
  );
}

function short(iri: string): string {
  return iri.replace(BASE, '');
}
