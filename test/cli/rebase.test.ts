import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLocalBridge, type LocalBridge } from '../../src/bridge/local.ts';
import { parseConfig } from '../../src/config/load.ts';
import { callerFor, OPERATOR } from '../../src/model/caller.ts';
import type { RebaseReport } from '../../src/model/curation.ts';
import { failureFrom, smallCrate, valueFrom } from '../support/bridge.ts';
import { type CliOptions, line, onDatabase, runCli, runJson, startCli } from '../support/cli.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { describeManyProcesses } from '../support/many-processes.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';

const DOCUMENT = 'ro-crate-metadata.json';
const CRATES = 20;

let origin: TestOrigin;
let fresh: FreshRegistry;
let cli: CliOptions;
let bridge: LocalBridge;
let dir: string;

beforeAll(async () => {
  origin = await startOrigin();
  fresh = await freshRegistry();
  dir = await mkdtemp(join(tmpdir(), 'crate-bridge-rebase-'));
  cli = { cwd: dir, env: onDatabase(fresh) };
  for (const name of names) serve('old', name);
  await list('old');
});
afterAll(async () => {
  await origin.close();
  await fresh.dispose();
  await rm(dir, { recursive: true, force: true });
});

const at = (host: string) => `${origin.url}/${host}/`;
const names = Array.from({ length: CRATES }, (_, i) => `crate-${i}`);

/** One file beside the document, one on another server of the facility. */
function serve(host: string, name: string): void {
  const digest = createHash('sha256').update(name).digest('hex');
  const files = [
    { id: 'a.dat', sha256: digest, size: 10 },
    { id: 'b.dat', sha256: digest, size: 10, storageUri: `sibyls://als/${name}/b.dat` },
  ];
  origin.set(`/${host}/${name}/${DOCUMENT}`, Buffer.from(JSON.stringify(smallCrate({ files, name }))));
}

/** The configuration once the facility lists its crates there, and its other server is read where it is. */
async function list(host: string, more: readonly string[] = []): Promise<void> {
  const config = JSON.stringify({
    facilities: [
      {
        code: 'ALS',
        sources: [
          {
            name: 'web',
            kind: 'urls',
            urls: [...names, ...more].map((name) => `${at(host)}${name}/${DOCUMENT}`),
          },
        ],
        storage: [{ prefix: 'sibyls://als/', url: at('files') }],
        network: { allow: ['127.0.0.1/32'] },
      },
    ],
  });
  const path = join(dir, 'crate-bridge.json');
  await writeFile(path, config);
  const made = { registry: fresh.registry, env: {}, cwd: dir };
  bridge = createLocalBridge({ ...made, config: valueFrom(parseConfig(config, path)) });
}

async function pull() {
  return valueFrom(await bridge.pull({ sources: [], dryRun: false }, OPERATOR))[0];
}

async function files(name: string) {
  const crate = [`${at('old')}${name}/`];
  return valueFrom(await bridge.list('files', { crate }, { limit: 10, cursor: null }, OPERATOR)).items;
}

async function rebase(from: string, to: string): Promise<RebaseReport> {
  const request = { facility: 'ALS', from, to, because: 'the archive moved', dryRun: false };
  return valueFrom(await bridge.rebase(request, OPERATOR));
}

async function holds(): Promise<void> {
  expect(valueFrom(await bridge.rebuild({ check: true })).differences).toEqual([]);
}

