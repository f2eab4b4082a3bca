import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/model/failure.ts';
import { type Expectation, HOLD_BYTES, HoldHash } from '../../src/storage/verifier.ts';
import { sha256 } from '../support/origin.ts';

/** What a reader gets to see: the bytes, and whether the stream ended or broke. */
async function read(chunks: readonly Buffer[], expected: Expectation) {
  const hold = new HoldHash(expected);
  const failures: Failure[] = [];
  let warned = true;
  hold.onFailure((failure) => {
    warned &&= !hold.destroyed;
    failures.push(failure);
  });
  const out: Buffer[] = [];
  const ended = await pipeline(Readable.from(chunks), hold, async (source) => {
    for await (const chunk of source) out.push(chunk);
  }).then(
    () => true,
    () => false,
  );
  return { ended, bytes: Buffer.concat(out), proof: await hold.proof, failures, warned };
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

type Change = 'none' | 'flip' | 'cut' | 'extend';

function change(bytes: Buffer, kind: Change, where: number): Buffer {
  const copy = Buffer.from(bytes);
  switch (kind) {
    case 'none':
      return copy;
    case 'flip': {
      const at = where % copy.length;
      copy[at] = (copy[at] ?? 0) ^ 0x80;
      return copy;
    }
    case 'cut':
      return copy.subarray(0, where % copy.length);
    case 'extend':
      return Buffer.concat([copy, Buffer.alloc((where % 70_000) + 1, 7)]);
  }
}

describe('bytes under proof', () => {
  it('end normally only when they are the right ones', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          size: fc.oneof(
            fc.nat(200),
            fc.nat(3 * HOLD_BYTES),
            fc.constantFrom(0, 1, HOLD_BYTES, HOLD_BYTES + 1),
          ),
          seed: fc.nat(255),
          kind: fc.constantFrom<Change>('none', 'flip', 'cut', 'extend'),
          where: fc.nat(1_000_000),
          chunks: fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 5 }),
          knowsSize: fc.boolean(),
        }),
        async ({ size, seed, kind, where, chunks, knowsSize }) => {
          const right = Buffer.from(Array.from({ length: size }, (_, i) => (i * 31 + seed) & 0xff));
          fc.pre(size > 0 || kind === 'none' || kind === 'extend');
          const sent = change(right, kind, where);
          const expected = { sha256: sha256(right), size: knowsSize ? size : null };
          const seen = await read(cut(sent, chunks), expected);
          if (kind === 'none') {
            expect(seen.ended).toBe(true);
            expect(seen.bytes.equals(right)).toBe(true);
            expect(seen.proof).toMatchObject({ outcome: 'verified', bytesRead: size, failure: null });
            return;
          }
          expect(seen.ended).toBe(false);
          // Whoever counts bytes notices as well: at least one of the file, or of what was sent, is always missing.
          expect(seen.bytes.length).toBeLessThan(Math.max(knowsSize ? size : sent.length, 1));
          expect(seen.failures).toEqual([seen.proof.failure]);
          expect(seen.warned).toBe(true);
          const codes = knowsSize
            ? { flip: 'checksum_mismatch', cut: 'truncated', extend: 'trailing_data' }
            : { flip: 'checksum_mismatch', cut: 'checksum_mismatch', extend: 'checksum_mismatch' };
          expect(seen.proof.failure?.code).toBe(codes[kind]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('say what was expected and found', async () => {
    const right = Buffer.from('right');
    const seen = await read([Buffer.from('wrong')], { sha256: sha256(right), size: 5 });
    expect(seen.proof).toEqual({
      outcome: 'mismatch',
      sha256Found: sha256(Buffer.from('wrong')),
      bytesRead: 5,
      failure: expect.objectContaining({
        code: 'checksum_mismatch',
        expected: sha256(right),
        found: sha256(Buffer.from('wrong')),
      }),
    });
  });

  it('keep the last 64 KiB until the verdict', async () => {
    const hold = new HoldHash({ sha256: null, size: null });
    hold.write(Buffer.alloc(100_000));
    let released = 0;
    for (let chunk = hold.read(); chunk !== null; chunk = hold.read()) released += chunk.length;
    expect(released).toBe(100_000 - HOLD_BYTES);
    hold.destroy();
    expect(await hold.proof).toMatchObject({ outcome: 'aborted', sha256Found: null, bytesRead: 100_000 });
  });

  it('without a checksum are checked for size, and called unverified', async () => {
    const bytes = Buffer.alloc(1000);
    expect((await read([bytes], { sha256: null, size: 1000 })).proof.outcome).toBe('unverified');
    expect((await read([bytes], { sha256: null, size: 1001 })).ended).toBe(false);
    expect((await read([bytes], { sha256: null, size: 999 })).ended).toBe(false);
  });

  it('tell a listener that comes late', async () => {
    const hold = new HoldHash({ sha256: null, size: 1 });
    hold.on('error', () => {});
    hold.write(Buffer.alloc(2));
    await hold.proof;
    const failures: Failure[] = [];
    hold.onFailure((failure) => failures.push(failure));
    expect(failures).toMatchObject([{ code: 'trailing_data' }]);
  });
});
