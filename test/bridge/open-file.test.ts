import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Bridge } from '../../src/bridge/contract.ts';
import { saveFile } from '../../src/bridge/save-file.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { failureFrom, put, smallCrate, type TestBridge, testBridge, valueFrom } from '../support/bridge.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const DOCUMENT = 'ro-crate-metadata.json';
const page = { limit: 1000, cursor: null };

const small = Buffer.from('q I sigma\n0.01 9.8 0.1\n');
const large = randomBytes(3 * 1024 * 1024);

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(config: JsonObject): Promise<TestBridge> {
  const test = await testBridge(config);
  closers.push(test.dispose);
  await mkdir(join(test.dir, 'out'), { recursive: true });
  return test;
}

async function origin(...args: Parameters<typeof startOrigin>): Promise<TestOrigin> {
  const started = await startOrigin(...args);
  closers.push(started.close);
  return started;
}

function save(
  bridge: Bridge,
  dir: string,
  file: string,
  options: { unverified?: boolean; name?: string } = {},
) {
  return saveFile(bridge, {
    file,
    output: join(dir, 'out', options.name ?? ''),
    force: false,
    unverified: options.unverified === true,
    caller: OPERATOR,
    signal: new AbortController().signal,
    progress: { size: () => {}, advance: () => {} },
  });
}

const oneFolder: JsonObject = {
  facilities: [{ code: 'ALS', sources: [{ name: 'folder', kind: 'directory', path: 'folder' }] }],
};

/** A folder source with these files beside one crate; returns their ids by name. */
async function withFiles(test: TestBridge, files: Readonly<Record<string, Uint8Array>>, declared = files) {
  const entities = Object.entries(declared).map(([id, bytes]) => ({
    id,
    sha256: digest(bytes),
    size: bytes.length,
  }));
  for (const [path, bytes] of Object.entries(files)) await put(test.dir, `folder/c/${path}`, bytes);
  await put(test.dir, `folder/c/${DOCUMENT}`, JSON.stringify(smallCrate({ files: entities })));
  valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR));
  const listed = valueFrom(await test.bridge.list('files', {}, page, OPERATOR)).items;
  return (name: string) => listed.find((f) => f.file_name === name)?.id ?? '';
}

describe('fetching a file of a folder source', () => {
  it('writes exactly its bytes, small, large and empty, and records the proof', async () => {
    const test = await start(oneFolder);
    const idOf = await withFiles(test, {
      'small.dat': small,
      'large.mrc': large,
      'empty.log': Buffer.alloc(0),
    });
    for (const [name, bytes] of Object.entries({
      'small.dat': small,
      'large.mrc': large,
      'empty.log': Buffer.alloc(0),
    })) {
      const saved = valueFrom(await save(test.bridge, test.dir, idOf(name)));
      expect(saved).toMatchObject({ verified: true, bytes: bytes.length, sha256: digest(bytes) });
      expect((await readFile(saved.path)).equals(bytes)).toBe(true);
    }
    const listed = valueFrom(await test.bridge.list('files', {}, page, OPERATOR)).items;
    expect(listed.map((f) => f.verification?.outcome)).toEqual(['verified', 'verified', 'verified']);
    expect((await readdir(join(test.dir, 'out'))).toSorted()).toEqual([
      'empty.log',
      'large.mrc',
      'small.dat',
    ]);
  });

  it.each([
    ['small.dat', small],
    ['large.mrc', large],
  ])('leaves nothing behind when a byte of %s was flipped', async (name, bytes) => {
    const test = await start(oneFolder);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 1;
    const idOf = await withFiles(test, { [name]: flipped }, { [name]: bytes });
    const failure = failureFrom(await save(test.bridge, test.dir, idOf(name)));
    expect(failure).toMatchObject({
      code: 'checksum_mismatch',
      expected: expect.stringContaining(digest(bytes)),
    });
    expect(await readdir(join(test.dir, 'out'))).toEqual([]);
    const [file] = valueFrom(await test.bridge.list('files', {}, page, OPERATOR)).items;
    expect(file?.verification?.outcome).toBe('mismatch');
  });

  it('never replaces a file that is there, and leaves it when the new bytes are wrong', async () => {
    const test = await start(oneFolder);
    const idOf = await withFiles(test, { 'small.dat': small });
    await writeFile(join(test.dir, 'out', 'small.dat'), 'mine');
    expect(failureFrom(await save(test.bridge, test.dir, idOf('small.dat')))).toMatchObject({
      code: 'usage',
    });
    expect(await readFile(join(test.dir, 'out', 'small.dat'), 'utf8')).toBe('mine');
  });

  it('does not follow a link out of the folder', async () => {
    const test = await start(oneFolder);
    const secret = Buffer.from('outside');
    await put(test.dir, 'secret.dat', secret);
    const idOf = await withFiles(test, { 'other.dat': small }, { 'link.dat': secret, 'other.dat': small });
    await symlink(join(test.dir, 'secret.dat'), join(test.dir, 'folder/c/link.dat'));
    expect(failureFrom(await save(test.bridge, test.dir, idOf('link.dat'))).code).toBe('outside_root');
  });
});

