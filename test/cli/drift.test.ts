import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChangeEvent, DriftReport } from '../../src/model/changes.ts';
import { type Receiver, startReceiver } from '../bridge/receiver.ts';
import { settled } from '../registry/feed.ts';
import { put, smallCrate } from '../support/bridge.ts';
import {
  type CliOptions,
  line,
  onDatabase,
  runCli,
  runJson,
  type Serving,
  serve,
  startCli,
} from '../support/cli.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { describeManyProcesses } from '../support/many-processes.ts';

let cwd = '';
let database: FreshDatabase;
let at: CliOptions;
/** The service as another machine has it, with a token that may see everything. */
let elsewhere: CliOptions;
let served: Serving;
let receiver: Receiver;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-drift-'));
  database = await freshDatabase();
  receiver = await startReceiver([200]);
  at = { cwd, env: { ...onDatabase(database), HOOK: `whsec_${randomBytes(32).toString('base64')}` } };
  await writeFile(
    join(cwd, 'crate-bridge.json'),
    JSON.stringify({
      facilities: [{ code: 'ALS', sources: [{ name: 'folder', kind: 'directory', path: 'folder' }] }],
      notify: [{ name: 'hook', url: receiver.url, secret: { env: 'HOOK' }, allow: ['127.0.0.1/32'] }],
    }),
  );
  served = await serve(at);
  const made = await runCli(['token', 'create', '--name', 'elsewhere', '--scope', 'metadata:read'], at);
  elsewhere = { cwd, env: { CRATE_BRIDGE_URL: served.url, CRATE_BRIDGE_TOKEN: made.stdout.trim() } };
  await publish('one', 'a');
  await publish('two', 'a');
  await pull();
  await publish('one', 'b');
  await pull();
});
afterAll(async () => {
  expect(await served?.stop()).toBe(0);
  await receiver.close();
  await database.dispose();
  await rm(cwd, { recursive: true, force: true });
});

/** A crate at the facility, whose one file has these bytes. */
function publish(name: string, bytes: string): Promise<void> {
  const files = [{ id: 'a.dat', size: 10, sha256: bytes.repeat(64) }];
  return put(cwd, `folder/${name}/ro-crate-metadata.json`, JSON.stringify(smallCrate({ name, files })));
}

async function pull(): Promise<void> {
  expect((await runCli(['pull'], at)).code).toBe(0);
  await settled(database);
}

/** Lines of a file; none while it is not there. */
async function linesOf(name: string): Promise<readonly string[]> {
  const text = await readFile(join(cwd, name), 'utf8').catch(() => '');
  return text.split('\n').filter((one) => one !== '');
}

function events(stdout: string): readonly ChangeEvent[] {
  return stdout
    .split('\n')
    .filter((text) => text !== '')
    .map((text): ChangeEvent => JSON.parse(text));
}

const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 60_000 });

describeManyProcesses('crate-bridge drift', () => {
  it('names crates whose files are no longer as they were', async () => {
    const [text, { json }, none, remote] = await Promise.all([
      runCli(['drift'], at),
      runJson<DriftReport>(['drift', 'ALS/folder', '--since', '1d'], at),
      runCli(['drift', '--since', '2099-01-01'], at),
      runJson<DriftReport>(['drift'], elsewhere),
    ]);
    expect(text.code).toBe(0);
    expect(text.stdout).toContain('superseded (1)');
    expect(text.stdout).toMatch(/ALS\/folder arcp:\S+ one: 1 file with other bytes\n/);
    expect(text.stdout).toMatch(
      /a\.dat was sha256 aaaaaaaaaaaa…, 10 bytes, is sha256 bbbbbbbbbbbb…, 10 bytes/,
    );
    expect(json.superseded).toMatchObject([
      { name: 'one', count: 1, detail: { from_version: 1, to_version: 2 } },
    ]);
    expect(none.stdout).toBe('nothing drifted\n');
    expect(remote.json.superseded).toEqual(json.superseded);
  });

  it('and watch exit 64 where they cannot be understood, and say why', async () => {
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [['drift', 'foldr'], 'Did you mean folder?'],
      [['drift', '--since', 'yesterday'], 'a duration such as 7d'],
      [['watch', '--json'], '--once'],
      [['watch', '--once', '--type', 'crate.updatd'], 'did you mean crate.updated?'],
      [['watch', '--once', '--after', 'x'], 'no cursor'],
      [['watch', '--once', '--state', 'no/such/folder/state'], 'state file'],
    ];
    const runs = await Promise.all(wrong.map(([args]) => runCli(args, at)));
    for (const [index, { code, stderr }] of runs.entries()) {
      expect([code, stderr]).toEqual([64, expect.stringContaining(wrong[index]?.[1] ?? '')]);
    }
  });
});

