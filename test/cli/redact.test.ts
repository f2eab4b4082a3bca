import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLocalBridge, type LocalBridge } from '../../src/bridge/local.ts';
import { parseConfig } from '../../src/config/load.ts';
import { callerFor, OPERATOR } from '../../src/model/caller.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { PullReport } from '../../src/model/reports.ts';
import { onDatabase } from '../registry/sql.ts';
import { failureFrom, smallCrate, valueFrom } from '../support/bridge.ts';
import { onDatabase as onCli, runCli, runJson } from '../support/cli.ts';
import { emptyDatabase, type FreshRegistry, freshRegistry } from '../support/database.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const DOCUMENT = 'ro-crate-metadata.json';
/** Said by what is taken away, and by nothing else. */
const CANARY = 'kanarienvogel';
const page = { limit: 1000, cursor: null };
const because = 'consent withdrawn';

let origin: TestOrigin;
let fresh: FreshRegistry;
let bridge: LocalBridge;
let dir: string;
let config: JsonObject;

beforeAll(async () => {
  origin = await startOrigin();
  fresh = await freshRegistry();
  dir = await mkdtemp(join(tmpdir(), 'crate-bridge-redact-'));
});
beforeEach(async () => {
  bridge = await configured('one');
});
afterEach(() => emptyDatabase(fresh));
afterAll(async () => {
  await origin.close();
  await fresh.dispose();
  await rm(dir, { recursive: true, force: true });
});

/** A bridge whose facility lists these folders; nobody but who may sees it. */
async function configured(...folders: readonly string[]): Promise<LocalBridge> {
  const urls = folders.map((folder) => `${origin.url}/${folder}/${DOCUMENT}`);
  config = {
    facilities: [
      {
        code: 'ALS',
        sources: [{ name: 'web', kind: 'urls', urls }],
        access: { metadata: 'restricted', content: 'restricted' },
        network: { allow: ['127.0.0.1/32'] },
      },
    ],
  };
  const path = join(dir, 'crate-bridge.json');
  await writeFile(path, JSON.stringify(config));
  return createLocalBridge({
    config: valueFrom(parseConfig(JSON.stringify(config), path)),
    registry: fresh.registry,
    env: {},
    cwd: dir,
  });
}

const crateIri = (folder: string) => `${origin.url}/${folder}/`;
const jane = `#jane-${CANARY}`;

/** A crate with a person whose every word is the canary, named where persons are; `odd` makes it not hold. */
function crate(
  folder: string,
  said: { readonly odd?: boolean; readonly root?: Readonly<Record<string, JsonValue>> } = {},
): void {
  const files = [
    { id: 'a.dat', sha256: sha256(folder), size: 5 },
    { id: `${CANARY}.dat`, sha256: sha256(CANARY), size: 6 },
  ];
  const small = smallCrate({
    files,
    root: {
      author: [{ '@id': jane }, { '@id': '#sam' }],
      ...(said.odd === true ? { creator: { '@id': jane, name: CANARY } } : {}),
      ...said.root,
    },
  });
  const person = { '@id': jane, '@type': 'Person', name: `Jane ${CANARY}` };
  const graph = Array.isArray(small['@graph']) ? small['@graph'] : [];
  const document = {
    ...small,
    '@graph': [
      ...graph,
      said.odd === true ? { ...person, [`is-${CANARY}`]: CANARY, sha256: CANARY } : person,
      { '@id': '#sam', '@type': 'Person', name: 'Sam' },
    ],
  };
  origin.set(`/${folder}/${DOCUMENT}`, Buffer.from(JSON.stringify(document)));
}

async function pull(): Promise<PullReport> {
  const [report] = valueFrom(await bridge.pull({ sources: [], dryRun: false }, OPERATOR));
  if (report === undefined) throw new Error('no pull was reported');
  return report;
}

