import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DoctorReport, DoctorStep } from '../../src/bridge/doctor.ts';
import { remedyFor } from '../../src/bridge/remedy.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { createHttpClient } from '../../src/net/client.ts';
import { failureFrom, smallCrate } from '../support/bridge.ts';
import { runCli, runJson } from '../support/cli.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';

const SHA = 'a1'.repeat(32);
const PATH = '/crates/one/ro-crate-metadata.json';
const FILE = '/crates/one/curve.dat';

let cwd: string;
let origin: TestOrigin;
let guarded: TestOrigin;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-doctor-'));
  origin = await startOrigin();
  guarded = await startOrigin({}, { require: { authorization: 'Bearer right' } });
});
afterAll(async () => {
  await Promise.all([origin.close(), guarded.close(), rm(cwd, { recursive: true, force: true })]);
});

describe('crate-bridge doctor', () => {
  it('goes the way of a crate to its bytes, and writes nothing', async () => {
    publish(origin, smallCrate({ files: [{ id: 'curve.dat', sha256: SHA, size: 5 }] }));
    const { code, steps } = await doctor(sourceAt(origin));
    expect(states(steps)).toEqual({
      credentials: 'ok',
      list: 'ok',
      fetch: 'ok',
      validate: 'ok',
      map: 'ok',
      'storage rules': 'ok',
      read: 'ok',
    });
    expect(code).toBe(0);
    expect(said(steps, 'fetch')).toContain('ETag');
    expect(said(steps, 'read')).toContain('5 bytes');
    expect(origin.requests.map(({ method, path }) => [method, path])).toEqual([
      ['GET', PATH],
      ['HEAD', FILE],
    ]);
    expect(existsSync(join(cwd, '.crate-bridge'))).toBe(false);
  });

  it('says what is wrong with a crate and goes on to its bytes', async () => {
    publish(origin, smallCrate({ license: false, files: [{ id: 'curve.dat', sha256: SHA, size: 7 }] }));
    const { code, steps } = await doctor(sourceAt(origin));
    expect(code).toBe(1);
    expect(states(steps)).toMatchObject({ validate: 'failed', map: 'ok', read: 'failed' });
    expect(said(steps, 'validate')).toContain('license');
    expect(step(steps, 'validate').remedy).toContain('quarantine');
    expect(step(steps, 'read').failure).toMatchObject({ code: 'size_mismatch', expected: '7', found: '5' });
  });

  it('names the prefix that no rule covers, and what a foreign rule forbids', async () => {
    const files = [
      { id: 'a.dat', sha256: SHA, size: 5, storageUri: 'sibyls://als/a.dat' },
      { id: 'b.dat', sha256: SHA, size: 5, storageUri: 'mx://ssrl/b.dat' },
    ];
    publish(origin, smallCrate({ files }));
    const ssrl = {
      code: 'SSRL',
      sources: [{ name: 'own', kind: 'directory', path: '.' }],
      storage: [{ prefix: 'mx://ssrl/', url: `${origin.url}/` }],
    };
    const { code, steps } = await doctor({ ...sourceAt(origin), others: [ssrl] });
    expect(code).toBe(1);
    expect(said(steps, 'storage rules')).toContain('no rule covers sibyls://als/');
    expect(said(steps, 'storage rules')).toContain('may not point beneath mx://ssrl/');
    expect(states(steps)).toMatchObject({ 'storage rules': 'failed', read: 'skipped' });
  });

  it('tells a missing credential from a wrong one, and never says what it holds', async () => {
    publish(guarded, smallCrate({ files: [{ id: 'curve.dat', sha256: SHA, size: 5 }] }));
    const credential = { kind: 'bearer', env: 'SIBYLS_TOKEN' };
    const missing = await doctor({ ...sourceAt(guarded), credential });
    expect(missing.code).toBe(2);
    expect(said(missing.steps, 'credentials')).toContain('SIBYLS_TOKEN');
    expect(step(missing.steps, 'fetch').failure?.code).toBe('credential_missing');

    const wrong = await doctor({ ...sourceAt(guarded), credential, env: { SIBYLS_TOKEN: 'wrong-secret' } });
    expect(states(wrong.steps)).toMatchObject({ credentials: 'ok', fetch: 'failed', validate: 'skipped' });
    expect(step(wrong.steps, 'fetch')).toMatchObject({
      failure: { code: 'upstream_denied' },
      remedy: expect.stringContaining('credential'),
    });
    expect(JSON.stringify(wrong.steps)).not.toContain('wrong-secret');

    const right = await doctor({ ...sourceAt(guarded), credential, env: { SIBYLS_TOKEN: 'right' } });
    expect(states(right.steps)).toMatchObject({ fetch: 'ok', 'storage rules': 'ok', read: 'failed' });
    expect(step(right.steps, 'read').failure?.code).toBe('upstream_denied');
  });

  it('says what to do about an address, a port and a page that is no listing', async () => {
    const blocked = await doctor({ ...sourceAt(origin), allow: [] });
    expect(step(blocked.steps, 'fetch')).toMatchObject({
      failure: { code: 'blocked_address' },
      remedy: expect.stringContaining('"127.0.0.1/32"'),
    });
    origin.set('/page', {
      content: Buffer.from('<h1>Welcome</h1>'),
      headers: { 'content-type': 'text/html' },
    });
    const page = await doctor({
      ...sourceAt(origin),
      source: { kind: 'http-index', url: `${origin.url}/page` },
    });
    expect([page.code, step(page.steps, 'list').state]).toEqual([2, 'failed']);
  });

  it('asks by GET where HEAD is not allowed, and says that a file is not there', async () => {
    publish(origin, smallCrate({ files: [{ id: 'gone.dat', sha256: SHA, size: 5 }] }));
    const gone = await doctor(sourceAt(origin));
    expect([gone.code, step(gone.steps, 'read').failure?.code]).toEqual([2, 'upstream_missing']);

    const methods: string[] = [];
    const strict = createServer((request, response) => {
      methods.push(String(request.method));
      if (request.method === 'HEAD') response.writeHead(405).end();
      else response.writeHead(200, { 'content-length': 5 }).end('12345');
    }).listen(0, '127.0.0.1');
    await once(strict, 'listening');
    const { port } = strict.address() as AddressInfo; // a TCP server's address is never a string
    const uri = `http://127.0.0.1:${port}/curve.dat`;
    publish(origin, smallCrate({ files: [{ id: uri, sha256: SHA, size: 5 }] }));
    const rule = { prefix: `http://127.0.0.1:${port}/`, url: `http://127.0.0.1:${port}/` };
    const { steps } = await doctor({ ...sourceAt(origin), storage: [rule] });
    expect(said(steps, 'read')).toContain('it is there, 5 bytes');
    expect(methods).toEqual(['HEAD', 'GET']);
    strict.closeAllConnections();
    strict.close();
  });

  it('refuses a source nobody configured, with what there is', async () => {
    await writeConfig(sourceAt(origin));
    const refused = await runJson(['doctor', 'sybils'], { cwd });
    expect(refused.code).toBe(64);
    expect(refused.json).toMatchObject({
      error: { message: expect.stringContaining('Did you mean sibyls') },
    });
    const text = await runCli(['doctor', 'sibyls'], { cwd });
    expect(text.stdout).toMatch(/^ALS\/sibyls \(urls\)\n {2}credentials {3}ok/);
  });
});

