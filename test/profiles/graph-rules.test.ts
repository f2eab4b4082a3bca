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

const part = (changes: JsonObject): JsonObject => ({
  '@id': 'saxs/',
  '@type': 'Dataset',
  name: 'SAXS',
  ...changes,
});
const ligand = (changes: JsonObject): JsonObject => ({
  '@id': '#zinc',
  '@type': 'lambda:SmallMolecule',
  ...changes,
});
const strand = (changes: JsonObject): JsonObject => ({
  '@id': '#dna',
  '@type': 'lambda:NucleicAcid',
  nucleic_acid_type: 'dna',
  ...changes,
});
const interaction = (changes: JsonObject = {}): JsonObject => ({
  '@id': '#binds',
  '@type': 'lambda:SampleComponentInteraction',
  sample_id: { '@id': '#sample' },
  subject_id: { '@id': '#zinc' },
  object_id: { '@id': '#lysozyme' },
  interaction_type: 'binds',
  ...changes,
});
const both = { hasBioChemEntityPart: [{ '@id': '#zinc' }, { '@id': '#lysozyme' }] };
const zinc = ligand({ chebi_id: 'CHEBI:29105' });
const declares = (field: string): JsonObject => ({
  missing: [{ field, reason: 'not-registered', blocks: 'S1' }],
});

