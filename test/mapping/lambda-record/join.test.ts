import { describe, expect, it } from 'vitest';
import { type JoinedRecord, joinRecord } from '../../../src/mapping/lambda-record/join.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { describeConformance } from '../../support/conformance.ts';
import { file, mapped as mappedCrate, withParts } from '../map-document.ts';
import { CONTEXT, last, mapped, publishedRecords, SHA256 } from './records.ts';

const OTHER_SHA256 = SHA256.replace('a', 'b');

/** A crate of these entities and a record of these collections, met. */
function joined(
  entities: readonly JsonObject[],
  record: JsonObject,
  root: JsonObject = {},
): JoinedRecord & { readonly crate: ReturnType<typeof mappedCrate> } {
  const crate = mappedCrate(
    { ...withParts(...entities.map((entity) => String(entity['@id']))), ...root },
    entities,
  );
  const proposal_id = typeof root['proposal_id'] === 'string' ? root['proposal_id'] : null;
  const rows = mapped({ id: 'lambdaber:d', ...record }, { proposal_id });
  return { crate, ...joinRecord(crate, rows, { ...CONTEXT, proposal_id }) };
}

const met = ({ matches }: JoinedRecord) =>
  matches.map(({ kind, record_iri, rule }) => `${kind} ${last(record_iri)} by ${rule}`);

const SAMPLE = { '@id': '#sample', '@type': 'lambda:Sample', sample_code: 'LYZ-42' };
const RUN = { '@id': '#run', '@type': 'lambda:ExperimentRun', experiment_code: 'E-1', technique: 'saxs' };

