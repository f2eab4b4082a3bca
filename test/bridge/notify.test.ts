import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createContext } from '../../src/bridge/context.ts';
import { createLocalBridge, type LocalBridge } from '../../src/bridge/local.ts';
import { createNotifier, type Notifier } from '../../src/bridge/notify/notifier.ts';
import { parseConfig } from '../../src/config/load.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import { CHANGE_TYPES } from '../../src/model/changes.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Registry } from '../../src/registry/contract.ts';
import { openRegistry } from '../../src/registry/open.ts';
import { settled } from '../registry/feed.ts';
import { onDatabase } from '../registry/sql.ts';
import { put, smallCrate, valueFrom } from '../support/bridge.ts';
import { emptyDatabase, type FreshRegistry, freshRegistry } from '../support/database.ts';
import { type Received, type Receiver, startReceiver } from './receiver.ts';

const SECRET = `whsec_${Buffer.alloc(32, 'a').toString('base64')}`;
const OLD_SECRET = 'as-somebody-wrote-it-once';
const FILE = { id: 'a.dat', size: 10 };
const DOCUMENT = 'folder/one/ro-crate-metadata.json';

type Verify = (secret: string, headers: object, body: string, now?: number) => boolean;

const text = await readFile(new URL('../../docs/events.md', import.meta.url), 'utf8');

/** The function that docs/events.md tells receivers to verify with, run as it stands there. */
async function documentedVerify(folder: string): Promise<Verify> {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(text) ?? [];
  await writeFile(join(folder, 'verify.mjs'), code);
  const { verify }: { verify: Verify } = await import(pathToFileURL(join(folder, 'verify.mjs')).href);
  return verify;
}

let database: FreshRegistry;
let folder: string;
let verify: Verify;
beforeAll(async () => {
  database = await freshRegistry();
  folder = await mkdtemp(join(tmpdir(), 'crate-bridge-notify-'));
  verify = await documentedVerify(folder);
});
afterAll(async () => {
  await database.dispose();
  await rm(folder, { recursive: true, force: true });
});

interface Running {
  readonly bridge: LocalBridge;
  readonly registry: Registry;
  readonly notifier: Notifier;
  readonly log: string[];
}

