import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../../src/model/failure.ts';
import { generatedSha256, sha256, startOrigin, type TestOrigin } from '../support/origin.ts';
import { curl, HAS_CURL } from './clients.ts';
import { caller, type KnownFile, type OpenDoor, openDoor } from './door.ts';
import { pointer, uuid } from './samples.ts';

const MIB = 1024 * 1024;
const SMALL = Buffer.from('q I(q) sigma\n0.01 1234.5 1.2\n');
const LARGE = 8 * MIB;

const NAMES = ['curve.dat', 'a b/ü%25 #?&.h5', '100%.txt', "it's “quoted”.csv", '..', 'x'.repeat(200)];

let origin: TestOrigin;
let door: OpenDoor;

function known(
  number: number,
  facts: Partial<KnownFile['pointer']>,
  file: Partial<KnownFile> = {},
): KnownFile {
  return {
    pointer: pointer({ id: uuid(number), storage_uri: null, ...facts }),
    file_name: 'curve.dat',
    ...file,
  };
}

beforeAll(async () => {
  origin = await startOrigin({
    '/small': SMALL,
    '/large': { content: { size: LARGE } },
    '/endless': { content: { size: 512 * MIB } },
    '/no-length': { content: SMALL, framing: 'chunked' },
  });
  const small = { storage_uri: `${origin.url}/small`, sha256: sha256(SMALL), file_size_bytes: SMALL.length };
  door = await openDoor(
    {
      files: [
        known(1, small),
        known(2, {
          storage_uri: `${origin.url}/large`,
          sha256: generatedSha256(LARGE),
          file_size_bytes: LARGE,
        }),
        known(3, { storage_uri: `${origin.url}/small` }),
        known(4, { storage_uri: `${origin.url}/no-length` }),
        known(5, small, { file_name: 'page.html', encoding_format: 'text/html' }),
        known(6, small, { encoding_format: 'not a type\r\nX-Evil: 1' }),
        known(7, small, {
          refused: failure('superseded', 'It has changed.', { successor: uuid(1) }),
        }),
        known(8, small, { refused: failure('busy', 'On tape.', { retryAfterSeconds: 29.5 }) }),
        known(9, {
          storage_uri: `${origin.url}/endless`,
          sha256: generatedSha256(512 * MIB),
          file_size_bytes: 512 * MIB,
        }),
        known(10, { storage_uri: `${origin.url}/large`, file_size_bytes: null }),
        known(20, small, { file_name: 'a\r\nX-Evil: 1' }),
        known(21, small, { file_name: '../../etc/passwd' }),
        known(22, small, { file_name: '\ud800\0' }),
        ...NAMES.map((file_name, index) => known(100 + index, small, { file_name })),
      ],
      callers: { secret: caller('pipeline', ['content:read']) },
    },
    { writeStallMs: 500 },
  );
});
afterAll(async () => {
  await door.close();
  await origin.close();
});

const at = (number: number, name = 'curve.dat') =>
  `${door.url}/api/v1/files/${uuid(number)}/content/${encodeURIComponent(name)}`;

const DIGEST = Buffer.from(sha256(SMALL), 'hex').toString('base64');

const PROMISED = {
  'accept-ranges': 'none',
  'cache-control': 'no-transform',
  'content-disposition': 'attachment; filename=curve.dat',
  'content-length': String(SMALL.length),
  'content-type': 'application/octet-stream',
  digest: `SHA-256=${DIGEST}`,
  etag: `"sha256-${sha256(SMALL)}"`,
  'repr-digest': `sha-256=:${DIGEST}:`,
  'x-content-type-options': 'nosniff',
};

