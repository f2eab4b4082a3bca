import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PullItemReport } from '../../src/model/reports.ts';
import { zipOf } from '../sources/zips.ts';
import { put, smallCrate } from '../support/bridge.ts';
import { type CliOptions, onDatabase, runCli, runJson, serve } from '../support/cli.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

interface Pushed {
  readonly source: string;
  readonly items: readonly PullItemReport[];
}

const INBOX = 'arcp://name,inbox.als/';

let cwd = '';
let database: FreshDatabase;
let at: CliOptions;

const crate = (name: string, license = true) =>
  JSON.stringify(smallCrate({ name, license, files: [{ id: 'a.dat', sha256: 'ab'.repeat(32), size: 3 }] }));

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-push-'));
  database = await freshDatabase();
  at = { cwd, env: onDatabase(database) };
  await writeFile(
    join(cwd, 'crate-bridge.json'),
    JSON.stringify({ facilities: [{ code: 'ALS', sources: [{ name: 'inbox', kind: 'push' }] }] }),
  );
  await put(cwd, 'shift/run-1/ro-crate-metadata.json', crate('one'));
  await put(cwd, 'shift/run-2/deep/ro-crate-metadata.json', crate('two', false));
  await put(cwd, 'shift/run-2/notes.txt', 'no crate');
  const members = [['x/ro-crate-metadata.json', crate('three')] as const, ['x/a.dat', 'xyz'] as const];
  await put(cwd, 'shift/three.crate.zip', await zipOf(members));
  await put(cwd, 'broken.zip', 'no zip');
});
afterAll(async () => {
  await database.dispose();
  await rm(cwd, { recursive: true, force: true });
});

const outcomes = (items: readonly PullItemReport[]) => items.map(({ crate: iri, outcome }) => [iri, outcome]);

it('push sends every crate of a folder, and what does not hold exits 1', async () => {
  const first = await runJson<Pushed>(['push', 'shift', '--source', 'inbox', '--as', '2026'], at);
  expect(outcomes(first.json.items)).toEqual([
    [`${INBOX}2026/run-1/`, 'registered'],
    [`${INBOX}2026/run-2/deep/`, 'quarantined'],
    [`${INBOX}2026/three.crate.zip/`, 'registered'],
  ]);
  expect(first.code).toBe(1);
  const again = await runCli(
    ['push', 'shift/run-1', 'broken.zip', '--source', 'ALS/inbox', '--as', '2026/run-1'],
    at,
  );
  expect([again.code, again.stderr]).toEqual([64, expect.stringContaining('2026/run-1')]);
});

it('push to a service does the same over HTTP, by token', async () => {
  const made = await runJson<{ token: string }>(
    ['token', 'create', '--name', 'als', '--scope', 'crates:push', '--facility', 'ALS'],
    at,
  );
  const service = await serve(at);
  try {
    const remote: CliOptions = {
      cwd,
      env: { CRATE_BRIDGE_URL: service.url, CRATE_BRIDGE_TOKEN: made.json.token },
    };
    const document = 'shift/run-1/ro-crate-metadata.json';
    const known = await runJson<Pushed>(
      ['push', document, '--source', 'ALS/inbox', '--as', '2026/run-1'],
      remote,
    );
    expect([known.code, outcomes(known.json.items)]).toEqual([0, [[`${INBOX}2026/run-1/`, 'unchanged']]]);

    // the zip cannot be read and the document has no place; neither stops the other
    const some = await runJson<Pushed>(
      ['push', 'broken.zip', document, 'shift', '--source', 'inbox'],
      remote,
    );
    expect(some.code).toBe(2);
    expect(some.json.items.map(({ outcome, error, crate: iri }) => [outcome, error?.code ?? iri])).toEqual([
      ['failed', 'unreadable'],
      ['failed', 'usage'],
      // the very documents sent before are further places of the same crates
      ['unchanged', `${INBOX}2026/run-1/`],
      ['quarantined', `${INBOX}2026/run-2/deep/`],
      ['unchanged', `${INBOX}2026/three.crate.zip/`],
    ]);

    const wrong = await runCli(['push', document, '--source', 'outbox', '--as', 'x'], remote);
    expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringContaining('ALS/inbox')]);
    const denied = { ...remote, env: { CRATE_BRIDGE_URL: service.url, CRATE_BRIDGE_TOKEN: 'cb_wrong' } };
    expect((await runCli(['push', document, '--source', 'inbox', '--as', 'x'], denied)).code).toBe(77);
  } finally {
    await service.stop();
  }
}, 300_000);
