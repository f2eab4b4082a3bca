import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Bridge } from '../../src/bridge/contract.ts';
import { createRemoteBridge } from '../../src/bridge/remote.ts';
import { createApp } from '../../src/http/app.ts';
import { startServer } from '../../src/http/server.ts';
import { OPERATOR, type Scope } from '../../src/model/caller.ts';
import { failureFrom, smallCrate, type TestBridge, testBridge, valueFrom } from '../support/bridge.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';

let origin: TestOrigin;
let test: TestBridge;
let url: string;
let admin: Bridge;
let secrets: Readonly<Record<'admin' | 'reader' | 'elsewhere', string>>;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  origin = await startOrigin();
  const files = [{ id: 'a.dat', sha256: createHash('sha256').update('a').digest('hex'), size: 1 }];
  const document = Buffer.from(JSON.stringify(smallCrate({ files })));
  for (const name of ['one', 'two']) origin.set(`/old/${name}/ro-crate-metadata.json`, document);
  const urls = ['one', 'two'].map((name) => `${origin.url}/old/${name}/ro-crate-metadata.json`);
  test = await testBridge({
    facilities: [
      {
        code: 'ALS',
        sources: [{ name: 'web', kind: 'urls', urls }],
        network: { allow: ['127.0.0.1/32'] },
      },
      { code: 'EMSL', sources: [{ name: 'inbox', kind: 'push' }] },
    ],
  });
  valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR));
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const app = createApp({ bridge: test.bridge, log });
  const server = valueFrom(await startServer({ app, host: '127.0.0.1', port: 0, log, graceMs: 0 }));
  url = server.url;
  const token = async (name: string, scopes: readonly Scope[], facilities: readonly string[] | null) => {
    const made = { name, kind: 'token', scopes, facilities, proposals: [], expiresAt: null } as const;
    return valueFrom(await test.bridge.createToken(made, OPERATOR)).secret;
  };
  secrets = {
    admin: await token('admin', ['admin'], null),
    reader: await token('reader', ['metadata:read', 'pulls:write'], null),
    elsewhere: await token('elsewhere', ['admin'], ['EMSL']),
  };
  admin = createRemoteBridge({ url, token: secrets.admin, cwd: '/' });
  closing.push(
    () => admin.close(),
    () => server.close(),
    () => test.dispose(),
    () => origin.close(),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});

async function post(path: string, body: unknown, as: keyof typeof secrets | null) {
  const answer = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(as === null ? {} : { authorization: `Bearer ${secrets[as]}` }),
    },
    body: JSON.stringify(body),
  });
  const json: Readonly<Record<string, unknown>> = JSON.parse(await answer.text());
  return { status: answer.status, json };
}

const move = () => ({ facility: 'ALS', from: `${origin.url}/old/`, to: `${origin.url}/new/` });

it('nobody moves or takes away but who administers the facility, and a body is read strictly', async () => {
  for (const [path, body] of [
    ['rebases', move()],
    ['redactions', { entity: 'x', because: 'y' }],
    ['withdrawals', { crate: `${origin.url}/old/one/`, because: 'y' }],
    ['rebases/1/undo', {}],
    ['withdrawals/1/lift', {}],
  ] as const) {
    expect((await post(path, body, null)).status, path).toBe(401);
    expect((await post(path, body, 'reader')).status, path).toBe(403);
  }
  expect((await post('rebases', move(), 'elsewhere')).status).toBe(403);
  const withdrawal = { crate: `${origin.url}/old/one/`, because: 'y' };
  expect((await post('withdrawals', withdrawal, 'elsewhere')).status).toBe(403);
  expect(await post('rebases', { ...move(), becuase: 'x' }, 'admin')).toMatchObject({
    status: 400,
    json: { code: 'usage', detail: expect.stringContaining('did you mean "because"?') },
  });
  expect(await post('withdrawals', { crate: 'x' }, 'admin')).toMatchObject({ status: 400 });
  expect(await post('rebases?x=1', move(), 'admin')).toMatchObject({ status: 400 });
  expect(await post('redactions/7/lift', {}, 'admin')).toMatchObject({ status: 404 });
});

it('a service does for a remote command what the database does for a local one', async () => {
  const request = { ...move(), because: 'renamed', dryRun: true };
  expect(valueFrom(await admin.rebase(request, OPERATOR))).toMatchObject({ crates: 2, moved: 0, id: null });
  const moved = valueFrom(await admin.rebase({ ...request, dryRun: false }, OPERATOR));
  expect(moved).toMatchObject({ moved: 2, undo: false });
  expect(valueFrom(await admin.rebases(OPERATOR))).toMatchObject([{ id: moved.id, because: 'renamed' }]);
  expect(valueFrom(await admin.undoRebase({ id: moved.id ?? '' }, OPERATOR))).toMatchObject({
    undo: true,
    moved: 2,
  });

  const entity = `${origin.url}/old/two/a.dat`;
  const report = valueFrom(await admin.redact({ entity, crate: null, because: 'a mistake' }, OPERATOR));
  expect(report).toMatchObject({ versions: 2, tombstones: [{ crate: `${origin.url}/old/two/` }] });
  const [tombstone] = valueFrom(await admin.tombstones('redact', OPERATOR));
  expect(tombstone).toMatchObject({ caller: 'admin', because: 'a mistake' });
  const lifted = valueFrom(await admin.liftTombstone('redact', tombstone?.id ?? '', OPERATOR));
  expect(lifted.lifted_at).not.toBeNull();

  const { items } = valueFrom(await admin.list('crates', {}, { limit: 10, cursor: null }, OPERATOR));
  const one = items.find(({ iri }) => iri === `${origin.url}/old/one/`);
  valueFrom(await admin.withdraw({ crate: one?.id ?? '', because: 'a mistake' }, OPERATOR));
  expect(failureFrom(await admin.get('crates', one?.id ?? '', OPERATOR)).code).toBe('withdrawn');
  const asked = await fetch(`${url}/api/v1/crates/${one?.id}`, {
    headers: { authorization: `Bearer ${secrets.reader}` },
  });
  expect(asked.status).toBe(410);
  expect(await asked.json()).toMatchObject({
    code: 'withdrawn',
    detail: expect.stringContaining('a mistake'),
  });
});
