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
  PROFILE,
  protein,
  RO_CRATE,
  root,
  SHA256,
  sample,
  warningsIn,
  without,
} from './crates.ts';

const association = { '@type': 'prov:Association', 'prov:agent': { '@id': '#me', '@type': 'prov:Person' } };
const estimator = { definition: 'half-set correlation', admissibility: 'local' };
const run = (changes: JsonObject): JsonObject => ({ '@id': '#run', '@type': 'CreateAction', ...changes });
const rootWith = (changes: JsonObject): JsonObject => crateOf(descriptor(), root(changes));

/** What is normalised before a class is asked, and what is not. */
const NORMALISED: readonly (readonly [name: string, document: JsonValue, errors: readonly string[]])[] = [
  ['a type as a string', crate(file({ '@type': 'File' })), []],
  [
    'a single value of a list property',
    rootWith({ keywords: 'lysozyme', conformsTo: [RO_CRATE, PROFILE] }),
    [],
  ],
  ['a wrapped value has no index', rootWith({ keywords: 7 }), ['entity wrong-type /@graph/1/keywords']],
  ['null is wrapped too', rootWith({ hasPart: null }), ['entity wrong-type /@graph/1/hasPart']],
  [
    'a list is never unwrapped',
    rootWith({ license: [{ '@id': 'CC0' }] }),
    ['entity wrong-type /@graph/1/license'],
  ],
  [
    'a list of one about',
    crateOf(descriptor({ about: [{ '@id': './' }] }), root()),
    ['entity wrong-type /@graph/0/about'],
  ],
  [
    'any prefix for any term',
    crate({ ...without(file(), 'name'), 'lambdax:name': 'a', 'sdo:file_format': 'h5' }),
    [],
  ],
  [
    'an error under a prefixed key',
    crate({ ...file(), 'lambda:file_format': 'hdf' }),
    ['entity not-in-vocabulary /@graph/2/lambda:file_format'],
  ],
  [
    'bare and prefixed',
    crate(file({ 'lambda:name': 'twice' })),
    ['entity unexpected-property /@graph/2/lambda:name'],
  ],
  [
    'two prefixes: the later counts',
    crate({ ...without(file(), 'name'), 'lambda:name': 3, 'sdo:name': 'good' }),
    [],
  ],
  [
    'two prefixes: the later is wrong',
    crate({ ...without(file(), 'name'), 'lambda:name': 'good', 'sdo:name': 3 }),
    ['entity wrong-type /@graph/2/sdo:name'],
  ],
  [
    'a prefixed term the class lacks',
    crate(file({ 'lambda:ccHalf': 0.99 })),
    ['entity unexpected-property /@graph/2/lambda:ccHalf'],
  ],
  [
    'a full IRI is not compacted',
    crate(file({ 'http://schema.org/description': 'x' })),
    ['entity unexpected-property /@graph/2/http:~1~1schema.org~1description'],
  ],
  [
    'a slot name where a key exists',
    crate(file({ content_size: 3 })),
    ['entity unexpected-property /@graph/2/content_size'],
  ],
  [
    'inside value objects',
    rootWith({
      designated: {
        '@type': 'prov:Activity',
        'prov:generated': { '@id': 'a' },
        'prov:qualifiedAssociation': association,
      },
    }),
    [],
  ],
  [
    'an error inside wrapped value objects',
    rootWith({
      designated: {
        '@type': 'prov:Activity',
        'prov:generated': { '@id': 'a' },
        'prov:qualifiedAssociation': { '@type': 'prov:Association' },
      },
    }),
    ['entity missing-property /@graph/1/designated/prov:qualifiedAssociation'],
  ],
  [
    'prefixed keys of a declaration',
    crate(sample({ missing: [{ 'lambdarc:field': 'seguid', reason: 'not-applicable' }] })),
    [],
  ],
  [
    'opaque blocks are left alone',
    crate(run({ resultSummary: { '@type': 'x', anything: [1, { 'lambda:y': null }] } })),
    [],
  ],
  [
    'an opaque block is no list',
    crate(run({ resultSummary: [1] })),
    ['entity wrong-type /@graph/2/resultSummary'],
  ],
];

