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

const start = (id: string) => ({
  id,
  facility: 'als',
  source: 'nightly',
  dryRun: false,
  caller: 'operator',
  at: new Date('2026-03-01T12:00:00Z'),
});

describe('a pull', () => {
  it('runs, and then has the report it ended with', async () => {
    const id = randomUUID();
    value(await registry.startPull(start(id)));
    expect(value(await registry.pull(id))).toMatchObject({ state: 'running', report: { id, items: [] } });
    const report: PullReport = {
      id,
      source: 'als/nightly',
      dry_run: false,
      complete: true,
      listed: 3,
      registered: 1,
      updated: 0,
      unchanged: 0,
      quarantined: 1,
      failed: 1,
      bytes_referenced: 2 ** 40,
      bytes_copied: 0,
      items: [
        { crate: 'https://x.example/b/', outcome: 'registered', rows: { data_file: 6 }, findings: [] },
        {
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
          crate: 'https://x.example/a/',
          outcome: 'failed',
          rows: {},
          findings: [],
          error: { code: 'unreachable', message: 'It does not answer.', retryAfterSeconds: 5 },
        },
      ],
    };
    value(await registry.finishPull(report, new Date('2026-03-01T12:01:00Z')));
    expect(value(await registry.pull(id))).toEqual({ state: 'finished', report });
  });

  it('is failed when its source could not be listed', async () => {
    const id = randomUUID();
    value(await registry.startPull(start(id)));
    const { report } = value(await registry.pull(id));
    const error = { code: 'unreachable', message: 'It does not answer.' } as const;
    value(await registry.finishPull({ ...report, error }, new Date()));
    expect(value(await registry.pull(id))).toMatchObject({ state: 'failed', report: { error } });
  });

  it('is not found by an id that is none', async () => {
    for (const id of [randomUUID(), 'x', '']) {
      expect(failureOf(await registry.pull(id)).code).toBe('not_found');
    }
    const unknown = { ...emptyReport, id: randomUUID() };
    expect(failureOf(await registry.finishPull(unknown, new Date())).code).toBe('not_found');
  });
});

const emptyReport: PullReport = {
  id: '',
  source: 'als/nightly',
  dry_run: false,
  complete: true,
  listed: 0,
  registered: 0,
  updated: 0,
  unchanged: 0,
  quarantined: 0,
  failed: 0,
  bytes_referenced: 0,
  bytes_copied: 0,
  items: [],
};

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