describe('the bytes of a file', () => {
  it('come with everything that proves and names them', async () => {
    const answer = await fetch(at(1));
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...PROMISED,
      'crate-bridge-verification': 'proven',
      link: `</api/v1/files/${uuid(1)}>; rel="describedby"`,
    });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(SMALL);
  });

  it('stream when they are many, and are said to', async () => {
    const answer = await fetch(at(2));
    expect(answer.headers.get('crate-bridge-verification')).toBe('streaming');
    expect(answer.headers.get('content-length')).toBe(String(LARGE));
    expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(generatedSha256(LARGE));
  });

  it('are described by HEAD, with nothing read, even where a Range is asked for', async () => {
    const before = origin.requests.length;
    const answer = await fetch(at(1), { method: 'HEAD', headers: { range: 'bytes=1-' } });
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject(PROMISED);
    expect(answer.headers.has('crate-bridge-verification')).toBe(false);
    expect(origin.requests).toHaveLength(before);
  });

  it('stay private to a caller who is somebody', async () => {
    const answer = await fetch(at(1), { headers: { authorization: 'Bearer secret' } });
    expect(answer.headers.get('cache-control')).toBe('private, no-transform');
    await answer.arrayBuffer();
  });

  it('cannot run as a page of this service', async () => {
    const answer = await fetch(at(5, 'page.html'));
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    await answer.arrayBuffer();
  });

  it('have a media type only where the crate wrote one', async () => {
    const answer = await fetch(at(6));
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.has('x-evil')).toBe(false);
    await answer.arrayBuffer();
  });

  it('are named safely whatever the crate calls them', async () => {
    for (const [number, name] of [
      [20, 'a\r\nX-Evil: 1'],
      [21, '../../etc/passwd'],
      [22, '\ud800\0'],
    ] as const) {
      const found = await fetch(`${door.url}/api/v1/files/${uuid(number)}/content`);
      expect(found.status, name).toBe(200);
      expect(found.headers.has('x-evil')).toBe(false);
      expect(found.headers.get('content-disposition')).not.toMatch(/filename="?\.\.?\//);
      expect(Buffer.from(await found.arrayBuffer())).toEqual(SMALL);
    }
  });

  it('are not sent again to whoever has them', async () => {
    const before = origin.requests.length;
    for (const tag of [PROMISED.etag, `W/${PROMISED.etag}`, `"other", ${PROMISED.etag}`, '*']) {
      const answer = await fetch(at(1), { headers: { 'if-none-match': tag } });
      expect(answer.status).toBe(304);
      expect(answer.headers.get('etag')).toBe(PROMISED.etag);
    }
    expect(origin.requests).toHaveLength(before);
    const other = await fetch(at(1), { headers: { 'if-none-match': '"sha256-00"' } });
    expect(other.status).toBe(200);
    await other.arrayBuffer();
  });

  it.each(['bytes=0-', 'bytes=10-20', 'bytes=999999-', 'bytes=-5', 'lines=1-2'])(
    'are never sent in part (%s)',
    async (range) => {
      const answer = await fetch(at(1), { headers: { range } });
      expect(answer.status).toBe(409);
      expect(await answer.json()).toMatchObject({ code: 'range_unsupported', where: 'Range', found: range });
    },
  );
});

describe('the name in the address', () => {
  it.each(NAMES.map((name, index) => [name, 100 + index] as const))('%s is kept', async (name, number) => {
    const found = await fetch(`${door.url}/api/v1/files/${uuid(number)}/content`, { redirect: 'manual' });
    expect(found.status).toBe(308);
    const location = found.headers.get('location') ?? '';
    const answer = await fetch(new URL(location, door.url));
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(SMALL);
    if (name !== '..') expect(decodeURIComponent(location.split('/').at(-1) ?? '')).toBe(name);
  });

  it('keeps the query on the way to it', async () => {
    const found = await fetch(`${door.url}/api/v1/files/${uuid(3)}/content?unverified=allow`);
    expect(found.status).toBe(200);
    expect(new URL(found.url).search).toBe('?unverified=allow');
    await found.arrayBuffer();
  });

  it('must be the file’s; a problem says what it is', async () => {
    const answer = await fetch(at(1, 'other.dat'));
    expect(answer.status).toBe(404);
    const href = `/api/v1/files/${uuid(1)}/content/curve.dat`;
    expect(answer.headers.get('link')).toBe(`<${href}>; rel="canonical"`);
    expect(await answer.json()).toMatchObject({ code: 'not_found', expected: href });
  });
});