describe('remedies', () => {
  it('know what systems say of names, ports and certificates', () => {
    const told = (found: string) => remedyFor({ code: 'unreachable', message: `(${found})`, found });
    expect(told('ENOTFOUND')).toContain('DNS');
    expect(told('ECONNREFUSED')).toContain('listens');
    expect(told('CERT_HAS_EXPIRED')).toContain('expired');
    expect(told('DEPTH_ZERO_SELF_SIGNED_CERT')).toContain('NODE_EXTRA_CA_CERTS');
    expect(told('ERR_TLS_CERT_ALTNAME_INVALID')).toContain('another name');
    expect(remedyFor({ code: 'internal', message: 'x' })).toBeNull();
  });

  it('fit what a real connection fails with', async () => {
    const closed = await startOrigin();
    await closed.close();
    const http = createHttpClient({ allow: ['127.0.0.0/8'] });
    const plain = failureFrom(await http.request({ url: closed.url, limits: { retries: 0 } }));
    expect(remedyFor(plain)).toContain('Nothing listens there');
    const tls = origin.url.replace('http:', 'https:');
    const speaks = failureFrom(await http.request({ url: tls, limits: { retries: 0 } }));
    expect(remedyFor(speaks)).toContain('TLS');
    await http.close();
  });
});

interface Case {
  readonly at: TestOrigin;
  readonly source?: JsonObject;
  readonly credential?: JsonObject;
  readonly allow?: readonly string[];
  readonly others?: readonly JsonObject[];
  readonly storage?: readonly JsonObject[];
  readonly env?: Readonly<Record<string, string>>;
}

function sourceAt(at: TestOrigin): Case {
  return { at };
}

function publish(at: TestOrigin, crate: JsonObject): void {
  at.set(PATH, {
    content: Buffer.from(JSON.stringify(crate)),
    headers: { 'content-type': 'application/ld+json' },
  });
  at.set(FILE, Buffer.from('12345'));
}

async function writeConfig({
  at,
  source,
  credential,
  allow,
  others = [],
  storage = [],
}: Case): Promise<void> {
  const kind = source ?? { kind: 'urls', url: `${at.url}${PATH}` };
  const als = {
    code: 'ALS',
    sources: [{ name: 'sibyls', ...kind, ...(credential === undefined ? {} : { credential }) }],
    storage: [{ prefix: `${at.url}/crates/`, url: `${at.url}/crates/` }, ...storage],
    network: { allow: allow ?? ['127.0.0.1/32'] },
  };
  await writeFile(join(cwd, 'crate-bridge.json'), JSON.stringify({ facilities: [als, ...others] }));
}

async function doctor(
  of: Case,
): Promise<{ readonly code: number | null; readonly steps: readonly DoctorStep[] }> {
  await writeConfig(of);
  const run = await runJson<DoctorReport>(['doctor', 'ALS/sibyls'], {
    cwd,
    ...(of.env === undefined ? {} : { env: of.env }),
  });
  return { code: run.code, steps: run.json.steps };
}

function step(steps: readonly DoctorStep[], name: DoctorStep['step']): DoctorStep {
  const found = steps.find((one) => one.step === name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
}

function states(steps: readonly DoctorStep[]): Readonly<Record<string, string>> {
  return Object.fromEntries(steps.map((one) => [one.step, one.state]));
}

function said(steps: readonly DoctorStep[], name: DoctorStep['step']): string {
  return step(steps, name).said.join('\n');
}
