import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CrateItem, FileItem, Page, RunItem } from '../../src/model/items.ts';
import type { PullReport } from '../../src/model/reports.ts';
import { openRegistry } from '../../src/registry/open.ts';
import { onDatabase } from '../registry/sql.ts';
import { type CliOptions, line, onDatabase as onDatabaseOf, runJson, startCli } from '../support/cli.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { writeCrates } from '../support/generated-crates.ts';

/**
 * 2,000 on a server. The embedded database takes several times as long for each, and `npm test` is to be short: fewer there,
 * with the same chances to be killed between two statements.
 */
const CRATES = process.env['CRATE_BRIDGE_TEST_DATABASE_URL'] ? 2_000 : 100;
const FILES = 2;

/** What is said of the work on the way, so that it can be broken off in the middle, whenever that is on this machine. */
const UNDER_WAY = new RegExp(`(pulling \\d+)/${CRATES} crates`);
const FURTHER = new RegExp(`pulling \\d+/${CRATES} crates[^]*?(pulling \\d+)/${CRATES} crates`);

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
    at = { cwd, env: onDatabaseOf(database) };
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

  it('goes on where it was when it is run again, shared by whoever runs it, and nothing is lost or doubled', async () => {
    const first = startCli(['pull'], at);
    await line(first, 'stderr', UNDER_WAY);
    first.kill('SIGKILL');
    await once(first, 'exit');

    const second = startCli(['pull'], at);
    const third = runJson<Pulls>(['pull'], at);
    await line(second, 'stderr', FURTHER);
    second.kill('SIGKILL');
    const ended = await third;
    expect(ended.code).toBe(0);
    const [report] = ended.json.pulls;
    // one pull, whose every crate was registered once
    expect(report).toMatchObject({ listed: CRATES, registered: CRATES, unchanged: 0, failed: 0 });
    expect(new Set(report?.items.map(({ url }) => url)).size).toBe(CRATES);

    const crates = await runJson<Page<CrateItem>>(['crates', '--all'], at);
    expect(crates.json.total).toBe(CRATES);
    expect(new Set(crates.json.items.map((c) => c.iri)).size).toBe(CRATES);
    expect(crates.json.items.filter((c) => c.files < FILES)).toEqual([]);
    const files = await runJson<Page<FileItem>>(['files', '--all'], at);
    expect(new Set(files.json.items.map((f) => f.id)).size).toBe(files.json.total);
    const runs = await runJson<Page<RunItem>>(['runs', '--limit', '1'], at);
    expect(runs.json.total).toBeGreaterThan(0);
    expect(await counted(database)).toEqual({
      pulls: 1,
      items: CRATES,
      waiting: 0,
      versions: CRATES,
      told: CRATES,
      jobs: 0,
    });
  }, 300_000);
});

/** What is in the tables. Every process has ended, so that the embedded database is run here. */
async function counted(database: FreshDatabase) {
  const opened = await openRegistry(database);
  if (!opened.ok) throw new Error(opened.failure.message);
  try {
    const [row] = await onDatabase(database, (db) =>
      db.execute(sql`SELECT
        (SELECT count(*)::int FROM pull) AS pulls,
        (SELECT count(*)::int FROM pull_item) AS items,
        (SELECT count(*)::int FROM pull_item WHERE outcome IS NULL) AS waiting,
        (SELECT count(*)::int FROM crate_version) AS versions,
        (SELECT count(DISTINCT crate_id)::int FROM change WHERE type = 'crate.registered') AS told,
        (SELECT count(*)::int FROM pgboss.job) AS jobs`),
    );
    return row;
  } finally {
    await opened.value.close();
  }
}
