import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createContext } from '../../src/bridge/context.ts';
import { createLocalBridge } from '../../src/bridge/local.ts';
import { tick } from '../../src/bridge/schedule/scheduler.ts';
import { parseConfig } from '../../src/config/load.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { settled } from '../registry/feed.ts';
import { put, smallCrate, valueFrom } from '../support/bridge.ts';
import { emptyDatabase, type FreshRegistry, freshRegistry } from '../support/database.ts';

const SHIFTS = '15 0,8,16 * * *';

let database: FreshRegistry;
beforeAll(async () => {
  database = await freshRegistry();
});
afterAll(() => database.dispose());

let folder = '';
let now = new Date();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crate-bridge-schedule-'));
  await put(folder, 'crates/one/ro-crate-metadata.json', JSON.stringify(smallCrate({ files: [] })));
});
afterEach(async () => {
  await emptyDatabase(database);
  await rm(folder, { recursive: true, force: true });
});

function at(instant: string): void {
  now = new Date(instant);
}

function options(source: JsonObject) {
  const sources = [{ name: 'shift', kind: 'directory', path: 'crates', ...source }];
  const written = { facilities: [{ code: 'ALS', timezone: 'America/Los_Angeles', sources }] };
  const config = valueFrom(parseConfig(JSON.stringify(written), join(folder, 'crate-bridge.json')));
  return { config, registry: database.registry, env: {}, now: () => now };
}

/** A scheduler's look at the clock, in a process of this configuration. */
async function look(source: JsonObject = { schedule: SHIFTS }): Promise<void> {
  valueFrom(await tick(createContext(options(source))));
}

/** What a process of this configuration answers; it joins the pull that runs and does what is left of it. */
const process = (source: JsonObject = { schedule: SHIFTS }) =>
  createLocalBridge({ ...options(source), cwd: folder });

async function pull(source?: JsonObject) {
  const [report] = valueFrom(await process(source).pull({ sources: ['shift'], dryRun: false }, OPERATOR));
  if (report === undefined) throw new Error('nothing was pulled');
  return report;
}

async function standing(source?: JsonObject) {
  const [item] = valueFrom(await process(source).sources(OPERATOR));
  if (item === undefined) throw new Error('there is no source');
  return item;
}

const running = async () => valueFrom(await database.registry.runningPulls());

async function overdueEvents() {
  await settled(database);
  const feed = await database.registry.changes(null, 100, { type: ['source.overdue'] }, OPERATOR);
  return valueFrom(feed).changes;
}

