import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readGraph, readGraphExpanded } from '../../src/crate/graph.ts';
import { mapCrate } from '../../src/mapping/lambda-core/map.ts';
import type { JsonValue } from '../../src/model/json.ts';
import type { AssociationRow, CrateRows, EntityRow } from '../../src/model/rows.ts';
import { describeConformance } from '../support/conformance.ts';
import { BASE, CRATE, contextFor, DOCUMENT_URL, mapDocument, theOnly } from './map-document.ts';

const NAMES = [
  'minimal-manifest',
  'nested-pointers',
  'nucleic-acid-entities',
  'saxs-glurs',
  'ssrl-mx-XA_x16',
] as const;

type Name = (typeof NAMES)[number];

describeConformance('real LAMBDA crates', (folder) => {
  const document = (name: Name): JsonValue =>
    JSON.parse(readFileSync(join(folder, 'lambda-core/valid', `${name}.json`), 'utf8'));
  const rowsOf = (name: Name, facility = 'als'): CrateRows =>
    mapDocument(document(name), contextFor(DOCUMENT_URL, facility));

  it('registers an SSRL crystallography package: five files and one series of 1800 frames', () => {
    const rows = rowsOf('ssrl-mx-XA_x16', 'ssrl');

    const instrument = theOnly(rows.instruments);
    expect(instrument).toMatchObject({
      beamline_id: 'BL12-1',
      instrument_code: 'SSRL-BL12-1',
      implied: false,
    });
    expect(instrument.identity[0]).toEqual({ scope: 'facility', key: 'instrument|ssrl|beamline|12-1' });
    expect(theOnly(rows.samples)).toMatchObject({ sample_code: 'Xa_EXLX1', implied: false });
    const run = theOnly(rows.experiment_runs);
    expect(run).toMatchObject({ technique: 'xray_crystallography', processing_status: null, implied: false });
    const workflow = theOnly(rows.workflow_runs);
    expect(workflow).toMatchObject({ software_name: 'autoPROC', software_version: '0.7.13' });
    expect(workflow.end_time).toEqual({
      text: '2023-09-06T04:52:42Z',
      earliest: '2023-09-06T04:52:42.000Z',
      before: '2023-09-06T04:52:43.000Z',
    });
    expect(rows.persons.map((person) => person.full_name)).toEqual([
      'Emma Master',
      'Garry W. Buchko',
      'Clyde A. Smith',
    ]);

    const files = rows.data_files.filter((row) => row.kind === 'file');
    expect(files).toHaveLength(5);
    for (const row of files) {
      expect(row.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(row.checksum_source).toBe('declared');
      expect(row.related_entity_iri).toBe(run.iri);
    }
    const series = theOnly(rows.data_files.filter((row) => row.kind !== 'file'));
    expect(series).toMatchObject({ kind: 'series', part_count: 1800, sha256: null, storage_uri: null });
    expect(rows.declared_missing).toContainEqual(
      expect.objectContaining({ entity_iri: series.iri, field: 'sha256', reason: 'not-deposited' }),
    );
    expect(rows.crate.nested.map(({ kind }) => kind)).toEqual(['schema_record']);
    expect(rows.findings).toEqual([]);
  });

  it('joins what that package names: software in `instrument` is no instrument', () => {
    const rows = rowsOf('ssrl-mx-XA_x16');
    const kinds = (kind: AssociationRow['kind']) => rows.associations.filter((link) => link.kind === kind);
    expect(kinds('experiment_sample')).toHaveLength(1);
    expect(kinds('experiment_instrument')).toHaveLength(1);
    expect(kinds('workflow_instrument')).toHaveLength(1);
    expect(kinds('workflow_experiment')).toHaveLength(1);
    // Its result is a Dataset that only groups five files, so the files are the results.
    expect(kinds('workflow_output')).toHaveLength(5);
    expect(kinds('crate_person').map((link) => [link.role, link.position])).toEqual([
      ['author', 1],
      ['author', 2],
      ['author', 3],
    ]);
    expect(theOnly(kinds('crate_organization'))).toMatchObject({
      role: 'publisher',
      object_iri: 'https://ror.org/05gzmn429',
    });
  });

  it('implies nothing that a manifest of pointers does not say', () => {
    const rows = rowsOf('nested-pointers');
    expect(rows.experiment_runs).toEqual([]);
    expect(rows.instruments).toEqual([]);
    expect(theOnly(rows.samples)).toMatchObject({ implied: true, sample_code: 'GluRS' });
    expect(rows.crate.nested).toEqual([
      {
        kind: 'nested_crate',
        iri: `${BASE}saxs/`,
        url: `${BASE}saxs/ro-crate-metadata.json`,
        sha256: 'c3a1b2d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90',
        json_pointer: '/@graph/4',
      },
      {
        kind: 'schema_record',
        iri: `${BASE}mx/`,
        url: `${BASE}mx/glurs_mx_lambda_ber.yaml`,
        sha256: '7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d',
        json_pointer: '/@graph/6/schemaRecord',
      },
      {
        kind: 'remote_registration',
        iri: 'https://www.sasbdb.org/data/SASDD42/',
        url: 'https://www.sasbdb.org/data/SASDD42/',
        sha256: null,
        json_pointer: '/@graph/8',
      },
    ]);
    expect(rows.data_files.map((row) => [row.kind, row.relative_path])).toEqual([
      ['container', 'saxs/'],
      ['file', 'saxs/ro-crate-metadata.json'],
      ['container', 'mx/'],
      ['file', 'mx/glurs_mx_lambda_ber.yaml'],
    ]);
  });

  it('implies instrument, sample and run of the smallest crate, and ties them to its one file', () => {
    const rows = rowsOf('minimal-manifest');
    const run = theOnly(rows.experiment_runs);
    expect(theOnly(rows.instruments)).toMatchObject({ implied: true, name: '8.3.1', beamline_id: '8.3.1' });
    expect(theOnly(rows.samples)).toMatchObject({ implied: true, sample_code: 'LYZ-42' });
    expect(run).toMatchObject({ implied: true, technique: 'xray_crystallography', processing_status: null });
    expect(run.identity).toEqual([{ scope: 'crate', key: `experiment_run|${CRATE}` }]);
    const only = theOnly(rows.data_files);
    expect(only).toMatchObject({
      file_name: 'lyz42_scaled.mtz',
      file_size_bytes: 2_104_880,
      storage_uri: `${BASE}reflections/lyz42_scaled.mtz`,
      related_entity_iri: run.iri,
      is_designated: true,
    });
    expect(rows.associations.map(({ kind }) => kind)).toEqual(['experiment_sample', 'experiment_instrument']);
    expect(rows.declared_missing.map((row) => [row.entity_iri, row.field, row.reason])).toEqual([
      [CRATE, 'author', 'not-registered'],
      [CRATE, 'raw_frame_series', 'not-deposited'],
    ]);
  });

  it('registers a SAXS crate: one run, a series of 660 whose digest is no checksum, four files', () => {
    const rows = rowsOf('saxs-glurs');
    const run = theOnly(rows.experiment_runs);
    expect(run).toMatchObject({ experiment_code: 'GluRS_1', technique: 'saxs', collection_mode: 'sec_saxs' });
    const series = theOnly(rows.data_files.filter((row) => row.kind === 'series'));
    expect(series).toMatchObject({
      part_count: 660,
      file_size_bytes: 11_324_620,
      sha256: null,
      checksum_source: null,
      declared_digest: 'b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3',
      file_role: 'raw',
      storage_uri: `${BASE}raw/GluRS_1_frames/`,
    });
    expect(rows.data_files.map((row) => [row.kind, row.file_role, row.related_entity_iri])).toEqual([
      ['series', 'raw', run.iri],
      ['file', 'processed', run.iri],
      ['file', 'processed', run.iri],
      ['file', 'processed', run.iri],
      ['file', 'metadata', run.iri],
    ]);
    // The light source carries its laboratory's ROR and is still not the laboratory.
    const [laboratory, lightSource] = rows.organizations;
    expect(laboratory?.identity[0].key).toBe('organization|https://ror.org/02jbv0t02');
    expect(lightSource?.identity.map(({ key }) => key)).not.toContain(
      'organization|https://ror.org/02jbv0t02',
    );
    // `urn:uuid:wf-saxs-proc` holds no UUID: another crate may use the same words.
    expect(theOnly(rows.workflow_runs).identity.map(({ scope }) => scope)).toEqual(['crate']);
  });

  it('maps the molecules of a sample by their accessions', () => {
    const rows = rowsOf('nucleic-acid-entities');
    expect(rows.molecules.map((row) => [row.molecule_type, row.identity[0].key])).toEqual([
      ['protein', 'molecule|uniprot:P08046'],
      ['nucleic_acid', `molecule|${CRATE}#na-target-strand`],
      ['nucleic_acid', `molecule|${CRATE}#na-complementary-strand`],
      ['nucleic_acid', 'molecule|rnacentral:URS000011107D'],
    ]);
    const parts = rows.associations.filter((link) => link.kind === 'sample_molecule');
    expect(parts).toHaveLength(4);
    // The implied run is of the sample the root names, not of the standard beside it.
    const link = theOnly(rows.associations.filter(({ kind }) => kind === 'experiment_sample'));
    expect(link.object_iri).toBe(`${CRATE}#sample-zif-dna07`);
  });

  it.each(NAMES)('reads the same rows of %s through JSON-LD expansion', async (name) => {
    const json = document(name);
    const flat = mapCrate(readGraph(json, { documentUrl: DOCUMENT_URL }), contextFor());
    const expanded = mapCrate(await readGraphExpanded(json, { documentUrl: DOCUMENT_URL }), contextFor());
    expect(comparable(expanded)).toEqual(comparable(flat));
  });
});

/** Rows without what expansion rewrites: keys inside properties, and pointers into them. */
function comparable(rows: CrateRows) {
  const plain = <T extends EntityRow>(row: T) => ({ ...row, properties: {} });
  const unplaced = <T extends { readonly json_pointer: string }>(row: T) => ({ ...row, json_pointer: '' });
  return {
    ...rows,
    crate: { ...rows.crate, properties: {}, sufficiency: null, nested: rows.crate.nested.map(unplaced) },
    instruments: rows.instruments.map(plain),
    samples: rows.samples.map(plain),
    molecules: rows.molecules.map(plain),
    component_interactions: rows.component_interactions.map(plain),
    experiment_runs: rows.experiment_runs.map(plain),
    workflow_runs: rows.workflow_runs.map(plain),
    data_files: rows.data_files.map(plain),
    persons: rows.persons.map(plain),
    organizations: rows.organizations.map(plain),
    associations: rows.associations.map(unplaced),
    declared_missing: rows.declared_missing.map(unplaced),
  };
}
