import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsExpansion, readGraph, readGraphExpanded } from '../../src/crate/graph.ts';
import {
  entitiesOf,
  hasType,
  idsOf,
  stringOf,
  stringsOf,
  valueOf as valueIn,
} from '../../src/crate/values.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';

const V12 = 'https://w3id.org/ro/crate/1.2/context';
const AT = { documentUrl: 'https://h.org/a/ro-crate-metadata.json' };

/** The graph of an odd crate: descriptor, root with this and that, and more entities. */
async function odd(context: JsonValue, rootProperties: JsonObject, ...more: readonly JsonObject[]) {
  const json = {
    '@context': context,
    '@graph': [
      { '@id': 'ro-crate-metadata.json', '@type': 'CreativeWork', about: { '@id': './' } },
      { '@id': './', '@type': 'Dataset', ...rootProperties },
      ...more,
    ],
  };
  const graph = await readGraphExpanded(json, AT);
  const { root } = graph;
  if (root === null) throw new Error('the crate has a root');
  return { json, graph, root };
}

describe('contexts a flat table cannot express', () => {
  it('aliases of keywords, even of @graph', async () => {
    const json = {
      '@context': [V12, { id: '@id', type: '@type', entities: '@graph' }],
      entities: [
        { id: 'ro-crate-metadata.json', type: 'CreativeWork', about: { id: './' } },
        { id: './', type: ['Dataset'], name: 'aliased', hasPart: [{ id: 'x.h5' }] },
        { id: 'x.h5', type: 'File' },
      ],
    };
    expect(needsExpansion(json)).toBe(true);
    const graph = await readGraphExpanded(json, AT);
    expect(graph).toMatchObject({
      findings: [],
      root: { pointer: '/entities/1', rawId: './', types: ['Dataset'] },
    });
    expect(graph.terms.expanded).toBe(true);
    const parts = graph.root === null ? [] : entitiesOf(graph, graph.root, 'hasPart');
    expect(parts.map((part) => [part.iri, hasType(graph, part, 'File')])).toEqual([
      ['https://h.org/a/x.h5', true],
    ]);
  });

  it('a vocabulary', async () => {
    const { graph, root } = await odd([{ '@vocab': 'http://schema.org/' }], {
      name: 'by vocabulary',
      sample_code: 'S',
    });
    expect(stringOf(graph, root, 'name')).toBe('by vocabulary');
    expect(stringOf(graph, root, 'sample_code')).toBe('S');
    expect(hasType(graph, root, 'Dataset')).toBe(true);
  });

  it('language maps, scoped contexts and reverse properties', async () => {
    const { json, graph, root } = await odd(
      [
        V12,
        {
          label: { '@id': 'http://schema.org/name', '@container': '@language' },
          Frame: {
            '@id': 'http://schema.org/MediaObject',
            '@context': { size: 'http://schema.org/contentSize' },
          },
          inside: { '@reverse': 'http://schema.org/hasPart', '@type': '@id' },
        },
      ],
      { label: { en: 'crystal', de: 'Kristall' }, hasPart: { '@id': 'a.h5' } },
      { '@id': 'a.h5', '@type': 'File' },
      { '@id': 'b.h5', '@type': 'Frame', size: 12, inside: './' },
    );
    expect(needsExpansion(json)).toBe(true);
    expect(stringsOf(graph, root, 'name').toSorted()).toEqual(['Kristall', 'crystal']);
    expect(idsOf(graph, root, 'hasPart')).toEqual(['https://h.org/a/a.h5', 'https://h.org/a/b.h5']);
    const frame = graph.byIri.get('https://h.org/a/b.h5')?.[0];
    expect(frame && [stringOf(graph, frame, 'contentSize'), hasType(graph, frame, 'File')]).toEqual([
      '12',
      true,
    ]);
  });

  it('a base of the document', async () => {
    const { graph } = await odd(
      [V12, { '@base': 'https://data.org/7/' }],
      {},
      { '@id': 'x.h5' },
      { '@id': '../x.h5' },
    );
    expect(graph.baseIri).toBe('https://data.org/7/');
    expect(graph.entities[2]?.iri).toBe('https://data.org/7/x.h5');
    expect(graph.findings).toMatchObject([{ rule: 'unsafe-id', pointer: '/@graph/3/@id' }]);
  });

  it('a context inside an entity', async () => {
    const { graph } = await odd(
      V12,
      {},
      { '@context': { titel: 'http://schema.org/name' }, '@id': '#x', titel: 'T' },
    );
    const entity = graph.entities[2];
    expect(entity && stringOf(graph, entity, 'name')).toBe('T');
  });
});

