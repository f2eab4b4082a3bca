import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';

/*
 * Records as people write them, right and nearly right: every collection, ids of every sort, quantities in every form,
 * references by id, by code and to nothing. Each entity has an id of its own, which the schema asks for.
 */

type Slots = Readonly<Record<string, fc.Arbitrary<JsonValue>>>;

const words = fc.constantFrom('a', 'Lysozyme', ' padded ', 'ß-µ', 'x/y~z', '2', '');
const text: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 8, arbitrary: words },
  { weight: 1, arbitrary: fc.constantFrom<JsonValue>(null, 7, 4.1, true, ['a', 'b'], {}) },
);
const units = fc.constantFrom(
  'Angstroms',
  'nm',
  'percent',
  'degrees Celsius',
  'foo',
  'A',
  '',
  'scattering intensity',
);
const numbers = fc.constantFrom(0, 1, -180, 2.5, 1e-6, 12, 1e308);
const quantity: fc.Arbitrary<JsonValue> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        numeric_value: fc.oneof(numbers, fc.constant(null)),
        unit: fc.oneof(units, fc.constant(null)),
        minimum_numeric_value: numbers,
        maximum_numeric_value: numbers,
        raw_value: fc.constantFrom('1.5 nm', '2-4 nm', 'about 3'),
        unit_cv_id: fc.constant('UO:0000019'),
        estimator: fc.constant({ software: 'XDS', definition: 'CC1/2', admissibility: 'comparable' }),
      },
      { requiredKeys: [] },
    ),
  },
  { weight: 2, arbitrary: numbers },
  { weight: 1, arbitrary: fc.constantFrom<JsonValue>('2.5 Å', null, { numeric_value: 'x' }, [1, 2], []) },
);
const quantities: fc.Arbitrary<JsonValue> = fc.oneof(quantity, fc.array(quantity, { maxLength: 3 }));
const block = fc.dictionary(
  fc.constantFrom('temperature', 'resolution', 'r_merge', 'ph', 'space_group', 'a/b', 'estimator', 'odd_id'),
  fc.oneof(quantities, text, fc.record({ inner: quantity })),
  { maxKeys: 4 },
);
const time = fc.constantFrom<JsonValue>('2025-02-01', '2025-02-01T10:00:00Z', 'last week', null, 2025);
const term = fc.constantFrom<JsonValue>(
  'NCBITaxon:9606',
  { id: 'NCBITaxon:9606', label: 'Homo sapiens' },
  'yeast',
);
const HEX = 'a38b1ec94286da401ec5b6f7289f82b60d25a9933da53d0c3499c8868f9fec9b';

/** Ids of three entities of a kind, in spellings that collide with those of no other. */
function idsOf(kind: string): readonly string[] {
  return [`lambdaber:${kind}_1`, `https://lims.example.org/${kind}/2`, `emsl:${kind}_3`];
}

function referenceTo(kind: string, ...codes: readonly string[]): fc.Arbitrary<JsonValue> {
  return fc.constantFrom<JsonValue>(...idsOf(kind), ...codes, 'lambdaber:nowhere', null, 5);
}

function link(...ends: readonly (readonly [string, fc.Arbitrary<JsonValue>])[]): fc.Arbitrary<JsonValue> {
  const more = {
    role: text,
    preparation_id: referenceTo('prep'),
    author_position: fc.constantFrom<JsonValue>(0, 1, 2, 'first'),
    note: text,
  };
  return fc
    .tuple(fc.record(Object.fromEntries(ends)), fc.record(more, { requiredKeys: [] }))
    .map(([named, said]): JsonValue => ({ ...named, ...said }));
}