describe('a scheduled source', () => {
  it('is pulled when its time comes, in its own zone, once whoever looks', async () => {
    at('2026-11-01T06:00:00Z');
    await look();
    expect(await standing()).toMatchObject({ next_run_at: '2026-11-01T07:15:00.000Z', last_pull: null });
    at('2026-11-01T07:14:59Z');
    await look();
    expect(await running()).toEqual([]);
    at('2026-11-01T07:15:00Z');
    await Promise.all([look(), look(), look(), look()]);
    expect(await running()).toMatchObject([{ facility: 'ALS', source: 'shift' }]);
    // daylight saving ended in between: eight hours on the clock are nine
    expect(await standing()).toMatchObject({ next_run_at: '2026-11-01T16:15:00.000Z' });
    const report = await pull();
    expect(report).toMatchObject({ trigger: 'schedule', registered: 1 });
    await look();
    expect(await running()).toEqual([]);
  });

  it('catches up once on what it missed while nobody looked', async () => {
    at('2026-11-10T00:00:00Z');
    await look();
    at('2026-11-12T01:00:00Z');
    await look();
    expect(await pull()).toMatchObject({ trigger: 'schedule' });
    await look();
    expect(await running()).toEqual([]);
    expect(await standing()).toMatchObject({ next_run_at: '2026-11-12T08:15:00.000Z' });
  });

  it('does not run while it is paused, and catches up when it is resumed', async () => {
    at('2026-11-10T00:00:00Z');
    await look();
    valueFrom(await process().pauseSource('ALS/shift', 'the storage moves', OPERATOR));
    at('2026-11-11T00:30:00Z');
    await look();
    expect(await running()).toEqual([]);
    expect(await standing()).toMatchObject({ paused: { by: 'operator', because: 'the storage moves' } });
    valueFrom(await process().resumeSource('shift', OPERATOR));
    expect((await process().resumeSource('shift', OPERATOR)).ok).toBe(false);
    await look();
    expect(await running()).toHaveLength(1);
    expect(await standing()).toMatchObject({ paused: null });
  });

  it('follows the configuration: another schedule counts from now, none is never due', async () => {
    at('2026-11-10T00:00:00Z');
    await look();
    at('2026-11-10T09:00:00Z');
    await look({ schedule: '0 12 * * *', timezone: 'UTC' });
    expect(await running()).toEqual([]);
    expect(await standing({ schedule: '0 12 * * *', timezone: 'UTC' })).toMatchObject({
      next_run_at: '2026-11-10T12:00:00.000Z',
    });
    await look({});
    at('2026-11-11T12:30:00Z');
    await look({});
    expect(await running()).toEqual([]);
    expect(await standing({})).toMatchObject({ schedule: null, next_run_at: null });
  });

  it('is overdue once a shift, after one more look, and not when something new came', async () => {
    at('2026-11-10T00:00:00Z');
    await look();
    at('2026-11-10T00:15:00Z');
    await look();
    await pull();
    expect(await overdueEvents()).toEqual([]);
    // the next run finds nothing new
    at('2026-11-10T08:15:00Z');
    await look();
    expect(await pull()).toMatchObject({ unchanged: 1 });
    at('2026-11-10T14:14:00Z');
    await look();
    expect(await running()).toEqual([]);
    at('2026-11-10T14:15:00Z');
    await look();
    expect(await overdueEvents()).toEqual([]);
    expect(await pull()).toMatchObject({ trigger: 'schedule', unchanged: 1 });
    await Promise.all([look(), look()]);
    await look();
    expect(await overdueEvents()).toMatchObject([
      { type: 'source.overdue', data: { scheduled_at: '2026-11-10T08:15:00.000Z', expect_within_hours: 6 } },
    ]);
    expect(await standing()).toMatchObject({ overdue_since: '2026-11-10T08:15:00.000Z' });
    await put(
      folder,
      'crates/two/ro-crate-metadata.json',
      JSON.stringify(smallCrate({ files: [], name: 'Two' })),
    );
    expect(await pull()).toMatchObject({ registered: 1 });
    expect(await standing()).toMatchObject({ overdue_since: null });
  });

  it('tells of a credential that ends soon, once, and again of the next one’s end', async () => {
    const ending = (expires: string) => ({ credential: { kind: 'bearer', env: 'ALS_TOKEN', expires } });
    const told = async () => {
      await settled(database);
      const feed = await database.registry.changes(null, 100, { type: ['source.credential'] }, OPERATOR);
      return valueFrom(feed).changes.map(({ data }) => [data['where'], data['days_left']]);
    };
    at('2026-11-01T00:00:00Z');
    await look(ending('2026-12-01'));
    expect(await told()).toEqual([]);
    at('2026-11-24T00:00:00Z');
    await Promise.all([look(ending('2026-12-01')), look(ending('2026-12-01'))]);
    await look(ending('2026-12-01'));
    expect(await told()).toEqual([['ALS_TOKEN', 7]]);
    await look(ending('2027-12-01'));
    at('2027-11-30T00:00:00Z');
    await look(ending('2027-12-01'));
    expect(await told()).toEqual([
      ['ALS_TOKEN', 7],
      ['ALS_TOKEN', 1],
    ]);
  });

  it('whose crate came after its run is looked at again before anybody is alarmed', async () => {
    at('2026-11-10T00:00:00Z');
    await look();
    at('2026-11-10T00:15:00Z');
    await look();
    await pull();
    at('2026-11-10T08:15:00Z');
    await look();
    await pull();
    await put(
      folder,
      'crates/late/ro-crate-metadata.json',
      JSON.stringify(smallCrate({ files: [], name: 'Late' })),
    );
    at('2026-11-10T14:15:00Z');
    await look();
    expect(await pull()).toMatchObject({ registered: 1 });
    await look();
    expect(await overdueEvents()).toEqual([]);
  });
});
