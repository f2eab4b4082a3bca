import { once } from 'node:events';
import { type IncomingMessage, request as nodeRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalBridge, type LocalBridge } from '../../src/bridge/local.ts';
import { parseConfig } from '../../src/config/load.ts';
import { createApp } from '../../src/http/app.ts';
import { startServer } from '../../src/http/server.ts';
import { OPERATOR, type Scope } from '../../src/model/caller.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { QuarantinedItem } from '../../src/model/quarantine.ts';
import type { PullItemReport } from '../../src/model/reports.ts';
import { renamed, zipOf } from '../sources/zips.ts';
import { smallCrate, valueFrom } from '../support/bridge.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { sha256, startOrigin, type TestOrigin } from '../support/origin.ts';

const LD = 'application/ld+json';
const PLACE = 'arcp://name,inbox.als/';

let database: FreshRegistry;
let bridge: LocalBridge;
let origin: TestOrigin;
let url: string;
let tokens: Record<'als' | 'diamond' | 'reader' | 'curator' | 'admin', string>;
let clock = Date.parse('2026-09-01T08:00:00Z');
const log: string[] = [];
const closing: (() => Promise<void>)[] = [];

const config = (admission: string): JsonObject => ({
  facilities: [
    {
      code: 'als',
      sources: [
        { name: 'inbox', kind: 'push', admission },
        { name: 'shared', kind: 'push' },
        { name: 'site', kind: 'urls', urls: ['https://als.example/ro-crate-metadata.json'] },
      ],
      network: { allow: ['127.0.0.1/32'] },
    },
    { code: 'diamond', sources: [{ name: 'shared', kind: 'push' }] },
  ],
});

const bridgeWith = (admission: string) =>
  createLocalBridge({
    config: valueFrom(parseConfig(JSON.stringify(config(admission)), '/etc/crate-bridge.json')),
    registry: database.registry,
    env: {},
    cwd: '/',
    now: () => new Date(clock),
  });

async function token(name: string, scopes: readonly Scope[], facilities: readonly string[] | null) {
  const made = { name, kind: 'token', scopes, facilities, proposals: [], expiresAt: null } as const;
  return valueFrom(await bridge.createToken(made, OPERATOR)).secret;
}

