import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import type { Outcome } from '../../src/model/failure.ts';
import { createHttpClient } from '../../src/net/client.ts';
import type { HttpClient } from '../../src/net/contract.ts';
import type { FetchedCrate, NotModified, Validators } from '../../src/sources/contract.ts';
import { zipInMemory } from '../../src/sources/zip/bytes.ts';
import { fetchZippedCrate } from '../../src/sources/zip/fetch.ts';
import { readZippedFile } from '../../src/sources/zip/file.ts';
import { ZIP_LIMITS } from '../../src/sources/zip/limits.ts';
import { readZippedMetadata } from '../../src/sources/zip/metadata.ts';
import { bearers, environment } from './environment.ts';
import { renamed, withRecord, zipOf } from './zips.ts';

const METADATA = '{"@context":"https://w3id.org/ro/crate/1.2/context","@graph":[]}';
const NAME = 'ro-crate-metadata.json';
const PAYLOAD = randomBytes(300_000);

/** What a server of zips does: how it treats ranges, what it says of the representation, and when that changes. */
interface Behaviour {
  readonly ranges?: 'all' | 'from an offset' | 'none' | 'refused' | 'wrong' | 'cut';
  readonly etag?: 'strong' | 'weak' | 'none';
  /** Another zip from this request on. */
  readonly replacedAt?: number;
  readonly replacement?: Buffer;
  readonly checksIfMatch?: boolean;
  /** The zip is at another path of this server, to which this one redirects. */
  readonly redirect?: string;
}

let server: Server;
let origin: string;
let http: HttpClient;
const served = new Map<string, { readonly zip: Buffer; readonly does: Behaviour }>();
const requests: {
  readonly path: string;
  readonly range: string;
  readonly authorization: string;
  sent: number;
}[] = [];

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  const range = request.headers.range ?? '';
  const seen = { path, range, authorization: request.headers.authorization ?? '', sent: 0 };
  requests.push(seen);
  const found = served.get(path);
  if (found === undefined) return void response.writeHead(404).end();
  const { does } = found;
  if (does.redirect !== undefined) return void response.writeHead(302, { location: does.redirect }).end();
  const turn = requests.filter((other) => other.path === path).length;
  const zip = turn >= (does.replacedAt ?? Infinity) ? (does.replacement ?? found.zip) : found.zip;
  const tag = `"${createHash('sha256').update(zip).digest('hex').slice(0, 16)}"`;
  const etag = does.etag === 'weak' ? `W/${tag}` : tag;
  const headers: Record<string, string> = { 'content-type': 'application/zip' };
  if (does.etag !== 'none') headers['etag'] = etag;
  if (does.ranges !== 'none') headers['accept-ranges'] = 'bytes';
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
  if (does.checksIfMatch !== false && ![undefined, tag].includes(request.headers['if-match'])) {
    return void response.writeHead(412).end();
  }
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  const suffix = first === '';
  if (range !== '' && does.ranges === 'refused') return void response.writeHead(416).end();
  if (first === undefined || does.ranges === 'none' || (suffix && does.ranges === 'from an offset')) {
    seen.sent = zip.length;
    return void response.writeHead(200, { ...headers, 'content-length': zip.length }).end(zip);
  }
  const start = suffix ? Math.max(0, zip.length - Number(last)) : Number(first);
  const end = suffix ? zip.length : Math.min(zip.length, Number(last) + 1);
  const said = does.ranges === 'wrong' && !suffix ? start + 1 : start;
  const part = zip.subarray(start, does.ranges === 'cut' ? end - 10 : end);
  seen.sent = part.length;
  response
    .writeHead(206, { ...headers, 'content-range': `bytes ${said}-${end - 1}/${zip.length}` })
    .end(part);
}

