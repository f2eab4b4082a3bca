import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import type { RecordRows } from '../../../src/model/record-rows.ts';
import { FULL, last, mapped, measurement, rulesOf } from './records.ts';

/** A record of one run, and of the workflows that worked on it. */
function run(slots: JsonObject, ...workflows: readonly JsonObject[]): RecordRows {
  return mapped({
    id: 'lambdaber:d',
    experiment_runs: [{ id: 'lambdaber:run', experiment_code: 'E', ...slots }],
    workflow_runs: workflows.map((workflow, i) => ({ id: `lambdaber:wf${i}`, ...workflow })),
    workflow_experiment_associations: workflows.map((_, i) => ({
      workflow_id: `lambdaber:wf${i}`,
      experiment_id: 'lambdaber:run',
    })),
  });
}

function sample(slots: JsonObject): RecordRows {
  return mapped({ id: 'lambdaber:d', samples: [{ id: 'lambdaber:s', ...slots }] });
}

const ANGSTROMS = (numeric_value: number): JsonObject => ({ numeric_value, unit: 'Angstroms' });

describe('a measurement', () => {
  it('keeps number, unit and raw text as written, and what it is compared by beside them', () => {
    const written = { numeric_value: 2.76, unit: 'nm', raw_value: '2.76 nm', unit_cv_id: 'UO:0000018' };
    const rows = run({ technique: 'saxs', quality_metrics: { rg: written } });
    expect(measurement(rows, 'rg')).toEqual({
      entity_kind: 'experiment_run',
      entity_iri: rows.experiment_runs[0]?.iri,
      json_pointer: '/experiment_runs/0/quality_metrics/rg',
      section: 'quality_metrics',
      name: 'rg',
      position: null,
      form: 'quantity',
      numeric_value: 2.76,
      minimum_numeric_value: null,
      maximum_numeric_value: null,
      text_value: null,
      unit: 'nm',
      raw_value: '2.76 nm',
      canonical_value: 27.6,
      canonical_minimum: null,
      canonical_maximum: null,
      canonical_unit: 'Ao',
      kind: 'radius_of_gyration',
      kind_rule: 'slot-definition',
      technique: 'saxs',
      pipeline: null,
      estimator: null,
      admissibility: 'local',
      properties: { unit_cv_id: 'UO:0000018' },
    });
    expect(rows.experiment_runs[0]?.properties).not.toHaveProperty('quality_metrics');
  });

  it.each<[string, JsonValue, JsonObject]>([
    [
      'a range',
      { minimum_numeric_value: 1, maximum_numeric_value: 2, unit: 'nm' },
      { canonical_minimum: 10, canonical_maximum: 20, canonical_value: null, canonical_unit: 'Ao' },
    ],
    ['raw text alone', { raw_value: '1.5 micrometers' }, { canonical_value: 15_000, numeric_value: null }],
    ['a bare number', 7.9, { form: 'number', numeric_value: 7.9, unit: null, canonical_unit: null }],
    ['an unknown unit', { numeric_value: 3, unit: 'foo' }, { unit: 'foo', canonical_value: null }],
    [
      'an arbitrary unit',
      { numeric_value: 3, unit: 'arbitrary' },
      { canonical_value: null, canonical_unit: null },
    ],
    ['no unit', { numeric_value: 3 }, { unit: null, canonical_value: null }],
    ['a number too large to convert', { numeric_value: 1e308, unit: 'm' }, { canonical_value: null }],
  ])('may be %s', (_, thickness, expected) => {
    expect(measurement(sample({ thickness }), 'thickness')).toMatchObject(expected);
  });

  it('may stand in a list, and in a section of a section', () => {
    const rows = mapped({
      id: 'lambdaber:d',
      instruments: [
        {
          id: 'lambdaber:i',
          detectors: [{}, { pixel_size_x: { numeric_value: 5, unit: 'um' } }],
          slits: [ANGSTROMS(1), ANGSTROMS(2)],
        },
      ],
    });
    expect(rows.measurements.map((row) => [row.section, row.name, row.position, row.json_pointer])).toEqual([
      [null, 'slits', 0, '/instruments/0/slits/0'],
      [null, 'slits', 1, '/instruments/0/slits/1'],
      ['detectors/1', 'pixel_size_x', null, '/instruments/0/detectors/1/pixel_size_x'],
    ]);
    expect(rows.instruments[0]?.properties['detectors']).toEqual([{}, {}]);
  });

  it('is text or yes and no where settings and assessments are', () => {
    const rows = mapped(FULL);
    expect(measurement(rows, 'space_group')).toMatchObject({ form: 'text', text_value: 'P 63' });
    expect(measurement(rows, 'anomalous_used')).toMatchObject({ form: 'boolean', text_value: 'false' });
    expect(measurement(rows, 'duration')).toMatchObject({ text_value: '7 days', canonical_value: 604_800 });
    expect(measurement(rows, 'collection_mode')).toMatchObject({ text_value: 'oscillation' });
    expect(rows.experiment_runs[0]?.collection_mode).toBe('oscillation');
  });

  it('is none of what only looks like a number: identifiers, annotations, what a column holds', () => {
    const rows = sample({
      sample_code: 7,
      ispyb_sample_id: { numeric_value: 12, unit: 'dimensionless' },
      functional_sites: [{ residue: 5 }],
      nothing: { numeric_value: null, unit: 'percent' },
      broken: { numeric_value: 'twelve', unit: 'percent' },
    });
    expect(rows.measurements).toEqual([]);
    expect(rows.samples[0]?.sample_code).toBe('7');
    expect(Object.keys(rows.samples[0]?.properties ?? {})).toEqual([
      'id',
      'sample_code',
      'ispyb_sample_id',
      'functional_sites',
      'nothing',
      'broken',
    ]);
  });

  it('reports an unknown unit once, where it first stands', () => {
    const rows = sample({ a: { numeric_value: 1, unit: 'foo' }, b: { numeric_value: 2, unit: 'foo' } });
    expect(rulesOf(rows)).toEqual(['unknown-unit']);
    expect(rows.findings[0]?.pointer).toBe('/samples/0/a');
  });

  it('has the unit of a slot that knows only one', () => {
    const rows = sample({ buffer_composition: { ph: 7.9 } });
    expect(measurement(rows, 'ph')).toMatchObject({
      unit: null,
      canonical_value: 7.9,
      canonical_unit: '[pH]',
    });
  });
});