/** The closed classes. */
const CLASSES: readonly (readonly [name: string, document: JsonValue, errors: readonly string[]])[] = [
  [
    'no class',
    crate({ '@id': '#x', '@type': ['Protein', 'BioChemEntity'] }),
    ['entity no-class /@graph/2/@type'],
  ],
  [
    'full IRIs do not choose a class',
    crate({ '@id': '#x', '@type': 'http://schema.org/Person' }),
    ['entity no-class /@graph/2/@type'],
  ],
  ['no type at all', crate({ '@id': '#x' }), ['entity no-class /@graph/2']],
  ['a number as type', crate({ '@id': '#x', '@type': 4 }), ['entity wrong-type /@graph/2/@type']],
  ['null as type', crate({ '@id': '#x', '@type': null }), ['entity wrong-type /@graph/2/@type']],
  ['a list as @id', crate(file({ '@id': ['a'] })), ['entity wrong-type /@graph/2/@id']],
  [
    'the specific type wins, whatever the order',
    crate({ '@id': '#p', '@type': ['File', 'lambda:Protein'], uniprot_id: 'uniprot:P00698' }),
    [],
  ],
  [
    'a part typed as root is one',
    crate({ '@id': 'p/', '@type': ['lambda:Dataset', 'Dataset'], name: 'x' }),
    [
      'entity missing-property /@graph/2',
      'entity missing-property /@graph/2',
      'entity missing-property /@graph/2',
    ],
  ],
  [
    'a nested descriptor is a file',
    crate(without(file({ '@id': 's/ro-crate-metadata.json' }), 'sha256')),
    ['entity missing-property /@graph/2'],
  ],
  [
    'a checksum cannot be declared missing',
    crate({ ...without(file(), 'sha256'), missing: [] }),
    ['entity missing-property /@graph/2', 'entity unexpected-property /@graph/2/missing'],
  ],
  [
    'a part needs no checksum',
    crate({ '@id': 's/', '@type': 'Dataset', name: 's', schemaRecord: { '@id': 'r' } }),
    [],
  ],
  [
    'an inline reference',
    rootWith({ publisher: { '@id': '#o', name: 'SSRL' } }),
    ['entity unexpected-property /@graph/1/publisher/name'],
  ],
  ['a string as reference', rootWith({ publisher: '#o' }), ['entity wrong-type /@graph/1/publisher']],
  ['an empty reference', rootWith({ publisher: {} }), []],
  [
    'null for an optional value',
    rootWith({ url: null, publisher: null, sufficiency: null, facility: null }),
    [],
  ],
  ['null for a vocabulary', rootWith({ technique: null }), ['entity not-in-vocabulary /@graph/1/technique']],
  [
    'null for a required reference',
    crateOf(descriptor({ about: null }), root()),
    ['entity wrong-type /@graph/0/about'],
  ],
  ['null for a size', crate(file({ contentSize: null })), []],
  ['an integer size', crate(file({ contentSize: 12 })), []],
  ['a new token', rootWith({ technique: 'microed' }), []],
  ['the newest tokens', rootWith({ technique: 'integrative_modeling' }), []],
  ['case counts', rootWith({ technique: 'SAXS' }), ['entity not-in-vocabulary /@graph/1/technique']],
  [
    'a beamline is free text',
    crate({ '@id': '#i', '@type': 'lambda:Instrument', instrument_code: 'x', beamline_id: '12.3.1' }),
    [],
  ],
  [
    'an affiliation is no reference',
    crate({ '@id': '#p', '@type': 'Person', affiliation: { '@id': '#o' } }),
    ['entity wrong-type /@graph/2/affiliation'],
  ],
  ['a bare accession', crate(protein({ uniprot_id: 'P00698' })), ['entity wrong-form /@graph/2/uniprot_id']],
  ['a final line feed, as Python’s $ lets pass', crate(protein({ uniprot_id: 'uniprot:P00698\n' })), []],
  [
    'an error in an optional object is told once',
    crate(run({ estimator: { definition: 'x' } })),
    ['entity missing-property /@graph/2/estimator'],
  ],
  ['an estimator', crate(run({ estimator })), []],
  [
    'a descriptor’s @id',
    crateOf(descriptor({ '@id': 'xro-crate-metadata.json' }), root()),
    ['entity wrong-form /@graph/0/@id'],
  ],
  [
    'a key no object should have',
    crate(JSON.parse('{"@id":"#x","@type":"Person","__proto__":{"name":1},"constructor":2}')),
    ['entity unexpected-property /@graph/2/__proto__', 'entity unexpected-property /@graph/2/constructor'],
  ],
];

describe('the entity layer of LAMBDA Core', () => {
  it.each(NORMALISED)('normalises: %s', (_, document, errors) => {
    expect(errorsIn(checkLambdaCore(document).findings)).toEqual(errors);
  });

  it.each(CLASSES)('checks: %s', (_, document, errors) => {
    expect(errorsIn(checkLambdaCore(document).findings)).toEqual(errors);
  });

  it.each<readonly [JsonValue, string]>([
    [crate(without(file(), 'sha256')), '64 hexadecimal digits'],
    [crate(file({ content_size: 3 })), 'did you mean `contentSize`'],
    [crate(file({ 'lambda:ccHalf': 1 })), '`resultSummary`'],
    [crate(file({ 'lambda:name': 'x' })), 'it repeats `name`'],
    [crate(file({ 'http://schema.org/description': 'x' })), 'write it as `description`'],
    [rootWith({ technique: 'sax' }), 'Did you mean `saxs`?'],
    [rootWith({ publisher: '#o' }), 'a reference is written {"@id": "…"}'],
    [rootWith({ license: [] }), 'it takes one value'],
    [crate(protein({ uniprot_id: 'P00698' })), 'uniprot:P00698'],
    [rootWith({ publisher: { '@id': '#o', name: 'SSRL' } }), 'a reference holds `@id` alone'],
  ])('says what would be right (%#)', (document, words) => {
    const errors = checkLambdaCore(document).findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message }) => message).join('\n')).toContain(words);
  });
});

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
