import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGraph, resolveId } from '../../src/crate/graph.ts';
import { entitiesOf, idsOf, integerOf, stringOf } from '../../src/crate/values.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';

const V12 = 'https://w3id.org/ro/crate/1.2/context';
const AT = { documentUrl: 'https://h.org/a/ro-crate-metadata.json' };

const crate = (graph: readonly JsonValue[], context: JsonValue = V12): JsonObject => ({
  '@context': context,
  '@graph': graph,
});
const descriptor = (more: JsonObject = {}): JsonObject => ({
  '@id': 'ro-crate-metadata.json',
  '@type': 'CreativeWork',
  about: { '@id': './' },
  ...more,
});
const root = (more: JsonObject = {}): JsonObject => ({ '@id': './', '@type': 'Dataset', ...more });

const rules = (json: JsonValue, at = AT) =>
  readGraph(json, at).findings.map(({ rule, severity }) => [severity, rule]);

describe('descriptor and root', () => {
  it('finds both by name, wherever they stand', () => {
    const graph = readGraph(crate([{ '@id': 'x.h5', '@type': 'File' }, root(), descriptor()]), AT);
    expect(graph).toMatchObject({
      roCrateVersion: '1.2',
      crateIri: 'https://h.org/a/',
      baseIri: 'https://h.org/a/',
      detached: false,
      descriptor: { pointer: '/@graph/2', iri: 'https://h.org/a/ro-crate-metadata.json' },
      root: { pointer: '/@graph/1', rawId: './', iri: 'https://h.org/a/', types: ['Dataset'] },
      findings: [],
    });
  });

  it('finds the legacy name without complaint', () => {
    const json = crate(
      [descriptor({ '@id': 'ro-crate-metadata.jsonld' }), root()],
      'https://w3id.org/ro/crate/1.0/context',
    );
    expect(readGraph(json, AT)).toMatchObject({ roCrateVersion: '1.0', root: { rawId: './' }, findings: [] });
  });

  it('is not misled by the descriptor of a nested crate', () => {
    const nested = { '@id': 'saxs/ro-crate-metadata.json', '@type': 'File' };
    expect(readGraph(crate([nested, descriptor(), root()]), AT).descriptor?.pointer).toBe('/@graph/1');
    expect(rules(crate([nested, root()]))).toEqual([['error', 'no-descriptor']]);
  });

  it('tolerates a detached descriptor that is a URI', () => {
    const home = 'https://repo.org/crates/7/';
    const json = crate([
      { '@id': 'saxs/ro-crate-metadata.json', '@type': 'File' },
      descriptor({ '@id': `${home}ro-crate-metadata.json`, about: { '@id': home } }),
      root({ '@id': home }),
    ]);
    const graph = readGraph(json, { documentUrl: 'https://mirror.org/7.json' });
    expect(graph).toMatchObject({ crateIri: home, baseIri: 'https://mirror.org/', root: { iri: home } });
    expect(graph.findings).toMatchObject([
      { rule: 'descriptor-id', severity: 'warning', pointer: '/@graph/1' },
    ]);
  });

  it('falls back to the rule of RO-Crate 1.1', () => {
    const profile = { '@id': 'https://w3id.org/ro/crate/1.1' };
    const json = crate([root(), descriptor({ '@id': 'metadata.json', conformsTo: [profile] })], []);
    const graph = readGraph(json, AT);
    expect(graph).toMatchObject({ roCrateVersion: '1.1', root: { rawId: './' } });
    expect(graph.findings).toMatchObject([{ rule: 'descriptor-id', severity: 'warning' }]);
  });

  it('says what is missing', () => {
    expect(rules(crate([root()]))).toEqual([['error', 'no-descriptor']]);
    expect(rules(crate([descriptor({ about: { '@id': './nowhere/' } }), root()]))).toEqual([
      ['error', 'no-root'],
    ]);
    expect(rules(crate([{ '@id': 'ro-crate-metadata.json' }, root()]))).toEqual([['error', 'no-root']]);
  });

  it('names every tolerance on the way to the root', () => {
    expect(rules(crate([descriptor({ about: { '@id': '' } }), root()]))).toEqual([
      ['warning', 'root-reference'],
    ]);
    expect(rules(crate([descriptor(), root({ '@type': 'CreativeWork' })]))).toEqual([
      ['warning', 'root-type'],
    ]);
    expect(rules(crate([descriptor(), descriptor(), root()]))).toContainEqual([
      'warning',
      'duplicate-descriptor',
    ]);
  });

  it('reads prefixed and full spellings', () => {
    const json = crate([
      { '@id': 'ro-crate-metadata.json', 'http://schema.org/about': { '@id': './' } },
      { '@id': './', '@type': ['schema:Dataset'] },
    ]);
    expect(readGraph(json, AT)).toMatchObject({ root: { rawId: './' }, findings: [] });
  });
});

