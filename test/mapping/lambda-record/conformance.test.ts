import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/model/json.ts';
import type { RecordRows } from '../../../src/model/record-rows.ts';
import { checkRecord } from '../../../src/profiles/lambda-record/check.ts';
import { describeConformance } from '../../support/conformance.ts';
import { theOnly } from '../map-document.ts';
import { CRATE, last, links, list, mapped, measurement, publishedRecords, rulesOf } from './records.ts';

/** Rows of each collection, what is implied apart. */
const ROWS_OF: Readonly<Record<string, (rows: RecordRows) => number>> = {
  studies: (rows) => rows.studies.length,
  persons: (rows) => rows.persons.length,
  organizations: (rows) => rows.organizations.length,
  instruments: (rows) => rows.instruments.length,
  samples: (rows) => rows.samples.length,
  sample_preparations: (rows) => rows.sample_preparations.length,
  experiment_runs: (rows) => rows.experiment_runs.length,
  workflow_runs: (rows) => rows.workflow_runs.length,
  data_files: (rows) => rows.data_files.filter((row) => row.listed_in === 'data_files').length,
  images: (rows) => rows.data_files.filter((row) => row.listed_in === 'images').length,
  proteins: (rows) => rows.molecules.filter((row) => !row.implied).length,
};

describeConformance('published lambda-ber-schema records', (folder) => {
  const published = publishedRecords(folder);
  const record = (name: string): JsonObject => {
    const found = published.find(([file]) => file.startsWith(`Dataset-${name}`));
    if (found === undefined) throw new Error(`no record ${name}`);
    return found[1];
  };

  it.each(published)('%s gives a row for every entity and an association for every link', (_, json) => {
    const rows = mapped(json);
    for (const [collection, count] of Object.entries(ROWS_OF)) {
      expect([collection, count(rows)]).toEqual([collection, list(json, collection).length]);
    }
    const tables = Object.keys(json).filter((slot) => slot.endsWith('_associations'));
    const said = tables.reduce((sum, table) => sum + list(json, table).length, 0);
    const parents = list(json, 'samples').filter((sample) =>
      JSON.stringify(sample).includes('parent_sample_id'),
    );
    const implied = rows.associations.filter((row) => row.kind === 'sample_molecule');
    expect(rows.associations).toHaveLength(said + parents.length + implied.length);
    expect(rulesOf(rows)).not.toContain('unresolved-reference');
    expect(rows.record.properties).toEqual({});
  });

  it.each(published)('%s holds by our schema, without a warning', (_, json) => {
    const { verdicts, findings } = checkRecord(json);
    expect(findings).toEqual([]);
    expect(verdicts.map(({ layer, verdict }) => [layer, verdict])).toEqual([
      ['document', 'holds'],
      ['entity', 'holds'],
    ]);
  });

  it('joins the runs, samples and instruments of an integrative study', () => {
    const rows = mapped(record('integrative'));
    const study = theOnly(rows.studies).iri;
    const objects = (kind: string, subjects: readonly string[]) =>
      rows.associations
        .filter((row) => row.kind === kind && subjects.includes(row.subject_iri))
        .map((row) => row.object_iri);
    const runs = objects('study_experiment', [study]);
    expect(runs).toEqual(rows.experiment_runs.map(({ iri }) => iri));
    expect(new Set(objects('experiment_sample', runs))).toEqual(new Set(objects('study_sample', [study])));
    expect(new Set(objects('experiment_instrument', runs))).toEqual(
      new Set(rows.instruments.map(({ iri }) => iri)),
    );
    expect(links(rows)).toContain(
      'sample_parent lambdaber:sample_chd1_ncp_complex_001 → lambdaber:sample_nucleosome_001',
    );
    const used = rows.associations.find((row) => last(row.subject_iri) === 'lambdaber:exp_chd1_saxs_001');
    expect(used).toMatchObject({
      kind: 'experiment_sample',
      role: 'target',
      preparation_iri: rows.sample_preparations[1]?.iri,
    });
  });

  it('keeps its three resolutions apart: two of maps, one of scattering', () => {
    const rows = mapped(record('integrative'));
    expect(
      rows.measurements
        .filter(({ name }) => name === 'resolution')
        .map((row) => [
          last(row.entity_iri),
          row.canonical_value,
          row.kind,
          row.kind_rule,
          row.admissibility,
        ]),
    ).toEqual([
      ['lambdaber:exp_ncp_cryoem_001', 2.5, 'fsc', 'cryo-em-run', 'local'],
      ['lambdaber:exp_chd1_saxs_001', 30, 'q_limit', 'small-angle-run', 'local'],
      ['lambdaber:exp_complex_cryoem_001', 3.2, 'fsc', 'cryo-em-run', 'local'],
    ]);
    expect(measurement(rows, 'temperature', 'lambdaber:exp_ncp_cryoem_001')).toMatchObject({
      section: 'experimental_conditions',
      numeric_value: -180,
      unit: 'degrees Celsius',
      canonical_value: 93.15,
      canonical_unit: 'K',
    });
    expect(measurement(rows, 'dose_per_frame', 'lambdaber:exp_ncp_cryoem_001')).toMatchObject({
      canonical_value: 1.125,
      canonical_unit: '{electron}/Ao2',
    });
  });

  it('lists the files of a record whose checksums are placeholders, each with null and a warning', () => {
    const rows = mapped(record('kibler'));
    const files = rows.data_files.filter(({ listed_in }) => listed_in === 'data_files');
    expect(files.map((row) => [row.file_name, row.file_size_bytes, row.sha256, row.declared_digest])).toEqual(
      [
        ['hetBGL03-15-18_saxs_2p5mgml.dat', 45_000, null, null],
        ['hetBGL03-15-18_saxs_5mgml.dat', 45_000, null, null],
        ['hetBGL03-15-18_2D_classes.mrcs', 250_000_000, null, null],
        ['hetBGL03-15-18_native_ms.raw', 150_000_000, null, null],
        ['hetBGL03-15-18_design_model.pdb', 850_000, null, null],
      ],
    );
    expect(files.map((row) => row.properties['checksum'])).toEqual([
      'sha256:abc123...',
      'sha256:def456...',
      'sha256:ghi789...',
      'sha256:jkl012...',
      'sha256:mno345...',
    ]);
    expect(rulesOf(rows).filter((rule) => rule === 'placeholder-checksum')).toHaveLength(5);
    // The preparations name their sample by its code.
    const sample = rows.samples.find(({ sample_code }) => sample_code === 'hetBGL03-15-18');
    expect(rows.sample_preparations.map(({ sample_iri }) => sample_iri)).toEqual(Array(4).fill(sample?.iri));
  });

  it('places the files of EMSL beside the crate, and knows them by numbers that are EMSL’s to give', () => {
    const rows = mapped(record('emsl'));
    const [file] = rows.data_files;
    expect(file).toMatchObject({
      relative_path: '160707/Yo1-apo/data/96e1d0c67d8c3b48d87d6bad8863cd89f809454e.data.1.tar',
      storage_uri: `${CRATE}160707/Yo1-apo/data/96e1d0c67d8c3b48d87d6bad8863cd89f809454e.data.1.tar`,
      file_size_bytes: 289_454_080,
      related_entity_iri: theOnly(rows.experiment_runs).iri,
    });
    expect(file?.identity[0]).toEqual({
      scope: 'global',
      key: 'file|https://api.emsl.pnnl.gov/external/file_64890312',
    });
    // A transaction is the record and its run; the two are told apart by what names them.
    expect(theOnly(rows.experiment_runs).iri).toBe(rows.record.iri);
    expect(theOnly(rows.experiment_runs).experiment_date?.earliest).toBe('2026-02-14T20:46:03.000Z');
  });

  it('knows the twelve chains of photosystem I by UniProt, though the record has no proteins', () => {
    const rows = mapped(record('pdb'));
    expect(rows.molecules).toHaveLength(12);
    expect(rows.molecules[0]).toMatchObject({
      implied: true,
      molecule_type: 'protein',
      uniprot_id: 'uniprot:P0A405',
    });
    expect(rows.molecules[0]?.identity[0]).toEqual({ scope: 'global', key: 'molecule|uniprot:P0A405' });
    expect(links(rows).filter((line) => line.startsWith('sample_molecule'))).toHaveLength(12);
    const workflow = theOnly(rows.workflow_runs).iri;
    expect(measurement(rows, 'resolution')).toMatchObject({
      kind: 'high_resolution_limit',
      kind_rule: 'run-with-merging-or-refinement-metrics',
      pipeline: workflow,
      admissibility: 'local',
    });
    expect(measurement(rows, 'space_group')).toMatchObject({
      form: 'text',
      text_value: 'P 63',
      kind: 'space_group',
    });
    expect(rows.data_files.map(({ storage_uri }) => storage_uri)).toEqual([
      'https://files.rcsb.org/download/1JB0.pdb',
      'https://files.rcsb.org/download/1JB0.cif',
    ]);
  });

  it('says why the files of a record that gives machine paths are nowhere', () => {
    const rows = mapped(record('loosenin'));
    const [file] = rows.data_files;
    expect(file).toMatchObject({
      file_name: 'loosenin_ph_series.dat',
      storage_uri: null,
      storage_uri_written: '/data/saxs/2025/loosenin/',
    });
    const finding = rows.findings.find(({ pointer }) => pointer === '/data_files/0/file_path');
    expect(finding).toMatchObject({
      rule: 'no-storage-uri',
      severity: 'warning',
      entity: 'lambdaber:df-saxs-001',
    });
    expect(finding?.message).toMatch(/path of some machine and no URI/);
  });

  it('finds a protein named where a sequence should be', () => {
    const rows = mapped(record('simplescattering'));
    expect(theOnly(rows.molecules)).toMatchObject({ implied: true, uniprot_id: 'uniprot:Q9XCL6' });
    expect(theOnly(rows.molecules).json_pointer).toBe('/samples/0/molecular_composition/sequences/0');
    expect(links(rows).filter((line) => line.startsWith('workflow_output'))).toEqual([
      'workflow_output saxs-processing → glurs-averaged (processed_data)',
      'workflow_output mals-processing → glurs-averaged (processed_data)',
    ]);
  });
});
