import type { Readable } from 'node:stream';
import type { Failure, Outcome } from '../model/failure.ts';
import type { Pointer } from '../model/pointer.ts';
import type { Credential } from '../net/contract.ts';

/** Where a pointer's bytes are read: a storage rule applied to a storage_uri. */
export type StorageTarget =
  | { readonly kind: 'http'; readonly url: string; readonly credential?: Credential }
  /** `path` is relative to the root, decoded. */
  | { readonly kind: 'file'; readonly root: string; readonly path: string };

/** Bytes as the origin sends them, nothing proven yet. */
export interface Origin {
  readonly body: Readable;
  /** Declared by the origin; null when it did not say. */
  readonly contentLength: number | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** One scheme: one file in this room. */
export interface StorageScheme {
  open(target: StorageTarget, signal: AbortSignal): Promise<Outcome<Origin>>;
}

/**
 * A stream of bytes under proof. For a proven-first file the bytes are in memory and already match; otherwise `body`
 * withholds its last bytes until size and sha256 match, and is destroyed with a `ProofError` when they do not, so that it
 * never ends normally with wrong bytes.
 */
export interface ProvenStream {
  readonly pointer: Pointer;
  /** True when everything was proven before this was returned. */
  readonly provenFirst: boolean;
  /** Exact length of the body: the pointer's size, or the origin's when the pointer has none. */
  readonly contentLength: number | null;
  /** False only where no checksum is known and the caller asked for that. */
  readonly verified: boolean;
  readonly body: Readable;
  /**
   * Calls the listener in the moment the proof fails, before the body is destroyed; at once when it has failed. A door resets its connection there:
   * `pipeline` would first close it in order, which some clients take for the end of the file.
   */
  onFailure(listener: (failure: Failure) => void): void;
  /** Settles when the body ended or broke: how it went and how many bytes were read. Never rejects. */
  readonly proof: Promise<ProofResult>;
}

export interface ProofResult {
  readonly outcome: 'verified' | 'unverified' | 'mismatch' | 'truncated' | 'unreachable' | 'aborted';
  readonly sha256Found: string | null;
  readonly bytesRead: number;
  readonly failure: Failure | null;
}

/** Every scheme by the kind of target it opens. */
export type StorageSchemes = Readonly<Record<StorageTarget['kind'], StorageScheme>>;

/*
 * rules.ts     ruleFor(rules, storageUri): StorageRule | null: longest prefix; mayPoint(rule, facility, source): boolean
 * target.ts    targetFor(rule, storageUri): Outcome<StorageTarget>   — decodes, refuses `..`, NUL, escape
 *              authorised(target, rule, secrets): Promise<Outcome<StorageTarget>>
 * http.ts      httpScheme(http: HttpClient): StorageScheme
 * file.ts      fileScheme(): StorageScheme                            — configured roots only, no symlink escape
 * verifier.ts  class HoldHash extends Transform                       — the only place digests are compared
 * open.ts      openProven(pointer, target, schemes, options): Promise<Outcome<ProvenStream>>
 *              proveOrigin(pointer, origin, options)                  — the same for bytes that come another way
 */
