import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { CrateRows } from '../../src/model/rows.ts';
import { BASE, CRATE, file, links, mapped, rulesOf, theOnly, withParts } from './map-document.ts';

const run = (id: string, more: JsonObject = {}): JsonObject => ({
  '@id': id,
  '@type': 'lambda:ExperimentRun',
  ...more,
});
const workflow = (id: string, more: JsonObject = {}): JsonObject => ({
  '@id': id,
  '@type': ['CreateAction', 'lambda:WorkflowRun'],
  ...more,
});
const to = (...ids: readonly string[]) => ids.map((id) => ({ '@id': id }));

function homes(rows: CrateRows): Record<string, string | null> {
  return Object.fromEntries(
    rows.data_files.map((row) => [
      row.iri.replace(BASE, ''),
      row.related_entity_iri?.replace(CRATE, '') ?? null,
    ]),
  );
}

describe('which run a file belongs to', () => {
  it('goes by results, then by what the workflow was informed by, then by inputs and derivation', () => {
    const rows = mapped(withParts('raw1/', 'raw2.h5', 'dark.h5', 'out.dat', 'plot.png', 'notes.txt'), [
      run('#1', { result: to('raw1/'), object: to('dark.h5') }),
      run('#2', { 'prov:generated': to('raw2.h5') }),
      workflow('#w', { 'prov:wasInformedBy': to('#2'), result: to('out.dat') }),
      { '@id': 'raw1/', '@type': 'Dataset', ...withParts('raw1/a.h5') },
      file('raw1/a.h5'),
      file('raw2.h5'),
      file('dark.h5'),
      file('out.dat'),
      file('plot.png', { 'prov:wasDerivedFrom': to('out.dat') }),
      file('notes.txt'),
    ]);
    expect(homes(rows)).toEqual({
      'raw1/': '#1',
      'raw1/a.h5': '#1',
      'raw2.h5': '#2',
      'dark.h5': '#1',
      'out.dat': '#2',
      'plot.png': '#2',
      'notes.txt': null,
    });
  });

  it('follows workflows that inform workflows, and what they read', () => {
    const rows = mapped(withParts('raw.h5', 'a.dat', 'b.dat'), [
      run('#1', { result: to('raw.h5') }),
      run('#2'),
      workflow('#w1', { object: to('raw.h5'), result: to('a.dat') }),
      workflow('#w2', { 'prov:wasInformedBy': to('#w3'), result: to('b.dat') }),
      workflow('#w3', { 'prov:wasInformedBy': to('#2', '#w2') }),
      file('raw.h5'),
      file('a.dat'),
      file('b.dat'),
    ]);
    expect(homes(rows)).toEqual({ 'raw.h5': '#1', 'a.dat': '#1', 'b.dat': '#2' });
  });

  it('is the only run, else the only workflow, else unknown', () => {
    const parts = withParts('a.dat');
    expect(homes(mapped(parts, [run('#1'), workflow('#w'), file('a.dat')]))).toEqual({ 'a.dat': '#1' });
    expect(homes(mapped(parts, [workflow('#w'), file('a.dat')]))).toEqual({ 'a.dat': '#w' });
    expect(homes(mapped(parts, [run('#1'), run('#2'), file('a.dat')]))).toEqual({ 'a.dat': null });
    expect(
      homes(mapped(parts, [run('#1'), run('#2'), workflow('#w', { result: to('a.dat') }), file('a.dat')])),
    ).toEqual({ 'a.dat': '#w' });
  });

  it('leaves the files of a nested crate to that crate', () => {
    const rows = mapped(withParts('in/'), [
      run('#1'),
      {
        '@id': 'in/',
        '@type': 'Dataset',
        conformsTo: to('https://w3id.org/lambda/profile/core/0.3.3'),
        ...withParts('in/ro-crate-metadata.json'),
      },
      file('in/ro-crate-metadata.json'),
    ]);
    expect(homes(rows)['in/ro-crate-metadata.json']).toBeNull();
  });
});

