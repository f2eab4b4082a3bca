import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { checkRecord } from '../../src/profiles/lambda-record/check.ts';

const GOOD: JsonObject = {
  id: 'lambdaber:d',
  samples: [
    {
      id: 'lambdaber:s',
      sample_code: 'S-1',
      sample_type: 'protein',
      concentration: { numeric_value: 8, unit: 'mg/mL' },
    },
  ],
  experiment_runs: [{ id: 'lambdaber:r', experiment_code: 'E-1', technique: 'saxs' }],
  experiment_sample_associations: [
    { experiment_id: 'lambdaber:r', sample_id: 'lambdaber:s', role: 'target' },
  ],
};

/** What is found in a sample with these slots beside the good ones. */
function sample(slots: JsonObject): readonly string[] {
  return found({
    ...GOOD,
    samples: [{ id: 'lambdaber:s', sample_code: 'S-1', sample_type: 'protein', ...slots }],
  });
}

function found(json: JsonValue): readonly string[] {
  return checkRecord(json).findings.map(
    ({ severity, layer, rule, pointer, message }) => `${severity} ${layer} ${rule} ${pointer}: ${message}`,
  );
}

describe('checking a record', () => {
  it('finds nothing wrong with a good one', () => {
    expect(checkRecord(GOOD)).toEqual({
      verdicts: [
        { profile: 'lambda-record', version: '0.1.2', layer: 'document', verdict: 'holds' },
        { profile: 'lambda-record', version: '0.1.2', layer: 'entity', verdict: 'holds' },
      ],
      findings: [],
    });
  });

  it.each<[string, JsonValue, readonly string[]]>([
    [
      'no object',
      [],
      [
        'error document not-an-object : The record is no object; a Dataset has an id and collections such as samples and experiment_runs.',
      ],
    ],
    [
      'no id, and a collection that is none',
      { samples: 'LYZ' },
      [
        'error document missing-property : Dataset lacks `id`: the IRI or CURIE of the record.',
        'error document wrong-type /samples: Dataset `samples` is a string; it must be a list of Sample objects.',
      ],
    ],
    [
      'an entity that is none',
      { ...GOOD, samples: [7] },
      ['error entity wrong-type /samples/0: This must be a Sample, an object with slots.'],
    ],
    [
      'an association without an end',
      { ...GOOD, study_sample_associations: [{ study_id: 'lambdaber:st' }] },
      [
        'error entity missing-property /study_sample_associations/0: StudySampleAssociation lacks `sample_id`: the id of a Sample.',
      ],
    ],
    [
      'an entity by its id without what it needs',
      { id: 'lambdaber:d', persons: { 'lambdaber:p': { orcid: 'Josiah' } } },
      [
        'error entity wrong-form /persons/lambdaber:p/orcid: Person `orcid` is `Josiah`; it must be an ORCID iD such as https://orcid.org/0000-0002-1825-0097.',
      ],
    ],
  ])('tells what is wrong, where, and what would be right: %s', (_, json, findings) => {
    expect(found(json)).toEqual(findings);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['a slot that is null', { organism: null, concentration: { numeric_value: 1, unit: null } }, []],
    ['a term as an object', { organism: { id: 'NCBITaxon:9606' } }, []],
    [
      'a number where text belongs',
      { preparation_method: 5 },
      [
        'error entity wrong-type /samples/0/preparation_method: Sample `preparation_method` is a number; it must be text.',
      ],
    ],
    [
      'text where a quantity belongs',
      { molecular_weight: '14 kDa' },
      [
        'error entity wrong-type /samples/0/molecular_weight: Sample `molecular_weight` is a string; it must be a quantity such as {"numeric_value": 2.5, "unit": "Angstroms"}.',
      ],
    ],
    [
      'text where its number belongs',
      { molecular_weight: { numeric_value: '14', unit: 'kDa' } },
      [
        'error entity wrong-type /samples/0/molecular_weight/numeric_value: Sample `molecular_weight/numeric_value` is a string; it must be a number.',
      ],
    ],
    [
      'a bare number, which is an older form',
      { molecular_weight: 14 },
      [
        'warning entity bare-number /samples/0/molecular_weight: Sample `molecular_weight` is a bare number, as records before 2026 wrote it; write {"numeric_value": 14, "unit": "…"}.',
      ],
    ],
    [
      'a slot nobody knows',
      { shelf: 'B', buffer_composition: { salinity: 'low' } },
      [
        'warning entity unknown-slot /samples/0/shelf: Sample has no slot `shelf`; it is kept as written.',
        'warning entity unknown-slot /samples/0/buffer_composition/salinity: BufferComposition has no slot `salinity`; it is kept as written.',
      ],
    ],
    [
      'a slip of the pen',
      { sample_cod: 'S' },
      [
        'warning entity unknown-slot /samples/0/sample_cod: Sample has no slot `sample_cod`; did you mean `sample_code`?',
      ],
    ],
  ])('says of a sample with %s', (_, slots, findings) => {
    expect(sample(slots)).toEqual(findings);
  });

  it('warns of a word beyond a vocabulary: the vocabulary may be older than the record', () => {
    const [finding] = sample({ sample_type: 'protien' });
    expect(finding).toMatch(
      /^warning entity not-in-vocabulary \/samples\/0\/sample_type: .* Did you mean `protein`\?$/,
    );
    const { verdicts } = checkRecord({
      ...GOOD,
      experiment_runs: [{ id: 'a:r', experiment_code: 'E', technique: 'md' }],
    });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['holds', 'holds']);
  });

  it('reports what it does not know once a class and slot', () => {
    const samples = ['a', 'b', 'c'].map((id) => ({ id, sample_code: id, sample_type: 'protein', shelf: id }));
    expect(found({ ...GOOD, samples })).toEqual([
      'warning entity unknown-slot /samples/0/shelf: Sample has no slot `shelf`; it is kept as written.',
    ]);
  });

  it('checks what stands in a study as in 2025 by the same classes', () => {
    const studies = [{ id: 'a:st', instrument_runs: [{ id: 'a:r', experiment_code: 'E-1' }] }];
    expect(found({ id: 'a:d', studies })).toEqual([
      'warning entity older-form /studies/0/instrument_runs: `instrument_runs` stands in a study, as records before 2026 wrote it; write it beside studies, with an association table.',
      'error entity missing-property /studies/0/instrument_runs/0: ExperimentRun lacks `technique`.',
    ]);
  });
});
