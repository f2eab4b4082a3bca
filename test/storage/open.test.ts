import type { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/model/failure.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import { createHttpClient } from '../../src/net/client.ts';
import type { HttpClient } from '../../src/net/contract.ts';
import type { StorageSchemes } from '../../src/storage/contract.ts';
import { fileScheme } from '../../src/storage/file.ts';
import { httpScheme } from '../../src/storage/http.ts';
import { openProven, type ProveOptions } from '../../src/storage/open.ts';
import {
  type Fault,
  type Framing,
  generatedSha256,
  type OriginFile,
  sha256,
  startOrigin,
  type TestOrigin,
} from '../support/origin.ts';

let origin: TestOrigin;
let http: HttpClient;
let schemes: StorageSchemes;
beforeAll(async () => {
  origin = await startOrigin();
  http = createHttpClient({ allow: ['127.0.0.1'], sleep: async () => {} });
  const limits = { retries: 1, bodyTimeout: 200, headersTimeout: 2000 };
  schemes = { http: httpScheme(http, limits), file: fileScheme() };
});
afterAll(async () => {
  await http.close();
  await origin.close();
});
afterEach(() => expect.poll(() => origin.openConnections()).toBeLessThan(3));

const SMALL = Buffer.from('a diffraction pattern, in short');
const LARGE = Buffer.from(Array.from({ length: 2_500_000 }, (_, i) => (i * 7919) >> 5));

function pointer(content: Uint8Array | null, facts: Partial<Pointer> = {}): Pointer {
  return {
    id: '5b1c2f0e-0000-5000-8000-000000000001',
    file_iri: 'https://example.org/crate/data.h5',
    storage_uri: 'sibyls://als/data.h5',
    sha256: content === null ? null : sha256(content),
    file_size_bytes: content === null ? null : content.length,
    ...facts,
  };
}

async function open(file: OriginFile, asked: Pointer, options: Partial<ProveOptions> = {}) {
  origin.set('/f', file);
  return openProven(asked, { kind: 'http', url: `${origin.url}/f` }, schemes, {
    signal: new AbortController().signal,
    allowUnverified: false,
    ...options,
  });
}

/** Reads like a client that believes a normal end. */
async function drain(body: Readable): Promise<{ bytes: Buffer; ended: boolean }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks), ended: true };
  } catch {
    return { bytes: Buffer.concat(chunks), ended: false };
  }
}

