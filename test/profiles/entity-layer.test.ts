import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
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
  sample,
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
