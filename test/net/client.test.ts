import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClientOptions } from '../../src/net/client.ts';
import type { HttpClient } from '../../src/net/contract.ts';
import { type OriginFile, type OriginOptions, startOrigin, type TestOrigin } from '../support/origin.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()));
});

async function origin(
  files: Record<string, Uint8Array | OriginFile> = {},
  options: OriginOptions = {},
): Promise<TestOrigin> {
  const started = await startOrigin(files, options);
  open.push(started);
  return started;
}

/** A client that may use loopback and whose pauses take no time; `pauses` are what it would have waited. */
function client(options: Partial<HttpClientOptions> = {}): HttpClient & { readonly pauses: number[] } {
  const pauses: number[] = [];
  const made = createHttpClient({
    allow: ['127.0.0.0/8'],
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
    },
    random: () => 0,
    ...options,
  });
  open.push(made);
  return { ...made, pauses };
}

const JSON_BYTES = Buffer.from('{"@graph":[]}');
const bearer = (at: TestOrigin) => ({ origin: at.url, headers: { Authorization: 'Bearer s3cret' } });

describe('a document', () => {
  it('arrives whole, asked for as it is stored', async () => {
    const at = await origin({
      '/a.json': { content: JSON_BYTES, headers: { 'content-type': 'application/ld+json' } },
    });
    const answer = await client().fetchDocument({ url: `${at.url}/a.json#root`, maxBytes: 1000 });
    expect(answer).toMatchObject({
      ok: true,
      value: {
        status: 200,
        url: `${at.url}/a.json`,
        permanent: true,
        headers: { 'content-type': 'application/ld+json' },
      },
    });
    expect(answer.ok && Buffer.from(answer.value.bytes).equals(JSON_BYTES)).toBe(true);
    expect(at.requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': 'crate-bridge',
    });
  });

  it.each(['content-length', 'chunked', 'close'] as const)('is cut off at the cap (%s)', async (framing) => {
    const at = await origin({ '/big.json': { content: { size: 4_000_000 }, framing } });
    const answer = await client().fetchDocument({ url: `${at.url}/big.json`, maxBytes: 100_000 });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'too_large' } });
  });

  it('may be exactly as large as the cap', async () => {
    const at = await origin({ '/a.json': { content: JSON_BYTES, framing: 'chunked' } });
    const answer = await client().fetchDocument({ url: `${at.url}/a.json`, maxBytes: JSON_BYTES.length });
    expect(answer.ok).toBe(true);
  });

  it.each([
    ['content-length', 'fin'],
    ['content-length', 'rst'],
    ['chunked', 'fin'],
    ['chunked', 'rst'],
  ] as const)('that is cut is truncated (%s, %s)', async (framing, how) => {
    const fault = { kind: 'truncate', at: 5, framing, how } as const;
    const at = await origin({ '/a.json': { content: JSON_BYTES, fault } });
    const answer = await client().fetchDocument({
      url: `${at.url}/a.json`,
      maxBytes: 1000,
      limits: { retries: 0 },
    });
    expect(answer.ok).toBe(false);
    // A reset may overtake the headers; then there was no answer at all.
    expect(['truncated', 'unreachable']).toContain(answer.ok ? 'ok' : answer.failure.code);
  });

  it('shorter than its declared length is truncated', async () => {
    const at = await origin({
      '/a.json': { content: JSON_BYTES, fault: { kind: 'wrong-length', length: 20 } },
    });
    const answer = await client().fetchDocument({ url: `${at.url}/a.json`, maxBytes: 1000 });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'truncated', where: `${at.url}/a.json` } });
  });

  it('is decoded when a server compresses whatever is asked', async () => {
    const at = await origin({ '/a.json': { content: JSON_BYTES, fault: { kind: 'gzip' } } });
    const answer = await client().fetchDocument({ url: `${at.url}/a.json`, maxBytes: 1000 });
    expect(answer.ok && Buffer.from(answer.value.bytes).toString()).toBe(JSON_BYTES.toString());
  });

  it('is not decoded beyond the cap', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    expect(bomb.length).toBeLessThan(50_000);
    const at = await origin({ '/bomb': { content: bomb, fault: { kind: 'encoding-label', label: 'gzip' } } });
    const answer = await client().fetchDocument({ url: `${at.url}/bomb`, maxBytes: 1_000_000 });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'too_large' } });
  });

  it.each([
    ['br', 'content_encoded'],
    ['gzip', 'content_encoded'],
  ])('labelled %s that cannot be decoded is refused', async (label, code) => {
    const at = await origin({ '/a': { content: JSON_BYTES, fault: { kind: 'encoding-label', label } } });
    const answer = await client().fetchDocument({ url: `${at.url}/a`, maxBytes: 1000 });
    expect(answer).toMatchObject({ ok: false, failure: { code } });
  });

  it('is not a part of one', async () => {
    const at = await origin({ '/a': { content: JSON_BYTES, fault: { kind: 'partial' } } });
    const answer = await client().fetchDocument({ url: `${at.url}/a`, maxBytes: 1000 });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'upstream_status', found: '206' } });
  });

  it('must be done by the deadline, however steadily it drips', async () => {
    const fault = { kind: 'slow', piece: 1, pause: 5 } as const;
    const at = await origin({ '/a': { content: { size: 1_000_000_000 }, fault } });
    const limits = { deadline: 60, retries: 0 };
    const answer = await client().fetchDocument({ url: `${at.url}/a`, maxBytes: 2_000_000_000, limits });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'timed_out' } });
  });

  it('that falls silent times out', async () => {
    const at = await origin({ '/a': { content: JSON_BYTES, fault: { kind: 'stall', at: 4 } } });
    const limits = { bodyTimeout: 50, retries: 0 };
    const answer = await client().fetchDocument({ url: `${at.url}/a`, maxBytes: 1000, limits });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'timed_out' } });
  });
});

