import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PullReport } from '../../src/model/reports.ts';
import type { Registry } from '../../src/registry/contract.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { failureOf, listAll, namesIn, value } from './answers.ts';
import { crate } from './crates.ts';
import { onDatabase } from './sql.ts';

let fresh: FreshRegistry;
let registry: Registry;

beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
});
afterAll(() => fresh.dispose());

const report: PullReport = {
  id: '',
  source: 'als/nightly',
  dry_run: true,
  trigger: 'request',
  full: true,
  complete: true,
  listed: 3,
  registered: 1,
  updated: 0,
  unchanged: 0,
  quarantined: 1,
  failed: 1,
  conflict: 0,
  withdrawn: 0,
  gone: 0,
  returned: 0,
  bytes_referenced: 2 ** 40,
  bytes_copied: 0,
  items: [
    {
      url: 'https://x.example/b.json',
      parent: 'https://x.example/a/',
      crate: 'https://x.example/b/',
      outcome: 'registered',
      rows: { data_file: 6 },
      findings: [],
    },
    {
      url: 'https://x.example/a.json',
      crate: 'https://x.example/a/',
      outcome: 'quarantined',
      rows: {},
      findings: [
        {
          layer: 'graph',
          rule: 'R3',
          severity: 'error',
          profile: 'lambda-core',
          pointer: '/@graph/3',
          entity: './',
          message: 'It has no licence.',
        },
      ],
    },
    // one crate at two places of a listing
    {
      url: 'https://x.example/c.json',
      crate: 'https://x.example/a/',
      outcome: 'failed',
      rows: {},
      findings: [],
      error: { code: 'unreachable', message: 'It does not answer.', retryAfterSeconds: 5 },
    },
  ],
  problems: [{ code: 'timed_out', message: 'A folder was not listed.' }],
  started_at: '2026-03-01T12:00:00.000Z',
  finished_at: '2026-03-01T12:01:00.000Z',
};

describe('a pull that is written down', () => {
  it('has the report it ended with', async () => {
    const ended = { ...report, id: randomUUID() };
    value(await registry.recordPull(ended, 'operator'));
    expect(value(await registry.pull(ended.id))).toEqual({ state: 'finished', report: ended });
  });

  it('runs until it is written as over', async () => {
    const ended = { ...report, id: randomUUID() };
    value(await registry.recordPull({ ...ended, items: [], finished_at: null }, 'operator'));
    expect(value(await registry.pull(ended.id))).toMatchObject({ state: 'running', report: { items: [] } });
    value(await registry.recordPull(ended, 'operator'));
    expect(value(await registry.pull(ended.id))).toEqual({ state: 'finished', report: ended });
  });

  it('is over when nobody has worked on it for a day', async () => {
    const [lost, next] = [randomUUID(), randomUUID()].map((id) => ({
      ...report,
      id,
      items: [],
      finished_at: null,
    }));
    if (lost === undefined || next === undefined) return;
    value(await registry.recordPull({ ...lost, started_at: '2026-02-01T12:00:00.000Z' }, 'operator'));
    value(await registry.recordPull(next, 'operator'));
    expect(value(await registry.pull(lost.id)).state).toBe('failed');
    expect(value(await registry.pull(next.id)).state).toBe('running');
  });

  it('is failed when its source could not be listed', async () => {
    const error = { code: 'unreachable', message: 'It does not answer.' } as const;
    const failed = { ...report, id: randomUUID(), items: [], error };
    value(await registry.recordPull(failed, 'operator'));
    expect(value(await registry.pull(failed.id))).toMatchObject({ state: 'failed', report: { error } });
  });

  it('is not found by an id that is none', async () => {
    for (const id of [randomUUID(), 'x', '']) {
      expect(failureOf(await registry.pull(id)).code).toBe('not_found');
    }
  });

  it('is listed newest first, by source, without its items', async () => {
    const at = (minute: number, source: string) => ({
      ...report,
      id: randomUUID(),
      source,
      started_at: `2026-04-01T12:0${minute}:00.000Z`,
    });
    const [first, second, other] = [at(1, 'ssrl/a'), at(2, 'ssrl/a'), at(3, 'ssrl/b')];
    for (const one of [first, second, other]) value(await registry.recordPull(one, 'operator'));
    const ids = async (filters: Parameters<Registry['pulls']>[0]) =>
      value(await registry.pulls(filters)).map((pull) => [pull.report.id, pull.report.items.length]);
    expect(await ids({ facility: 'ssrl', limit: 2 })).toEqual([
      [other.id, 0],
      [second.id, 0],
    ]);
    expect(await ids({ facility: 'ssrl', source: 'a', limit: 9 })).toEqual([
      [second.id, 0],
      [first.id, 0],
    ]);
  });
});

describe('the audit', () => {
  it('keeps who did what', async () => {
    value(
      await registry.recordAudit({
        caller: 'operator',
        action: 'read-unverified',
        subject: 'sibyls://als/a.dat',
        detail: { bytes: 12 },
        at: new Date('2026-03-01T12:00:00Z'),
      }),
    );
    const rows = await onDatabase(fresh, (db) =>
      db.execute(sql`SELECT caller, action, subject, detail FROM audit`),
    );
    expect([...rows]).toEqual([
      { caller: 'operator', action: 'read-unverified', subject: 'sibyls://als/a.dat', detail: { bytes: 12 } },
    ]);
  });
});

describe('a status change', () => {
  it('is what a run is at, whatever its crate says, and the last one counts', async () => {
    value(await registry.register(crate({ name: 'c', runs: [{ code: 'r', status: 'raw' }] })));
    const [run] = (await listAll(registry, 'runs')).items;
    await onDatabase(fresh, (db) =>
      db.execute(sql`INSERT INTO status_change (run_entity_id, processing_status, caller, changed_at)
        VALUES (${run?.id}, 'processing', 'p', '2026-03-02'), (${run?.id}, 'completed', 'p', '2026-03-01')`),
    );
    expect((await listAll(registry, 'runs')).items[0]?.processing_status).toBe('completed');
    expect(await namesIn(registry, 'runs', { processing_status: ['raw'] })).toEqual([]);
    expect(await namesIn(registry, 'runs', { processing_status: ['completed'] })).toEqual(['Run r']);
  });
});
