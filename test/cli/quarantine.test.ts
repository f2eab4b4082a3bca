import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { QuarantinedCrate, QuarantinedItem } from '../../src/model/quarantine.ts';
import type { PullItemReport } from '../../src/model/reports.ts';
import { put, smallCrate } from '../support/bridge.ts';
import { type CliOptions, onDatabase, runCli, runJson, serve } from '../support/cli.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let cwd = '';
let database: FreshDatabase;
let at: CliOptions;

const configure = (admission: string) =>
  writeFile(
    join(cwd, 'crate-bridge.json'),
    JSON.stringify({
      facilities: [{ code: 'ALS', sources: [{ name: 'inbox', kind: 'push', admission }] }],
      publicUrl: 'https://bridge.example/',
    }),
  );

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-quarantine-'));
  database = await freshDatabase();
  at = { cwd, env: onDatabase(database) };
  await configure('quarantine');
  const bad = smallCrate({ name: 'bad', license: false, files: [] });
  await put(cwd, 'bad/ro-crate-metadata.json', JSON.stringify(bad));
});
afterAll(async () => {
  await database.dispose();
  await rm(cwd, { recursive: true, force: true });
});

it('quarantine lists, shows, links and retries what does not hold', async () => {
  expect((await runCli(['push', 'bad', '--source', 'inbox', '--as', 'bad'], at)).code).toBe(1);
  const list = await runJson<{ items: readonly QuarantinedItem[] }>(['quarantine', 'list', 'ALS/inbox'], at);
  expect(list.code).toBe(0);
  expect(list.json.items).toMatchObject([{ crate_iri: 'arcp://name,inbox.als/bad/', has_current: false }]);
  const [id = ''] = list.json.items.map((item) => item.crate_version_id);

  const shown = await runCli(['quarantine', 'show', id], at);
  expect(shown.stdout).toMatch(/error \[entity .*license.*\(\/@graph\/1\)/);
  expect((await runCli(['quarantine', 'show', '00000000-0000-4000-8000-000000000000'], at)).code).toBe(66);
  expect((await runCli(['quarantine', 'retry'], at)).code).toBe(64);

  const link = await runCli(['quarantine', 'link', id, '--days', '2'], at);
  expect(link.stdout).toMatch(/^https:\/\/bridge\.example\/findings\/cbf_[\w-]{43}\n$/);
  const service = await serve(at);
  try {
    const page = await fetch(service.url + new URL(link.stdout.trim()).pathname);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('license')]);
    // the same commands on a service, which nobody signed in to
    const remote: CliOptions = { cwd, env: { CRATE_BRIDGE_URL: service.url } };
    expect((await runCli(['quarantine', 'list'], remote)).code).toBe(77);
  } finally {
    await service.stop();
  }

  const still = await runJson<{ items: readonly PullItemReport[] }>(['quarantine', 'retry', id], at);
  expect([still.code, still.json.items[0]?.outcome]).toEqual([1, 'quarantined']);
  await configure('register-with-findings');
  const all = await runJson<{ items: readonly PullItemReport[] }>(['quarantine', 'retry', '--all'], at);
  expect([all.code, all.json.items[0]?.outcome]).toEqual([0, 'registered']);
  const left = await runJson<{ items: readonly QuarantinedCrate[] }>(['quarantine', 'list'], at);
  expect(left.json.items).toEqual([]);
}, 300_000);