describe('a small file', () => {
  it.each(['content-length', 'chunked', 'close'] as const)(
    'is proven before it is handed out (%s)',
    async (framing) => {
      const opened = await open({ content: SMALL, framing }, pointer(SMALL));
      if (!opened.ok) throw new Error(opened.failure.message);
      const stream = opened.value;
      expect(stream).toMatchObject({ provenFirst: true, verified: true, contentLength: SMALL.length });
      expect(await stream.proof).toMatchObject({
        outcome: 'verified',
        bytesRead: SMALL.length,
        failure: null,
      });
      expect((await drain(stream.body)).bytes.equals(SMALL)).toBe(true);
    },
  );

  it('may be empty', async () => {
    const empty = Buffer.alloc(0);
    const opened = await open({ content: empty }, pointer(empty));
    expect(opened).toMatchObject({ ok: true, value: { provenFirst: true, contentLength: 0 } });
    expect(opened.ok && (await drain(opened.value.body))).toEqual({ bytes: empty, ended: true });
  });

  it('of unknown size is proven first as well', async () => {
    const opened = await open(
      { content: SMALL, framing: 'chunked' },
      pointer(SMALL, { file_size_bytes: null }),
    );
    expect(opened).toMatchObject({ ok: true, value: { provenFirst: true, contentLength: SMALL.length } });
  });

  const cut = (framing: Framing, how: 'fin' | 'rst' | 'end'): Fault => ({
    kind: 'truncate',
    at: 9,
    framing,
    how,
  });
  const wrong: readonly (readonly [Fault, readonly Failure['code'][]])[] = [
    [{ kind: 'flip', at: 3 }, ['checksum_mismatch']],
    [cut('content-length', 'fin'), ['truncated']],
    [cut('content-length', 'rst'), ['truncated', 'unreachable']],
    [cut('content-length', 'end'), ['size_mismatch']],
    [cut('chunked', 'fin'), ['truncated']],
    [cut('chunked', 'rst'), ['truncated', 'unreachable']],
    [cut('chunked', 'end'), ['truncated']],
    [cut('close', 'fin'), ['truncated']],
    [cut('close', 'rst'), ['truncated', 'unreachable']],
    [{ kind: 'extra', bytes: 1, framing: 'content-length' }, ['size_mismatch']],
    [{ kind: 'extra', bytes: 1, framing: 'chunked' }, ['trailing_data']],
    [{ kind: 'extra', bytes: 100_000, framing: 'close' }, ['trailing_data']],
    [{ kind: 'wrong-length', length: SMALL.length + 1 }, ['size_mismatch']],
    [{ kind: 'wrong-length', length: SMALL.length - 1 }, ['size_mismatch']],
    [{ kind: 'gzip' }, ['content_encoded']],
    [{ kind: 'encoding-label', label: 'br' }, ['content_encoded']],
    [{ kind: 'partial' }, ['upstream_status']],
    [{ kind: 'status', status: 404 }, ['upstream_missing']],
    [{ kind: 'status', status: 204 }, ['upstream_status']],
    [{ kind: 'status', status: 403 }, ['upstream_denied']],
    [{ kind: 'stall', at: 5 }, ['timed_out']],
    [{ kind: 'reset' }, ['unreachable']],
    [{ kind: 'redirect', to: 'http://169.254.169.254/latest/' }, ['blocked_address']],
  ];
  it.each(wrong)('that goes wrong by %j is a failure value', async (fault, codes) => {
    const opened = await open({ content: SMALL, fault }, pointer(SMALL));
    expect(codes).toContain(opened.ok ? 'opened' : opened.failure.code);
  });

  it('names what was expected and what was found', async () => {
    const opened = await open({ content: SMALL, fault: { kind: 'flip', at: 0 } }, pointer(SMALL));
    expect(opened).toMatchObject({
      failure: { expected: sha256(SMALL), found: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('is read after the storage was busy', async () => {
    const opened = await open(
      { content: SMALL, fault: { kind: 'busy', times: 1, retryAfter: '5' } },
      pointer(SMALL),
    );
    expect(opened).toMatchObject({ ok: true, value: { provenFirst: true } });
  });

  it('has to be proven in time, however steadily it drips', async () => {
    const fault = { kind: 'slow', piece: 1, pause: 20 } as const;
    const opened = await open({ content: SMALL, fault }, pointer(SMALL), { proveFirstTimeout: 60 });
    expect(opened).toMatchObject({ ok: false, failure: { code: 'timed_out' } });
  });
});

describe('a large file', () => {
  it.each(['content-length', 'chunked', 'close'] as const)('streams under proof (%s)', async (framing) => {
    const opened = await open({ content: LARGE, framing }, pointer(LARGE));
    if (!opened.ok) throw new Error(opened.failure.message);
    expect(opened.value).toMatchObject({ provenFirst: false, verified: true, contentLength: LARGE.length });
    const read = await drain(opened.value.body);
    expect(read.ended && read.bytes.equals(LARGE)).toBe(true);
    expect(await opened.value.proof).toEqual({
      outcome: 'verified',
      sha256Found: sha256(LARGE),
      bytesRead: LARGE.length,
      failure: null,
    });
  });

  it.each([
    ['content-length', LARGE.length],
    ['chunked', null],
  ] as const)('of unknown size streams with what the origin says (%s)', async (framing, contentLength) => {
    const opened = await open({ content: LARGE, framing }, pointer(LARGE, { file_size_bytes: null }));
    if (!opened.ok) throw new Error(opened.failure.message);
    expect(opened.value).toMatchObject({ provenFirst: false, contentLength });
    const read = await drain(opened.value.body);
    expect(read.ended && read.bytes.equals(LARGE)).toBe(true);
  });

  it.each([-70_000, -1, 0, 1, 65_535, 65_536, 65_537, 70_000])(
    'around the limit (%i) and of unknown size comes whole',
    async (beyond) => {
      const content = LARGE.subarray(0, 200_000 + beyond);
      const asked = pointer(content, { file_size_bytes: null });
      const opened = await open({ content, framing: 'chunked' }, asked, { proveFirstMaxBytes: 200_000 });
      if (!opened.ok) throw new Error(opened.failure.message);
      expect(opened.value.provenFirst).toBe(beyond <= 0);
      // A door does other things before it pipes the body.
      await new Promise((resolve) => setImmediate(resolve));
      const read = await drain(opened.value.body);
      expect(read.ended && read.bytes.equals(content)).toBe(true);
    },
  );

  const at = 2_000_000;
  const wrong: readonly (readonly [Fault, readonly string[]])[] = [
    [{ kind: 'flip', at: 1 }, ['checksum_mismatch']],
    [{ kind: 'flip', at: LARGE.length - 1 }, ['checksum_mismatch']],
    [{ kind: 'truncate', at, framing: 'content-length', how: 'fin' }, ['truncated']],
    [{ kind: 'truncate', at, framing: 'content-length', how: 'rst' }, ['truncated', 'unreachable']],
    [{ kind: 'truncate', at, framing: 'chunked', how: 'fin' }, ['truncated']],
    [{ kind: 'truncate', at, framing: 'chunked', how: 'end' }, ['truncated']],
    [{ kind: 'truncate', at, framing: 'close', how: 'fin' }, ['truncated']],
    [{ kind: 'truncate', at, framing: 'close', how: 'rst' }, ['truncated', 'unreachable']],
    [{ kind: 'extra', bytes: 1, framing: 'chunked' }, ['trailing_data']],
    [{ kind: 'extra', bytes: 5_000_000, framing: 'close' }, ['trailing_data']],
    [{ kind: 'stall', at }, ['timed_out']],
  ];
  it.each(wrong)('that goes wrong by %j never ends normally', async (fault, codes) => {
    for (const size of [LARGE.length, null]) {
      const opened = await open({ content: LARGE, fault }, pointer(LARGE, { file_size_bytes: size }));
      // Without a registered size a file that is cut or too long is one with another digest.
      const expected = size === null ? [...codes, 'checksum_mismatch'] : codes;
      if (!opened.ok) {
        expect(expected).toContain(opened.failure.code);
        continue;
      }
      const warned: Failure[] = [];
      opened.value.onFailure((failure) => warned.push(failure));
      const read = await drain(opened.value.body);
      expect(read.ended).toBe(false);
      expect(warned).toHaveLength(1);
      const proof = await opened.value.proof;
      expect(proof.failure).toEqual(warned[0]);
      expect(expected).toContain(proof.failure?.code);
      if (size !== null) expect(read.bytes.length).toBeLessThan(size);
    }
  });

  it.each([
    { kind: 'extra', bytes: 1, framing: 'content-length' },
    { kind: 'wrong-length', length: LARGE.length - 1 },
    { kind: 'wrong-length', length: LARGE.length + 1 },
  ] as const)('is refused before the first byte when its length is another (%j)', async (fault) => {
    const opened = await open({ content: LARGE, fault }, pointer(LARGE));
    expect(opened).toMatchObject({
      ok: false,
      failure: { code: 'size_mismatch', expected: String(LARGE.length) },
    });
  });

  it('is let go when the reader leaves', async () => {
    const opened = await open({ content: { size: 50_000_000 } }, pointer(null, { sha256: 'ab'.repeat(32) }));
    if (!opened.ok) throw new Error(opened.failure.message);
    for await (const chunk of opened.value.body) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await opened.value.proof).toMatchObject({ outcome: 'aborted', failure: null, sha256Found: null });
    await expect.poll(() => origin.openConnections()).toBeLessThan(2);
  });

  it('is let go when the signal says so, also while nobody reads', async () => {
    const controller = new AbortController();
    const asked = pointer(null, { sha256: 'ab'.repeat(32) });
    const opened = await open({ content: { size: 50_000_000 } }, asked, { signal: controller.signal });
    if (!opened.ok) throw new Error(opened.failure.message);
    controller.abort();
    expect(await opened.value.proof).toMatchObject({ outcome: 'aborted' });
    await expect.poll(() => origin.openConnections()).toBeLessThan(2);
    expect((await drain(opened.value.body)).ended).toBe(false);
  });

  it('takes little memory, however large it is', { timeout: 60_000 }, async () => {
    const size = 256 * 1024 * 1024;
    const asked = pointer(null, { sha256: generatedSha256(size), file_size_bytes: size });
    const opened = await open({ content: { size } }, asked);
    if (!opened.ok) throw new Error(opened.failure.message);
    // Collected first, so that what is measured is what is held and not when the collector last came by.
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const held = (): number => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = held();
    let most = before;
    let read = 0;
    let next = 0;
    for await (const chunk of opened.value.body) {
      read += chunk.length;
      if (read < next) continue;
      most = Math.max(most, held());
      next = read + 16 * 1024 * 1024;
    }
    expect(read).toBe(size);
    expect(await opened.value.proof).toMatchObject({ outcome: 'verified' });
    expect(most - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('a file nobody declared a checksum for', () => {
  it('is refused without asking the storage', async () => {
    const seen = origin.requests.length;
    const opened = await open({ content: SMALL }, pointer(null, { file_size_bytes: SMALL.length }));
    expect(opened).toMatchObject({ ok: false, failure: { code: 'checksum_unknown' } });
    expect(origin.requests.length).toBe(seen);
  });

  it.each([SMALL, LARGE])('is handed out as unverified where that is asked for', async (content) => {
    const opened = await open({ content }, pointer(null), { allowUnverified: true });
    if (!opened.ok) throw new Error(opened.failure.message);
    expect(opened.value).toMatchObject({ verified: false, contentLength: content.length });
    expect((await drain(opened.value.body)).bytes.equals(content)).toBe(true);
    expect(await opened.value.proof).toMatchObject({ outcome: 'unverified', sha256Found: sha256(content) });
  });

  it('must still have the size that was declared', async () => {
    const asked = pointer(null, { file_size_bytes: SMALL.length + 1 });
    const opened = await open({ content: SMALL, framing: 'chunked' }, asked, { allowUnverified: true });
    expect(opened).toMatchObject({ ok: false, failure: { code: 'truncated' } });
  });
});
