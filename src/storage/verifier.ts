import { createHash, timingSafeEqual } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import type { Failure } from '../model/failure.ts';
import type { ProofResult } from './contract.ts';

/** Bytes kept back until everything is proven. A client that got all but these has no whole file. */
export const HOLD_BYTES = 64 * 1024;

const HIGH_WATER_MARK = 256 * 1024;

/** What the bytes must turn out to be; null where nobody said. */
export interface Expectation {
  readonly sha256: string | null;
  readonly size: number | null;
}

/** Destroys a body whose bytes are not the pointer's. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
  readonly failure: Failure;

  constructor(reason: Failure) {
    super(reason.message);
    this.failure = reason;
  }
}

/**
 * Hashes what passes through and holds the last bytes back (up to `HOLD_BYTES`, at least one) until size and sha256 match;
 * otherwise it is destroyed with a `ProofError` before they are released. So a reader sees a normal end only after the
 * right bytes. The only place where digests are compared.
 *
 * Four ways to fail, told apart like in oras-go: `truncated`, `trailing_data` (as soon as one byte too many is seen),
 * `checksum_mismatch`, and a verdict asked too early, which here is a `proof` that has not settled.
 */
export class HoldHash extends Transform {
  /** Settles at the verdict, or when the stream is destroyed without one (`aborted`). Never rejects. */
  readonly proof: Promise<ProofResult>;
  readonly #expected: Expectation;
  readonly #hash = createHash('sha256');
  readonly #listeners: ((failure: Failure) => void)[] = [];
  readonly #held: Buffer[] = [];
  #heldBytes = 0;
  #bytesRead = 0;
  #failure: Failure | null = null;
  #settle: ((result: ProofResult) => void) | null = null;

  constructor(expected: Expectation) {
    super({ highWaterMark: HIGH_WATER_MARK });
    this.#expected = expected;
    this.proof = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /**
   * Calls the listener once, synchronously, before the stream is destroyed for a failed proof; at once when that has
   * happened already.
   */
  onFailure(listener: (failure: Failure) => void): void {
    if (this.#failure === null) this.#listeners.push(listener);
    else listener(this.#failure);
  }

  /** Breaks the stream for a failure found here or at the origin: listeners first, then a `ProofError`. */
  fail(failure: Failure, sha256Found: string | null = null): void {
    if (this.#settle !== null) {
      this.#failure = failure;
      this.#conclude({ outcome: outcomeOf(failure), sha256Found, bytesRead: this.#bytesRead, failure });
      for (const listener of this.#listeners) callSafely(listener, failure);
    }
    this.destroy(new ProofError(failure));
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.#bytesRead += chunk.length;
    const { size } = this.#expected;
    if (size !== null && this.#bytesRead > size) {
      this.fail(trailingData(size));
      return;
    }
    this.#hash.update(chunk);
    this.#hold(chunk);
    callback();
  }

  override _flush(callback: TransformCallback): void {
    const sha256Found = this.#hash.digest('hex');
    const failure = this.#verdict(sha256Found);
    if (failure !== null) {
      this.fail(failure, sha256Found);
      return;
    }
    for (const chunk of this.#held.splice(0)) this.push(chunk);
    const outcome = this.#expected.sha256 === null ? 'unverified' : 'verified';
    this.#conclude({ outcome, sha256Found, bytesRead: this.#bytesRead, failure: null });
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#held.length = 0;
    this.#conclude({ outcome: 'aborted', sha256Found: null, bytesRead: this.#bytesRead, failure: null });
    callback(error);
  }

  /** Keeps the chunk and lets go of what is further from the end than `HOLD_BYTES`. */
  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    for (let excess = this.#heldBytes - HOLD_BYTES; excess > 0; excess = this.#heldBytes - HOLD_BYTES) {
      const oldest = this.#held[0];
      if (oldest === undefined) return;
      const released = oldest.length <= excess ? oldest : oldest.subarray(0, excess);
      if (released === oldest) this.#held.shift();
      else this.#held[0] = oldest.subarray(excess);
      this.#heldBytes -= released.length;
      this.push(released);
    }
  }

  #verdict(sha256Found: string): Failure | null {
    const { sha256, size } = this.#expected;
    if (size !== null && this.#bytesRead < size) {
      return {
        code: 'truncated',
        message: 'The bytes ended before the size the pointer says.',
        expected: String(size),
        found: String(this.#bytesRead),
      };
    }
    if (sha256 === null || sameDigest(sha256, sha256Found)) return null;
    return {
      code: 'checksum_mismatch',
      message: 'The bytes on the storage are not the ones that were registered.',
      expected: sha256,
      found: sha256Found,
    };
  }

  #conclude(result: ProofResult): void {
    this.#settle?.(result);
    this.#settle = null;
  }
}

/** A listener that throws must not keep wrong bytes flowing. */
function callSafely(listener: (failure: Failure) => void, failure: Failure): void {
  try {
    listener(failure);
  } catch {
    // The stream is destroyed next whatever the listener did; there is nobody here to tell.
  }
}

function trailingData(size: number): Failure {
  return {
    code: 'trailing_data',
    message: 'The storage sends more bytes than the size the pointer says.',
    expected: String(size),
    found: `more than ${size}`,
  };
}

/** How a failed reading is recorded. */
export function outcomeOf(failure: Failure): ProofResult['outcome'] {
  switch (failure.code) {
    case 'checksum_mismatch':
    case 'size_mismatch':
    case 'trailing_data':
    case 'content_encoded':
      return 'mismatch';
    case 'truncated':
      return 'truncated';
    default:
      return 'unreachable';
  }
}

function sameDigest(expected: string, found: string): boolean {
  const left = Buffer.from(expected, 'hex');
  const right = Buffer.from(found, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}