const running: Running[] = [];
const receivers: Receiver[] = [];
afterEach(async () => {
  for (const { notifier, bridge } of running.splice(0)) {
    await notifier.stop();
    await bridge.close();
  }
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function receiver(statuses: readonly number[], port?: number): Promise<Receiver> {
  const started = await startReceiver(statuses, port);
  receivers.push(started);
  return started;
}

/** A bridge that pulls a folder and has these targets, as one process has it; its notifier is not running yet. */
async function start(
  targets: readonly JsonObject[],
  env: Readonly<Record<string, string>> = { HOOK: SECRET },
): Promise<Running> {
  const config = valueFrom(
    parseConfig(
      JSON.stringify({
        publicUrl: 'https://bridge.example/',
        facilities: [
          { code: 'ALS', sources: [{ name: 'folder', kind: 'directory', path: 'folder' }] },
          { code: 'SSRL', sources: [] },
        ],
        notify: targets.map((target) => ({
          name: 'pipeline',
          secret: { env: 'HOOK' },
          allow: ['127.0.0.1/32'],
          ...target,
        })),
      }),
      join(folder, 'crate-bridge.json'),
    ),
  );
  const registry = valueFrom(await openRegistry({ ...database, notify: config.notify }));
  const log: string[] = [];
  const write = (facts: object, message: string) => void log.push(`${message} ${JSON.stringify(facts)}`);
  const notifier = createNotifier(createContext({ config, registry, env }), {
    log: { info: write, warn: write, error: write },
    tickMs: 20,
  });
  const started = {
    bridge: createLocalBridge({ config, registry, env, cwd: folder }),
    registry,
    notifier,
    log,
  };
  running.push(started);
  return started;
}

/** The facility's crate, of one file with these bytes. */
function publish(bytes: 'a' | 'b', description = 'as it was'): Promise<void> {
  const files = [{ ...FILE, sha256: bytes.repeat(64) }];
  return put(folder, DOCUMENT, JSON.stringify(smallCrate({ files, proposal: 'P-1', description })));
}

async function pull({ bridge }: Running): Promise<void> {
  const [report] = valueFrom(await bridge.pull({ sources: [], dryRun: false }, OPERATOR));
  expect(report).toMatchObject({ failed: 0, quarantined: 0 });
}

/** The time of whatever waits has come. */
async function allDue(): Promise<void> {
  await onDatabase(database, (db) => db.execute(sql`UPDATE pgboss.job SET start_after = now()`));
}

/** Waits as long as a busy machine may take. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 60_000 });

const typesOf = (received: readonly Received[]) => received.map(({ event }) => event['type']);

describe('an event', () => {
  beforeEach(() => emptyDatabase(database));

  it('of a changed crate is one, signed, and arrives however often the receiver was down', async () => {
    const first = await receiver([500, 500]);
    const port = Number(new URL(first.url).port);
    const bridge = await start([{ url: first.url, events: ['crate.updated'] }]);
    await publish('a');
    await pull(bridge);
    await publish('b');
    await pull(bridge);
    await pull(bridge);
    bridge.notifier.start();
    await eventually(() => first.received.length).toBe(1);
    await eventually(() => bridge.log.length).toBe(1);
    await allDue();
    await eventually(() => bridge.log.length).toBe(2);
    // now it does not listen at all
    await first.close();
    receivers.splice(0);
    await allDue();
    await eventually(() => bridge.log.length).toBe(3);
    const second = await receiver([200], port);
    await allDue();
    await eventually(() => second.received.length).toBe(1);

    const all = [...first.received, ...second.received];
    expect(all).toHaveLength(3);
    expect(new Set(all.map(({ body }) => body)).size).toBe(1);
    const [delivered] = second.received;
    if (delivered === undefined) throw new Error('nothing came');
    for (const { headers, body } of all) {
      const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = headers;
      const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
      const signed = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
      expect(signature).toBe(`v1,${signed}`);
      expect(id).toBe(delivered.event['id']);
      expect(verify(SECRET, headers, body)).toBe(true);
      expect(verify(SECRET, headers, body.replace('updated', 'gone'))).toBe(false);
      expect(verify(OLD_SECRET, headers, body)).toBe(false);
      expect(verify(SECRET, headers, body, Date.now() + 600_000)).toBe(false);
    }
    await settled(database);
    const [change] = valueFrom(
      await bridge.bridge.changes(
        { after: null, limit: 10, waitSeconds: 0, filters: { type: ['crate.updated'] } },
        OPERATOR,
      ),
    ).changes;
    expect(delivered.headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    expect(delivered.event).toEqual({
      specversion: '1.0',
      id: change?.id,
      source: 'https://bridge.example',
      type: 'org.crate-bridge.crate.updated',
      subject: change?.crate_iri,
      time: change?.at,
      datacontenttype: 'application/json',
      data: change,
    });
    expect(change?.data).toMatchObject({
      from_version: 1,
      to_version: 2,
      pointers: { superseded: { count: 1 } },
    });
    const drifted = valueFrom(await bridge.bridge.drift({}, OPERATOR));
    expect(drifted.superseded).toMatchObject([{ crate_id: change?.crate_id, count: 1 }]);
    expect(JSON.stringify(bridge.log)).not.toContain(SECRET);
  });

  it('that was being sent when its process was killed is sent by another', async () => {
    const target = await receiver([200]);
    const killed = await start([{ url: target.url }]);
    await publish('a', 'killed');
    await pull(killed);
    const taken = valueFrom(await killed.registry.takeDeliveries(10));
    expect(taken.map(({ event }) => event.type)).toEqual(['crate.registered']);
    // it says nothing more, and a minute goes by
    await onDatabase(database, (db) =>
      db.execute(
        sql`UPDATE pgboss.job SET heartbeat_on = now() - interval '10 minutes' WHERE state = 'active'`,
      ),
    );
    const other = await start([{ url: target.url }]);
    other.notifier.start();
    await eventually(async () => {
      await allDue();
      return target.received.length;
    }).toBe(1);
    expect(target.received[0]?.headers['webhook-id']).toBe(taken[0]?.event.id);
  });

  it('goes to each target that wants it; one that is down does not keep it from the others', async () => {
    const target = await receiver([200]);
    const bridge = await start(
      [
        { name: 'down', url: 'http://127.0.0.1:9/' },
        { url: target.url, secret: { env: 'BOTH' } },
        { name: 'elsewhere', url: target.url, facilities: ['SSRL'] },
      ],
      { HOOK: SECRET, BOTH: `${SECRET} ${OLD_SECRET}` },
    );
    await publish('a', 'to each');
    await pull(bridge);
    bridge.notifier.start();
    await eventually(() => bridge.log.join()).toContain('unreachable');
    await eventually(() => typesOf(target.received)).toEqual(['org.crate-bridge.crate.registered']);
    const [{ headers, body } = { headers: {}, body: '' }] = target.received;
    // while one secret takes over from another, whoever has either can tell
    expect([SECRET, OLD_SECRET].map((secret) => verify(secret, headers, body))).toEqual([true, true]);
  });

  it.each([
    ['a secret that is not there', { HOOK: '' }, {}, 'credential_missing'],
    ['a secret that anybody guesses', { HOOK: 'hunter2' }, {}, 'credential_missing'],
    ['a private address that nobody allowed', { HOOK: SECRET }, { allow: [] }, 'blocked_address'],
  ])('is not sent with %s, and waits', async (_what, env, changed, code) => {
    const target = await receiver([200]);
    const bridge = await start([{ url: target.url, ...changed }], env);
    await publish('a', code);
    await pull(bridge);
    bridge.notifier.start();
    await eventually(() => bridge.log.join()).toContain(code);
    expect(bridge.log.join()).not.toContain('hunter2');
    expect(target.received).toEqual([]);
    await bridge.notifier.stop();
    await allDue();
    const [waiting] = valueFrom(await bridge.registry.takeDeliveries(10));
    expect(waiting).toMatchObject({ attempt: 1, event: { type: 'crate.registered' } });
  });
});

describe('docs/events.md', () => {
  it('names every type of change there is, and no other', () => {
    const named = [...text.matchAll(/^\| `([a-z]+\.[a-z]+)` /gm)].map((match) => match[1]);
    expect(named).toEqual([...CHANGE_TYPES]);
  });

  it('configures a target as the configuration has it', () => {
    const [, block = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
    const { notify } = valueFrom(parseConfig(block, '/etc/crate-bridge.json'));
    expect(notify).toMatchObject([
      { name: 'pipeline', events: ['crate.registered', 'crate.updated', 'source.*'] },
    ]);
  });
});