beforeAll(async () => {
  http = createHttpClient({ allow: ['127.0.0.1'], sleep: async () => {} });
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await http.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Serves a zip at a path of its own and fetches the crate in it. */
async function fetched(
  zip: Buffer,
  does: Behaviour = {},
  known: Validators | null = null,
): Promise<{ outcome: Outcome<FetchedCrate | NotModified>; asked: typeof requests; url: string }> {
  const path = `/${served.size}/crate.zip`;
  served.set(path, { zip, does });
  const before = requests.length;
  const outcome = await fetchZippedCrate(environment({ http }), origin + path, known, { origins: new Set() });
  return { outcome, asked: requests.slice(before), url: origin + path };
}

/** The metadata document of a zip in memory, by what a test says of it. */
const metadataOf = async (zip: Buffer, maxBytes = 1_000_000) => {
  const read = await readZippedMetadata(zipInMemory(zip), 'crate.zip', maxBytes);
  return read.ok ? read.value.bytes.toString() : read.failure;
};

/** A megabyte of payload that cannot be packed, so that the zip is longer than its tail. */
const large = () =>
  zipOf([
    ['data/a.h5', PAYLOAD],
    [NAME, METADATA],
    ['data/b.h5', PAYLOAD],
  ]);

describe('where a zip holds its crate', () => {
  it.each([
    ['at its root', [[NAME, METADATA]]],
    ['in its only folder, as an .eln does', [[`2026-03-01-export/${NAME}`, METADATA]]],
    [
      'in its only folder, beside what macOS adds',
      [
        [`crate/${NAME}`, METADATA],
        ['__MACOSX/crate/._x', ''],
      ],
    ],
    ['under its name of RO-Crate 1.0', [['ro-crate-metadata.jsonld', METADATA]]],
    [
      'at the root before any folder',
      [
        [NAME, METADATA],
        [`sub/${NAME}`, '{}'],
      ],
    ],
    [
      'in the payload of a bag',
      [
        ['bagit.txt', 'BagIt-Version: 1.0'],
        [`data/${NAME}`, METADATA],
      ],
    ],
    [
      'in a bag in a folder',
      [
        ['bag/bagit.txt', ''],
        [`bag/data/${NAME}`, METADATA],
      ],
    ],
  ] as const)('%s', async (_where, members) => {
    expect(await metadataOf(await zipOf(members))).toBe(METADATA);
  });

  it.each([
    [
      'two folders and nothing at the root',
      [
        [`a/${NAME}`, METADATA],
        [`b/${NAME}`, METADATA],
      ],
    ],
    ['a folder in a folder', [[`a/b/${NAME}`, METADATA]]],
    [
      'a data folder that is no bag',
      [
        [`data/x/${NAME}`, METADATA],
        ['other/x', ''],
      ],
    ],
    ['nothing', []],
  ] as const)('not where it has %s', async (_what, members) => {
    expect(await metadataOf(await zipOf(members))).toMatchObject({
      code: 'unreadable',
      message: 'The zip holds no crate.',
      expected: expect.stringContaining(NAME),
    });
  });

  it('believes a bag only when its manifest agrees', async () => {
    const digest = (algorithm: string) => createHash(algorithm).update(METADATA).digest('hex');
    const bag = (...manifests: (readonly [string, string])[]) =>
      zipOf([['bagit.txt', ''], [`data/${NAME}`, METADATA], ...manifests]);
    const line = (hex: string) => `${digest('sha1')}  data/other\n${hex}  data/${NAME}\n`;

    const good = await bag(['manifest-sha512.txt', line(digest('sha512').toUpperCase())]);
    expect(await metadataOf(good)).toBe(METADATA);
    const wrong = await bag(['manifest-sha256.txt', line('0'.repeat(64))]);
    expect(await metadataOf(wrong)).toMatchObject({ code: 'checksum_mismatch', expected: '0'.repeat(64) });
    const silent = await bag(['manifest-sha256.txt', `${'0'.repeat(64)}  data/other\n`]);
    expect(await metadataOf(silent)).toMatchObject({ code: 'unreadable' });
    // The strongest counts: whoever can change a file can change the weak manifest with it.
    const both = await bag(
      ['manifest-sha256.txt', line(digest('sha256'))],
      ['manifest-sha512.txt', line('f'.repeat(128))],
    );
    expect(await metadataOf(both)).toMatchObject({ code: 'checksum_mismatch' });
  });
});

describe('a zip that wants harm', () => {
  it.each([
    ['leaves its folder', 'aa/x.txt', '../x.txt'],
    ['is absolute', 'aaaa.txt', '/aaa.txt'],
    ['has a drive letter', 'aaaa.txt', 'C:/a.txt'],
    ['holds a backslash', 'aa/b.txt', 'aa\\b.txt'],
    ['holds NUL', 'aaaa.txt', 'aa\0a.txt'],
  ])('is refused when a name %s', async (_what, from, to) => {
    const zip = renamed(
      await zipOf([
        [NAME, METADATA],
        [from, 'x'],
      ]),
      from,
      to,
    );
    expect(await metadataOf(zip)).toMatchObject({ code: 'unreadable', where: 'crate.zip' });
  });

  it('is refused when it has two metadata documents, or calls one by two names', async () => {
    const twice = await zipOf([
      [NAME, METADATA],
      ['ro-crate-metadata.jsom', '{}'],
    ]);
    expect(await metadataOf(renamed(twice, 'ro-crate-metadata.jsom', NAME))).toMatchObject({
      code: 'unreadable',
      found: '2',
    });
    const disguised = await zipOf([['ro-crate-metadata.jsom', METADATA]]);
    const found = withRecord(disguised, 'ro-crate-metadata.jsom', (record) => record.write(NAME, 46));
    expect(await metadataOf(found)).toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('otherwise'),
    });
  });

  it('does not unpack a bomb, a document above the cap, or more than the directory says', async () => {
    const bomb = await zipOf([[NAME, Buffer.alloc(8 * 1024 * 1024, ' ')]]);
    expect(bomb.length).toBeLessThan(20_000);
    expect(await metadataOf(bomb, 100_000_000)).toMatchObject({
      code: 'too_large',
      expected: 'at most 200 to 1',
    });
    const honest = await zipOf([[NAME, PAYLOAD]]);
    expect(await metadataOf(honest, 299_999)).toMatchObject({
      code: 'too_large',
      expected: 'at most 299999',
    });
    const liar = withRecord(bomb, NAME, (record) => record.writeUInt32LE(100_000, 24));
    expect(await metadataOf(liar)).toMatchObject({ code: 'too_large' });
    const short = withRecord(await zipOf([[NAME, METADATA]]), NAME, (record) =>
      record.writeUInt32LE(500, 24),
    );
    expect(await metadataOf(short)).toMatchObject({ code: 'unreadable', expected: '500' });
  });

  it('does not claim more entries than are looked at, nor names longer than any path', async () => {
    const crowded = await zipOf([[NAME, METADATA]], { forceZip64Format: true, comment: '' });
    const record = crowded.indexOf(Buffer.from([0x50, 0x4b, 0x06, 0x06]));
    crowded.writeBigUInt64LE(BigInt(ZIP_LIMITS.entries + 1), record + 32);
    expect(await metadataOf(crowded)).toMatchObject({ code: 'too_large', found: '500001' });
    const named = await zipOf([
      [NAME, METADATA],
      ['x'.repeat(4097), ''],
    ]);
    expect(await metadataOf(named)).toMatchObject({ code: 'too_large', found: '4097' });
  });

  it('says what is wrong with an encrypted, strangely packed or damaged document', async () => {
    const zip = await zipOf([[NAME, METADATA]]);
    const encrypted = withRecord(zip, NAME, (record) => record.writeUInt16LE(record.readUInt16LE(8) | 1, 8));
    expect(await metadataOf(encrypted)).toMatchObject({ message: expect.stringContaining('encrypted') });
    const bzip2 = withRecord(zip, NAME, (record) => record.writeUInt16LE(12, 10));
    expect(await metadataOf(bzip2)).toMatchObject({ code: 'unreadable', found: '12' });
    const stored = await zipOf([[NAME, METADATA, { compress: false }]]);
    const damaged = renamed(stored, 'w3id.org', 'w3id.com');
    expect(await metadataOf(damaged)).toMatchObject({ code: 'checksum_mismatch' });
  });

  it('whatever its bytes, is a document or a failure', async () => {
    const zip = await zipOf([
      [NAME, METADATA],
      ['bagit.txt', ''],
      ['data/x', 'payload'],
    ]);
    const flip = fc.tuple(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(flip, { minLength: 1, maxLength: 4 }),
        fc.nat(zip.length),
        async (flips, cut) => {
          const copy = Buffer.from(zip.subarray(0, zip.length - (cut % 7 === 0 ? cut : 0)));
          for (const [at, by] of flips) if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ by;
          const read = await readZippedMetadata(zipInMemory(copy), 'x', 1_000_000);
          // A flip in what nobody reads changes nothing; any other is found out.
          if (read.ok) expect(read.value.bytes.toString()).toBe(METADATA);
          else expect(read.failure.message).not.toMatch(/undefined|\n/);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a zip on a server', () => {
  it('is read by its end and the one entry, and is called after its URL', async () => {
    const zip = await large();
    const { outcome, asked, url } = await fetched(zip);
    expect(outcome).toEqual({
      ok: true,
      value: {
        kind: 'document',
        bytes: Buffer.from(METADATA),
        mediaType: 'application/ld+json',
        url: expect.stringMatching(/^arcp:\/\/uuid,[0-9a-f-]{36}\/ro-crate-metadata\.json$/),
        etag: expect.stringMatching(/^".+"$/),
        lastModified: null,
      },
    });
    expect(asked.length).toBe(2);
    expect(asked.reduce((sum, request) => sum + request.sent, 0)).toBeLessThan(140_000);
    // UUIDv5 of the URL, as any other tool works it out.
    const uuid = createHash('sha1')
      .update(Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex'))
      .update(url)
      .digest('hex');
    expect(JSON.stringify(outcome)).toContain(`arcp://uuid,${uuid.slice(0, 8)}-${uuid.slice(8, 12)}-5`);
  });

  it('costs one request when it is small or unchanged', async () => {
    const small = await fetched(await zipOf([[NAME, METADATA]]));
    expect(small.outcome).toMatchObject({ ok: true, value: { kind: 'document' } });
    expect(small.asked.length).toBe(1);
    if (!small.outcome.ok || small.outcome.value.kind !== 'document') throw new Error('not fetched');
    const { etag, lastModified } = small.outcome.value;
    const before = requests.length;
    const again = await fetchZippedCrate(
      environment({ http }),
      small.url,
      { etag, lastModified },
      { origins: new Set() },
    );
    expect(again).toEqual({ ok: true, value: { kind: 'not-modified' } });
    expect(requests.length - before).toBe(1);
  });

  it.each([
    ['knows no ranges', { ranges: 'none' }, 1],
    ['refuses ranges', { ranges: 'refused' }, 2],
    ['knows ranges from an offset only', { ranges: 'from an offset' }, 3],
    ['says a weak tag, which proves nothing', { etag: 'weak' }, 2],
    ['says no tag at all', { etag: 'none' }, 2],
  ] as const)('is read from a server that %s', async (_what, does, requestsNeeded) => {
    const zip = await large();
    const { outcome, asked } = await fetched(zip, does);
    expect(outcome).toMatchObject({ ok: true, value: { bytes: Buffer.from(METADATA) } });
    expect(asked.length).toBe(requestsNeeded);
  });

  it.each([true, false])(
    'is never put together of two versions (server checks If-Match: %s)',
    async (checksIfMatch) => {
      const zip = await large();
      const replacement = Buffer.concat([zip]);
      replacement.write('!', 100);
      const { outcome } = await fetched(zip, { replacedAt: 2, replacement, checksIfMatch });
      expect(outcome).toMatchObject({ ok: false, failure: { code: 'truncated', retryable: true } });
    },
  );

  it('is not held in memory beyond the cap, and the answer says what would do', async () => {
    const { outcome } = await fetched(Buffer.alloc(ZIP_LIMITS.downloadBytes + 1), { ranges: 'none' });
    expect(outcome).toMatchObject({
      ok: false,
      failure: { code: 'too_large', expected: expect.stringContaining('byte ranges') },
    });
  });

  it('that sends another part, or a part cut short, is caught, and so is what is no zip', async () => {
    const wrong = await fetched(await large(), { ranges: 'wrong' });
    expect(wrong.outcome).toMatchObject({ ok: false, failure: { code: 'upstream_status' } });
    const cut = await fetched(await large(), { ranges: 'cut' });
    expect(cut.outcome).toMatchObject({ ok: false, failure: { code: 'truncated' } });
    const page = await fetched(Buffer.from('<html>Please sign in</html>'));
    expect(page.outcome).toMatchObject({ ok: false, failure: { code: 'unreadable' } });
    expect(JSON.stringify(page.outcome)).toContain('Either not a zip file');
  });

  it('keeps its name through a redirect to a signed place, and the credential at home', async () => {
    const zip = await zipOf([[NAME, METADATA]]);
    const elsewhere = createServer((request, response) => {
      requests.push({ path: '', range: '', authorization: request.headers.authorization ?? '', sent: 0 });
      response.end(zip);
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const there = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    try {
      served.set('/signed.zip', { zip, does: { redirect: `${there}/x?signature=abc` } });
      served.set('/beside.zip', { zip, does: { redirect: '/signed-beside?signature=abc' } });
      served.set('/signed-beside?signature=abc', { zip, does: {} });
      served.set('/signed-beside', { zip, does: {} });
      const secret = environment({ http, credentialsFor: bearers(['s']) });
      const at = async (path: string) => {
        const found = await fetchZippedCrate(secret, origin + path, null, { origins: new Set([origin]) });
        return found.ok && found.value.kind === 'document' ? found.value.url : found;
      };
      const before = requests.length;
      const signed = await at('/signed.zip');
      expect(requests.slice(before).map((request) => request.authorization)).toEqual(['Bearer s', '']);
      served.set('/signed.zip', { zip, does: {} });
      expect(await at('/signed.zip')).toBe(signed);
      // On its own origin the redirect names it, without the signature it brought.
      expect(await at('/beside.zip')).toBe(await at('/signed-beside'));
    } finally {
      elsewhere.closeAllConnections();
      elsewhere.close();
    }
  });
});

describe('a zip in a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zips-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    [
      'zip64',
      () => zipOf([[NAME, METADATA, { forceZip64Format: true }]], { forceZip64Format: true, comment: '' }),
    ],
    [
      'with the longest comment',
      () => zipOf([[NAME, METADATA]], { forceZip64Format: false, comment: 'c'.repeat(65_535) }),
    ],
    ['with sizes after the content', () => streamed()],
    ['with a directory longer than one read', () => manyEntries(4_000)],
  ] as const)('is read: %s', async (_what, make) => {
    const path = join(folder, 'x.eln');
    await writeFile(path, await make());
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      const at = { url: 'arcp://name,eln.als/2026/x.eln', where: '2026/x.eln', maxBytes: 1_000_000 };
      const read = await readZippedFile({ handle, size }, at);
      expect(read).toMatchObject({ ok: true, value: { bytes: Buffer.from(METADATA) } });
      const shrunk = await readZippedFile({ handle, size: size + 10 }, at);
      expect(shrunk).toMatchObject({ ok: false, failure: { code: 'truncated', where: '2026/x.eln' } });
    } finally {
      await handle.close();
    }
  });
});

/** A zip whose local headers do not know the sizes yet: data descriptors, general purpose bit 3. */
async function streamed(): Promise<Buffer> {
  const { Readable } = await import('node:stream');
  const zip = new ZipFile();
  zip.addReadStream(Readable.from([Buffer.from(METADATA)]), NAME);
  zip.end();
  return buffer(zip.outputStream);
}

async function manyEntries(count: number): Promise<Buffer> {
  const names = Array.from({ length: count }, (_, i) => `frames/run-${String(i).padStart(300, '0')}.cbf`);
  return zipOf([[NAME, METADATA], ...names.map((name) => [name, '', { compress: false }] as const)]);
}
