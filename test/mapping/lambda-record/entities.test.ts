import { describe, expect, it } from 'vitest';
import { theOnly } from '../map-document.ts';
import { EMBEDDED, FULL, last, links, mapped, rulesOf } from './records.ts';

describe('the entities of a record', () => {
  const rows = mapped(FULL);

  it('are rows of their kind, with the classes of their instruments', () => {
    expect(rows.record).toMatchObject({
      id: 'lambdaber:dataset-full',
      name: 'A record that says something everywhere',
      keywords: ['zinc finger', 'DNA'],
      proposal_id: 'P-77',
      document_url: 'https://als.example.org/crates/a/record.yaml',
    });
    expect(rows.instruments.map((row) => row.instrument_class)).toEqual(['BeamlineInstrument', null]);
    expect(rows.molecules.map((row) => [row.molecule_type, row.name])).toEqual([
      ['protein', 'EGR-1'],
      ['nucleic_acid', null],
      ['small_molecule', 'zinc(2+)'],
    ]);
    expect(theOnly(rows.proposals)).toMatchObject({ proposal_id: 'P-77', implied: true });
    expect(rows.declared_missing).toEqual([
      {
        entity_iri: rows.samples[0]?.iri,
        json_pointer: '/samples/0/missing/0',
        field: 'molecular_weight',
        reason: 'not-available',
        blocks: 'S3',
        note: null,
      },
    ]);
  });

  it.each([
    [{ accelerating_voltage: 300 }, 'CryoEMInstrument'],
    [{ q_range_min: 0.01, detector_distance_max: 3 }, 'SAXSInstrument'],
    [{ configuration: { q_min: 0.1 } }, 'SANSInstrument'],
    [{ goniometer_type: 'kappa' }, 'XRayInstrument'],
    [{ energy_min: 5 }, null],
    [{ goniometer_type: 'kappa', cs: 2.7 }, null],
    [{ goniometer_type: 'kappa', cs: 2.7, type: 'lambdaber:CryoEMInstrument' }, 'CryoEMInstrument'],
    [{ '@type': 'http://w3id.org/lambda/SANSInstrument' }, 'SANSInstrument'],
    [{ type: 'Spectroscope' }, null],
  ])('tell an instrument’s class by its designator, else by its slots: %j', (slots, instrument_class) => {
    const one = mapped({ id: 'lambdaber:d', instruments: [{ id: 'lambdaber:i', ...slots }] });
    expect(theOnly(one.instruments).instrument_class).toBe(instrument_class);
  });

  it('are joined as the record says, in every table', () => {
    expect(links(rows)).toEqual([
      'sample_parent lambdaber:sample-2 → lambdaber:sample-1',
      'organization_parent lambdaber:als → lambdaber:lbnl',
      'instrument_organization 1 → lambdaber:als',
      'experiment_sample lambdaber:run-mx → lambdaber:sample-1 (target)',
      'experiment_instrument lambdaber:run-mx → 1 (primary)',
      'workflow_experiment lambdaber:wf → lambdaber:run-mx',
      'workflow_output lambdaber:wf → scaled.mtz (model)',
      'study_sample lambdaber:study → lambdaber:sample-1 (target)',
      'study_experiment lambdaber:study → lambdaber:run-mx',
      'study_workflow lambdaber:study → lambdaber:wf',
      'study_person lambdaber:study → lambdaber:person-josiah (author)',
      'study_organization lambdaber:study → lambdaber:lbnl (funder)',
      'experiment_person lambdaber:run-mx → lambdaber:person-josiah (operator)',
      'sample_molecule lambdaber:sample-1 → P08046 (target)',
      'sample_molecule lambdaber:sample-1 → lambdaber:strand',
      'workflow_input lambdaber:wf → lambdaber:file-raw (raw_data)',
      'workflow_person lambdaber:wf → lambdaber:person-josiah',
      'person_organization lambdaber:person-josiah → lambdaber:als (primary_affiliation)',
      // The zinc is joined by its component alone.
      'sample_molecule lambdaber:sample-1 → CHEBI_29105 (cofactor)',
      'study_proposal lambdaber:study → #implied-proposal-P-77',
    ]);
    const association = (kind: string) => rows.associations.find((row) => row.kind === kind);
    expect(association('experiment_sample')?.preparation_iri).toBe(theOnly(rows.sample_preparations).iri);
    expect(association('study_person')).toMatchObject({ position: 1, properties: { corresponding: true } });
    expect(association('study_organization')?.properties).toEqual({ award_number: 'DE-1' });
  });

  it('keep what acts on what: a component stands for its molecule where it has one', () => {
    const [protein, , zinc] = rows.molecules;
    expect(rows.component_interactions).toMatchObject([
      {
        subject_iri: zinc?.iri,
        object_iri: protein?.iri,
        interaction_type: 'is_coordinated_by',
        interaction_status: 'observed',
        sample_iri: rows.samples[0]?.iri,
      },
      { subject_iri: protein?.iri, object_iri: rows.sample_components[2]?.iri },
    ]);
    expect(rows.component_interactions[0]?.properties).toEqual({
      subject_id: 'lambdaber:c-zinc',
      object_id: 'lambdaber:c-protein',
    });
  });

  it('are found by code where a reference writes one, which stays as it was written', () => {
    expect(theOnly(rows.sample_preparations)).toMatchObject({
      sample_iri: rows.samples[0]?.iri,
      properties: { sample_id: 'ZIF-1' },
    });
    const used = rows.associations.find(({ kind }) => kind === 'experiment_instrument');
    expect(used).toMatchObject({
      object_iri: rows.instruments[0]?.iri,
      properties: { instrument_id: 'SIBYLS-1' },
    });
  });

  it('leave a reference to nothing as it was written, with a warning that points at it', () => {
    expect(rows.record.properties['experiment_sample_associations']).toEqual([
      { experiment_id: 'lambdaber:run-mx', sample_id: 'lambdaber:sample-9' },
    ]);
    const finding = rows.findings.find(({ rule }) => rule === 'unresolved-reference');
    expect(finding).toMatchObject({
      pointer: '/experiment_sample_associations/1/sample_id',
      message:
        'sample_id names "lambdaber:sample-9": none of the record\'s samples has this id, nor one alone this sample_code; nothing is joined to it.',
    });
  });

  it('are found by no code that two of them have', () => {
    const twice = mapped({
      id: 'lambdaber:d',
      samples: [
        { id: 'lambdaber:a', sample_code: 'S' },
        { id: 'lambdaber:b', sample_code: 'S' },
      ],
      sample_preparations: [{ id: 'lambdaber:p', sample_id: 'S' }],
    });
    expect(theOnly(twice.sample_preparations).sample_iri).toBeNull();
    expect(rulesOf(twice)).toEqual(['unresolved-reference']);
  });

  it('keep what no row holds: collections nobody knows, items that are no entities', () => {
    const odd = mapped({
      ...FULL,
      samples: [...(Array.isArray(FULL['samples']) ? FULL['samples'] : []), 'LYZ'],
    });
    expect(odd.samples).toHaveLength(2);
    expect(odd.record.properties).toMatchObject({
      samples: ['LYZ'],
      protein_constructs: [{ id: 'lambdaber:construct', construct_id: 'C-1' }],
    });
    expect(rulesOf(odd)).toContain('not-an-entity');
  });

  it('are rows twice where an id stands twice; references go to the first', () => {
    const twice = mapped({
      id: 'lambdaber:d',
      samples: [
        { id: 'lambdaber:a', sample_code: 'S-1' },
        { id: 'lambdaber:a', sample_code: 'S-2' },
      ],
    });
    expect(twice.samples.map(({ sample_code }) => sample_code)).toEqual(['S-1', 'S-2']);
    expect(rulesOf(twice)).toEqual(['repeated-id']);
  });

  it('may stand in an object by their ids, as LinkML also writes them', () => {
    const keyed = mapped({ id: 'lambdaber:d', samples: { 'lambdaber:a': { sample_code: 'S' } } });
    expect(theOnly(keyed.samples)).toMatchObject({
      sample_code: 'S',
      json_pointer: '/samples/lambdaber:a',
      properties: { id: 'lambdaber:a' },
    });
  });
});