/** What holds, and what breaks exactly one graph rule and where; no other layer says anything. */
const CASES: readonly (readonly [name: string, document: JsonValue, errors: readonly string[]])[] = [
  ['the smallest crate', crate(), []],
  ['R1: no descriptor', crateOf(root()), ['graph R1 /@graph']],
  [
    'R1: about names nothing',
    crateOf(descriptor({ about: { '@id': './x/' } }), root()),
    ['graph R1 /@graph/0/about'],
  ],
  [
    'R1: ids are compared as written',
    crateOf(descriptor({ about: { '@id': '.' } }), root()),
    ['graph R1 /@graph/0/about'],
  ],
  [
    'R1: about may name any entity',
    crateOf(descriptor({ about: { '@id': 'raw/frames.h5' } }), root(), file()),
    [],
  ],
  [
    'R1: a detached descriptor is one with about',
    crateOf(descriptor({ '@id': 'https://data.example/ds/ro-crate-metadata.json' }), root()),
    [],
  ],
  ['R1: a nested descriptor is enough', crateOf(root(), file({ '@id': 'saxs/ro-crate-metadata.json' })), []],
  [
    'R2: no root',
    crateOf(descriptor(), root({ '@type': 'Dataset', '@id': './', ...declares('schemaRecord') })),
    [
      'entity unexpected-property /@graph/1/license',
      'entity unexpected-property /@graph/1/datePublished',
      'graph R2 /@graph',
    ],
  ],
  [
    'R2: the deprecated root type',
    crateOf(descriptor(), root({ '@type': ['Dataset', 'lambda:Experiment'] })),
    [],
  ],
  [
    'R3: hasPart names nothing',
    crateOf(descriptor(), root({ hasPart: [{ '@id': 'a' }] })),
    ['graph R3 /@graph/1/hasPart/0'],
  ],
  [
    'R3: one part, not wrapped',
    crateOf(descriptor(), root({ hasPart: { '@id': 'a' } })),
    ['graph R3 /@graph/1/hasPart'],
  ],
  [
    'R3: a web part needs its entity too',
    crateOf(descriptor(), root({ hasPart: { '@id': 'https://a.example/b' } })),
    ['graph R3 /@graph/1/hasPart'],
  ],
  [
    'R3: of any entity',
    crate(part({ hasPart: [{ '@id': 'b' }], ...declares('schemaRecord') })),
    ['graph R3 /@graph/2/hasPart/0'],
  ],
  ['R3: hasPart holds', crateOf(descriptor(), root({ hasPart: { '@id': 'raw/frames.h5' } }), file()), []],
  ['R3: a file in no hasPart is fine', crate(file()), []],
  [
    'R3: a sample’s molecule',
    crate(sample({ hasBioChemEntityPart: { '@id': '#x' } })),
    ['graph R3 /@graph/2/hasBioChemEntityPart'],
  ],
  [
    'R3: a sample’s molecule holds',
    crate(sample({ hasBioChemEntityPart: { '@id': '#lysozyme' } }), protein()),
    [],
  ],
  [
    'R3: a prefixed key',
    crateOf(descriptor(), { ...without(root(), 'hasPart'), 'schema:hasPart': { '@id': 'a' } }),
    ['graph R3 /@graph/1/schema:hasPart'],
  ],
  ['R4: a part that points nowhere', crate(part({})), ['graph R4 /@graph/2']],
  [
    'R4: a nested crate',
    crate(
      part({ conformsTo: PROFILE, hasPart: { '@id': 'saxs/ro-crate-metadata.json' } }),
      file({ '@id': 'saxs/ro-crate-metadata.json' }),
    ),
    [],
  ],
  [
    'R4: a nested descriptor without conformsTo',
    crate(
      part({ hasPart: { '@id': 'saxs/ro-crate-metadata.json' } }),
      file({ '@id': 'saxs/ro-crate-metadata.json' }),
    ),
    ['graph R4 /@graph/2'],
  ],
  ['R4: a record', crate(part({ schemaRecord: { '@id': 'saxs/record.yaml' } })), []],
  ['R4: an empty record is none', crate(part({ schemaRecord: {} })), ['graph R4 /@graph/2']],
  [
    'R4: identifier and url',
    crate(part({ identifier: 'SASDD42', url: 'https://www.sasbdb.org/data/SASDD42/' })),
    [],
  ],
  ['R4: identifier alone', crate(part({ identifier: 'SASDD42' })), ['graph R4 /@graph/2']],
  ['R4: any declared absence', crate(part(declares('sha256'))), []],
  ['R4: an empty list declares nothing', crate(part({ missing: [] })), ['graph R4 /@graph/2']],
  [
    'R5: an absence that blocks no tier',
    crate(sample({ missing: [{ field: 'seguid', reason: 'embargoed' }] })),
    ['graph R5 /@graph/2/missing/0'],
  ],
  [
    'R5: what does not apply blocks nothing',
    crate(sample({ missing: [{ field: 'seguid', reason: 'not-applicable' }] })),
    [],
  ],
  ['R5: shorthand is not seen', crate(sample({ missing: { field: 'seguid', reason: 'embargoed' } })), []],
  [
    'R6: there and declared missing',
    crate(sample(declares('sample_code'))),
    ['graph R6 /@graph/2/missing/0'],
  ],
  [
    'R6: a prefixed property is there',
    crate({ ...sample(declares('organism')), 'lambda:organism': 'hen' }),
    ['graph R6 /@graph/2/missing/0'],
  ],
  ['R6: an inherited name is not there', crate(sample(declares('toString'))), []],
  [
    'R7: no profile',
    crateOf(descriptor(), root({ conformsTo: [RO_CRATE] })),
    ['graph R7 /@graph/1/conformsTo'],
  ],
  [
    'R7: no RO-Crate',
    crateOf(descriptor(), root({ conformsTo: PROFILE })),
    ['graph R7 /@graph/1/conformsTo'],
  ],
  [
    'R7: any version',
    crateOf(
      descriptor(),
      root({
        conformsTo: [
          { '@id': 'https://w3id.org/lambda/profile/core/0.2' },
          { '@id': 'https://w3id.org/ro/crate/1.1' },
        ],
      }),
    ),
    [],
  ],
  ['R8: DataFile', crate(file({ '@type': ['DataFile'] })), ['graph R8 /@graph/2/@type/0']],
  ['R8: DataFile beside File', crate(file({ '@type': ['DataFile', 'File'] })), []],
  ['R9: no licence', crateOf(descriptor(), without(root(), 'license')), ['graph R9 /@graph/1']],
  ['R9: no date', crateOf(descriptor(), without(root(), 'datePublished')), ['graph R9 /@graph/1']],
  [
    'R9: a declared one',
    crateOf(descriptor(), { ...without(root(), 'license'), ...declares('license') }),
    [],
  ],
  ['R9: a key with null is there', crateOf(descriptor(), root({ license: null })), []],
  [
    'R9: shorthand declares nothing',
    crateOf(descriptor(), {
      ...without(root(), 'license'),
      missing: { field: 'license', reason: 'not-applicable' },
    }),
    ['graph R9 /@graph/1'],
  ],
  [
    'R9: a prefixed licence',
    crateOf(descriptor(), { ...without(root(), 'license'), 'sdo:license': 'CC0' }),
    [],
  ],
  ['R10: a protein without accession', crate(without(protein(), 'uniprot_id')), ['graph R10 /@graph/2']],
  ['R10: declared', crate({ ...without(protein(), 'uniprot_id'), ...declares('uniprot_id') }), []],
  [
    'R10: another absence does not help',
    crate({ ...without(protein(), 'uniprot_id'), ...declares('gene_name') }),
    ['graph R10 /@graph/2'],
  ],
  ['R11: a strand without identity', crate(strand({})), ['graph R11 /@graph/2']],
  ['R11: a sequence', crate(strand({ nucleotide_sequence: 'AGCGTGGGCGT' })), []],
  ['R11: declared', crate(strand(declares('rnacentral_id'))), []],
  ['R12: a ligand without identity', crate(ligand({})), ['graph R12 /@graph/2']],
  ['R12: a ligand code', crate(ligand({ pdb_ligand_id: 'pdb.ligand:ZN' })), []],
  ['R12: declared', crate(ligand(declares('smiles'))), []],
  ['R13: holds', crate(sample(both), zinc, protein(), interaction()), []],
  ['R13: no sample', crate(zinc, protein(), interaction()), ['graph R13 /@graph/4/sample_id']],
  [
    'R13: sample_id names no sample',
    crate(zinc, protein(), interaction({ sample_id: { '@id': '#zinc' } })),
    ['graph R13 /@graph/4/sample_id'],
  ],
  ['R13: sample_id names nothing', crate(interaction({ sample_id: {} })), ['graph R13 /@graph/2/sample_id']],
  [
    'R13: subject not in the graph',
    crate(sample(both), zinc, protein(), interaction({ subject_id: { '@id': '#x' } })),
    ['graph R13 /@graph/5/subject_id'],
  ],
  [
    'R13: object not in the sample',
    crate(sample({ hasBioChemEntityPart: { '@id': '#zinc' } }), zinc, protein(), interaction()),
    ['graph R13 /@graph/5/object_id'],
  ],
  [
    'R13: of two entities with one @id the last counts',
    crate(sample(both), sample({ hasBioChemEntityPart: { '@id': '#zinc' } }), zinc, protein(), interaction()),
    ['graph R13 /@graph/6/object_id'],
  ],
];

describe('the graph rules of LAMBDA Core', () => {
  it.each(CASES)('%s', (_, document, errors) => {
    expect(errorsIn(checkLambdaCore(document).findings)).toEqual(errors);
  });

  it('says what is wrong and what would be right', () => {
    const { findings } = checkLambdaCore(
      crateOf(descriptor(), root({ hasPart: [{ '@id': 'raw/gone.h5' }] })),
    );
    expect(findings).toEqual([
      {
        layer: 'graph',
        rule: 'R3',
        severity: 'error',
        profile: 'lambda-core',
        pointer: '/@graph/1/hasPart/0',
        entity: './',
        message:
          '`hasPart` names `raw/gone.h5`, which is no entity of the graph; describe it under exactly this @id or take it out.',
      },
    ]);
  });
});