describe('fetching over a storage rule', () => {
  const rules = (url: string, extra: JsonObject = {}): JsonObject => ({
    facilities: [
      {
        code: 'ALS',
        sources: [{ name: 'folder', kind: 'directory', path: 'folder' }],
        storage: [{ prefix: 'sibyls://als/', url: `${url}/data/` }],
        network: { allow: ['127.0.0.1/32'] },
      },
    ],
    ...extra,
  });
  const named = (bytes: Uint8Array, uri = 'sibyls://als/12.3.1/run047.h5') =>
    JSON.stringify(
      smallCrate({
        files: [{ id: 'run047.h5', sha256: digest(bytes), size: bytes.length, storageUri: uri }],
      }),
    );

  it('reads the facility’s own namespace from the rule’s URL, by id or by storage_uri', async () => {
    const facility = await origin({ '/data/12.3.1/run047.h5': large });
    const test = await start(rules(facility.url));
    await put(test.dir, `folder/c/${DOCUMENT}`, named(large));
    valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR));
    const saved = valueFrom(await save(test.bridge, test.dir, 'sibyls://als/12.3.1/run047.h5'));
    expect((await readFile(saved.path)).equals(large)).toBe(true);
  });

  it.each([
    ['flipped byte', { kind: 'flip', at: 2_000_000 }, 'checksum_mismatch'],
    [
      'truncated under Content-Length',
      { kind: 'truncate', at: 1_500_000, framing: 'content-length', how: 'fin' },
      'truncated',
    ],
    ['truncated, chunked', { kind: 'truncate', at: 1_500_000, framing: 'chunked', how: 'end' }, 'truncated'],
    [
      'truncated, close-delimited',
      { kind: 'truncate', at: 1_500_000, framing: 'close', how: 'fin' },
      'truncated',
    ],
    ['extra bytes', { kind: 'extra', bytes: 7, framing: 'chunked' }, 'trailing_data'],
    ['a wrong Content-Length', { kind: 'wrong-length', length: 3_000_000 }, 'size_mismatch'],
    ['gzip', { kind: 'gzip' }, 'content_encoded'],
    ['reset', { kind: 'reset' }, 'unreachable'],
    ['a missing file', { kind: 'status', status: 404 }, 'upstream_missing'],
    ['refused credentials', { kind: 'status', status: 403 }, 'upstream_denied'],
  ] as const)('refuses %s and writes nothing', async (_what, fault, code) => {
    const facility = await origin({ '/data/12.3.1/run047.h5': { content: large, fault } });
    const test = await start(rules(facility.url));
    await put(test.dir, `folder/c/${DOCUMENT}`, named(large));
    valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR));
    expect(failureFrom(await save(test.bridge, test.dir, 'sibyls://als/12.3.1/run047.h5')).code).toBe(code);
    expect(await readdir(join(test.dir, 'out'))).toEqual([]);
  });

  it('needs a rule, and says which', async () => {
    const test = await start(oneFolder);
    await put(test.dir, `folder/c/${DOCUMENT}`, named(small, 'sibyls://als/x/run047.h5'));
    valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR));
    expect(failureFrom(await save(test.bridge, test.dir, 'sibyls://als/x/run047.h5'))).toMatchObject({
      code: 'no_storage_rule',
      expected: expect.stringContaining('sibyls://als/x/'),
    });
  });

  it('a crate of A that points beneath B’s prefix registers, is a conflict, and does not resolve', async () => {
    const b = await origin({ '/b/secret.h5': small }, { require: { authorization: 'Bearer b-secret' } });
    const test = await start({
      facilities: [
        { code: 'A', sources: [{ name: 'folder', kind: 'directory', path: 'folder' }] },
        {
          code: 'B',
          sources: [],
          storage: [
            { prefix: 'bnl://store/', url: `${b.url}/b/`, credential: { kind: 'bearer', env: 'B_TOKEN' } },
          ],
          network: { allow: ['127.0.0.1/32'] },
        },
      ],
    });
    await put(test.dir, `folder/c/${DOCUMENT}`, named(small, 'bnl://store/secret.h5'));
    const [report] = valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR));
    expect(report).toMatchObject({ registered: 1, failed: 0 });
    const [file] = valueFrom(await test.bridge.list('files', {}, page, OPERATOR)).items;
    expect(file?.conflicts).toMatchObject([{ code: 'foreign-prefix' }]);
    expect(failureFrom(await save(test.bridge, test.dir, file?.id ?? ''))).toMatchObject({
      code: 'pointer_conflict',
    });
    expect(b.requests).toHaveLength(0);
  });

  it('sends no credential where a redirect leads elsewhere, and follows none to a private address', async () => {
    const elsewhere = await origin({ '/run047.h5': small }, { host: '127.0.0.2' });
    const facility = await origin({
      '/data/12.3.1/run047.h5': {
        content: small,
        fault: { kind: 'redirect', to: `${elsewhere.url}/run047.h5` },
      },
    });
    const config = rules(facility.url);
    const test = await start(config);
    await put(test.dir, `folder/c/${DOCUMENT}`, named(small));
    valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR));
    expect(failureFrom(await save(test.bridge, test.dir, 'sibyls://als/12.3.1/run047.h5')).code).toBe(
      'blocked_address',
    );
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('a changed file is another id; the old one is gone with its successor', async () => {
    const facility = await origin({ '/data/12.3.1/run047.h5': small });
    const test = await start(rules(facility.url));
    await put(test.dir, `folder/c/${DOCUMENT}`, named(small));
    valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR));
    const [before] = valueFrom(await test.bridge.list('files', {}, page, OPERATOR)).items;
    facility.set('/data/12.3.1/run047.h5', large);
    await put(test.dir, `folder/c/${DOCUMENT}`, named(large));
    expect(valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR))[0]).toMatchObject({
      updated: 1,
    });
    const [after] = valueFrom(await test.bridge.list('files', {}, page, OPERATOR)).items;
    expect(after?.id).not.toBe(before?.id);
    expect(after?.entity_id).toBe(before?.entity_id);
    expect(failureFrom(await save(test.bridge, test.dir, before?.id ?? ''))).toMatchObject({
      code: 'superseded',
      successor: after?.id,
    });
    expect(valueFrom(await save(test.bridge, test.dir, after?.id ?? '')).sha256).toBe(digest(large));
  });

  it('without a checksum streams only when told to, says so and is audited', async () => {
    const facility = await origin({ '/data/12.3.1/run047.h5': small });
    const test = await start({
      facilities: [
        {
          code: 'ALS',
          sources: [
            { name: 'folder', kind: 'directory', path: 'folder', admission: 'register-with-findings' },
          ],
          storage: [{ prefix: 'sibyls://als/', url: `${facility.url}/data/` }],
          network: { allow: ['127.0.0.1/32'] },
        },
      ],
    });
    await put(test.dir, `folder/c/${DOCUMENT}`, named(small).replace(digest(small), 'abc123...'));
    valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR));
    const uri = 'sibyls://als/12.3.1/run047.h5';
    expect(failureFrom(await save(test.bridge, test.dir, uri)).code).toBe('checksum_unknown');
    expect(valueFrom(await save(test.bridge, test.dir, uri, { unverified: true }))).toMatchObject({
      verified: false,
    });
  });
});