beforeAll(async () => {
  database = await freshRegistry();
  origin = await startOrigin();
  bridge = bridgeWith('quarantine');
  const write = (facts: object, message: string) => void log.push(JSON.stringify([message, facts]));
  const logger = { info: write, warn: write, error: write };
  const app = createApp({ bridge, log: logger, now: () => new Date(clock) });
  const server = valueFrom(await startServer({ app, host: '127.0.0.1', port: 0, log: logger, graceMs: 0 }));
  url = server.url;
  tokens = {
    als: await token('als', ['crates:push'], ['als']),
    diamond: await token('diamond', ['crates:push', 'metadata:read'], ['diamond']),
    reader: await token('reader', ['metadata:read'], ['als']),
    curator: await token('curator', ['metadata:read', 'pulls:write'], ['als']),
    admin: await token('admin', ['admin'], null),
  };
  closing.push(
    () => server.close(),
    () => bridge.close(),
    () => origin.close(),
    () => database.dispose(),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});

const file = (id: string) => ({ id, sha256: 'ab'.repeat(32), size: 3 });
const good = (name: string, root: JsonObject = {}) =>
  JSON.stringify(smallCrate({ name, files: [file('a.dat')], root }));
const bad = (name: string) => JSON.stringify(smallCrate({ name, license: false, files: [file('a.dat')] }));

interface Push {
  readonly to?: string;
  readonly path?: string | null;
  readonly as?: keyof typeof tokens | null;
  readonly type?: string | null;
  readonly headers?: Record<string, string>;
}

async function push(
  body: string | Buffer,
  { to = 'als/inbox', path = 'run', as = 'als', ...rest }: Push = {},
) {
  const { type = LD, headers = {} } = rest;
  clock += 1000;
  const query = path === null ? '' : `?path=${encodeURIComponent(path)}`;
  const answer = await fetch(`${url}/api/v1/sources/${to}/crates${query}`, {
    method: 'POST',
    headers: {
      ...(as === null ? {} : { authorization: `Bearer ${tokens[as]}` }),
      ...(type === null ? {} : { 'content-type': type }),
      ...headers,
    },
    body: typeof body === 'string' ? Buffer.from(body) : new Uint8Array(body),
  });
  const json: PullItemReport & { readonly code?: string; readonly detail?: string } = JSON.parse(
    await answer.text(),
  );
  return { status: answer.status, type: answer.headers.get('content-type'), json };
}

async function get<T>(path: string, as: keyof typeof tokens | null, accept = 'application/json') {
  const answer = await fetch(url + path, {
    headers: { accept, ...(as === null ? {} : { authorization: `Bearer ${tokens[as]}` }) },
  });
  const text = await answer.text();
  const json: T = accept === 'application/json' || !answer.ok ? parsed(text) : (null as never);
  return { status: answer.status, headers: answer.headers, text, json };
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const crates = async () =>
  valueFrom(await bridge.list('crates', {}, { limit: 1000, cursor: null }, OPERATOR)).items;

describe('a crate that is sent', () => {
  it('is registered under its place, once, and updated when it changed', async () => {
    const first = await push(good('one'), { path: '2026/run 7' });
    expect(first).toMatchObject({
      status: 201,
      json: {
        url: `${PLACE}2026/run%207/ro-crate-metadata.json`,
        crate: `${PLACE}2026/run%207/`,
        outcome: 'registered',
      },
    });
    expect(first.json.rows).toMatchObject({ data_file: 1 });
    const again = await push(good('one'), { path: '2026/run 7' });
    expect(again).toMatchObject({ status: 200, json: { outcome: 'unchanged' } });
    const changed = await push(good('another'), { path: '2026/run 7' });
    expect(changed).toMatchObject({ status: 200, json: { outcome: 'updated' } });
    expect((await crates()).filter(({ iri }) => iri === first.json.crate)).toMatchObject([
      { name: 'another' },
    ]);
  });

  it('is written down as a pull of its own', async () => {
    await push(good('recorded'), { path: 'recorded' });
    const [latest] = valueFrom(await database.registry.pulls({ facility: 'als', limit: 1 }));
    expect(latest).toMatchObject({
      state: 'finished',
      report: { trigger: 'push', source: 'als/inbox', listed: 1, registered: 1, bytes_copied: 0 },
    });
  });

  it('comes by the name of its source alone, or with its facility, as JSON or in a zip', async () => {
    const zip = await zipOf([
      ['crate/ro-crate-metadata.json', good('zipped')],
      ['crate/a.dat', 'xyz'],
    ]);
    expect(await push(zip, { to: 'inbox', path: 'zipped', type: 'application/zip' })).toMatchObject({
      status: 201,
      json: { crate: `${PLACE}zipped/` },
    });
    const same = await push(good('zipped'), {
      to: 'als%2Finbox',
      path: 'zipped',
      type: 'application/json; charset=utf-8',
    });
    expect(same).toMatchObject({ status: 200, json: { outcome: 'unchanged' } });
  });

  it('needs no path when its root says which crate it is', async () => {
    const detached = JSON.parse(good('detached').replaceAll('"./"', '"https://doi.org/10.5072/x/"'));
    const first = await push(JSON.stringify(detached), { path: null });
    expect(first).toMatchObject({ status: 201, json: { crate: 'https://doi.org/10.5072/x/' } });
    expect((await push(JSON.stringify(detached), { path: null })).json.outcome).toBe('unchanged');
    const attached = await push(good('attached'), { path: null });
    expect(attached).toMatchObject({ status: 400, json: { code: 'usage', where: '?path' } });
  });

  it('of which another source says something else is a conflict that does not name it', async () => {
    const detached = (name: string) => good(name).replaceAll('"./"', '"https://doi.org/10.5072/claimed/"');
    expect((await push(detached('first'), { path: null })).status).toBe(201);
    const other = await push(detached('second'), { to: 'diamond/shared', path: null, as: 'diamond' });
    expect(other).toMatchObject({ status: 409, type: 'application/json', json: { outcome: 'conflict' } });
    expect(JSON.stringify(other.json)).toContain('Another source speaks for this crate');
    expect(JSON.stringify(other.json)).not.toContain('als/inbox');
  });

  it('that was withdrawn stays away', async () => {
    const { json } = await push(good('taken away'), { path: 'taken-away' });
    const withdrawal = { id: json.crate, because: 'a mistake', caller: 'curator', at: new Date(clock) };
    valueFrom(await database.registry.withdrawCrate(withdrawal));
    const again = await push(good('taken away'), { path: 'taken-away' });
    expect(again).toMatchObject({
      status: 410,
      json: { outcome: 'withdrawn', error: { code: 'withdrawn' } },
    });
    expect((await crates()).map(({ name }) => name)).not.toContain('taken away');
  });

  it('that does not hold is kept in quarantine, and its findings come back each time', async () => {
    for (let i = 0; i < 2; i++) {
      const answer = await push(bad('no licence'), { path: 'no-licence' });
      expect(answer).toMatchObject({ status: 202, json: { outcome: 'quarantined' } });
      expect(answer.json.findings.filter((one) => one.severity === 'error').length).toBeGreaterThan(0);
    }
    expect((await crates()).map(({ name }) => name)).not.toContain('no licence');
  });

  it('has the crates it names fetched where they are published, without any credential', async () => {
    origin.set('/sub/ro-crate-metadata.json', {
      content: Buffer.from(good('nested')),
      headers: { 'content-type': LD },
    });
    const nested = (folder: string): JsonObject[] => [
      {
        '@id': folder,
        '@type': 'Dataset',
        name: folder,
        conformsTo: [{ '@id': 'https://w3id.org/lambda/profile/core/0.3.3' }],
        hasPart: [{ '@id': `${folder}ro-crate-metadata.json` }],
      },
      {
        '@id': `${folder}ro-crate-metadata.json`,
        '@type': 'File',
        name: 'ro-crate-metadata.json',
        encodingFormat: LD,
        contentSize: good('nested').length,
        sha256: sha256(Buffer.from(good('nested'))),
      },
    ];
    const parent = JSON.parse(good('parent'));
    // one is published, the other is beneath the parent and would be sent by itself
    for (const folder of [`${origin.url}/sub/`, 'beneath/']) {
      parent['@graph'][1].hasPart.push({ '@id': folder });
      parent['@graph'].push(...nested(folder));
    }
    expect((await push(JSON.stringify(parent), { path: 'parent' })).status).toBe(201);
    const soon = { timeout: 30_000 };
    await expect
      .poll(async () => (await crates()).map(({ iri }) => iri), soon)
      .toContain(`${origin.url}/sub/`);
    expect(origin.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined]);
    const lines = async () => {
      const pulls = valueFrom(await database.registry.pulls({ facility: 'als', limit: 5 }));
      const finished = pulls.filter(({ state }) => state === 'finished').map(({ report }) => report.id);
      const reports = await Promise.all(finished.map((id) => database.registry.pull(id)));
      return reports.flatMap((report) => valueFrom(report).report.items);
    };
    const line = { url: `${origin.url}/sub/ro-crate-metadata.json`, parent: `${PLACE}parent/` };
    await expect
      .poll(lines, soon)
      .toContainEqual(expect.objectContaining({ ...line, outcome: 'registered' }));
    expect((await lines()).map(({ url: place }) => place).join()).not.toContain('beneath');
  });
});

describe('a push is refused', () => {
  it.each<[string, Push, number, string]>([
    ['without a token', { as: null }, 401, 'unauthenticated'],
    ['without the scope', { as: 'reader' }, 403, 'denied'],
    ['for another facility', { as: 'diamond' }, 403, 'denied'],
    ['for a facility nobody knows', { to: 'nowhere/inbox' }, 403, 'denied'],
    ['to a source that is pulled', { to: 'als/site' }, 400, 'usage'],
    ['to a source nobody knows', { to: 'als/outbox' }, 400, 'usage'],
    ['to a name of several sources', { to: 'shared', as: 'admin' }, 400, 'usage'],
    ['as a form', { type: 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['as nothing in particular', { type: null }, 415, 'unsupported_media_type'],
    ['encoded', { headers: { 'content-encoding': 'gzip' } }, 415, 'unsupported_media_type'],
  ])('%s', async (_, how, status, code) => {
    const before = (await crates()).length;
    const answer = await push(good('refused'), { path: 'refused', ...how });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    expect(answer.type).toBe('application/problem+json');
    expect((await crates()).length).toBe(before);
  });

  it('names no source of another facility', async () => {
    const { json } = await push(good('x'), { to: 'als/outbox' });
    expect(JSON.stringify(json)).toContain('als/inbox');
    expect(JSON.stringify(json)).not.toContain('diamond');
    // and one of several by a name is the only one for whoever may send to one of them
    expect((await push(good('x'), { to: 'shared', path: 'x' })).json.crate).toBe('arcp://name,shared.als/x/');
  });

  it.each([
    '',
    '/etc',
    '..',
    '../other',
    'a/../../b',
    'a//b',
    'a/',
    './a',
    'a\\b',
    'a\u0000b',
    'a\nb',
    'ro-crate-metadata.json',
    'x/ro-crate-metadata.json',
    'a'.repeat(300),
    'a/'.repeat(600),
  ])('at the path %j', async (path) => {
    const answer = await push(good('refused'), { path });
    expect(answer).toMatchObject({ status: 400, json: { code: 'usage', where: '?path' } });
  });

  it('leads nowhere else by a path that only looks so', async () => {
    const answer = await push(good('odd'), { path: '%2e%2e/%2f/~ü#?' });
    expect(answer.json.crate.startsWith(PLACE)).toBe(true);
    expect(answer.json.crate).not.toContain('/../');
  });

  it('with an unknown parameter', async () => {
    const answer = await fetch(`${url}/api/v1/sources/als/inbox/crates?pfad=x`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.als}`, 'content-type': LD },
      body: '{}',
    });
    expect(answer.status).toBe(400);
  });
});

describe('a body', () => {
  it.each([
    ['no JSON', '{"@graph": [', 'quarantined'],
    ['no crate', '[]', 'quarantined'],
    ['too deep', `${'['.repeat(5000)}${']'.repeat(5000)}`, 'quarantined'],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'quarantined'],
    ['nothing', '', 'quarantined'],
  ])('that is %s is %3$s: kept as it came, with why', async (_, body, outcome) => {
    const answer = await push(body, { path: 'broken' });
    expect(answer).toMatchObject({ status: 202, json: { outcome } });
    expect(answer.json.findings.length).toBeGreaterThan(0);
  });

  it('that is a zip without a crate, damaged, leading out of itself or a bomb is refused', async () => {
    const whole = await zipOf([['ro-crate-metadata.json', good('zip')]]);
    const bomb = await zipOf([['ro-crate-metadata.json', Buffer.alloc(30_000_000, 0x20)]]);
    expect(bomb.length).toBeLessThan(200_000);
    const out = renamed(await zipOf([['aa/ro-crate-metadata.json', good('out')]]), 'aa/ro', '../ro');
    const zips: readonly [Buffer, number, string][] = [
      [Buffer.from('PK\u0003\u0004 but no zip'), 422, 'unreadable'],
      [whole.subarray(0, whole.length - 30), 422, 'unreadable'],
      [await zipOf([['readme.txt', 'x']]), 422, 'unreadable'],
      [out, 422, 'unreadable'],
      [bomb, 413, 'too_large'],
    ];
    for (const [zip, status, code] of zips) {
      const answer = await push(zip, { path: 'zip', type: 'application/zip' });
      expect([answer.status, answer.json.code]).toEqual([status, code]);
    }
    expect((await crates()).map(({ iri }) => iri)).not.toContain(`${PLACE}zip/`);
  });

  const raw = (headers: Record<string, string>) =>
    nodeRequest(`${url}/api/v1/sources/als/inbox/crates?path=huge`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.als}`, 'content-type': LD, ...headers },
    });

  it('that says it is too large is refused before it is sent', async () => {
    const sending = raw({ 'content-length': String(64 * 1024 * 1024 + 1) });
    sending.on('error', () => {});
    sending.flushHeaders();
    const [answer] = await once(sending, 'response');
    expect(answer.statusCode).toBe(413);
    sending.destroy();
  });

  it('that is too large and does not say so is refused when it is', async () => {
    const sending = raw({ 'transfer-encoding': 'chunked' });
    sending.on('error', () => {});
    const answered = new Promise<IncomingMessage>((resolve) => sending.once('response', resolve));
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    for (let i = 0; i < 70 && !sending.destroyed; i++) {
      if (sending.write(piece)) continue;
      await Promise.race([once(sending, 'drain').catch(() => {}), answered]);
    }
    sending.end();
    expect((await answered).statusCode).toBe(413);
    sending.destroy();
  });

  it('that breaks off registers nothing', async () => {
    const before = log.length;
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    const body = good('broken off');
    socket.write(
      `POST /api/v1/sources/als/inbox/crates?path=broken-off HTTP/1.1\r\nhost: 127.0.0.1\r\n` +
        `authorization: Bearer ${tokens.als}\r\ncontent-type: ${LD}\r\ncontent-length: ${body.length}\r\n\r\n` +
        body.slice(0, -10),
    );
    await once(socket, 'ready');
    socket.end();
    await once(socket.resume(), 'close');
    await expect.poll(() => log.slice(before).some((line) => line.includes('inbox/crates'))).toBe(true);
    expect((await crates()).map(({ iri }) => iri)).not.toContain(`${PLACE}broken-off/`);
    expect((await push(body, { path: 'broken-off' })).status).toBe(201);
  });
});

describe('what is in quarantine', () => {
  const items = async (as: keyof typeof tokens, query = '') =>
    (await get<{ items: readonly QuarantinedItem[]; total: number }>(`/api/v1/quarantine${query}`, as)).json;
  const post = (path: string, as: keyof typeof tokens | null, body: object | null = null) =>
    fetch(url + path, {
      method: 'POST',
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${tokens[as]}` }),
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
  const held = async (name: string) => {
    const { json } = await push(bad(name), { path: name });
    const { items: found } = await items('reader');
    return found.find((item) => item.crate_iri === json.crate) ?? expect.fail('it is not in quarantine');
  };

  it('is for readers of its facility, page by page', async () => {
    const item = await held('seen');
    const all = await items('reader');
    expect(all.total).toBe(all.items.length);
    const first = await get<{ next: string }>('/api/v1/quarantine?limit=1&source=als/inbox', 'reader');
    expect(first.headers.get('link')).toContain('rel="next"');
    expect((await items('reader', `?limit=1&source=als/inbox&cursor=${first.json.next}`)).items).toHaveLength(
      1,
    );
    expect((await items('diamond')).items).toEqual([]);
    expect((await items('reader', '?facility=diamond')).items).toEqual([]);
    const path = `/api/v1/quarantine/${item.crate_version_id}`;
    expect((await get(path, 'reader')).json).toMatchObject({
      crate_iri: item.crate_iri,
      state: 'quarantined',
    });
    expect((await get(path, 'diamond')).status).toBe(404);
    expect((await get(path, null)).status).toBe(401);
    expect((await get('/api/v1/quarantine', null)).status).toBe(401);
    expect((await get('/api/v1/quarantine?sorce=x', 'reader')).status).toBe(400);
    expect((await get('/api/v1/quarantine?source=nobody', 'admin')).status).toBe(400);
  });

  it('is read again with the rules of today, by who may pull for its facility', async () => {
    const item = await held('retried');
    const path = `/api/v1/quarantine/${item.crate_version_id}/retry`;
    for (const [as, status] of [
      ['reader', 403],
      ['als', 403],
      [null, 401],
    ] as const) {
      expect((await post(path, as)).status).toBe(status);
    }
    const still = await post(path, 'curator');
    expect([still.status, await still.json()]).toMatchObject([200, { outcome: 'quarantined' }]);
    // the facility's policy is another now
    const lenient = bridgeWith('register-with-findings');
    const item2 = valueFrom(await lenient.retryQuarantined(item.crate_version_id, OPERATOR));
    expect(item2).toMatchObject({ outcome: 'registered', crate: item.crate_iri });
    expect((await crates()).map(({ name }) => name)).toContain('retried');
    expect((await post(path, 'curator')).status).toBe(404);
  });

  it('is let in when a newer checker finds nothing, without anything being fetched', async () => {
    // as an older release would have left it: the document holds, but its checker said otherwise
    const bytes = Buffer.from(good('misjudged'));
    const place = `${PLACE}misjudged/ro-crate-metadata.json`;
    const { json } = await push(good('misjudged'), { path: 'misjudged', as: 'als' });
    expect(json.outcome).toBe('registered');
    const twin = bytes.toString().replaceAll('misjudged', 'misjudged too');
    const at = place.replace('misjudged', 'misjudged-too');
    const older = valueFrom(await database.registry.register(olderJudgement(at, Buffer.from(twin))));
    expect(older.outcome).toBe('quarantined');
    const before = origin.requests.length;
    const answer = await post(`/api/v1/quarantine/${older.crateVersionId}/retry`, 'curator');
    expect(await answer.json()).toMatchObject({ outcome: 'registered', rows: { data_file: 1 } });
    expect(origin.requests.length).toBe(before);
  });

  it('is shown to whoever has a link, until it ends, and nothing else is', async () => {
    const item = await held('<script>alert(1)</script>');
    const path = `/api/v1/quarantine/${item.crate_version_id}/link`;
    for (const [as, status] of [
      ['reader', 403],
      ['diamond', 403],
      [null, 401],
    ] as const) {
      expect((await post(path, as, {})).status).toBe(status);
    }
    for (const body of [{ days: 0 }, { days: 366 }, { days: 1.5 }, { day: 1 }]) {
      expect((await post(path, 'curator', body)).status).toBe(400);
    }
    const made = await post(path, 'curator', { days: 7 });
    expect(made.status).toBe(201);
    const link: { url: string; expires_at: string } = parsed(await made.text());
    expect(Date.parse(link.expires_at)).toBe(clock + 7 * 24 * 3_600_000);
    expect(link.url.startsWith(`${url}/findings/cbf_`)).toBe(true);
    const secretPath = new URL(link.url).pathname;

    const page = await get(secretPath, null, 'text/html,*/*;q=0.8');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('x-robots-tag')).toContain('noindex');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.text).toContain('license');
    expect(page.text).not.toMatch(/<script|<img|<a /i);
    const json = await get<JsonObject>(secretPath, null);
    expect(json.json).toMatchObject({ crate: item.crate_iri, state: 'quarantined', errors: item.errors });
    expect(Object.keys(json.json)).not.toContain('crate_version_id');
    // a spent token in a browser is no reason to refuse
    const signedIn = await fetch(link.url, { headers: { authorization: 'Bearer spent' } });
    expect(signedIn.status).toBe(200);

    clock += 7 * 24 * 3_600_000;
    expect((await get(secretPath, null)).json).toMatchObject({ code: 'not_found' });
    const ended = await get(secretPath, null, 'text/html');
    expect([ended.status, ended.text.includes('has ended')]).toEqual([404, true]);
    expect((await get('/findings/cbf_guess', null)).status).toBe(404);
    expect(log.join('\n')).not.toContain(secretPath.slice('/findings/'.length));
  });
});

/** A document of als/inbox as a release with other rules would have kept it. */
function olderJudgement(place: string, bytes: Buffer) {
  const crateIri = place.replace(/[^/]*$/, '');
  return {
    crateIri,
    context: { facility: 'als', source: 'inbox', timezone: 'UTC', document_url: place },
    location: { url: place, etag: null, lastModified: null, documentUrl: null, sha256: sha256(bytes) },
    document: { iri: place, mediaType: LD, bytes },
    records: [],
    recordsKept: [],
    relayed: false,
    pull: null,
    nested: [],
    declared: [],
    moved: null,
    without: [],
    profile: 'lambda-core' as const,
    conformant: false,
    verdicts: [],
    findings: [],
    checkerVersion: 'crate-bridge-checker/0',
    mapperVersion: 'crate-bridge-mapper/0',
    rows: null,
    now: new Date(clock),
  };
}
