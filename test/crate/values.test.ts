import { describe, expect, it } from 'vitest';
import type { CrateGraph } from '../../src/crate/contract.ts';
import { readGraph } from '../../src/crate/graph.ts';
import {
  booleanOf,
  entitiesOf,
  hasType,
  idsOf,
  integerOf,
  rawIdsOf,
  stringOf,
  stringsOf,
  valueOf as valueIn,
} from '../../src/crate/values.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';

const LAMBDA = { lambda: 'http://w3id.org/lambda/', lambdarc: 'http://w3id.org/lambda/rocrate/' };

/** A crate whose third entity is the one given, and that entity. */
function reading(node: JsonObject, more: JsonObject = LAMBDA) {
  const graph: CrateGraph = readGraph(
    {
      '@context': ['https://w3id.org/ro/crate/1.2/context', more],
      '@graph': [
        { '@id': 'ro-crate-metadata.json', about: { '@id': './' } },
        { '@id': './', '@type': 'Dataset' },
        { '@id': '#x', ...node },
      ],
    },
    { documentUrl: 'https://h.org/a/ro-crate-metadata.json' },
  );
  const entity = graph.entities[2];
  if (entity === undefined) throw new Error('the crate has three entities');
  return { graph, entity };
}

describe('a value by its term', () => {
  it.each([
    ['sample_code', 'sample_code'],
    ['sample_code', 'lambda:sample_code'],
    ['sample_code', 'lambdarc:sample_code'],
    ['sample_code', 'lambdax:sample_code'],
    ['sample_code', 'http://w3id.org/lambda/sample_code'],
    ['sample_code', 'https://w3id.org/lambda/sample_code'],
    ['missing', 'http://w3id.org/lambda/rocrate/missing'],
    ['name', 'schema:name'],
    ['name', 'sdo:name'],
    ['name', 'https://schema.org/name'],
    ['technique', 'sdo:technique'],
    ['conformsTo', 'http://purl.org/dc/terms/conformsTo'],
    ['conformsTo', 'dct:conformsTo'],
    ['role', 'http://schema.org/roleName'],
    ['prov:used', 'http://www.w3.org/ns/prov#used'],
    ['contentUrl', 'path'],
    ['http://schema.org/name', 'name'],
  ])('%s is found under %s', (term, key) => {
    const { graph, entity } = reading({ [key]: 'found' });
    expect(valueIn(graph, entity, term)).toBe('found');
    expect(valueIn(graph, { node: { [key]: 'nested' } }, term)).toBe('nested');
  });

  it('prefers the bare key, and knows nothing by inheritance', () => {
    const { graph, entity } = reading({ 'lambda:technique': 'prefixed', technique: 'bare' });
    expect(valueIn(graph, entity, 'technique')).toBe('bare');
    for (const term of ['constructor', 'toString', '__proto__']) {
      expect(valueIn(graph, entity, term)).toBeUndefined();
    }
  });

  it('goes by what the document says a key means', () => {
    const { graph, entity } = reading(
      { code: 'S-1', other: 'x' },
      { ...LAMBDA, code: 'lambda:sample_code', other: 'https://o.org/name' },
    );
    expect(valueIn(graph, entity, 'sample_code')).toBe('S-1');
    expect(valueIn(graph, entity, 'name')).toBeUndefined();
  });
});

describe('tolerant readers', () => {
  const read = (value: JsonValue) => {
    const { graph, entity } = reading({ name: value });
    return {
      text: stringOf(graph, entity, 'name'),
      texts: stringsOf(graph, entity, 'name'),
      integer: integerOf(graph, entity, 'name'),
      boolean: booleanOf(graph, entity, 'name'),
    };
  };

  it.each<[JsonValue, string | null]>([
    ['x', 'x'],
    [' x ', ' x '],
    [['x', 'y'], 'x'],
    [{ '@value': 'x', '@language': 'en' }, 'x'],
    [{ '@id': 'https://h.org/' }, 'https://h.org/'],
    [{ '@list': ['x'] }, 'x'],
    [[null, '', { a: 1 }, 'y'], 'y'],
    [2.5, '2.5'],
    ['', null],
    ['  ', null],
    [null, null],
    [true, null],
    [{}, null],
    [[], null],
  ])('the text of %j is %j', (value, expected) => {
    expect(read(value).text).toBe(expected);
  });

  it('reads all texts in order', () => {
    expect(read(['a', { '@value': 'b' }, '', 3, { '@id': '#c' }]).texts).toEqual(['a', 'b', '3', '#c']);
  });

  it.each<[JsonValue, number | null]>([
    [123, 123],
    ['123', 123],
    [' 0012 ', 12],
    [0, 0],
    [{ '@value': '7' }, 7],
    [['7'], 7],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740993', null],
    [1e300, null],
    ['-1', null],
    [-1, null],
    [1.5, null],
    ['1.5', null],
    ['1e3', null],
    ['0x10', null],
    ['12 kB', null],
    ['', null],
    [true, null],
    [{ '@id': '7' }, null],
  ])('the integer of %j is %j', (value, expected) => {
    expect(read(value).integer).toBe(expected);
  });

  it.each<[JsonValue, boolean | null]>([
    [true, true],
    [[false], false],
    ['True', true],
    [{ '@value': 'false' }, false],
    ['yes', null],
    [1, null],
    [null, null],
  ])('the boolean of %j is %j', (value, expected) => {
    expect(read(value).boolean).toBe(expected);
  });

  it('reads references resolved and as written, and bare strings only where the context makes them so', () => {
    const { graph, entity } = reading(
      { author: [{ '@id': './' }, 'Someone', { '@id': '#gone' }], run: ['./', { '@id': '#x' }] },
      { run: { '@id': 'https://h.org/run', '@type': '@id' } },
    );
    expect(rawIdsOf(graph, entity, 'author')).toEqual(['./', '#gone']);
    expect(idsOf(graph, entity, 'author')).toEqual(['https://h.org/a/', 'https://h.org/a/#gone']);
    expect(idsOf(graph, entity, 'run')).toEqual(['https://h.org/a/', 'https://h.org/a/#x']);
    expect(entitiesOf(graph, entity, 'author')).toEqual([graph.root]);
  });
});

describe('types', () => {
  it.each([
    ['lambda:Sample', 'lambda:Sample', true],
    ['http://w3id.org/lambda/Sample', 'lambda:Sample', true],
    ['https://w3id.org/lambda/Sample', 'lambda:Sample', true],
    ['lambda:Sample', 'http://w3id.org/lambda/Sample', true],
    ['schema:Person', 'Person', true],
    ['https://schema.org/Person', 'Person', true],
    ['MediaObject', 'File', true],
    ['Sample', 'lambda:Sample', false],
    ['Person', 'Organization', false],
  ])('%s is %s: %s', (written, asked, expected) => {
    const { graph, entity } = reading({ '@type': ['Thing', written] });
    expect(hasType(graph, entity, asked)).toBe(expected);
    expect(hasType(graph, { node: { '@type': written } }, asked)).toBe(expected);
  });

  it('knows a type by its name even if nobody bound the prefix', () => {
    const { graph, entity } = reading({ '@type': 'lambda:Sample' }, {});
    expect(hasType(graph, entity, 'lambda:Sample')).toBe(true);
    expect(hasType(graph, { node: {} }, 'lambda:Sample')).toBe(false);
  });
});