describeManyProcesses('crate-bridge rebase', () => {
  it('follows a facility that renamed its host, also when it is killed on the way', {
    timeout: 120_000,
  }, async () => {
    expect(await pull()).toMatchObject({ registered: CRATES });
    const [before] = await files('crate-7');
    expect(before?.storage_uri).toBe(`${at('old')}crate-7/a.dat`);

    const command = ['rebase', `${origin.url}/old`, at('new'), '--facility', 'ALS'];
    const dry = await runJson<RebaseReport>([...command, '--dry-run'], cli);
    const counts = { crates: CRATES, locations: CRATES, pointers: CRATES, taken: 0, failed: [] };
    const prefixes = { from: at('old'), to: at('new'), storage_rule: null };
    expect(dry).toMatchObject({
      code: 0,
      json: { ...counts, ...prefixes, dry_run: true, id: null, moved: 0 },
    });
    expect((await files('crate-7'))[0]?.id).toBe(before?.id);

    const killed = startCli(command, cli);
    await line(killed, 'stderr', /moving (\d+)\/20 crates/);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const asked = origin.requests.length;
    const { code, json } = await runJson<RebaseReport>(command, cli);
    expect(code).toBe(0);
    expect(json.failed).toEqual([]);
    expect(json.moved).toBe(json.crates);
    expect(json.moved).toBeGreaterThan(0);
    expect(json.moved).toBeLessThan(CRATES);
    expect(origin.requests.length).toBe(asked);
    await holds();

    for (const name of [...names, 'later']) serve('new', name);
    await list('new', ['later']);
    expect(await pull()).toMatchObject({ registered: 1, unchanged: CRATES, updated: 0, gone: 0 });
    const [after, elsewhere] = await files('crate-7');
    expect(after).toMatchObject({ iri: before?.iri, storage_uri: `${at('new')}crate-7/a.dat` });
    expect(elsewhere?.storage_uri).toBe('sibyls://als/crate-7/b.dat');
    expect(failureFrom(await bridge.describe(before?.id ?? '', OPERATOR))).toMatchObject({
      code: 'superseded',
      successor: after?.id,
    });
    // what came after is named as if it had been there all the time
    expect(await files('later')).toMatchObject([{ storage_uri: `${at('new')}later/a.dat` }, {}]);
    const told = async () =>
      valueFrom(
        await bridge.changes(
          { after: null, limit: 1000, filters: { type: ['crate.moved'] }, waitSeconds: 0 },
          OPERATOR,
        ),
      ).changes.map(({ data }) => data);
    // on a shared server the feed waits for whoever writes elsewhere
    await expect.poll(told, { timeout: 20_000 }).toHaveLength(CRATES);
    expect((await told())[0]).toMatchObject({ by: 'rebase', pointers: { moved: { count: 1 } } });
  });

  it('follows a second move and a mount, refuses one in circles, and undoes the last first', async () => {
    const mount = await rebase('sibyls://als', 'sibyls://archive/als');
    const all = CRATES + 1;
    expect(mount).toMatchObject({ crates: all, locations: 0, pointers: all, moved: all });
    const second = await rebase(at('new'), at('newer'));
    expect(second).toMatchObject({ crates: all, locations: all, moved: all });
    expect(await rebase(at('new'), at('newer'))).toMatchObject({ id: second.id, crates: 0, moved: 0 });
    const places = async () => (await files('crate-3')).map(({ storage_uri }) => storage_uri);
    expect(await places()).toEqual([`${at('newer')}crate-3/a.dat`, 'sibyls://archive/als/crate-3/b.dat']);

    const again = { facility: 'ALS', because: null, dryRun: true };
    const circle = { ...again, from: at('newer'), to: at('old') };
    expect(failureFrom(await bridge.rebase(circle, OPERATOR))).toMatchObject({ code: 'usage' });
    const items = valueFrom(await bridge.rebases(OPERATOR));
    const first = items.at(-1)?.id ?? '';
    expect(failureFrom(await bridge.undoRebase({ id: first }, OPERATOR))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`undo ${second.id} first`),
    });
    expect(valueFrom(await bridge.undoRebase({ id: second.id ?? '' }, OPERATOR))).toMatchObject({
      moved: all,
    });
    // a move that was undone counts no more: what is pulled now is where it is listed
    expect(await pull()).toMatchObject({ unchanged: all });
    expect(valueFrom(await bridge.undoRebase({ id: first }, OPERATOR))).toMatchObject({ moved: all });
    expect(await places()).toEqual([`${at('old')}crate-3/a.dat`, 'sibyls://archive/als/crate-3/b.dat']);
    const listed = await runCli(['rebase', '--list'], cli);
    expect(listed.stdout).toContain('the archive moved');
    await holds();
  });

  it('leaves a crate whose new place another one has, and says so', async () => {
    serve('third', 'crate-0');
    serve('third', 'crate-1');
    await list('third');
    const other = { files: [], name: 'Somebody else' };
    origin.set(`/third/crate-0/${DOCUMENT}`, Buffer.from(JSON.stringify(smallCrate(other))));
    await pull();
    const request = { facility: 'ALS', from: at('old'), to: at('third'), because: null, dryRun: true };
    const counted = valueFrom(await bridge.rebase(request, OPERATOR));
    expect(counted.taken).toBe(1);
    const moved = valueFrom(await bridge.rebase({ ...request, dryRun: false }, OPERATOR));
    expect(moved).toMatchObject({ taken: 1, moved: counted.crates - 1, failed: [] });
  });

  it.each([
    ['a path', '/mnt/raid', 'file:///mnt/raid2/', 'ALS', 'absolute path'],
    ['no prefix', 'https://a.org/x?y=1', 'https://b.org/', 'ALS', 'query'],
    ['a place inside the other', 'https://a.org/x', 'https://a.org/x/2024', 'ALS', 'lie in one another'],
    ['a password', 'https://u:p@a.org/', 'https://b.org/', 'ALS', 'credentials'],
    ['nobody', 'https://a.org/', 'https://b.org/', 'ALSX', 'Did you mean ALS?'],
  ])('refuses %s', async (_what, from, to, facility, why) => {
    const request = { facility, from, to, because: null, dryRun: true };
    expect(failureFrom(await bridge.rebase(request, OPERATOR))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(why),
    });
  });

  it('is for who administers the facility', async () => {
    const grant = { name: 'x', kind: 'token' as const, facilities: ['EMSL'], proposals: [] };
    const request = { facility: 'ALS', from: at('old'), to: at('new'), because: null, dryRun: true };
    const elsewhere = callerFor({ ...grant, scopes: ['admin'] }, []);
    expect(failureFrom(await bridge.rebase(request, elsewhere)).code).toBe('denied');
    expect(valueFrom(await bridge.rebases(elsewhere))).toEqual([]);
    expect(failureFrom(await bridge.rebases(callerFor(null, []))).code).toBe('unauthenticated');
  });
});
