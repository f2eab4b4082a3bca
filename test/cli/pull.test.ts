import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrateItem, FileItem, Page, RunItem } from '../../src/model/items.ts';
import type { PullReport } from '../../src/model/reports.ts';
import { type CliOptions, line, onDatabase, runJson, startCli } from '../support/cli.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { writeCrates } from '../support/generated-crates.ts';

/**
 * 500 on a server. The embedded database takes several times as long for each, and `npm test` is to be short: fewer there,
 * with the same chances to be killed between two statements.
 */
const CRATES = process.env['CRATE_BRIDGE_TEST_DATABASE_URL'] ? 500 : 100;
const KILLED_AFTER = Math.round(CRATES * 0.3);
const FILES = 2;

interface Pulls {
  readonly pulls: readonly PullReport[];
}

describe('a pull that is killed', () => {
  let cwd = '';
  let database: FreshDatabase;
  let at: CliOptions;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-kill-'));
    database = await freshDatabase();
    at = { cwd, env: onDatabase(database) };
    await writeCrates(join(cwd, 'crates'), { count: CRATES, files: FILES, runs: 1, seed: 1 });
    await writeFile(
      join(cwd, 'crate-bridge.json'),
      JSON.stringify({
        facilities: [{ code: 'ALS', sources: [{ name: 'gen', kind: 'directory', path: 'crates' }] }],
      }),
    );
  });
  afterAll(async () => {
    await database.dispose();
    await rm(cwd, { recursive: true, force: true });
  });

  it('leaves every crate whole and none twice when it is run again', async () => {
    const child = startCli(['pull'], at);
    // Killed in the middle of the work, whenever that is on this machine.
    await line(child, 'stderr', new RegExp(`pulling (${KILLED_AFTER})/${CRATES}`));
    child.kill('SIGKILL');
    await once(child, 'exit');

    const again = await runJson<Pulls>(['pull'], at);
    expect(again.code).toBe(0);
    const [report] = again.json.pulls;
    expect(report).toMatchObject({ listed: CRATES, failed: 0, quarantined: 0 });
    expect((report?.registered ?? 0) + (report?.unchanged ?? 0)).toBe(CRATES);
    // What was registered before the kill is there, and was not all of it.
    expect(report?.unchanged).toBeGreaterThanOrEqual(KILLED_AFTER);
    expect(report?.registered).toBeGreaterThan(0);

    const crates = await runJson<Page<CrateItem>>(['crates', '--all'], at);
    expect(crates.json.total).toBe(CRATES);
    expect(new Set(crates.json.items.map((c) => c.iri)).size).toBe(CRATES);
    expect(crates.json.items.filter((c) => c.files < FILES)).toEqual([]);
    const files = await runJson<Page<FileItem>>(['files', '--all'], at);
    expect(new Set(files.json.items.map((f) => f.id)).size).toBe(files.json.total);
    const runs = await runJson<Page<RunItem>>(['runs', '--limit', '1'], at);
    expect(runs.json.total).toBeGreaterThan(0);
  }, 300_000);
});