const CLASSES: Readonly<Record<string, readonly [kind: string, slots: Slots]>> = {
  studies: ['study', { proposal_id: text, keywords: fc.constantFrom<JsonValue>(['a'], [], 'a', [1]) }],
  persons: [
    'person',
    {
      orcid: fc.constantFrom<JsonValue>('https://orcid.org/0000-0002-1825-0097', '0000-0002-1825-0097', 'x'),
      full_name: text,
      affiliation: text,
    },
  ],
  organizations: [
    'organization',
    {
      ror: fc.constantFrom<JsonValue>('https://ror.org/02jbv0t02', '02jbv0t02', 'x'),
      acronym: text,
      facility_code: fc.constantFrom<JsonValue>('ALS', 'NSLSII', 'LCLS'),
      parent_organization_id: referenceTo('organization'),
    },
  ],
  instruments: [
    'instrument',
    {
      instrument_code: text,
      facility_name: fc.constantFrom<JsonValue>('ALS', 'SLAC', 'nowhere'),
      beamline_id: text,
      detectors: fc.array(fc.oneof(block, block, fc.constant({})), { maxLength: 2 }),
      energy_min: quantity,
      facility_organization_id: referenceTo('organization'),
      type: fc.constantFrom<JsonValue>('SAXSInstrument', 'lambdaber:CryoEMInstrument', 'x'),
    },
  ],
  proteins: [
    'protein',
    {
      uniprot_id: fc.constantFrom<JsonValue>('uniprot:P08046', 'P08046', 'x'),
      protein_name: text,
      sequence_length: numbers,
    },
  ],
  nucleic_acids: ['strand', { nucleic_acid_type: text, nucleotide_sequence: text }],
  small_molecules: [
    'compound',
    { chebi_id: fc.constantFrom<JsonValue>('CHEBI:1', 'x'), small_molecule_name: text },
  ],
  samples: [
    'sample',
    {
      sample_code: fc.constantFrom<JsonValue>('S-1', 'S-2', 7),
      organism: term,
      concentration: quantity,
      molecular_weight: quantities,
      buffer_composition: block,
      storage_conditions: block,
      parent_sample_id: referenceTo('sample', 'S-1'),
      missing: fc.constantFrom<JsonValue>([{ field: 'x', reason: 'embargoed' }], {}, [null]),
      database_cross_references: fc.constant([
        { database_name: 'uniprot', database_id: 'P0A405', position: 3 },
      ]),
    },
  ],
  sample_components: [
    'component',
    {
      sample_id: referenceTo('sample'),
      component_type: text,
      protein_id: referenceTo('protein'),
      small_molecule_id: referenceTo('compound'),
      role: text,
      copy_number: fc.constantFrom<JsonValue>(1, 2, -1, 'two'),
    },
  ],
  sample_preparations: [
    'prep',
    { sample_id: referenceTo('sample', 'S-2'), preparation_date: time, yield_mg: quantity },
  ],
  experiment_runs: [
    'run',
    {
      experiment_code: fc.constantFrom<JsonValue>('E-1', 'E-2'),
      technique: fc.constantFrom<JsonValue>('saxs', 'RX', 'cryo_em', 'dowsing', 3),
      processing_status: fc.constantFrom<JsonValue>('collected', 'done'),
      experiment_date: time,
      raw_data_location: fc.constantFrom<JsonValue>('s3://raw/run/', '/data', 'raw/run'),
      data_collection_strategy: block,
      quality_metrics: block,
      resolution: quantity,
      sample_id: referenceTo('sample', 'S-1'),
      instrument_id: referenceTo('instrument'),
    },
  ],
  workflow_runs: [
    'workflow',
    {
      workflow_code: text,
      software_version: fc.constantFrom<JsonValue>('1.0', 1.1),
      processing_level: quantity,
      started_at: time,
      space_group: text,
      refinement_params: block,
      experiment_id: referenceTo('run'),
      output_files: fc.oneof(referenceTo('file'), fc.array(referenceTo('file'), { maxLength: 3 })),
    },
  ],
  data_files: [
    'file',
    {
      file_name: fc.constantFrom<JsonValue>('a.mtz', 'b/c.dat', '', 3),
      file_path: fc.constantFrom<JsonValue>('raw/a.mtz', '/data/saxs/', 'https://x.org/d/', '../up', 'a b#c'),
      storage_uri: fc.constantFrom<JsonValue>('s3://b/k', 'https://x.org/a.tar', '/data', 'raw/a.mtz', 4),
      checksum: fc.constantFrom<JsonValue>(HEX, `sha256:${HEX}`, 'sha256:abc...', 'md5:0cc175b9', 'TBD', 5),
      file_size_bytes: fc.oneof(
        quantity,
        fc.constantFrom<JsonValue>(12, '12', { numeric_value: 12, unit: 'bytes' }),
      ),
      related_entity: fc.oneof(referenceTo('run', 'E-1'), referenceTo('workflow'), referenceTo('sample')),
      creation_date: time,
    },
  ],
  images: ['image', { file_name: text, acquisition_date: time, pixel_size: quantity }],
};