describe('associations', () => {
  const everything: readonly JsonObject[] = [
    run('#1', {
      object: to('#s', 'in.h5'),
      result: to('raw.h5'),
      instrument: to('#i', '#soft'),
      agent: to('#p'),
    }),
    workflow('#w', {
      object: to('raw.h5'),
      'prov:used': to('raw.h5'),
      result: to('#product'),
      instrument: to('#soft'),
      'prov:wasInformedBy': to('#1'),
      'prov:qualifiedAssociation': { '@type': 'prov:Association', 'prov:agent': { '@id': '#p' } },
    }),
    { '@id': '#product', '@type': 'Dataset', ...withParts('out.dat') },
    { '@id': '#s', '@type': 'lambda:Sample', hasBioChemEntityPart: to('#m') },
    { '@id': '#m', '@type': 'lambda:Protein' },
    { '@id': '#i', '@type': 'lambda:Instrument', name: 'x' },
    { '@id': '#soft', '@type': 'SoftwareApplication', name: 'CHROMIXS', softwareVersion: '2.1' },
    { '@id': '#p', '@type': 'Person', name: 'A', author_position: 7 },
    { '@id': '#o', '@type': 'Organization', name: 'B' },
    file('in.h5'),
    file('raw.h5'),
    file('out.dat'),
  ];
  const rows = mapped(
    { ...withParts('raw.h5', '#product'), author: to('#p'), publisher: to('#o')[0] ?? {} },
    everything,
  );

  it('join what is named, once, and go through a Dataset that is no row', () => {
    expect(links(rows)).toEqual([
      'crate_person  → #p',
      'crate_organization  → #o',
      'experiment_sample #1 → #s',
      'experiment_input #1 → in.h5',
      'experiment_output #1 → raw.h5',
      'experiment_instrument #1 → #i',
      'experiment_person #1 → #p',
      'workflow_input #w → raw.h5',
      'workflow_output #w → out.dat',
      'workflow_person #w → #p',
      'workflow_experiment #w → #1',
      'sample_molecule #s → #m',
    ]);
    expect(rows.associations[0]).toMatchObject({
      role: 'author',
      position: 7,
      json_pointer: '/@graph/1/author/0',
    });
    expect(theOnly(rows.workflow_runs)).toMatchObject({ software_name: 'CHROMIXS', software_version: '2.1' });
  });

  it('leave in the properties what they do not hold, and nothing else', () => {
    expect(rows.experiment_runs[0]?.properties).toEqual({
      '@type': 'lambda:ExperimentRun',
      instrument: to('#soft'),
    });
    expect(rows.crate.properties['author']).toBeUndefined();
    expect(rows.crate.properties['hasPart']).toEqual(to('#product'));
  });

  it('warn of what the graph does not have, with its place', () => {
    const dangling = mapped({ author: to('#nobody') }, [run('#1', { result: to('lost.h5') })]);
    expect(dangling.associations).toEqual([]);
    expect(dangling.findings.map((finding) => [finding.rule, finding.pointer])).toEqual([
      ['dangling-reference', '/@graph/1/author/0'],
      ['dangling-reference', '/@graph/2/result/0'],
    ]);
    expect(dangling.experiment_runs[0]?.properties['result']).toEqual(to('lost.h5'));
  });

  it('map interactions between components of a sample', () => {
    const found = mapped({}, [
      { '@id': '#s', '@type': 'lambda:Sample', hasBioChemEntityPart: to('#a', '#b') },
      { '@id': '#a', '@type': 'lambda:Protein' },
      { '@id': '#b', '@type': 'lambda:SmallMolecule' },
      {
        '@id': '#x',
        '@type': 'lambda:SampleComponentInteraction',
        sample_id: { '@id': '#s' },
        subject_id: { '@id': '#a' },
        object_id: { '@id': '#gone' },
        interaction_type: 'binds',
      },
    ]);
    expect(theOnly(found.component_interactions)).toMatchObject({
      sample_iri: `${CRATE}#s`,
      subject_iri: `${CRATE}#a`,
      object_iri: null,
      interaction_type: 'binds',
      properties: { object_id: { '@id': '#gone' } },
    });
    expect(rulesOf(found)).toEqual(['dangling-reference']);
  });
});

describe('what the root implies', () => {
  const root = {
    technique: 'SAXS',
    instrumentName: '12.3.1',
    facility_name: 'ALS',
    sample_code: 'S',
    collectionDate: '2024-05-16',
  };

  it('is a run only with data of the crate’s own', () => {
    expect(mapped({ ...root, ...withParts('a.dat') }, [file('a.dat')]).experiment_runs).toMatchObject([
      {
        implied: true,
        technique: 'saxs',
        experiment_date: { text: '2024-05-16', earliest: '2024-05-16T07:00:00.000Z' },
      },
    ]);
    expect(mapped(root).experiment_runs).toEqual([]);
    expect(
      mapped({ ...root, technique: '', ...withParts('a.dat') }, [file('a.dat')]).experiment_runs,
    ).toEqual([]);
    const metadata = file('a.json', { data_type: 'metadata' });
    expect(mapped({ ...root, ...withParts('a.json') }, [metadata]).experiment_runs).toEqual([]);
  });

  it('takes the technique its measurementTechnique defines', () => {
    const rows = mapped({ measurementTechnique: { '@id': '#t' }, ...withParts('a.dat') }, [
      { '@id': '#t', '@type': 'DefinedTerm', name: 'Small-angle X-ray scattering', termCode: 'saxs' },
      file('a.dat'),
    ]);
    expect(theOnly(rows.experiment_runs).technique).toBe('saxs');
    expect(rows.crate.technique).toBe('saxs');
  });

  it('is nothing an entity says itself', () => {
    const rows = mapped({ ...root, ...withParts('a.dat') }, [
      run('#1'),
      { '@id': '#s', '@type': 'lambda:Sample', sample_code: 'T' },
      { '@id': '#i', '@type': 'lambda:Instrument', name: 'y' },
      file('a.dat'),
    ]);
    for (const row of [...rows.experiment_runs, ...rows.samples, ...rows.instruments])
      expect(row.implied).toBe(false);
    expect(theOnly(rows.experiment_runs).technique).toBeNull();
    // Nobody said that this run is of that sample.
    expect(links(rows)).toEqual([]);
  });

  it('ties an implied sample and instrument to the only run', () => {
    const rows = mapped(root, [run('#1')]);
    expect(links(rows)).toEqual([
      'experiment_sample #1 → #implied-sample',
      'experiment_instrument #1 → #implied-instrument',
    ]);
  });

  it('reads the spellings of 0.2 crates', () => {
    const rows = mapped({ '@type': ['Dataset', 'lambda:Experiment'], sampleName: 'S', proteinName: 'P' });
    expect(theOnly(rows.samples)).toMatchObject({ sample_code: 'S', protein_name: 'P', implied: true });
  });
});