describe('identity and ids', () => {
  const ids = (json: JsonValue, documentUrl: string) =>
    readGraph(json, { documentUrl }).entities.map((entity) => entity.iri);

  it('keeps crates of one directory apart, and their files together', () => {
    const json = crate([
      descriptor({ '@id': 'ro-crate-metadata.json' }),
      root({ hasPart: [{ '@id': 'x.h5' }] }),
      { '@id': 'x.h5' },
      { '@id': '#s' },
      { '@id': '_:b' },
      { '@id': '../up' },
      {},
    ]);
    const one = ids(json, 'https://h.org/a/one-ro-crate-metadata.json');
    const two = ids(json, 'https://h.org/a/two-ro-crate-metadata.json');
    expect(one.filter((iri) => two.includes(iri))).toEqual([
      'https://h.org/a/ro-crate-metadata.json',
      'https://h.org/a/x.h5',
    ]);
    expect(one[1]).toBe('https://h.org/a/one-ro-crate-metadata.json');
    expect(one[3]).toBe('https://h.org/a/one-ro-crate-metadata.json#s');
  });

  it('does not take a document for the crate it describes', () => {
    const name = 'one-ro-crate-metadata.json';
    const graph = readGraph(crate([descriptor({ '@id': name }), root()]), {
      documentUrl: `https://h.org/a/${name}`,
    });
    expect(graph.root?.iri).toBe(graph.crateIri);
    expect(graph.descriptor?.iri).toBe(`${graph.crateIri}#document`);
    expect(graph.byIri.get(graph.crateIri)).toEqual([graph.root]);
  });

  it('resolves a reference to the key its entity has', () => {
    const json = crate(
      [
        descriptor(),
        root({
          hasPart: ['./x 1.h5', '#s', '_:b', '../up', 'uniprot:P1', './'].map((id) => ({ '@id': id })),
        }),
        ...['x%201.h5', '#s', '_:b', '../up', 'http://purl.uniprot.org/uniprot/P1'].map((id) => ({
          '@id': id,
        })),
      ],
      [V12, { uniprot: 'http://purl.uniprot.org/uniprot/' }],
    );
    for (const documentUrl of [
      AT.documentUrl,
      'https://h.org/a/one-ro-crate-metadata.json',
      'arcp://name,a.b/2024/ro-crate-metadata.json',
    ]) {
      const graph = readGraph(json, { documentUrl });
      const parts = graph.root === null ? [] : idsOf(graph, graph.root, 'hasPart');
      expect(parts.map((iri) => graph.byIri.get(iri)?.[0]?.index)).toEqual([2, 3, 4, 5, 6, 1]);
    }
  });

  it('warns of ids that are never followed, and keeps them', () => {
    const graph = readGraph(crate([descriptor(), root(), { '@id': 'run:047.h5', '@type': 'File' }]), AT);
    expect(graph.entities[2]).toMatchObject({
      rawId: 'run:047.h5',
      iri: 'https://h.org/a/#unsafe=run%3A047.h5',
    });
    expect(graph.findings).toMatchObject([
      { rule: 'unsafe-id', severity: 'warning', pointer: '/@graph/2/@id', entity: 'run:047.h5' },
    ]);
    expect(resolveId(graph, 'run:047.h5').kind).toBe('unsafe');
  });

  it('keeps duplicates in order', () => {
    const json = crate([descriptor(), root(), { '@id': 'x', name: '1' }, { '@id': './x', name: '2' }]);
    const graph = readGraph(json, AT);
    expect(graph.byIri.get('https://h.org/a/x')?.map((entity) => entity.node['name'])).toEqual(['1', '2']);
    expect(graph.findings).toMatchObject([
      { rule: 'duplicate-id', severity: 'warning', pointer: '/@graph/3/@id' },
    ]);
  });

  it('tells attached from detached by what the crate holds', () => {
    const detached = (json: JsonValue, documentUrl: string) => readGraph(json, { documentUrl }).detached;
    const file = (id: string) => ({ '@id': id, '@type': 'File' });
    const named = 'https://h.org/a/one-ro-crate-metadata.json';
    const absolute = [
      descriptor({ about: { '@id': 'https://doi.org/10.1/x' } }),
      root({ '@id': 'https://doi.org/10.1/x' }),
    ];
    expect(detached(crate([descriptor(), root(), file('x.h5')]), AT.documentUrl)).toBe(false);
    expect(detached(crate([descriptor(), root(), file('https://h.org/x.h5')]), AT.documentUrl)).toBe(false);
    expect(detached(crate([descriptor(), root(), file('https://h.org/x.h5')]), named)).toBe(true);
    expect(detached(crate([descriptor(), root(), file('x.h5')]), named)).toBe(false);
    expect(detached(crate([...absolute, file('https://h.org/x.h5'), file('#x')]), AT.documentUrl)).toBe(true);
    expect(detached(crate([...absolute, file('x.h5')]), AT.documentUrl)).toBe(false);
  });
});

