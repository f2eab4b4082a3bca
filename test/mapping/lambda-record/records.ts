import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mapRecord } from '../../../src/mapping/lambda-record/map.ts';
import { parseRecord } from '../../../src/mapping/lambda-record/parse.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import type { MeasurementRow, RecordContext, RecordRows } from '../../../src/model/record-rows.ts';

export const CRATE = 'https://als.example.org/crates/a/';

export const CONTEXT: RecordContext = {
  facility: 'als',
  timezone: 'America/Los_Angeles',
  crate_iri: CRATE,
  base_iri: CRATE,
  document_url: `${CRATE}record.yaml`,
  proposal_id: null,
};

export const SHA256 = 'a38b1ec94286da401ec5b6f7289f82b60d25a9933da53d0c3499c8868f9fec9b';

export function mapped(record: JsonValue, context: Partial<RecordContext> = {}): RecordRows {
  return mapRecord(record, { ...CONTEXT, ...context });
}

/** A record in YAML or JSON text, read and mapped. */
export function readRecord(text: string | Uint8Array): JsonValue {
  const { json, findings } = parseRecord(typeof text === 'string' ? Buffer.from(text) : text);
  if (json === undefined) throw new Error(findings.map(({ message }) => message).join(' '));
  return json;
}

/** The published records, by file name. */
export function publishedRecords(folder: string): readonly (readonly [name: string, record: JsonObject])[] {
  const records = join(folder, 'lambda-records');
  return readdirSync(records).map((name) => {
    const json = readRecord(readFileSync(join(records, name)));
    if (!isJsonObject(json)) throw new Error(`${name} is no object`);
    return [name, json];
  });
}

export function list(record: JsonObject, slot: string): readonly JsonValue[] {
  const value = record[slot];
  return isJsonArray(value) ? value : [];
}

export function rulesOf(rows: RecordRows): readonly string[] {
  return rows.findings.map(({ rule }) => rule);
}

/** An association as one line, IRIs by their last words. */
export function links(rows: RecordRows): readonly string[] {
  return rows.associations.map(
    ({ kind, subject_iri, object_iri, role }) =>
      `${kind} ${last(subject_iri)} → ${last(object_iri)}${role === null ? '' : ` (${role})`}`,
  );
}