describe('words outside the vocabularies', () => {
  it('are canonical where a spelling is known, and kept with a warning where not', () => {
    const rows = mapped({}, [
      run('#1', { technique: 'SFX', processing_status: 'collected' }),
      run('#2', { technique: 'dowsing', processing_status: 'done' }),
      run('#3'),
    ]);
    expect(
      rows.experiment_runs.map((row) => [row.technique, row.processing_status, row.properties['technique']]),
    ).toEqual([
      ['xray_crystallography', 'collected', 'SFX'],
      ['dowsing', 'done', undefined],
      [null, null, undefined],
    ]);
    expect(rows.findings.map((finding) => [finding.rule, finding.pointer])).toEqual([
      ['vocabulary-gap', '/@graph/3/technique'],
      ['vocabulary-gap', '/@graph/3/processing_status'],
    ]);
  });
});

describe('what is declared missing', () => {
  it('counts alone or in a list, with or without prefixes, for the root and every row', () => {
    const rows = mapped({ missing: { field: 'license', reason: 'not-registered', blocks: 'S1' } }, [
      run('#1', {
        missing: [
          { 'lambdarc:field': 'lambda:start_time', 'lambdarc:reason': 'embargoed', note: 'n' },
          { reason: 'x' },
          'start_time',
        ],
      }),
      {
        '@id': '#soft',
        '@type': 'SoftwareApplication',
        missing: [{ field: 'version', reason: 'not-available' }],
      },
    ]);
    expect(rows.declared_missing).toEqual([
      {
        entity_iri: CRATE,
        json_pointer: '/@graph/1/missing',
        field: 'license',
        reason: 'not-registered',
        blocks: 'S1',
        note: null,
      },
      {
        entity_iri: `${CRATE}#1`,
        json_pointer: '/@graph/2/missing/0',
        field: 'start_time',
        reason: 'embargoed',
        blocks: null,
        note: 'n',
      },
    ]);
    expect(rulesOf(rows)).toEqual(['declaration-without-field', 'declaration-without-field']);
    expect(rows.crate.properties['missing']).toBeUndefined();
  });
});

describe('a plain RO-Crate', () => {
  it('has files, people, organizations and actions as rows', () => {
    const rows = mapped(
      {
        '@type': 'Dataset',
        ...withParts('data/a.csv'),
        author: [{ '@id': '#p' }],
        keywords: 'a, b',
        license: 'CC0-1.0',
      },
      [
        { '@id': 'data/a.csv', '@type': 'File', name: 'Water levels', contentSize: 12 },
        { '@id': '#p', '@type': 'Person', name: 'A', affiliation: { '@id': 'https://ror.org/02jbv0t02' } },
        { '@id': 'https://ror.org/02jbv0t02', '@type': 'Organization', name: 'LBNL' },
        {
          '@id': '#a',
          '@type': 'CreateAction',
          instrument: { '@id': '#x' },
          object: { '@id': 'data/a.csv' },
        },
        { '@id': '#x', '@type': 'SoftwareApplication', name: 'awk' },
      ],
    );
    expect(theOnly(rows.data_files)).toMatchObject({
      file_name: 'a.csv',
      name: 'Water levels',
      sha256: null,
    });
    expect(theOnly(rows.persons)).toMatchObject({
      affiliation: 'LBNL',
      affiliation_ror: 'https://ror.org/02jbv0t02',
    });
    expect(theOnly(rows.workflow_runs)).toMatchObject({ software_name: 'awk', workflow_code: null });
    expect(rows.crate).toMatchObject({ keywords: ['a', 'b'], license: 'CC0-1.0' });
    expect(rows.experiment_runs).toEqual([]);
    expect(rows.findings).toEqual([]);
  });
});