describe('an answer', () => {
  it.each([
    [401, 'upstream_denied', undefined],
    [403, 'upstream_denied', undefined],
    [404, 'upstream_missing', undefined],
    [410, 'upstream_missing', undefined],
    [400, 'upstream_status', false],
    [500, 'upstream_status', true],
  ] as const)('of %i is %s and asked once', async (status, code, retryable) => {
    const at = await origin({ '/a': { content: JSON_BYTES, fault: { kind: 'status', status } } });
    const answer = await client().request({ url: `${at.url}/a?token=s3cret` });
    expect(answer).toMatchObject({
      ok: false,
      failure: { code, found: String(status), where: `${at.url}/a` },
    });
    if (!answer.ok) expect(answer.failure.retryable).toBe(retryable);
    expect(JSON.stringify(answer)).not.toContain('s3cret');
    expect(at.requests).toHaveLength(1);
  });

  it('of 304 to a condition is an empty document, whatever its fields say of the one it does not send', async () => {
    const headers = { etag: '"1"', 'content-encoding': 'gzip', 'content-length': '5000000' };
    const at = await origin({
      '/a': { content: JSON_BYTES, fault: { kind: 'status', status: 304, headers } },
    });
    const asked = { url: `${at.url}/a`, maxBytes: 1000 };
    const answer = await client().fetchDocument({ ...asked, headers: { 'If-None-Match': '"1"' } });
    expect(answer).toMatchObject({ ok: true, value: { status: 304, headers: { etag: '"1"' } } });
    expect(answer.ok && answer.value.bytes.byteLength).toBe(0);
    expect(at.requests[0]?.headers['if-none-match']).toBe('"1"');
    expect(await client().fetchDocument(asked)).toMatchObject({
      ok: false,
      failure: { code: 'upstream_status', found: '304' },
    });
  });

  it('of HEAD has headers and no body', async () => {
    const at = await origin({ '/a': JSON_BYTES });
    const answer = await client().request({ url: `${at.url}/a`, method: 'HEAD' });
    expect(answer).toMatchObject({
      ok: true,
      value: { headers: { 'content-length': String(JSON_BYTES.length) } },
    });
    expect(answer.ok && (await answer.value.body.toArray())).toEqual([]);
  });
});

