import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import type { ListFilters, ListKind } from '../../src/model/items.ts';
import type { Registry } from '../../src/registry/contract.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { failureOf, listAll, namesIn, registerAll, value } from './answers.ts';
import { crate, SHA_B } from './crates.ts';

let fresh: FreshRegistry;
let registry: Registry;

const day = (text: string, earliest: string, before: string) => ({ text, earliest, before });

beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
  await registerAll(
    registry,
    crate({
      name: 'saxs crate',
      proposal: 'P-1',
      instruments: ['12.3.1', '8.3.1'],
      samples: [{ code: 'GluRS' }, { code: 'buffer' }],
      runs: [
        {
          code: 'saxs-1',
          technique: 'saxs',
          status: 'completed',
          instruments: ['12.3.1'],
          samples: ['GluRS'],
          time: day('2026-02-01', '2026-02-01T08:00:00Z', '2026-02-02T08:00:00Z'),
        },
        { code: 'mx-1', technique: 'xray_crystallography', instruments: ['8.3.1'], samples: ['buffer'] },
      ],
      workflows: ['reduce'],
      files: [
        { name: 'saxs_50%.dat', uri: 'sibyls://als/50.dat', sha256: SHA_B },
        { name: 'mx.cbf', run: 'mx-1' },
        { name: 'readme.md', run: null },
      ],
    }),
    crate({
      name: 'cryo crate',
      facility: 'ssrl',
      source: 'shift',
      instruments: ['krios'],
      samples: [{ code: 'apo' }],
      runs: [
        {
          code: 'em-1',
          technique: 'cryo_em',
          status: 'raw',
          time: day('2026-02-02', '2026-02-02T08:00:00Z', '2026-02-03T08:00:00Z'),
        },
      ],
      files: [{ name: 'movie.eer' }],
    }),
  );
});
afterAll(() => fresh.dispose());

const SAXS = ['Run saxs-1'];
const cases: readonly (readonly [ListKind, ListFilters, readonly string[]])[] = [
  // runs
  ['runs', { technique: ['saxs'] }, SAXS],
  ['runs', { technique: ['saxs', 'cryo_em'] }, ['Run em-1', 'Run saxs-1']],
  ['runs', { technique: [] }, ['Run em-1', 'Run mx-1', 'Run saxs-1']],
  ['runs', { processing_status: ['undeclared'] }, ['Run mx-1']],
  ['runs', { processing_status: ['undeclared', 'raw'] }, ['Run em-1', 'Run mx-1']],
  ['runs', { instrument: ['12.3.1'] }, SAXS],
  ['runs', { instrument: ['BEAMLINE 12.3.1'] }, SAXS],
  ['runs', { sample: ['glurs'] }, SAXS],
  ['runs', { sample: ['glurs'], instrument: ['8.3.1'] }, []],
  ['runs', { facility: ['ssrl'] }, ['Run em-1']],
  ['runs', { proposal_id: ['P-1'] }, ['Run mx-1', 'Run saxs-1']],
  ['runs', { facility: ['ssrl'], proposal_id: ['P-1'] }, []],
  ['runs', { run: ['saxs-1'] }, SAXS],
  ['runs', { crate: ['https://data.example/cryo%20crate/'] }, ['Run em-1']],
  ['runs', { sha256: [SHA_B.toUpperCase()] }, SAXS],
  ['runs', { storage_uri: ['sibyls://als/50.dat'] }, SAXS],
  ['runs', { text: 'SAXS-' }, SAXS],
  ['runs', { text: '%' }, []],
  // dates: [earliest, before) must overlap [date_start, date_end)
  ['runs', { date_start: '2026-02-02' }, ['Run em-1', 'Run saxs-1']],
  ['runs', { date_start: '2026-02-02T08:00:00Z' }, ['Run em-1']],
  ['runs', { date_end: '2026-02-02T08:00:00Z' }, SAXS],
  ['runs', { date_end: '2026-02-02T00:00:01-08:00' }, ['Run em-1', 'Run saxs-1']],
  ['runs', { date_end: '2026-02-01' }, []],
  // what is related to a run
  ['samples', { technique: ['saxs'] }, ['Sample GluRS']],
  ['samples', { technique: ['saxs'], instrument: ['8.3.1'] }, []],
  ['samples', { instrument: ['8.3.1'] }, ['Sample buffer']],
  ['samples', { sample: ['APO'] }, ['Sample apo']],
  ['samples', { sha256: [SHA_B] }, ['Sample GluRS']],
  ['samples', { date_start: '2026-02-03' }, ['Sample apo']],
  ['instruments', { processing_status: ['completed'] }, ['Beamline 12.3.1']],
  ['instruments', { sample: ['buffer'] }, ['Beamline 8.3.1']],
  ['instruments', { instrument: ['KRIOS'] }, ['Beamline krios']],
  ['instruments', { run: ['em-1'] }, ['Beamline krios']],
  ['instruments', { text: '3.1' }, ['Beamline 12.3.1', 'Beamline 8.3.1']],
  ['workflows', { technique: ['saxs'] }, ['Workflow reduce']],
  ['workflows', { technique: ['cryo_em'] }, []],
  ['workflows', { sample: ['buffer'] }, ['Workflow reduce']],
  ['crates', { technique: ['cryo_em'] }, ['cryo crate']],
  ['crates', { sample: ['GluRS'], instrument: ['12.3.1'] }, ['saxs crate']],
  ['crates', { sample: ['GluRS'], instrument: ['8.3.1'] }, []],
  ['crates', { storage_uri: ['sibyls://als/50.dat'] }, ['saxs crate']],
  ['crates', { text: 'CRYO' }, ['cryo crate']],
  ['crates', { facility: ['als'] }, ['saxs crate']],
  ['crates', { proposal_id: ['P-1'] }, ['saxs crate']],
  // files
  ['files', { technique: ['saxs'] }, ['saxs_50%.dat']],
  ['files', { run: ['mx-1'] }, ['mx.cbf']],
  ['files', { text: '50%' }, ['saxs_50%.dat']],
  ['files', { text: '_' }, ['saxs_50%.dat']],
  ['files', { text: 'S_5' }, ['saxs_50%.dat']],
  ['files', { sha256: [SHA_B] }, ['saxs_50%.dat']],
  ['files', { sample: ['buffer'] }, ['mx.cbf']],
  ['files', { facility: ['als'] }, ['mx.cbf', 'readme.md', 'saxs_50%.dat']],
  ['files', { proposal_id: ['P-2'] }, []],
];