describe('the kind of a resolution', () => {
  const metrics = (technique: string, more: JsonObject = {}) =>
    run(
      { technique, quality_metrics: { resolution: ANGSTROMS(2.1), ...more } },
      { software_name: 'autoPROC' },
    );

  it.each<[string, RecordRows, kind: string | null, rule: string | null, pipeline: string | null]>([
    [
      'of a diffraction run is what was asked for',
      metrics('xray_crystallography'),
      'requested_edge',
      'run-without-processing-metrics',
      null,
    ],
    [
      'is the pipeline’s limit beside merging statistics',
      metrics('RX', { cc_half: 0.998 }),
      'high_resolution_limit',
      'run-with-merging-or-refinement-metrics',
      'lambdaber:wf0',
    ],
    ['of a map is by FSC', metrics('cryo_em'), 'fsc', 'cryo-em-run', 'lambdaber:wf0'],
    ['of small-angle scattering is a limit of q', metrics('saxs'), 'q_limit', 'small-angle-run', null],
    ['of anything else cannot be known', metrics('electron_microscopy'), null, null, null],
    ['of an unknown technique cannot be known', metrics('dowsing'), null, null, null],
    [
      'in the run’s own slot is that at the detector’s edge',
      run({ technique: 'xray_crystallography', resolution: ANGSTROMS(1.8) }),
      'requested_edge',
      'experiment-run-slot',
      null,
    ],
  ])('%s', (_, rows, kind, kind_rule, pipeline) => {
    const row = measurement(rows, 'resolution');
    expect([row.kind, row.kind_rule, row.pipeline === null ? null : last(row.pipeline)]).toEqual([
      kind,
      kind_rule,
      pipeline,
    ]);
    expect(row.admissibility).toBe('local');
  });

  it('of a workflow says which limit and which threshold it is, and which workflow computed it', () => {
    const rows = run(
      { technique: 'cryo_em' },
      {
        software_name: 'RELION',
        resolution_high: ANGSTROMS(2),
        refinement_params: { resolution_0_143: ANGSTROMS(3), resolution_0_5: ANGSTROMS(4) },
      },
    );
    expect(
      rows.measurements.map((row) => [row.name, row.kind, row.kind_rule, last(row.pipeline ?? '')]),
    ).toEqual([
      ['resolution_high', 'high_resolution_limit', 'slot-definition', 'lambdaber:wf0'],
      ['resolution_0_143', 'fsc', 'fsc-threshold-0.143', 'lambdaber:wf0'],
      ['resolution_0_5', 'fsc', 'fsc-threshold-0.5', 'lambdaber:wf0'],
    ]);
    expect(new Set(rows.measurements.map(({ technique }) => technique))).toEqual(new Set(['cryo_em']));
  });

  it('names no pipeline where several workflows may have computed it', () => {
    const rows = run(
      { technique: 'cryo_em', quality_metrics: { resolution: ANGSTROMS(3) } },
      { software_name: 'RELION' },
      { software_name: 'cryoSPARC' },
    );
    expect(measurement(rows, 'resolution')).toMatchObject({ kind: 'fsc', pipeline: null });
  });
});

describe('an estimator', () => {
  const ESTIMATOR = { software: 'AIMLESS', definition: 'CC1/2 above 0.3', admissibility: 'comparable' };

  it.each<[string, JsonObject, JsonObject]>([
    ['beside the value', { quality_metrics: { resolution: { ...ANGSTROMS(2), estimator: ESTIMATOR } } }, {}],
    ['on its section', { quality_metrics: { resolution: ANGSTROMS(2), estimator: ESTIMATOR } }, {}],
    ['on the run', { quality_metrics: { resolution: ANGSTROMS(2) }, estimator: ESTIMATOR }, {}],
  ])('%s says how far it may be compared', (_, slots) => {
    const rows = run({ technique: 'xray_crystallography', ...slots });
    expect(measurement(rows, 'resolution')).toMatchObject({
      estimator: ESTIMATOR,
      admissibility: 'comparable',
      pipeline: 'AIMLESS',
    });
  });

  it('leaves a value local where it says nothing that is known', () => {
    const estimator = { definition: 'by eye', admissibility: 'universal' };
    const rows = run({ technique: 'saxs', quality_metrics: { rg: { ...ANGSTROMS(2), estimator } } });
    expect(measurement(rows, 'rg')).toMatchObject({ admissibility: 'local', estimator, pipeline: null });
  });

  it('is the workflow itself where it names what the workflow ran', () => {
    const metrics = { r_merge: { numeric_value: 0.1, unit: '' }, estimator: ESTIMATOR };
    const rows = run({ technique: 'RX', quality_metrics: metrics }, { software_name: 'aimless' });
    expect(last(measurement(rows, 'r_merge').pipeline ?? '')).toBe('lambdaber:wf0');
  });
});