/** Every place of the database that says the canary: tables of every schema, every column, stored documents unpacked. */
async function whoSays(text: string): Promise<readonly string[]> {
  return onDatabase(fresh, async (db) => {
    const tables = await db.execute<{ schema: string; name: string }>(sql`
      SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`);
    const found: string[] = [];
    for (const { schema, name } of tables) {
      const rows = await db.execute<{ row: string }>(
        sql`SELECT t::text AS row FROM ${sql.identifier(schema)}.${sql.identifier(name)} AS t`,
      );
      if (rows.some(({ row }) => row.includes(text))) found.push(name);
    }
    const documents = await db.execute<{ content: Uint8Array }>(sql`SELECT content FROM document`);
    if (documents.some(({ content }) => gunzipSync(content).includes(text))) found.push('document');
    return found;
  });
}

async function detail() {
  const { items } = valueFrom(await bridge.list('crates', {}, page, OPERATOR));
  const item = items.find(({ state }) => state === 'current');
  return valueFrom(await bridge.get('crates', item?.id ?? '', OPERATOR));
}

async function holds(): Promise<void> {
  expect(valueFrom(await bridge.rebuild({ check: true })).differences).toEqual([]);
}

describe('redacting an entity', () => {
  it('leaves nothing of a person in any version, quarantined ones and reports included, nor in what comes later', async () => {
    crate('one');
    expect(await pull()).toMatchObject({ registered: 1 });
    crate('one', { odd: true });
    expect(await pull()).toMatchObject({ quarantined: 1 });
    expect(await whoSays(`Jane ${CANARY}`)).toContain('person');
    expect(await whoSays(`is-${CANARY}`)).toEqual(
      expect.arrayContaining(['pull_item', 'crate_version', 'document']),
    );
    const file = { entity: `${crateIri('one')}${CANARY}.dat`, crate: null, because };
    expect(valueFrom(await bridge.redact(file, OPERATOR))).toMatchObject({ versions: 2, dropped: 0 });

    const report = valueFrom(
      await bridge.redact({ entity: `${crateIri('one')}${jane}`, crate: null, because }, OPERATOR),
    );
    expect(report).toMatchObject({ tombstones: [{ crate: crateIri('one') }], versions: 2, dropped: 0 });
    expect(await whoSays(CANARY)).toEqual([]);
    expect((await detail()).persons.map(({ name }) => name)).toEqual(['Sam']);
    await holds();

    // the same bytes, which are now known for what they are
    expect(await pull()).toMatchObject({ unchanged: 1 });
    crate('one', { root: { description: 'Measured again.' } });
    expect(await pull()).toMatchObject({ updated: 1 });
    expect(await whoSays(CANARY)).toEqual([]);
    expect((await detail()).persons.map(({ name }) => name)).toEqual(['Sam']);
    await holds();
  });

  it('by the id of a file: its pointer says that it was taken out, and the crate moves without it', async () => {
    crate('one');
    await pull();
    const files = valueFrom(await bridge.list('files', {}, page, OPERATOR)).items;
    const gone = files.find(({ file_name }) => file_name.includes(CANARY));
    valueFrom(await bridge.redact({ entity: gone?.id ?? '', crate: crateIri('one'), because }, OPERATOR));
    expect(failureFrom(await bridge.get('files', gone?.id ?? '', OPERATOR))).toMatchObject({
      code: 'withdrawn',
      message: expect.stringContaining(because),
    });
    const stranger = callerFor(null, []);
    expect(failureFrom(await bridge.get('files', gone?.id ?? '', stranger)).code).toBe('not_found');

    origin.set(`/two/${DOCUMENT}`, await (await fetch(`${origin.url}/one/${DOCUMENT}`)).bytes());
    bridge = await configured('two');
    expect((await pull()).items).toMatchObject([{ crate: crateIri('one'), outcome: 'updated' }]);
    expect(valueFrom(await bridge.list('files', {}, page, OPERATOR)).items.map((f) => f.file_name)).toEqual([
      'a.dat',
    ]);
    await holds();
  });

  it('by the @id its crate writes; what two versions are the same without is one; lifted, the next pull has it back', async () => {
    crate('one');
    await pull();
    const renamed = String(origin.requests.length);
    origin.set(
      `/one/${DOCUMENT}`,
      Buffer.from(
        JSON.stringify(
          smallCrate({
            files: [{ id: 'a.dat', sha256: sha256('x'), size: 5 }],
            root: { author: [{ '@id': '#tool' }] },
          }),
        ).replace(/\]\}$/, `,{"@id":"#tool","@type":"Person","name":"${renamed}"}]}`),
      ),
    );
    await pull();
    origin.set(
      `/one/${DOCUMENT}`,
      Buffer.from(
        JSON.stringify(
          smallCrate({
            files: [{ id: 'a.dat', sha256: sha256('x'), size: 5 }],
            root: { author: [{ '@id': '#tool' }] },
          }),
        ).replace(/\]\}$/, `,{"@id":"#tool","@type":"Person","name":"Another ${CANARY}"}]}`),
      ),
    );
    await pull();
    expect((await detail()).versions).toHaveLength(3);
    const report = valueFrom(
      await bridge.redact({ entity: '#tool', crate: crateIri('one'), because }, OPERATOR),
    );
    expect(report).toMatchObject({ versions: 2 });
    expect((await detail()).versions.map(({ number, state }) => [number, state])).toEqual([
      [1, 'superseded'],
      [3, 'current'],
    ]);
    await holds();
    const [tombstone] = valueFrom(await bridge.tombstones('redact', OPERATOR));
    valueFrom(await bridge.liftTombstone('redact', tombstone?.id ?? '', OPERATOR));
    expect(await pull()).toMatchObject({ updated: 1 });
    expect((await detail()).persons).toMatchObject([{ name: `Another ${CANARY}` }]);
    await holds();
  });

  it('that a crate does not hold without: the crate stays shown, as one that does not hold', async () => {
    crate('one');
    await pull();
    const entity = 'https://creativecommons.org/licenses/by/4.0/';
    valueFrom(await bridge.redact({ entity, crate: crateIri('one'), because }, OPERATOR));
    expect(await detail()).toMatchObject({ license: null, conformant: false, state: 'current' });
    crate('one', { root: { description: 'Measured again.' } });
    expect(await pull()).toMatchObject({ updated: 1, quarantined: 0 });
    expect(await detail()).toMatchObject({
      license: null,
      conformant: false,
      description: 'Measured again.',
    });
    await holds();
  });

  it('refuses a root, what the root implies, what nobody says, and who may not', async () => {
    crate('one');
    await pull();
    const [run] = valueFrom(await bridge.list('runs', {}, page, OPERATOR)).items;
    const redact = async (entity: string) =>
      failureFrom(await bridge.redact({ entity, crate: null, because }, OPERATOR));
    expect(await redact(crateIri('one'))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('withdraw'),
    });
    expect(await redact(run?.id ?? '')).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('implies'),
    });
    expect(await redact('https://orcid.org/0000-0002-1825-0097')).toMatchObject({ code: 'not_found' });
    const reader = callerFor(
      { name: 'x', kind: 'token', scopes: ['pulls:write', 'metadata:read'], facilities: null, proposals: [] },
      [],
    );
    const asked = { entity: `${crateIri('one')}${jane}`, crate: null, because };
    expect(failureFrom(await bridge.redact(asked, reader)).code).toBe('denied');
    const elsewhere = callerFor(
      { name: 'y', kind: 'token', scopes: ['admin'], facilities: ['EMSL'], proposals: [] },
      [],
    );
    expect(failureFrom(await bridge.redact(asked, elsewhere)).code).toBe('denied');
    expect(failureFrom(await bridge.redact({ ...asked, because: ' ' }, OPERATOR)).code).toBe('usage');
    expect(await whoSays(CANARY)).toContain('person');
  });
});