export function last(iri: string): string {
  return decodeURIComponent(iri.replace(/^.*(?:#lambda-record\/|\/)/, ''));
}

export function measurement(rows: RecordRows, name: string, entity?: string): MeasurementRow {
  const found = rows.measurements.filter(
    (row) => row.name === name && (entity === undefined || last(row.entity_iri) === entity),
  );
  const [only, other] = found;
  if (only === undefined || other !== undefined) throw new Error(`${found.length} measurements of ${name}`);
  return only;
}

/** A record that says something in every collection. */
export const FULL: JsonObject = {
  id: 'lambdaber:dataset-full',
  title: 'A record that says something everywhere',
  keywords: ['zinc finger', 'DNA'],
  prefixes: { lims: 'https://lims.example.org/id/' },
  studies: [{ id: 'lambdaber:study', title: 'Zinc fingers', proposal_id: 'P-77', keywords: ['zinc'] }],
  persons: [
    {
      id: 'lambdaber:person-josiah',
      title: 'Josiah Carberry',
      full_name: 'Josiah S. Carberry',
      orcid: 'https://orcid.org/0000-0002-1825-0097',
      affiliation_ror: 'https://ror.org/02jbv0t02',
    },
  ],
  organizations: [
    { id: 'lambdaber:lbnl', title: 'Berkeley Lab', ror: 'https://ror.org/02jbv0t02', acronym: 'LBNL' },
    {
      id: 'lambdaber:als',
      title: 'Advanced Light Source',
      facility_code: 'ALS',
      parent_organization_id: 'lambdaber:lbnl',
    },
  ],
  instruments: [
    {
      id: 'lims:instrument/1',
      title: 'SIBYLS',
      instrument_code: 'SIBYLS-1',
      instrument_registry_id: 'ALS_SIBYLS',
      facility_name: 'ALS',
      facility_organization_id: 'lambdaber:als',
      techniques_supported: ['saxs', 'xray_crystallography'],
      energy_min: { numeric_value: 5000, unit: 'eV' },
      q_range_max: 0.6,
    },
    {
      id: 'lambdaber:krios',
      instrument_code: 'KRIOS-1',
      accelerating_voltage: { numeric_value: 300, unit: 'kV' },
      detectors: [{ detector_name: 'K3', pixel_size_x: { numeric_value: 5, unit: 'um' } }],
    },
  ],
  proteins: [
    { id: 'uniprot:P08046', uniprot_id: 'uniprot:P08046', protein_name: 'EGR-1', sequence_length: 533 },
  ],
  nucleic_acids: [{ id: 'lambdaber:strand', nucleic_acid_type: 'dna', nucleotide_sequence: 'AGCGTGGGCGT' }],
  small_molecules: [{ id: 'CHEBI:29105', small_molecule_name: 'zinc(2+)', chebi_id: 'CHEBI:29105' }],
  samples: [
    {
      id: 'lambdaber:sample-1',
      sample_code: 'ZIF-1',
      sample_type: 'complex',
      organism: { id: 'NCBITaxon:10090', label: 'Mus musculus' },
      concentration: { numeric_value: 8, unit: 'mg/mL' },
      buffer_composition: { ph: 7.5, components: ['20 mM HEPES'] },
      storage_conditions: {
        temperature: { numeric_value: -80, unit: 'degrees Celsius' },
        duration: '7 days',
      },
      missing: [{ field: 'molecular_weight', reason: 'not-available', blocks: 'S3' }],
    },
    { id: 'lambdaber:sample-2', sample_code: 'ZIF-2', parent_sample_id: 'lambdaber:sample-1' },
  ],
  sample_components: [
    {
      id: 'lambdaber:c-protein',
      sample_id: 'lambdaber:sample-1',
      component_type: 'protein',
      protein_id: 'uniprot:P08046',
      role: 'target',
      copy_number: 1,
    },
    {
      id: 'lambdaber:c-zinc',
      sample_id: 'lambdaber:sample-1',
      component_type: 'small_molecule',
      small_molecule_id: 'CHEBI:29105',
      role: 'cofactor',
      copy_number: 3,
      concentration: { numeric_value: 50, unit: 'micromolar' },
    },
    {
      id: 'lambdaber:c-disc',
      sample_id: 'lambdaber:sample-1',
      component_type: 'membrane_mimetic',
      title: 'A nanodisc',
    },
  ],
  sample_preparations: [
    {
      id: 'lambdaber:prep',
      preparation_type: 'saxs',
      sample_id: 'ZIF-1',
      preparation_date: '2025-01-31',
      yield_mg: { numeric_value: 12, unit: 'milligrams' },
    },
  ],
  experiment_runs: [
    {
      id: 'lambdaber:run-mx',
      experiment_code: 'MX-1',
      technique: 'RX',
      experiment_date: '2025-02-01',
      processing_status: 'collected',
      raw_data_location: 'https://data.example.org/raw/mx-1',
      resolution: { numeric_value: 1.8, unit: 'Å' },
      wavelength: { numeric_value: 0.9795, unit: 'Angstroms' },
      data_collection_strategy: { collection_mode: 'oscillation', detector_distance_mm: 300 },
      quality_metrics: {
        resolution: { numeric_value: 2.1, unit: 'Angstroms' },
        r_merge: { numeric_value: 0.08, unit: 'dimensionless' },
        estimator: {
          software: 'AIMLESS',
          definition: 'CC1/2 above 0.3',
          admissibility: 'comparable',
        },
        anomalous_used: false,
        space_group: 'P 63',
      },
    },
    {
      id: '0b0f6a4e-6f0d-4a55-9c1b-3f7a9f1d2c44',
      experiment_code: 'SAXS-1',
      technique: 'saxs',
      quality_metrics: { rg: { numeric_value: 2.76, unit: 'nm' }, i_zero: { numeric_value: 9, unit: 'foo' } },
    },
  ],
  workflow_runs: [
    {
      id: 'lambdaber:wf',
      workflow_code: 'WF-1',
      workflow_type: 'scaling',
      software_name: 'autoPROC',
      software_version: 1.1,
      processing_level: { numeric_value: 2, unit: 'level' },
      processing_parameters: 'cutoff=0.3',
      started_at: '2025-02-01T10:00:00Z',
      resolution_high: { numeric_value: 2.1, unit: 'Angstroms' },
      refinement_params: { symmetry: 'C1', resolution_0_143: { numeric_value: 3, unit: 'Å' } },
    },
  ],
  data_files: [
    {
      id: 'lambdaber:file-raw',
      file_name: 'frame_0001.cbf',
      file_path: 'frames/frame_0001.cbf',
      file_format: 'cbf',
      file_size_bytes: { numeric_value: 6_224_000, unit: 'bytes' },
      checksum: `sha256:${SHA256}`,
      related_entity: 'lambdaber:run-mx',
      creation_date: '2025-02-01',
    },
    {
      id: 'https://files.example.org/scaled.mtz',
      file_name: 'scaled.mtz',
      storage_uri: 'https://files.example.org/scaled.mtz',
      file_format: 'mtz',
      file_size_bytes: 3_767_880,
      checksum: 'md5:0cc175b9c0f1b6a831c399e269772661',
      related_entity: 'lambdaber:wf',
    },
    { id: 'lambdaber:file-map', file_name: 'map.mrc', file_format: 'mrc', checksum: 'sha256:abc123...' },
  ],
  images: [
    {
      id: 'lambdaber:image',
      file_name: 'guinier.png',
      acquisition_date: '2025-02-12',
      dimensions_x: { numeric_value: 1200, unit: 'pixels' },
    },
  ],
  study_sample_associations: [
    {
      study_id: 'lambdaber:study',
      sample_id: 'lambdaber:sample-1',
      role: 'target',
      date_added: '2025-01-01',
    },
  ],
  study_experiment_associations: [{ study_id: 'lambdaber:study', experiment_id: 'lambdaber:run-mx' }],
  study_workflow_associations: [{ study_id: 'lambdaber:study', workflow_id: 'lambdaber:wf' }],
  study_person_associations: [
    {
      study_id: 'lambdaber:study',
      person_id: 'lambdaber:person-josiah',
      role: 'author',
      author_position: 1,
      corresponding: true,
    },
  ],
  study_organization_associations: [
    { study_id: 'lambdaber:study', organization_id: 'lambdaber:lbnl', role: 'funder', award_number: 'DE-1' },
  ],
  experiment_sample_associations: [
    {
      experiment_id: 'lambdaber:run-mx',
      sample_id: 'lambdaber:sample-1',
      role: 'target',
      preparation_id: 'lambdaber:prep',
    },
    { experiment_id: 'lambdaber:run-mx', sample_id: 'lambdaber:sample-9' },
  ],
  experiment_instrument_associations: [
    { experiment_id: 'lambdaber:run-mx', instrument_id: 'SIBYLS-1', role: 'primary' },
  ],
  experiment_person_associations: [
    { experiment_id: 'lambdaber:run-mx', person_id: 'lambdaber:person-josiah', role: 'operator' },
  ],
  sample_protein_associations: [
    {
      sample_id: 'lambdaber:sample-1',
      protein_id: 'uniprot:P08046',
      role: 'target',
      residue_range: '333-421',
    },
  ],
  sample_nucleic_acid_associations: [
    { sample_id: 'lambdaber:sample-1', nucleic_acid_id: 'lambdaber:strand', copy_number: 2 },
  ],
  sample_component_interactions: [
    {
      sample_id: 'lambdaber:sample-1',
      subject_id: 'lambdaber:c-zinc',
      object_id: 'lambdaber:c-protein',
      interaction_type: 'is_coordinated_by',
      interaction_status: 'observed',
      affinity: { numeric_value: 3, unit: 'nanomolar' },
    },
    {
      sample_id: 'lambdaber:sample-1',
      subject_id: 'lambdaber:c-protein',
      object_id: 'lambdaber:c-disc',
      interaction_type: 'embedded_in',
    },
  ],
  workflow_experiment_associations: [{ workflow_id: 'lambdaber:wf', experiment_id: 'lambdaber:run-mx' }],
  workflow_input_associations: [
    { workflow_id: 'lambdaber:wf', file_id: 'lambdaber:file-raw', input_type: 'raw_data' },
  ],
  workflow_output_associations: [
    { workflow_id: 'lambdaber:wf', file_id: 'https://files.example.org/scaled.mtz', output_type: 'model' },
  ],
  workflow_person_associations: [{ workflow_id: 'lambdaber:wf', person_id: '0000-0002-1825-0097' }],
  person_organization_associations: [
    {
      person_id: 'lambdaber:person-josiah',
      organization_id: 'lambdaber:als',
      role: 'primary_affiliation',
      start_date: '2001-06-01',
    },
  ],
  protein_constructs: [{ id: 'lambdaber:construct', construct_id: 'C-1' }],
};

/** The same in the form of 2025: everything inside its study, bare numbers for quantities. */
export const EMBEDDED: JsonObject = {
  id: 'lambdaber:ds001',
  instruments: [{ id: 'lambdaber:em', instrument_code: 'EM-1' }],
  studies: [
    {
      id: 'lambdaber:sty001',
      title: 'A study',
      samples: [
        {
          id: 'lambdaber:sam001',
          sample_code: 'S-1',
          sample_type: 'protein',
          buffer_composition: { ph: 7.9 },
        },
      ],
      sample_preparations: [
        { id: 'lambdaber:spr001', preparation_type: 'cryo_em', sample_id: 'lambdaber:sam001' },
      ],
      instrument_runs: [
        {
          id: 'lambdaber:irr001',
          experiment_code: 'EXP-1',
          sample_id: 'lambdaber:sam001',
          instrument_id: 'lambdaber:em',
          technique: 'cryo_em',
          quality_metrics: { signal_to_noise: 4.2 },
        },
      ],
      workflow_runs: [
        {
          id: 'lambdaber:wf001',
          workflow_code: 'WF-1',
          experiment_id: 'lambdaber:irr001',
          output_files: ['lambdaber:map'],
          processing_level: 1,
        },
      ],
      data_files: [{ id: 'lambdaber:map', file_name: 'map.mrc', file_size_bytes: 536_870_912 }],
      images: [{ id: 'lambdaber:img', file_name: 'mic.mrc', dose: 40 }],
    },
  ],
};