describe('a record and its crate', () => {
  it('meet by id, however either spells it', () => {
    const result = joined(
      [
        { ...SAMPLE, '@id': 'lambda:sample_1' },
        { ...RUN, '@id': '#run-1' },
        file('mtz/scaled.mtz'),
        { '@id': 'http://purl.uniprot.org/uniprot/P08046', '@type': 'lambda:Protein' },
      ],
      {
        samples: [{ id: 'lambda:sample_1', sample_code: 'other' }],
        experiment_runs: [{ id: '#run-1' }],
        data_files: [{ id: 'mtz/scaled.mtz' }],
        proteins: [{ id: 'uniprot:P08046' }],
      },
    );
    expect(met(result)).toEqual([
      'sample lambda:sample_1 by iri',
      'molecule P08046 by iri',
      'experiment_run #run-1 by iri',
      'data_file mtz/scaled.mtz by iri',
    ]);
  });

  it('meet by an identity both offer, a place, a name with its SHA-256, or a code', () => {
    const result = joined(
      [
        SAMPLE,
        RUN,
        { '@id': '#i', '@type': 'lambda:Instrument', instrument_code: 'SIBYLS', beamline_id: '12.3.1' },
        file('raw/a.mtz'),
        file('raw/b.mtz', { sha256: OTHER_SHA256 }),
      ],
      {
        samples: [{ id: 'lambdaber:s', sample_code: 'LYZ-42 ' }],
        experiment_runs: [{ id: 'lambdaber:r', experiment_code: 'E-1' }],
        instruments: [{ id: 'lambdaber:i', instrument_code: 'ALS BL 12.3.1' }],
        data_files: [
          { id: 'lambdaber:a', file_path: 'raw/a.mtz' },
          { id: 'lambdaber:b', file_name: 'b.mtz', checksum: OTHER_SHA256, storage_uri: 's3://copy/b.mtz' },
          { id: 'lambdaber:c', file_name: 'b.mtz', storage_uri: 's3://copy/c.mtz' },
        ],
      },
    );
    expect(met(result)).toEqual([
      'instrument lambdaber:i by identity',
      'sample lambdaber:s by code',
      'experiment_run lambdaber:r by code',
      'data_file lambdaber:a by storage-uri',
      'data_file lambdaber:b by name-and-sha256',
    ]);
  });

  it('land on one entity: the record’s row takes the crate’s identity, and what else it knew is evidence', () => {
    const { crate, rows, matches } = joined([SAMPLE], {
      samples: [{ id: 'https://lims.example.org/s/1', sample_code: 'LYZ-42' }],
    });
    expect(rows.samples[0]?.identity).toEqual(crate.samples[0]?.identity);
    expect(matches[0]?.other_keys).toEqual([{ scope: 'global', key: 'sample|https://lims.example.org/s/1' }]);
    // What both say stays what each says.
    expect(rows.samples[0]?.iri).toBe('https://lims.example.org/s/1');
  });

  it('do not meet by a code that two have, nor by one of another kind', () => {
    const twice = joined([SAMPLE, { ...SAMPLE, '@id': '#b' }], {
      samples: [{ id: 'lambdaber:s', sample_code: 'LYZ-42' }],
    });
    expect(met(twice)).toEqual([]);
    const rivals = joined([SAMPLE], {
      samples: [
        { id: 'lambdaber:s', sample_code: 'LYZ-42' },
        { id: 'lambdaber:t', sample_code: 'LYZ-42' },
      ],
    });
    expect(met(rivals)).toEqual([]);
    expect(
      met(joined([SAMPLE], { experiment_runs: [{ id: 'lambdaber:r', experiment_code: 'LYZ-42' }] })),
    ).toEqual([]);
  });

  it('mean one run where the crate only implies its own, unless their techniques differ', () => {
    const root = { technique: 'saxs' };
    const one = { experiment_runs: [{ id: 'lambdaber:r', technique: 'SAXS' }] };
    expect(met(joined([file('a.h5')], one, root))).toEqual(['experiment_run lambdaber:r by only-run']);
    expect(
      met(joined([file('a.h5')], { experiment_runs: [{ id: 'lambdaber:r', technique: 'sans' }] }, root)),
    ).toEqual([]);
    expect(
      met(joined([file('a.h5')], { experiment_runs: [{ id: 'lambdaber:r' }, { id: 'lambdaber:q' }] }, root)),
    ).toEqual([]);
  });

  it('disagree aloud: both values, and where the record says its own', () => {
    const { conflicts } = joined(
      [
        { ...RUN, experiment_date: '2025-02-01' },
        file('raw/a.mtz', { contentSize: '12' }),
        { '@id': '#i', '@type': 'lambda:Instrument', instrument_code: 'I', beamline_id: 'BL12-1' },
      ],
      {
        experiment_runs: [
          { id: 'lambdaber:r', experiment_code: 'E-1', technique: 'RX', experiment_date: '2025-02-02' },
        ],
        data_files: [
          { id: 'lambdaber:a', file_path: 'raw/a.mtz', checksum: OTHER_SHA256, file_size_bytes: 13 },
        ],
        instruments: [{ id: 'lambdaber:i', instrument_code: 'I', beamline_id: '12-1' }],
        studies: [{ id: 'lambdaber:st', proposal_id: 'P-2' }],
      },
      { proposal_id: 'P-1' },
    );
    expect(conflicts.map(({ rule, pointer, message }) => `${rule} ${pointer} ${message}`)).toEqual([
      'record-conflict /experiment_runs/0 technique: the crate says "saxs", the record says "xray_crystallography".',
      'record-conflict /experiment_runs/0 experiment_date: the crate says "2025-02-01", the record says "2025-02-02".',
      'record-conflict /data_files/0 file_size_bytes: the crate says 12, the record says 13.',
      `record-conflict /data_files/0 sha256: the crate says "${SHA256}", the record says "${OTHER_SHA256}".`,
      'record-conflict /studies/0/proposal_id proposal_id: the crate says "P-1", the record says "P-2". Codes of the record belong to neither.',
    ]);
    expect(new Set(conflicts.map(({ severity }) => severity))).toEqual(new Set(['warning']));
  });

  it('agree where one says more exactly what the other says', () => {
    const { conflicts } = joined([{ ...RUN, experiment_date: '2025-02-01' }], {
      experiment_runs: [
        {
          id: 'lambdaber:r',
          experiment_code: 'E-1',
          technique: 'SAXS',
          experiment_date: '2025-02-01T10:00:00',
        },
      ],
    });
    expect(conflicts).toEqual([]);
  });
});

describeConformance('published records beside a crate that points at them', (folder) => {
  it.each(publishedRecords(folder))('%s keeps every row, whatever the crate says', (_, json) => {
    const rows = mapped(json);
    const crate = mappedCrate({ technique: 'saxs', ...withParts('a.h5') }, [file('a.h5')]);
    const result = joinRecord(crate, rows, CONTEXT);
    expect({ ...result.rows, experiment_runs: [] }).toEqual({ ...rows, experiment_runs: [] });
    expect(result.rows.experiment_runs.map(({ iri }) => iri)).toEqual(
      rows.experiment_runs.map(({ iri }) => iri),
    );
  });
});
