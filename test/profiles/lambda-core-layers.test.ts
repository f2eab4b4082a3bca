import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { LISTED_PER_RULE } from '../../src/profiles/collector.ts';
import { checkLambdaCore } from '../../src/profiles/lambda-core/check.ts';
import {
  crate,
  crateOf,
  descriptor,
  errorsIn,
  file,
  RO_CRATE,
  root,
  SHA256,
  sample,
  warningsIn,
  without,
} from './crates.ts';

const rootWith = (changes: JsonObject): JsonObject => crateOf(descriptor(), root(changes));

describe('warnings of LAMBDA Core, which never decide', () => {
  it.each<readonly [string, JsonValue, readonly string[]]>([
    ['a checksum that is none', crate(file({ sha256: 'abc' })), ['entity checksum-form /@graph/2/sha256']],
    [
      'a size that is none',
      crate(file({ contentSize: '12 kB' })),
      ['entity size-form /@graph/2/contentSize'],
    ],
    [
      'a descriptor without RO-Crate',
      crateOf(descriptor({ conformsTo: [] }), root()),
      ['graph descriptor-profile /@graph/0/conformsTo'],
    ],
    ['an empty licence', rootWith({ license: '' }), ['graph empty-value /@graph/1/license']],
    [
      'absence in shorthand',
      crate(sample({ missing: { field: 'seguid', reason: 'not-applicable' } })),
      ['entity absence-shorthand /@graph/2/missing'],
    ],
    ['two entities with one @id', crate(file(), file()), ['graph duplicate-id /@graph/2']],
    ['a member that is no entity', crate('x'), ['document not-an-entity /@graph/2']],
    [
      '0.2 spellings under a prefix',
      crate({ ...sample(), 'lambda:sampleName': 'x' }),
      ['entity deprecated-spelling /@graph/2/lambda:sampleName'],
    ],
    [
      '0.2 types',
      crateOf(descriptor(), root({ '@type': ['Dataset', 'lambda:Experiment'] })),
      ['entity deprecated-spelling /@graph/1/@type/1'],
    ],
    [
      'a term with two prefixes',
      crate({ ...without(file(), 'name'), 'lambda:name': 'a', 'sdo:name': 'b' }),
      ['entity repeated-term /@graph/2/sdo:name'],
    ],
    ['an object as type', crate(file({ '@type': { File: 1 } })), ['entity type-not-a-list /@graph/2/@type']],
    [
      'a nested crate of an unknown profile',
      crate(
        {
          '@id': 's/',
          '@type': 'Dataset',
          name: 's',
          conformsTo: RO_CRATE,
          hasPart: { '@id': 's/ro-crate-metadata.json' },
        },
        file({ '@id': 's/ro-crate-metadata.json' }),
      ),
      ['graph nested-crate-profile /@graph/2/conformsTo'],
    ],
    [
      'a record that is not described',
      crate({ '@id': 's/', '@type': 'Dataset', name: 's', schemaRecord: { '@id': 'r' } }),
      ['graph schema-record /@graph/2/schemaRecord'],
    ],
    [
      'a prefix bound elsewhere',
      { ...crate(), '@context': [{ lambda: 'https://w3id.org/lambda/terms/0.2/' }] },
      ['document context-binding /@context/0/lambda'],
    ],
    [
      'about another entity than the root',
      crateOf(descriptor({ about: { '@id': 'raw/frames.h5' } }), root(), file()),
      ['graph about-not-root /@graph/0/about'],
    ],
    ['a second root', crate(root({ '@id': 'b/' })), ['graph several-roots /@graph/2/@type']],
    [
      'a nested descriptor first',
      crateOf(file({ '@id': 's/ro-crate-metadata.json' }), descriptor(), root()),
      ['graph descriptor-choice /@graph/0', 'graph descriptor-profile /@graph/0'],
    ],
  ])('%s', (_, document, warnings) => {
    const { verdicts, findings } = checkLambdaCore(document);
    expect(errorsIn(findings)).toEqual([]);
    expect(warningsIn(findings)).toEqual(warnings);
    expect(verdicts.every(({ verdict }) => verdict === 'holds')).toBe(true);
  });

  it('takes unknown properties of a newer profile as warnings, and nothing else', () => {
    const claims = (version: string) => [
      RO_CRATE,
      { '@id': `https://w3id.org/lambda/profile/core/${version}` },
    ];
    const of = (version: string) =>
      checkLambdaCore(
        crateOf(
          descriptor(),
          root({ conformsTo: claims(version), beamEnergy: 12 }),
          without(file(), 'sha256'),
        ),
      ).findings;
    expect(warningsIn(of('0.4.0'))).toEqual([
      'entity unexpected-property /@graph/1/beamEnergy',
      'graph profile-version /@graph/1/conformsTo/1',
    ]);
    expect(errorsIn(of('0.4.0'))).toEqual(['entity missing-property /@graph/2']);
    for (const version of ['0.2', '0.3.0', '0.3.1', '0.3.2', '0.3.3', 'draft']) {
      expect(errorsIn(of(version))).toContain('entity unexpected-property /@graph/1/beamEnergy');
    }
  });
});