describe('withdrawing a crate', () => {
  it('leaves nothing of it, says so to who could see it, and stays away wherever it turns up, until it is lifted', async () => {
    crate('one', { odd: true });
    await pull();
    crate('one');
    await pull();
    const { id } = await detail();
    const [run] = valueFrom(await bridge.list('runs', {}, page, OPERATOR)).items;
    const [file] = valueFrom(await bridge.list('files', {}, page, OPERATOR)).items;
    expect(valueFrom(await bridge.withdraw({ crate: id, because }, OPERATOR))).toMatchObject({
      crate: crateIri('one'),
      versions: 2,
      documents: 2,
    });
    expect(await whoSays(CANARY)).toEqual([]);
    expect(valueFrom(await bridge.list('crates', {}, page, OPERATOR)).total).toBe(0);
    const said = { code: 'withdrawn', message: expect.stringContaining(because) };
    expect(failureFrom(await bridge.get('crates', id, OPERATOR))).toMatchObject(said);
    expect(failureFrom(await bridge.get('crates', crateIri('one'), OPERATOR))).toMatchObject(said);
    expect(failureFrom(await bridge.get('runs', run?.id ?? '', OPERATOR))).toMatchObject(said);
    expect(failureFrom(await bridge.get('files', file?.id ?? '', OPERATOR))).toMatchObject(said);
    expect(failureFrom(await bridge.describe(file?.id ?? '', OPERATOR))).toMatchObject(said);
    expect(failureFrom(await bridge.get('crates', id, callerFor(null, []))).code).toBe('not_found');

    expect(await pull()).toMatchObject({
      withdrawn: 1,
      registered: 0,
      items: [{ outcome: 'withdrawn', findings: [] }],
    });
    origin.set(`/two/${DOCUMENT}`, await (await fetch(`${origin.url}/one/${DOCUMENT}`)).bytes());
    bridge = await configured('two');
    expect(await pull()).toMatchObject({ withdrawn: 1, registered: 0 });
    expect(await whoSays(CANARY)).toEqual([]);
    const told = async () =>
      valueFrom(
        await bridge.changes({ after: null, limit: 100, filters: {}, waitSeconds: 0 }, OPERATOR),
      ).changes.map(({ type }) => type);
    // on a shared server the feed waits for whoever writes elsewhere
    const types = ['crate.quarantined', 'crate.registered', 'crate.withdrawn'];
    await expect.poll(told, { timeout: 20_000 }).toEqual(types);

    const [tombstone] = valueFrom(await bridge.tombstones('withdraw', OPERATOR));
    expect(tombstone).toMatchObject({ crate: crateIri('one'), because, caller: 'operator', lifted_at: null });
    valueFrom(await bridge.liftTombstone('withdraw', tombstone?.id ?? '', OPERATOR));
    bridge = await configured('one');
    expect(await pull()).toMatchObject({ registered: 1 });
    expect((await detail()).id).toBe(id);
    await holds();
  });

  it('keeps a document that another crate has', async () => {
    crate('one');
    origin.set(`/two/${DOCUMENT}`, await (await fetch(`${origin.url}/one/${DOCUMENT}`)).bytes());
    bridge = await configured('one', 'two');
    expect(await pull()).toMatchObject({ registered: 2 });
    expect(valueFrom(await bridge.withdraw({ crate: crateIri('one'), because }, OPERATOR))).toMatchObject({
      documents: 0,
    });
    expect(await pull()).toMatchObject({ withdrawn: 1, unchanged: 1 });
    await holds();
  });
});

describe('the commands', () => {
  it('redact, withdraw, list and lift, with their exit codes', { timeout: 60_000 }, async () => {
    crate('one');
    await pull();
    const cli = { cwd: dir, env: onCli(fresh) };
    expect(
      await runCli(['redact', jane, '--crate', crateIri('one'), '--reason', because], cli),
    ).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/taken out of 1 crate, 1 version/),
    });
    expect((await runCli(['redact', jane], cli)).code).toBe(64);
    expect((await runCli(['withdraw', 'https://nobody.org/', '--reason', because], cli)).code).toBe(66);
    const withdrawn = await runJson(['withdraw', crateIri('one'), '--reason', because], cli);
    expect(withdrawn).toMatchObject({ code: 0, json: { crate: crateIri('one'), versions: 1 } });
    const listed = await runJson<{ items: readonly { id: string }[] }>(['withdraw', '--list'], cli);
    expect(listed.json.items).toMatchObject([{ crate: crateIri('one'), because, lifted_at: null }]);
    const [{ id } = { id: '' }] = listed.json.items;
    expect((await runCli(['withdraw', '--lift', id], cli)).code).toBe(0);
    expect((await runCli(['redact', '--lift', id], cli)).code).toBe(66);
  });
});
