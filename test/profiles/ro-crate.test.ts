import { describe, expect, it } from 'vitest';
import { readGraph } from '../../src/crate/graph.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { checkRoCrate } from '../../src/profiles/ro-crate/check.ts';
import { crateOf, descriptor, errorsIn, file, PROFILE, root, warningsIn, without } from './crates.ts';

const AT = { documentUrl: 'https://data.example/run-7/ro-crate-metadata.json' };
const plainRoot = (changes: JsonObject = {}): JsonObject => ({
  ...without(root(), 'conformsTo'),
  '@type': 'Dataset',
  license: 'CC0-1.0',
  ...changes,
});

function check(document: JsonValue) {
  return checkRoCrate(readGraph(document, AT), document);
}

describe('the base RO-Crate check', () => {
  it.each<readonly [string, JsonValue, readonly string[]]>([
    ['the smallest crate', crateOf(descriptor(), plainRoot()), []],
    ['no context', without(crateOf(descriptor(), plainRoot()), '@context'), ['document context-missing ']],
    ['no graph', { '@context': 'https://w3id.org/ro/crate/1.2/context' }, ['document graph-missing ']],
    ['no object', null, ['document context-missing ', 'document graph-missing ']],
    ['no @id', crateOf(descriptor(), plainRoot(), { '@type': 'Person' }), ['document id-missing /@graph/2']],
    ['no @type', crateOf(descriptor(), plainRoot(), { '@id': '#x' }), ['document type-missing /@graph/2']],
    [
      'one @id twice',
      crateOf(descriptor(), plainRoot(), file(), file()),
      ['document duplicate-id /@graph/3/@id'],
    ],
    [
      'a nested entity',
      crateOf(descriptor(), plainRoot({ author: [{ '@id': '#a', name: 'A' }] })),
      ['document not-flat /@graph/1/author/0'],
    ],
    [
      'an empty object',
      crateOf(descriptor(), plainRoot({ author: {} })),
      ['document not-flat /@graph/1/author'],
    ],
    ['a value object', crateOf(descriptor(), plainRoot({ name: { '@value': 'n', '@language': 'en' } })), []],
    [
      'a list of values',
      crateOf(descriptor(), plainRoot({ keywords: { '@list': ['a', { '@value': 'b' }] } })),
      [],
    ],
    [
      'a nested entity in a list',
      crateOf(descriptor(), plainRoot({ author: { '@list': [{ name: 'A' }] } })),
      ['document not-flat /@graph/1/author/@list/0'],
    ],
    [
      'a descriptor of another type',
      crateOf(descriptor({ '@type': 'File' }), plainRoot()),
      ['entity descriptor-type /@graph/0'],
    ],
    [
      'a root of another type',
      crateOf(descriptor(), plainRoot({ '@type': 'Person' })),
      ['entity root-type /@graph/1'],
    ],
    [
      'a root that lacks all',
      crateOf(descriptor(), { '@id': './', '@type': 'Dataset' }),
      Array(4).fill('entity missing-property /@graph/1'),
    ],
    ['an empty name', crateOf(descriptor(), plainRoot({ name: '' })), ['entity missing-property /@graph/1']],
    [
      'a name under another spelling',
      crateOf(descriptor(), { ...without(plainRoot(), 'name'), 'http://schema.org/name': 'n' }),
      [],
    ],
    [
      'a part that is not described',
      crateOf(descriptor(), plainRoot({ hasPart: [{ '@id': 'a.h5' }] })),
      ['graph dangling-part /@graph/1/hasPart/0'],
    ],
    [
      'a part under another spelling of its path',
      crateOf(descriptor(), plainRoot({ hasPart: [{ '@id': './raw/frames.h5' }] }), file()),
      [],
    ],
  ])('%s', (_, document, errors) => {
    expect(errorsIn(check(document).findings)).toEqual(errors);
  });

  it('tells once of a property that nests everywhere', () => {
    const identifier = [
      { '@type': 'PropertyValue', value: 'a' },
      { '@type': 'PropertyValue', value: 'b' },
    ];
    const { findings } = check(crateOf(descriptor(), plainRoot({ identifier }), file({ identifier })));
    expect(errorsIn(findings)).toEqual(['document not-flat /@graph/1/identifier/0']);
    expect(findings[0]?.message).toContain('in 4 places');
  });

  it('does not find a root that nothing names', () => {
    const document = crateOf(descriptor({ about: { '@id': './elsewhere/' } }), plainRoot());
    expect(errorsIn(check(document).findings)).toContain('entity root-missing /@graph/0');
  });

  it('finds no descriptor in an empty graph', () => {
    expect(errorsIn(check(crateOf()).findings)).toEqual([
      'entity descriptor-missing /@graph',
      'entity root-missing /@graph',
    ]);
  });

  it('warns of what other references do not reach, and of loose dates', () => {
    const document = crateOf(
      descriptor(),
      plainRoot({ author: [{ '@id': '#nobody' }], datePublished: 'last spring', conformsTo: PROFILE }),
    );
    const { findings, verdicts } = check(document);
    expect(warningsIn(findings)).toEqual([
      'entity date-form /@graph/1/datePublished',
      'graph dangling-reference /@graph/1/author/0',
      'graph dangling-reference /@graph/1/conformsTo',
    ]);
    expect(verdicts.every(({ verdict }) => verdict === 'holds')).toBe(true);
  });

  it('only warns of duplicate ids before 1.2', () => {
    const document = {
      ...crateOf(
        descriptor({ conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' } }),
        plainRoot(),
        file(),
        file(),
      ),
      '@context': 'https://w3id.org/ro/crate/1.1/context',
    };
    const { findings, verdicts } = check(document);
    expect(errorsIn(findings)).toEqual([]);
    expect(warningsIn(findings)).toEqual(['document duplicate-id /@graph/3/@id']);
    expect(verdicts.map(({ version }) => version)).toEqual(['1.1', '1.1', '1.1']);
  });

  it('expects the data of a detached crate on the web', () => {
    const id = 'https://archive.example/ds/1/';
    const document = crateOf(
      descriptor({ about: { '@id': id } }),
      plainRoot({
        '@id': id,
        hasPart: [{ '@id': 'raw/frames.h5' }, { '@id': 'https://archive.example/b.h5' }],
      }),
      file(),
      file({ '@id': 'https://archive.example/b.h5' }),
    );
    expect(warningsIn(check(document).findings)).toEqual(['graph not-web-based /@graph/2/@id']);
  });

  it('says why layers did not run', () => {
    const { verdicts } = check({ '@context': 'https://w3id.org/ro/crate/1.2/context' });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['does-not-hold', 'not-run', 'not-run']);
    expect(verdicts[1]?.reason).toContain('@graph');
  });
});
