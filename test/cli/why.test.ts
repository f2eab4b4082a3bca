import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import type { FileItem } from '../../src/model/items.ts';
import type { FileWhy } from '../../src/model/why.ts';
import { put, smallCrate, type TestBridge, testBridge, valueFrom } from '../support/bridge.ts';
import { runCli, runJson } from '../support/cli.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const BYTES = 'q I sigma\n';

const CONFIG = {
  facilities: [
    {
      code: 'ALS',
      sources: [{ name: 'sibyls', kind: 'directory', path: 'als' }],
      storage: [{ prefix: 'sibyls://als/', root: 'storage', sources: ['sibyls'] }],
    },
    {
      code: 'SSRL',
      sources: [{ name: 'mx', kind: 'directory', path: 'ssrl' }],
    },
  ],
};

/** Two crates of two facilities about one file, and one that says nothing of a checksum. */
let test: TestBridge;
let server: RunningServer;
let files: readonly FileItem[];
let token: string;

beforeAll(async () => {
  test = await testBridge(CONFIG);
  const shared = { id: 'sibyls://als/curve.dat', sha256: sha256(BYTES), size: BYTES.length };
  await put(test.dir, 'als/one/ro-crate-metadata.json', JSON.stringify(alsCrate('the first')));
  await put(test.dir, 'ssrl/two/ro-crate-metadata.json', JSON.stringify(smallCrate({ files: [shared] })));
  await put(test.dir, 'storage/curve.dat', BYTES);
  valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR));
  // a second version that says the same of the file
  await put(test.dir, 'als/one/ro-crate-metadata.json', JSON.stringify(alsCrate('the second')));
  valueFrom(await test.bridge.pull({ sources: ['sibyls'], dryRun: false }, OPERATOR));
  files = valueFrom(await test.bridge.list('files', {}, { limit: 100, cursor: null }, OPERATOR)).items;
  const opened = valueFrom(
    await test.bridge.open(
      { file: idOf('curve.dat'), unverified: false, door: 'cli', signal: AbortSignal.timeout(10_000) },
      OPERATOR,
    ),
  );
  opened.stream.body.resume();
  await opened.stream.proof;
  const granted = await test.bridge.createToken(
    {
      name: 'ssrl',
      kind: 'token',
      scopes: ['metadata:read'],
      facilities: ['SSRL'],
      proposals: [],
      expiresAt: null,
    },
    OPERATOR,
  );
  token = valueFrom(granted).secret;
  const app = createApp({ bridge: test.bridge });
  server = valueFrom(await startServer({ app, host: '127.0.0.1', port: 0 }));
});
afterAll(async () => {
  await server.close();
  await test.dispose();
});

function alsCrate(description: string) {
  return smallCrate({
    root: { description },
    files: [
      {
        id: 'run/curve.dat',
        sha256: sha256(BYTES),
        size: BYTES.length,
        storageUri: 'sibyls://als/curve.dat',
      },
      { id: 'sibyls://elsewhere/raw.h5', sha256: '', size: 12 },
    ],
  });
}

function idOf(name: string): string {
  const file = files.find((one) => one.file_name === name && one.facility === 'ALS');
  if (file === undefined) throw new Error(`no file ${name}`);
  return file.id;
}

describe('why a file is what it is', () => {
  it('names the version, the document, the entity, the property of every fact, the rule and the proof', async () => {
    const why = valueFrom(await test.bridge.why(idOf('curve.dat'), OPERATOR));
    const [origin, earlier] = why.said_by;
    expect(why).toMatchObject({ state: 'current', successor: null, said_by_total: 2, conflicts: [] });
    expect(origin).toMatchObject({
      facility: 'ALS',
      source: 'sibyls',
      crate: { iri: 'arcp://name,sibyls.als/one/' },
      version: { number: 2, state: 'current', conformant: true, profile: 'lambda-core' },
      pull: { trigger: 'request' },
      storage_uri_written: 'sibyls://als/curve.dat',
      rebases: [],
    });
    expect(earlier).toMatchObject({ version: { number: 1, state: 'superseded' } });
    expect(origin.pull?.id).not.toBe(earlier?.pull?.id);
    expect(origin.document.sha256).toBe(sha256(JSON.stringify(alsCrate('the second'))));
    expect(why.entity.written).toMatchObject({ '@id': 'run/curve.dat', contentSize: BYTES.length });
    expect(why.entity).toMatchObject({
      storage_uri: { property: 'storage_uri', value: 'sibyls://als/curve.dat' },
      sha256: { property: 'sha256' },
      file_size_bytes: { property: 'contentSize', value: String(BYTES.length) },
    });
    expect(why.rule).toMatchObject({
      applies: true,
      prefix: 'sibyls://als/',
      reads: 'file',
      target: join(test.dir, 'storage'),
    });
    expect(why.verification).toMatchObject({ outcome: 'verified', bytes_read: BYTES.length, door: 'cli' });
  });

  it('says why nothing reads it, and that nobody declared a checksum', async () => {
    const why = valueFrom(await test.bridge.why('sibyls://elsewhere/raw.h5', OPERATOR));
    expect(why.rule).toMatchObject({ applies: false, failure: { code: 'no_storage_rule' } });
    expect(why.entity).toMatchObject({ storage_uri: { property: '@id' }, sha256: null });
    expect(why.verification).toBeNull();
  });

  it('shows a caller what they may see, and nothing of the service', async () => {
    const ask = async (id: string, bearer?: string) => {
      const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      const answer = await fetch(`${server.url}/api/v1/files/${id}/why`, { headers });
      const body: FileWhy = JSON.parse(await answer.text());
      return { status: answer.status, body };
    };
    expect((await ask(idOf('curve.dat'), token)).status).toBe(404);
    expect((await ask(idOf('curve.dat'))).status).toBe(404);
    const own = files.find((file) => file.facility === 'SSRL');
    const seen = await ask(String(own?.id), token);
    expect(seen.status).toBe(200);
    const why = seen.body;
    expect(why.said_by.map(({ facility }) => facility)).toEqual(['SSRL']);
    // SSRL may not point beneath what is the ALS's
    expect(why.rule).toMatchObject({ applies: false, failure: { code: 'pointer_conflict' } });
    expect(JSON.stringify(why)).not.toContain(test.dir);
    expect((await fetch(`${server.url}/api/v1/files/${own?.id}/why?x=1`)).status).toBe(400);
  });

  it('is told on the command line by a service as well', async () => {
    const scopes = ['metadata:read', 'admin'] as const;
    const made = await test.bridge.createToken(
      { name: 'all', kind: 'token', scopes, facilities: null, proposals: [], expiresAt: null },
      OPERATOR,
    );
    const env = { CRATE_BRIDGE_URL: server.url, CRATE_BRIDGE_TOKEN: valueFrom(made).secret };
    const at = { cwd: test.dir, env };
    const json = await runJson<FileWhy>(['why', 'sibyls://elsewhere/raw.h5'], at);
    expect([json.code, json.json.file_name]).toEqual([0, 'raw.h5']);
    const text = await runCli(['why', idOf('curve.dat')], at);
    expect(text.stdout).toContain('storage_uri  sibyls://als/curve.dat, from storage_uri');
    expect(text.stdout).toMatch(/last proof +verified at .*: 10 bytes read by operator \(cli\)/);
    expect((await runCli(['why', '00000000-0000-5000-8000-000000000000'], at)).code).toBe(66);
  });
});