describe('a crate of a hundred thousand files', () => {
  it('is read without anything that grows faster than it', () => {
    const files = Array.from({ length: 100_000 }, (_, i) => ({
      '@id': `frames/${i}.cbf`,
      '@type': 'File',
      contentSize: i,
    }));
    const parts = files.map((file) => ({ '@id': file['@id'] }));
    const graph = readGraph(crate([descriptor(), root({ hasPart: parts }), ...files]), AT);
    const found = graph.root === null ? [] : entitiesOf(graph, graph.root, 'hasPart');
    expect(found).toHaveLength(100_000);
    // A property nobody has is the slow case of a reader that looks through every key.
    expect(found.every((file) => stringOf(graph, file, 'file_format') === null)).toBe(true);
    expect(found.every((file, i) => integerOf(graph, file, 'contentSize') === i)).toBe(true);
    // Seconds on the slowest machine; minutes for anything quadratic.
  }, 20_000);
});

describe('what is no crate', () => {
  it.each([null, 1, 'x', [], {}, { '@graph': {} }, { '@context': V12, '@id': './' }])(
    '%j is an empty graph',
    (json) => {
      const graph = readGraph(json, AT);
      expect(graph).toMatchObject({
        entities: [],
        root: null,
        descriptor: null,
        crateIri: 'https://h.org/a/',
      });
      expect(graph.findings).toMatchObject([{ rule: 'no-graph', severity: 'error', pointer: '' }]);
    },
  );

  it('leaves out members that are no entities, keeping the places of the others', () => {
    const graph = readGraph(crate([null, descriptor(), ['x'], root(), { '@id': 5, name: 'no id' }]), AT);
    expect(graph.entities.map(({ pointer, rawId }) => [pointer, rawId])).toEqual([
      ['/@graph/1', 'ro-crate-metadata.json'],
      ['/@graph/3', './'],
      ['/@graph/4', null],
    ]);
    expect(graph.findings.map(({ rule, pointer }) => [rule, pointer])).toEqual([
      ['entity-not-an-object', '/@graph/0'],
      ['entity-not-an-object', '/@graph/2'],
      ['no-id', '/@graph/4'],
    ]);
  });

  it('never throws, whatever the JSON and the URL', () => {
    const id = fc.oneof(
      fc.constantFrom('./', 'ro-crate-metadata.json', '', '#', '..', 'a:b', '__proto__'),
      fc.string(),
    );
    const value: fc.Arbitrary<JsonValue> = fc.oneof(
      id,
      id.map((x) => ({ '@id': x })),
      fc.jsonValue().map(plain),
    );
    const key = fc.constantFrom(
      '@id',
      '@type',
      'about',
      'conformsTo',
      'hasPart',
      '@context',
      '__proto__',
      'constructor',
    );
    const entity = fc.oneof(fc.dictionary(key, value), fc.jsonValue().map(plain));
    const context = fc.oneof(
      fc.constantFrom<JsonValue>(V12, [V12, { '@base': '../' }]),
      fc.dictionary(fc.string(), value),
      value,
    );
    const document = fc.oneof(
      fc.jsonValue().map(plain),
      fc.record({ '@context': context, '@graph': fc.array(entity) }),
    );
    fc.assert(
      fc.property(document, fc.oneof(fc.constant(AT.documentUrl), fc.string()), (json, documentUrl) => {
        const graph = readGraph(json, { documentUrl });
        for (const found of graph.findings) expect(JSON.stringify(found)).not.toContain('\\u0000');
        for (const one of graph.entities) expect(graph.byIri.get(one.iri)).toContain(one);
      }),
      { numRuns: 1000 },
    );
  });
});

function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value));
}