describe('a record in the form of 2025', () => {
  const rows = mapped(EMBEDDED);

  it('gives the same rows: what stands in a study belongs to it', () => {
    expect(links(rows)).toEqual([
      'experiment_sample lambdaber:irr001 → lambdaber:sam001',
      'experiment_instrument lambdaber:irr001 → lambdaber:em',
      'workflow_experiment lambdaber:wf001 → lambdaber:irr001',
      'workflow_output lambdaber:wf001 → lambdaber:map',
      'study_sample lambdaber:sty001 → lambdaber:sam001',
      'study_experiment lambdaber:sty001 → lambdaber:irr001',
      'study_workflow lambdaber:sty001 → lambdaber:wf001',
    ]);
    expect(rows.samples[0]?.json_pointer).toBe('/studies/0/samples/0');
    expect(rows.data_files.map((row) => [row.listed_in, row.file_size_bytes])).toEqual([
      ['data_files', 536_870_912],
      ['images', null],
    ]);
    expect(theOnly(rows.studies).properties).toEqual({ id: 'lambdaber:sty001' });
    expect(theOnly(rows.workflow_runs).processing_level).toBe(1);
    expect(theOnly(rows.sample_preparations).sample_iri).toBe(rows.samples[0]?.iri);
    expect(rows.measurements.map(({ entity_iri, name }) => `${last(entity_iri)} ${name}`)).toEqual([
      'lambdaber:sam001 ph',
      'lambdaber:irr001 signal_to_noise',
      'lambdaber:wf001 processing_level',
      'lambdaber:img dose',
    ]);
  });
});
