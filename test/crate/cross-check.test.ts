import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import jsonld from 'jsonld';
import { describe, expect, it } from 'vitest';
import { publishedContext, versionOfContextUrl } from '../../src/crate/contexts.ts';
import type { CrateGraph } from '../../src/crate/contract.ts';
import { needsExpansion, readGraph, readGraphExpanded } from '../../src/crate/graph.ts';
import { parseDocument } from '../../src/crate/parse.ts';
import { hasType, idsOf, integerOf, stringsOf, valueOf as valueIn } from '../../src/crate/values.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../src/model/json.ts';
import { describeConformance } from '../support/conformance.ts';

const AT = { documentUrl: 'https://h.org/runs/42/ro-crate-metadata.json' };

/** Reads a document as a pull would. */
function read(path: string): { json: JsonValue; graph: CrateGraph } {
  const { json, findings } = parseDocument(readFileSync(path));
  expect(findings).toEqual([]);
  if (json === undefined) throw new Error('the document is JSON');
  return { json, graph: readGraph(json, AT) };
}

async function documentLoader(url: string) {
  return {
    documentUrl: url,
    document: publishedContext(versionOfContextUrl(url)?.version ?? ''),
    tag: 'static',
  };
}

/** A value so that both readings of it look alike: keys and types as IRIs, one for an array of one, no nulls. */
function alike(graph: CrateGraph, value: JsonValue): JsonValue {
  const iri = (key: string) => (key.startsWith('@') ? key : (graph.terms.iriOf(key) ?? key));
  if (isJsonArray(value)) {
    const members = value.filter((member) => member !== null).map((member) => alike(graph, member));
    return members.length === 1 ? (members[0] ?? null) : members;
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    entries.map(([key, member]) => {
      if (key !== '@type') return [iri(key), alike(graph, member)];
      return [key, [member].flat().map((type) => (typeof type === 'string' ? iri(type) : type))];
    }),
  );
}

async function expectBothReadingsAlike(path: string): Promise<void> {
  const { json, graph } = read(path);
  const expanded = await readGraphExpanded(json, AT);
  expect(needsExpansion(json)).toBe(false);
  expect(graph.findings).toEqual([]);
  expect(expanded.findings).toEqual([]);
  expect({ ...expanded, terms: null, entities: null, byIri: null, root: null, descriptor: null }).toEqual({
    ...graph,
    terms: null,
    entities: null,
    byIri: null,
    root: null,
    descriptor: null,
  });
  expect(expanded.root?.pointer).toBe(graph.root?.pointer);

  let compared = 0;
  for (const [index, entity] of graph.entities.entries()) {
    const other = expanded.entities[index];
    if (other === undefined) throw new Error('expansion loses no entity');
    expect([other.iri, other.rawId, other.types]).toEqual([entity.iri, entity.rawId, entity.types]);
    for (const term of Object.keys(entity.node).filter((key) => !key.startsWith('@'))) {
      compared += 1;
      const [flat, long] = [valueIn(graph, entity, term) ?? null, valueIn(expanded, other, term) ?? null];
      expect([term, alike(graph, long)]).toEqual([term, alike(graph, flat)]);
      expect(stringsOf(expanded, other, term)).toEqual(stringsOf(graph, entity, term));
      expect(idsOf(expanded, other, term)).toEqual(idsOf(graph, entity, term));
      expect(integerOf(expanded, other, term)).toEqual(integerOf(graph, entity, term));
    }
    for (const type of [
      'File',
      'Dataset',
      'Person',
      'lambda:Dataset',
      'lambda:Sample',
      'lambda:ExperimentRun',
    ]) {
      expect(hasType(expanded, other, type)).toBe(hasType(graph, entity, type));
    }
  }
  expect(compared).toBeGreaterThan(20);
}

/** What JSON-LD itself says of a document: for each entity, its IRI and the IRIs of what it has. */
async function expectTermsOfJsonLd(path: string): Promise<void> {
  const { json, graph } = read(path);
  const expanded = await jsonld.expand(JSON.parse(JSON.stringify(json)), {
    base: graph.baseIri,
    documentLoader,
  });
  const theirs = expanded.map((node) => [
    node['@id'],
    [node['@type'] ?? []].flat().toSorted(),
    Object.keys(node)
      .filter((key) => !key.startsWith('@'))
      .toSorted(),
  ]);
  const ours = graph.entities.map((entity) => [
    entity.iri,
    entity.types.map((type) => graph.terms.iriOf(type) ?? type).toSorted(),
    Object.keys(entity.node)
      .filter((key) => !key.startsWith('@'))
      .map((key) => graph.terms.iriOf(key))
      .filter((iri) => iri !== null)
      .toSorted(),
  ]);
  expect(ours).toEqual(theirs);
}

describe('our example crates, read flat and through expansion', () => {
  const folder = fileURLToPath(new URL('../../crates', import.meta.url));
  const crates = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

  it.each(crates.map((entry) => entry.name))('%s', async (name) => {
    await expectBothReadingsAlike(join(folder, name, 'ro-crate-metadata.json'));
    await expectTermsOfJsonLd(join(folder, name, 'ro-crate-metadata.json'));
  });
});

describeConformance('LAMBDA Core crates of others, read flat and through expansion', (folder) => {
  const valid = join(folder, 'lambda-core', 'valid');

  it.each(readdirSync(valid))('%s', async (name) => {
    await expectBothReadingsAlike(join(valid, name));
    await expectTermsOfJsonLd(join(valid, name));
  });

  it.each([
    ['minimal-manifest.json', 3, ['https://h.org/runs/42/reflections/lyz42_scaled.mtz']],
    [
      'nested-pointers.json',
      9,
      [
        'https://h.org/runs/42/saxs/ro-crate-metadata.json',
        'https://h.org/runs/42/mx/glurs_mx_lambda_ber.yaml',
      ],
    ],
    ['saxs-glurs.json', 16, null],
    ['ssrl-mx-XA_x16.json', 22, null],
    ['nucleic-acid-entities.json', 9, ['https://h.org/runs/42/reflections/zif_dna07_scaled.mtz']],
  ])('%s has its entities and files', (name, entities, files) => {
    const { graph } = read(join(valid, name));
    expect(graph).toMatchObject({
      roCrateVersion: '1.2',
      detached: false,
      crateIri: 'https://h.org/runs/42/',
    });
    expect(graph.root?.rawId).toBe('./');
    expect(graph.entities).toHaveLength(entities);
    const found = graph.entities
      .filter((entity) => hasType(graph, entity, 'File'))
      .map((entity) => entity.iri);
    if (files !== null) expect(found).toEqual(files);
    for (const iri of found) expect(iri).toMatch(/^https:\/\/h\.org\/runs\/42\/./);
  });

  it('a dangling "about" is the one invalid crate that has no root', () => {
    const invalid = join(folder, 'lambda-core', 'invalid');
    const rootless = readdirSync(invalid).filter((name) => read(join(invalid, name)).graph.root === null);
    expect(rootless).toEqual(['dangling-about.json']);
  });
});