describe('the document layer of LAMBDA Core', () => {
  it.each<readonly [string, JsonValue, readonly string[], readonly string[]]>([
    ['no object', [], ['document not-an-object '], ['does-not-hold', 'not-run', 'not-run']],
    [
      'a bare context',
      { ...crate(), '@context': 'https://w3id.org/ro/crate/1.2/context' },
      ['document wrong-type /@context'],
      ['does-not-hold', 'holds', 'holds'],
    ],
    [
      'no context',
      without(crate(), '@context'),
      ['document missing-property '],
      ['does-not-hold', 'holds', 'holds'],
    ],
    ['no graph', { '@context': [] }, ['document missing-property '], ['does-not-hold', 'not-run', 'not-run']],
    [
      'an object as graph',
      { '@context': [], '@graph': {} },
      ['document wrong-type /@graph'],
      ['does-not-hold', 'not-run', 'not-run'],
    ],
    [
      'a list in the graph',
      crate([]),
      ['document wrong-type /@graph/2'],
      ['does-not-hold', 'holds', 'holds'],
    ],
    ['other keys at the top', { ...crate(), more: 1 }, [], ['holds', 'holds', 'holds']],
  ])('%s', (_, document, errors, verdicts) => {
    const result = checkLambdaCore(document);
    expect(errorsIn(result.findings)).toEqual(errors);
    expect(result.verdicts.map(({ verdict }) => verdict)).toEqual(verdicts);
    for (const each of result.verdicts) expect(each.verdict === 'not-run').toBe(each.reason !== undefined);
  });
});

describe('a very large crate', () => {
  const files = Array.from({ length: 100_000 }, (_, index) =>
    file({ '@id': `raw/${index}.h5`, sha256: SHA256 }),
  );
  const hasPart = files.map((each) => ({ '@id': each['@id'] ?? null }));

  it('holds with 100,000 files', () => {
    const { verdicts } = checkLambdaCore(crateOf(descriptor(), root({ hasPart }), ...files));
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['holds', 'holds', 'holds']);
  });

  it('lists the first findings of a rule and counts the rest', () => {
    const bare = files.map((each) => without(each, 'sha256'));
    const { findings } = checkLambdaCore(crateOf(descriptor(), root({ hasPart }), ...bare));
    expect(findings).toHaveLength(LISTED_PER_RULE + 1);
    expect(findings.at(-1)?.message).toContain(`${100_000 - LISTED_PER_RULE} more`);
  });

  it('shows the first error of an entity with more values than can be listed', () => {
    const parts = Array.from({ length: 600_000 }, (_, index) => `raw/${index}.h5`);
    const { findings } = checkLambdaCore(crateOf(descriptor(), root({ hasPart: parts })));
    expect(errorsIn(findings)).toEqual(['entity wrong-type /@graph/1/hasPart/0']);
  });
});