describe('retries', () => {
  it('wait as long as the server asks, in seconds', async () => {
    const fault = { kind: 'busy', times: 2, retryAfter: '7' } as const;
    const at = await origin({ '/a': { content: JSON_BYTES, fault } });
    const http = client({ now: () => 1_000_000 });
    const answer = await http.fetchDocument({ url: `${at.url}/a`, maxBytes: 1000 });
    expect(answer.ok).toBe(true);
    expect(http.pauses).toEqual([7000, 7000]);
    expect(at.requests).toHaveLength(3);
  });

  it('wait until the date the server names', async () => {
    const now = Date.parse('2026-03-01T06:00:00Z');
    const fault = {
      kind: 'busy',
      times: 1,
      status: 429,
      retryAfter: 'Sun, 01 Mar 2026 06:00:20 GMT',
    } as const;
    const at = await origin({ '/a': { content: JSON_BYTES, fault } });
    const http = client({ now: () => now });
    expect((await http.fetchDocument({ url: `${at.url}/a`, maxBytes: 1000 })).ok).toBe(true);
    expect(http.pauses).toEqual([20_000]);
  });

  it('grow where the server says nothing', async () => {
    const at = await origin({
      '/a': { content: JSON_BYTES, fault: { kind: 'busy', times: 3, status: 502 } },
    });
    const http = client();
    expect((await http.request({ url: `${at.url}/a` })).ok).toBe(true);
    expect(http.pauses).toEqual([500, 1000, 2000]);
  });

  it('are not tried when the wait would pass the deadline; the caller is told', async () => {
    const fault = { kind: 'busy', times: 9, retryAfter: '3600' } as const;
    const at = await origin({ '/a': { content: JSON_BYTES, fault } });
    const http = client();
    const answer = await http.request({ url: `${at.url}/a`, limits: { deadline: 30_000 } });
    expect(answer).toMatchObject({
      ok: false,
      failure: { code: 'upstream_status', retryable: true, retryAfterSeconds: 3600 },
    });
    expect(at.requests).toHaveLength(1);
    expect(http.pauses).toEqual([]);
  });

  it('end after the number allowed', async () => {
    const at = await origin({ '/a': { content: JSON_BYTES, fault: { kind: 'busy', times: 99 } } });
    const answer = await client().request({ url: `${at.url}/a`, limits: { retries: 2 } });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'upstream_status', found: '503' } });
    expect(at.requests).toHaveLength(3);
  });

  it('follow a connection that is refused', async () => {
    const at = await origin();
    const dead = `${at.url}/a`;
    await at.close();
    const http = client();
    const answer = await http.request({ url: dead, limits: { retries: 2 } });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'unreachable', found: 'ECONNREFUSED' } });
    expect(http.pauses).toHaveLength(2);
  });

  it('never follow once the body has begun', async () => {
    const fault = { kind: 'truncate', at: 100_000, framing: 'content-length', how: 'fin' } as const;
    const at = await origin({ '/a': { content: { size: 300_000 }, fault } });
    const answer = await client().fetchDocument({ url: `${at.url}/a`, maxBytes: 1_000_000 });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'truncated' } });
    expect(at.requests).toHaveLength(1);
  });

  it('stop when the caller calls off', async () => {
    const at = await origin({ '/a': { content: JSON_BYTES, fault: { kind: 'silent' } } });
    const controller = new AbortController();
    const asked = client().request({ url: `${at.url}/a`, signal: controller.signal });
    await expect.poll(() => at.requests.length).toBe(1);
    controller.abort();
    expect(await asked).toMatchObject({ ok: false, failure: { code: 'unreachable' } });
    await expect.poll(() => at.openConnections()).toBe(0);
  });

  it('stop at the deadline', async () => {
    const at = await origin({ '/a': { content: JSON_BYTES, fault: { kind: 'silent' } } });
    const answer = await client().request({ url: `${at.url}/a`, limits: { deadline: 40 } });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'timed_out' } });
  });
});