describe('what the context does not know', () => {
  it('stays to the letter, nested and mixed', async () => {
    const resultSummary = { values: [[1, 2], [3]], none: null, 'with space': { deep: [] } };
    const { graph, root } = await odd(V12, { resultSummary, sample_code: 'S-1', name: 'n' });
    expect(valueIn(graph, root, 'resultSummary')).toEqual(resultSummary);
    expect(stringOf(graph, root, 'sample_code')).toBe('S-1');
    expect(stringOf(graph, root, 'name')).toBe('n');
  });

  it('stays bare inside what the context knows', async () => {
    const missing = [{ field: 'author', reason: 'not-registered' }];
    const { graph, root } = await odd([V12, { lambdarc: 'http://w3id.org/lambda/rocrate/' }], {
      'lambdarc:missing': missing,
    });
    expect(valueIn(graph, root, 'missing')).toEqual(missing[0]);
  });
});

describe('contexts that cannot be used', () => {
  it('an unknown remote context is left out, never loaded', async () => {
    const { graph, root } = await odd(
      [V12, 'https://evil.example/context', { '@vocab': 'http://schema.org/' }],
      { name: 'n' },
    );
    expect(graph.findings.map(({ rule }) => rule)).toEqual(['unknown-context']);
    expect(stringOf(graph, root, 'name')).toBe('n');
  });

  it('one that is no JSON-LD leaves the document as written', async () => {
    const { graph, root } = await odd([V12, { a: 'b:x', b: 'a:x', '@vocab': 5 }], { name: 'n' });
    expect(graph.findings).toMatchObject([
      { rule: 'not-expanded', severity: 'warning', pointer: '/@context' },
    ]);
    expect(stringOf(graph, root, 'name')).toBe('n');
  });

  it('one bad entity leaves the others expanded', async () => {
    const remote = { '@context': 'https://evil.example/context', '@id': '#bad', name: 'bad' };
    const { graph, root } = await odd([V12, { titel: 'http://schema.org/name' }], { titel: 'good' }, remote);
    expect(graph.findings).toMatchObject([{ rule: 'not-expanded', pointer: '/@graph/2', entity: '#bad' }]);
    expect(stringOf(graph, root, 'name')).toBe('good');
    const bad = graph.entities[2];
    expect(bad && stringOf(graph, bad, 'name')).toBe('bad');
  });

  it('nothing rejects, whatever the JSON', async () => {
    const key = fc.constantFrom(
      '@id',
      '@type',
      '@value',
      '@list',
      '@reverse',
      '@graph',
      '@context',
      'name',
      'x',
      '__proto__',
    );
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom<JsonValue>(null, 1, 'x', './', '#x', true, '@id'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    }));
    const document = fc.record({
      '@context': fc.oneof(fc.constant<JsonValue>(V12), fc.tuple(fc.constant<JsonValue>(V12), value), value),
      '@graph': fc.array(value, { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(document, async (generated) => {
        const json: JsonValue = JSON.parse(JSON.stringify(generated));
        const [flat, expanded] = [readGraph(json, AT), await readGraphExpanded(json, AT)];
        // Keyword aliases may move ids; without them both see the same members.
        expect(expanded.entities.length).toBe(flat.entities.length);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