describe('bytes that nothing proves', () => {
  it.each(['GET', 'HEAD'])('are not handed out (%s)', async (method) => {
    const answer = await fetch(at(3), { method });
    expect(answer.status).toBe(409);
    if (method === 'GET') expect(await answer.json()).toMatchObject({ code: 'checksum_unknown' });
  });

  it('are handed out to whoever accepts that, saying so', async () => {
    const answer = await fetch(`${at(3)}?unverified=allow`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('crate-bridge-verification')).toBe('none');
    for (const name of ['repr-digest', 'digest', 'etag']) expect(answer.headers.has(name)).toBe(false);
    expect(answer.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(SMALL);
    expect(door.asked.opened.at(-1)).toMatchObject({ unverified: true, door: 'http' });
    const head = await fetch(`${at(3)}?unverified=allow`, { method: 'HEAD' });
    expect(head.headers.get('crate-bridge-verification')).toBe('none');
  });

  it.each(['?unverified=yes', '?unverified=', '?unverifed=allow'])(
    'take no other word (%s)',
    async (query) => {
      const answer = await fetch(`${at(3)}${query}`);
      expect(answer.status).toBe(400);
      expect(JSON.stringify(await answer.json())).toMatch(/allow|did you mean/);
    },
  );

  it('make no file that is known one that is not', async () => {
    const answer = await fetch(`${at(1)}?unverified=allow`);
    expect(answer.headers.get('crate-bridge-verification')).toBe('proven');
    await answer.arrayBuffer();
  });
});

describe('a file that cannot be had', () => {
  it('says what superseded it', async () => {
    const answer = await fetch(at(7));
    expect(answer.status).toBe(410);
    expect(answer.headers.get('link')).toBe(`</api/v1/files/${uuid(1)}>; rel="successor-version"`);
    expect(await answer.json()).toMatchObject({ code: 'superseded', successor: uuid(1) });
  });

  it('says when to come back', async () => {
    const answer = await fetch(at(8));
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('30');
    expect(await answer.json()).toMatchObject({ code: 'busy', retryable: true, retry_after_seconds: 29.5 });
  });

  it.each([uuid(999), 'nonsense', '..%2F..%2Fetc'])('is not found as %s', async (id) => {
    const answer = await fetch(`${door.url}/api/v1/files/${id}/content/curve.dat`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });
});

describe('a client', () => {
  it.skipIf(!HAS_CURL)('of HTTP/1.0 gets no body whose end it could not tell', async () => {
    const url = `${at(10)}?unverified=allow`;
    origin.set('/large', { content: { size: LARGE }, framing: 'chunked' });
    const refused = await curl(['-sS', '--http1.0', '-w', '%{http_code}', url]);
    expect(refused.stdout).toMatch(/"code":"http_version"[\s\S]*505$/);
    const sent = await curl(['-sS', '-o', '/dev/null', '-w', '%{http_code} %{size_download}', url]);
    expect(sent.stdout).toBe(`200 ${LARGE}`);
    origin.set('/large', { content: { size: LARGE } });
  });

  it('that leaves releases the facility', async () => {
    const leaving = new AbortController();
    const answer = await fetch(at(9), { signal: leaving.signal });
    await answer.body?.getReader().read();
    expect(origin.openConnections()).toBeGreaterThan(0);
    leaving.abort();
    await untilReleased();
    expect(door.asked.opened.at(-1)?.signal.aborted).toBe(true);
  });

  it('that stops reading is cut off and releases the facility', async () => {
    const socket = connect(door.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`GET ${new URL(at(9)).pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await once(socket, 'readable');
    socket.pause();
    await untilReleased();
    socket.destroy();
    expect(door.log.find(({ facts }) => 'sent' in facts && facts.sent === 'client')).toBeDefined();
  });

  /** Waits for the origin's side to see its connections go, not for a time. */
  async function untilReleased(): Promise<void> {
    await expect.poll(() => origin.openConnections(), { timeout: 20_000, interval: 20 }).toBe(0);
  }
});

describe('a slow facility', () => {
  it('is not taken for a stalled client', async () => {
    const bytes = Buffer.alloc(3 * MIB, 7);
    origin.set('/slow', { content: bytes, fault: { kind: 'slow', piece: MIB, pause: 700 } });
    const file = known(1, {
      storage_uri: `${origin.url}/slow`,
      sha256: sha256(bytes),
      file_size_bytes: bytes.length,
    });
    const patient = await openDoor({ files: [file] }, { writeStallMs: 200 });
    const answer = await fetch(`${patient.url}/api/v1/files/${uuid(1)}/content/curve.dat`);
    expect((await answer.arrayBuffer()).byteLength).toBe(bytes.length);
    await patient.close();
  });
});