describe('a list', () => {
  it.each(cases)('of %s narrowed by %j is %j', async (kind, filters, expected) => {
    const { totals } = await listAll(registry, kind, filters);
    expect(await namesIn(registry, kind, filters)).toEqual(expected);
    expect(totals).toEqual([expected.length]);
  });

  it('takes the ids items have', async () => {
    const [run] = (await listAll(registry, 'runs', { run: ['saxs-1'] })).items;
    const [sample] = run?.samples ?? [];
    const [instrument] = run?.instruments ?? [];
    if (run === undefined || sample === undefined || instrument === undefined) throw new Error('no links');
    expect(await namesIn(registry, 'files', { run: [run.id] })).toEqual(['saxs_50%.dat']);
    expect(await namesIn(registry, 'runs', { sample: [sample.id] })).toEqual(SAXS);
    expect(await namesIn(registry, 'runs', { instrument: [instrument.id] })).toEqual(SAXS);
    expect(await namesIn(registry, 'runs', { crate: [run.crate.id] })).toEqual(['Run mx-1', 'Run saxs-1']);
    expect(run).toMatchObject({ files: 1, bytes_referenced: 100, experiment_date: '2026-02-01' });
    expect(run.time_earliest).toBe('2026-02-01T08:00:00.000Z');
  });

  it('counts runs by status under the same filters', async () => {
    expect(value(await registry.countRunsByStatus({}, OPERATOR))).toEqual({
      completed: 1,
      raw: 1,
      undeclared: 1,
    });
    expect(value(await registry.countRunsByStatus({ sample: ['GluRS'] }, OPERATOR))).toEqual({
      completed: 1,
    });
  });

  const wrong: readonly (readonly [string, ListFilters])[] = [
    ['date_start', { date_start: 'yesterday' }],
    ['date_start', { date_start: '2026-02-31' }],
    ['date_end', { date_end: '2026-02-01T08:00:00' }],
    ['sha256', { sha256: ['abc'] }],
    ['text', { text: 'a\0b' }],
    ['sample', { sample: ['\ud800'] }],
  ];
  it.each(wrong)('refuses a %s that cannot be', async (where, filters) => {
    const failure = failureOf(await registry.list('runs', filters, { limit: 10, cursor: null }, OPERATOR));
    expect(failure).toMatchObject({ code: 'usage', where });
    expect(failureOf(await registry.countRunsByStatus(filters, OPERATOR)).code).toBe('usage');
  });
});

describe('a detail', () => {
  it('adds where it stands in the document and what is beside the columns', async () => {
    for (const kind of ['instruments', 'runs', 'samples', 'workflows', 'files'] as const) {
      const [item] = (await listAll(registry, kind)).items;
      if (item === undefined) throw new Error(`no ${kind}`);
      const detail = value(await registry.get(kind, item.id, OPERATOR));
      expect(detail).toMatchObject({ ...item, properties: {}, declared_missing: [] });
      expect(detail.json_pointer).toMatch(/^\/@graph\/\d/);
      const elsewhere = kind === 'runs' ? 'samples' : 'runs';
      expect(failureOf(await registry.get(elsewhere, item.id, OPERATOR)).code).toBe('not_found');
    }
  });
});