describeManyProcesses('crate-bridge serve', () => {
  it('delivers what other processes changed, each once', async () => {
    await eventually(() => new Set(receiver.received.map(({ event }) => event['id'])).size).toBe(3);
    const { items } = (await runJson<{ items: ChangeEvent[] }>(['watch', '--once'], at)).json;
    const told = receiver.received.map(({ event }) => event['id']);
    expect(told.toSorted()).toEqual(items.map(({ id }) => id).toSorted());
  });
});

describeManyProcesses('crate-bridge watch', () => {
  it('prints what there is, the same from the database and from the service', async () => {
    const [here, there, { json }] = await Promise.all([
      runCli(['watch', '--once'], at),
      runCli(['watch', '--once'], elsewhere),
      runJson<{ items: ChangeEvent[]; next: string }>(['watch', '--once', '--type', 'crate.updated'], at),
    ]);
    expect(here.code).toBe(0);
    const all = events(here.stdout);
    expect(all.map(({ type }) => type)).toEqual(['crate.registered', 'crate.registered', 'crate.updated']);
    expect(events(there.stdout)).toEqual(all);
    expect(json).toEqual({ items: all.slice(2), next: all[2]?.cursor });
  });

  it('runs a command for each change, and goes on with the first that failed', async () => {
    const script = [
      'cat > last.json',
      'test "$CRATE_BRIDGE_EVENT_TYPE" = crate.registered || test -f repaired || exit 3',
      'echo "$CRATE_BRIDGE_EVENT_ID" >> ran',
    ].join('\n');
    const watch = ['watch', '--once', '--state', 'state', '--exec', script];
    const failed = await runCli(watch, at);
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('the command exited 3')]);
    expect(await linesOf('ran')).toHaveLength(2);
    await writeFile(join(cwd, 'repaired'), '');
    expect((await runCli(watch, at)).code).toBe(0);
    const ran = await linesOf('ran');
    const all = events((await runCli(['watch', '--once'], at)).stdout);
    expect(ran).toEqual(all.map(({ id }) => id));
    expect(JSON.parse(await readFile(join(cwd, 'last.json'), 'utf8'))).toEqual(all.at(-1));
    expect((await runCli(watch, at)).code).toBe(0);
    expect(await linesOf('ran')).toEqual(ran);
    // whatever fails, the others are run
    const going = await runCli(
      ['watch', '--once', '--keep-going', '--state', 'other', '--exec', 'exit 1'],
      at,
    );
    expect([going.code, going.stderr.match(/exited 1/g)]).toEqual([1, ['exited 1', 'exited 1', 'exited 1']]);
    expect(await linesOf('other')).toEqual([all.at(-1)?.cursor]);
  });

  it('follows, misses nothing while it is away, and repeats only what it had not ended', async () => {
    const follow = ['watch', '--after', 'now', '--state', 'followed'];
    const first = startCli(follow, at);
    await eventually(() => linesOf('followed')).toHaveLength(1);
    const updated = line(first, 'stdout', /"type":"(crate\.\w+)"/);
    await publish('two', 'b');
    await pull();
    expect(await updated).toBe('crate.updated');
    const [last] = events((await runCli(['watch', '--once', '--type', 'crate.updated'], at)).stdout).slice(
      -1,
    );
    await eventually(() => linesOf('followed')).toEqual([last?.cursor]);
    first.kill('SIGTERM');
    await once(first, 'exit');
    expect(first.exitCode).toBe(0);

    await publish('two', 'c');
    await pull();
    // killed while its command runs, which does not end it
    await writeFile(join(cwd, 'hold'), '');
    const held = 'echo "$CRATE_BRIDGE_EVENT_ID" >> begun; while test -f hold; do sleep 0.1; done';
    const second = startCli([...follow, '--exec', held], at);
    await eventually(() => linesOf('begun')).toHaveLength(1);
    second.kill('SIGKILL');
    await once(second, 'exit');
    await rm(join(cwd, 'hold'));
    const third = await runCli([...follow, '--once', '--exec', 'echo "$CRATE_BRIDGE_EVENT_ID" >> ended'], at);
    expect(third.code).toBe(0);
    expect(await linesOf('ended')).toEqual(await linesOf('begun'));
  });
});
