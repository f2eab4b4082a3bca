import { finished, Readable } from 'node:stream';
import { type Failure, failed, failure, type Outcome, success } from '../model/failure.ts';
import type { Pointer } from '../model/pointer.ts';
import { bodyFailure, isAbort } from '../net/errors.ts';
import type { Origin, ProvenStream, StorageSchemes, StorageTarget } from './contract.ts';
import { HoldHash } from './verifier.ts';

/** Files up to this many bytes are proven before the first one is handed out. */
export const PROVE_FIRST_MAX_BYTES = 1024 * 1024;

export interface ProveOptions {
  readonly signal: AbortSignal;
  /** Hand out bytes nothing proves, where no checksum is known. */
  readonly allowUnverified: boolean;
  readonly proveFirstMaxBytes?: number;
  /** Milliseconds in which a file must be proven when that happens before its first byte. */
  readonly proveFirstTimeout?: number;
}

/**
 * Opens a pointer's bytes under proof. What is known before the first byte is a failure value: the scheme's own ones,
 * `checksum_unknown`, a declared length that is not the pointer's (`size_mismatch`), and for small files anything that
 * is wrong with them. Later faults destroy the body with a `ProofError` and are in `proof`. Aborting the signal, or
 * destroying the body, releases the origin.
 */
export async function openProven(
  pointer: Pointer,
  target: StorageTarget,
  schemes: StorageSchemes,
  options: ProveOptions,
): Promise<Outcome<ProvenStream>> {
  const refused = refuseUnknown(pointer, options);
  if (refused !== null) return failed(refused);
  const origin = await schemes[target.kind].open(target, options.signal);
  return origin.ok ? proveOrigin(pointer, origin.value, options) : origin;
}

/** The same for bytes that were opened another way, such as from a running service. Takes over the origin's body. */
export async function proveOrigin(
  pointer: Pointer,
  origin: Origin,
  options: ProveOptions,
): Promise<Outcome<ProvenStream>> {
  const refused = refuseUnknown(pointer, options) ?? refuseLength(pointer, origin);
  if (refused !== null) {
    origin.body.on('error', () => {}).destroy();
    return failed(refused);
  }
  // Without a registered size the declared one still tells a cut body from a whole one.
  const size = pointer.file_size_bytes ?? origin.contentLength;
  const hold = new HoldHash({ sha256: pointer.sha256, size });
  connect(origin.body, hold, options.signal);

  const limit = options.proveFirstMaxBytes ?? PROVE_FIRST_MAX_BYTES;
  if (size === null || size <= limit) {
    const read = await readUpTo(hold, limit, options.proveFirstTimeout ?? 60_000);
    if (!read.ok) return read;
    if (read.value !== null) return success(provenFirst(pointer, hold, read.value));
  }
  return success({
    pointer,
    provenFirst: false,
    contentLength: size,
    verified: pointer.sha256 !== null,
    body: hold,
    onFailure: (listener) => hold.onFailure(listener),
    proof: hold.proof,
  });
}

function provenFirst(pointer: Pointer, hold: HoldHash, bytes: Buffer): ProvenStream {
  return {
    pointer,
    provenFirst: true,
    contentLength: bytes.length,
    verified: pointer.sha256 !== null,
    body: Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }),
    onFailure: () => {},
    proof: hold.proof,
  };
}

function refuseUnknown(pointer: Pointer, options: ProveOptions): Failure | null {
  if (pointer.sha256 !== null || options.allowUnverified) return null;
  return {
    code: 'checksum_unknown',
    message:
      'Nobody declared a sha256 for this file, so nothing would prove its bytes; ask for it unverified.',
  };
}

function refuseLength(pointer: Pointer, origin: Origin): Failure | null {
  const expected = pointer.file_size_bytes;
  const found = origin.contentLength;
  if (expected === null || found === null || expected === found) return null;
  return {
    code: 'size_mismatch',
    message: 'The file on the storage has another size than the one that was registered.',
    expected: String(expected),
    found: String(found),
  };
}

/** Pipes an origin into the proof, so that either end, and the signal, releases the other. */
function connect(body: Readable, hold: HoldHash, signal: AbortSignal): void {
  const onAbort = (): void => callOff(hold, signal);
  finished(body, { writable: false }, (error) => {
    if (error === null || error === undefined || hold.destroyed) return;
    if (signal.aborted && isAbort(error)) callOff(hold, signal);
    else hold.fail(brokenBody(error));
  });
  finished(hold, () => {
    signal.removeEventListener('abort', onAbort);
    if (!body.destroyed) body.on('error', () => {}).destroy();
  });
  body.pipe(hold);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
}

/** A deadline that passed is a failure of the origin; a reader who leaves is none. */
function callOff(hold: HoldHash, signal: AbortSignal): void {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') hold.fail(brokenBody(reason));
  else hold.destroy(reason instanceof Error ? reason : new Error('The reading was called off.'));
}

function brokenBody(error: Error): Failure {
  const { where: _, ...reason } = bodyFailure(error, '');
  return reason;
}

/**
 * The whole file, proven, or null when it is larger than the limit: then the bytes are back in the stream as if nobody had
 * looked. A failed proof is a failure value.
 */
async function readUpTo(hold: HoldHash, limit: number, timeout: number): Promise<Outcome<Buffer | null>> {
  const timer = setTimeout(() => hold.fail(tooSlow(timeout)), timeout);
  const chunks: Buffer[] = [];
  let read = 0;
  try {
    for await (const chunk of hold.iterator({ destroyOnReturn: false })) {
      const bytes: Buffer = chunk;
      chunks.push(bytes);
      read += bytes.length;
      if (read > limit) {
        // In this very turn: once `end` has been emitted nothing can be put back.
        hold.unshift(Buffer.concat(chunks));
        return success(null);
      }
    }
    return success(Buffer.concat(chunks));
  } catch {
    const { failure: reason } = await hold.proof;
    return reason === null ? failure('unreachable', 'The reading was called off.') : failed(reason);
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(timeout: number): Failure {
  return { code: 'timed_out', message: `The storage did not send this small file within ${timeout} ms.` };
}