describe('redirects', () => {
  it('keep the credential within its origin', async () => {
    const at = await origin({ '/b': JSON_BYTES }, { require: { authorization: 'Bearer s3cret' } });
    at.set('/a', { content: JSON_BYTES, fault: { kind: 'redirect', to: '/b' } });
    const answer = await client().fetchDocument({
      url: `${at.url}/a`,
      credential: bearer(at),
      maxBytes: 1000,
    });
    expect(answer).toMatchObject({ ok: true, value: { url: `${at.url}/b`, permanent: true } });
  });

  it('give no credential and no custom header to another origin', async () => {
    const elsewhere = await origin({ '/b': JSON_BYTES });
    const at = await origin({
      '/a': { content: JSON_BYTES, fault: { kind: 'redirect', to: `${elsewhere.url}/b` } },
    });
    const answer = await client().request({
      url: `${at.url}/a`,
      credential: { origin: at.url, headers: { authorization: 'Bearer s3cret', 'X-Api-Key': 's3cret' } },
      headers: { cookie: 's3cret', 'private-token': 's3cret', accept: 'application/json' },
    });
    expect(answer).toMatchObject({ ok: true, value: { url: `${elsewhere.url}/b`, permanent: false } });
    expect(at.requests[0]?.headers).toMatchObject({ authorization: 'Bearer s3cret', 'x-api-key': 's3cret' });
    expect(JSON.stringify(elsewhere.requests)).not.toContain('s3cret');
    expect(elsewhere.requests[0]?.headers).toMatchObject({ accept: 'application/json' });
  });

  it('do not send the credential back once they left its origin', async () => {
    const at = await origin({ '/b': JSON_BYTES });
    const elsewhere = await origin({
      '/back': { content: JSON_BYTES, fault: { kind: 'redirect', to: `${at.url}/b` } },
    });
    at.set('/a', { content: JSON_BYTES, fault: { kind: 'redirect', to: `${elsewhere.url}/back` } });
    const answer = await client().request({ url: `${at.url}/a`, credential: bearer(at) });
    expect(answer.ok).toBe(true);
    expect(at.requests.map((r) => [r.path, r.headers['authorization']])).toEqual([
      ['/a', 'Bearer s3cret'],
      ['/b', undefined],
    ]);
  });

  it('start without the credential of another origin', async () => {
    const at = await origin({ '/a': JSON_BYTES });
    const other = await origin({});
    await client().request({ url: `${at.url}/a`, credential: bearer(other) });
    expect(JSON.stringify(at.requests)).not.toContain('s3cret');
  });

  it.each([
    [301, true],
    [308, true],
    [302, false],
    [307, false],
  ] as const)('of status %i to elsewhere name the thing for good: %s', async (status, permanent) => {
    const elsewhere = await origin({ '/b': JSON_BYTES });
    const at = await origin({
      '/a': { content: JSON_BYTES, fault: { kind: 'redirect', to: `${elsewhere.url}/b`, status } },
    });
    const answer = await client().request({ url: `${at.url}/a` });
    expect(answer).toMatchObject({ ok: true, value: { permanent } });
  });

  it('to a private address are blocked', async () => {
    const hidden = await origin({ '/b': JSON_BYTES }, { host: '127.0.0.2' });
    const at = await origin({
      '/a': { content: JSON_BYTES, fault: { kind: 'redirect', to: `${hidden.url}/b` } },
    });
    const answer = await client({ allow: ['127.0.0.1/32'] }).request({ url: `${at.url}/a` });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'blocked_address' } });
    expect(hidden.requests).toHaveLength(0);
  });

  it.each(['file:///etc/passwd', 'http://user:s3cret@127.0.0.1/b', 'http://['])(
    'to %s are refused',
    async (to) => {
      const at = await origin({ '/a': { content: JSON_BYTES, fault: { kind: 'redirect', to } } });
      const answer = await client().request({ url: `${at.url}/a` });
      expect(['blocked_address', 'redirect_refused']).toContain(answer.ok ? 'ok' : answer.failure.code);
      expect(JSON.stringify(answer)).not.toContain('s3cret');
    },
  );

  it('end after the number allowed', async () => {
    const at = await origin({ '/loop': { content: JSON_BYTES, fault: { kind: 'redirect', to: '/loop' } } });
    const answer = await client().request({ url: `${at.url}/loop` });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'redirect_refused' } });
    expect(at.requests).toHaveLength(6);
  });
});