const TABLES: Readonly<Record<string, fc.Arbitrary<JsonValue>>> = {
  study_sample_associations: link(
    ['study_id', referenceTo('study')],
    ['sample_id', referenceTo('sample', 'S-1')],
  ),
  study_experiment_associations: link(
    ['study_id', referenceTo('study')],
    ['experiment_id', referenceTo('run')],
  ),
  experiment_sample_associations: link(
    ['experiment_id', referenceTo('run', 'E-2')],
    ['sample_id', referenceTo('sample')],
  ),
  experiment_instrument_associations: link(
    ['experiment_id', referenceTo('run')],
    ['instrument_id', referenceTo('instrument')],
  ),
  sample_protein_associations: link(
    ['sample_id', referenceTo('sample')],
    ['protein_id', referenceTo('protein')],
  ),
  sample_nucleic_acid_associations: link(
    ['sample_id', referenceTo('sample')],
    ['nucleic_acid_id', fc.oneof(referenceTo('strand'), referenceTo('protein'))],
  ),
  study_person_associations: link(['study_id', referenceTo('study')], ['person_id', referenceTo('person')]),
  workflow_experiment_associations: link(
    ['workflow_id', referenceTo('workflow')],
    ['experiment_id', referenceTo('run')],
  ),
  workflow_output_associations: link(
    ['workflow_id', referenceTo('workflow')],
    ['file_id', referenceTo('file')],
  ),
  sample_component_interactions: fc.record(
    {
      sample_id: referenceTo('sample'),
      subject_id: referenceTo('component'),
      object_id: referenceTo('component'),
      interaction_type: text,
      affinity: quantity,
    },
    { requiredKeys: [] },
  ),
};

function entityOf(id: string, slots: Slots): fc.Arbitrary<JsonObject> {
  const common: Slots = {
    title: text,
    description: text,
    beyond_the_schema: fc.oneof(text, quantity, block),
  };
  return fc
    .record({ ...common, ...slots }, { requiredKeys: [] })
    .map((entity): JsonObject => ({ id, ...entity }));
}

/** Entities of one collection, each id at most once. */
function collectionOf([kind, slots]: readonly [string, Slots]): fc.Arbitrary<readonly JsonObject[]> {
  return fc.subarray([...idsOf(kind)]).chain((ids) => fc.tuple(...ids.map((id) => entityOf(id, slots))));
}

/** Records in the flat form. */
export const records: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      title: text,
      description: text,
      keywords: fc.constantFrom<JsonValue>(['a', 'b'], [], 'a', ['a', 1]),
      beyond: fc.oneof(text, block),
      ...Object.fromEntries(Object.entries(CLASSES).map(([slot, of]) => [slot, collectionOf(of)])),
      ...Object.fromEntries(
        Object.entries(TABLES).map(([slot, row]) => [
          slot,
          fc.array(fc.oneof({ weight: 9, arbitrary: row }, { weight: 1, arbitrary: text }), { maxLength: 4 }),
        ]),
      ),
    },
    { requiredKeys: [] },
  )
  .map((record): JsonObject => ({ id: 'lambdaber:dataset', ...record }));
