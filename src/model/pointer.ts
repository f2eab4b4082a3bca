/**
 * A pointer: where bytes are and what proves them. Immutable (design rule 3): its id is made from the four
 * facts, so one id names one set of bytes for ever, and a changed file is another pointer of the same logical file.
 */
export interface Pointer {
  /** UUIDv5 over [file IRI, storage_uri, sha256, size]. */
  readonly id: string;
  /** IRI of the logical file: the entity's resolved `@id`. */
  readonly file_iri: string;
  /** Absolute URI the bytes are read from through a storage rule; null when nobody named one. */
  readonly storage_uri: string | null;
  /** 64 lower-case hex digits; null when nobody declared one. */
  readonly sha256: string | null;
  /** Bytes. */
  readonly file_size_bytes: number | null;
}

/** What came of reading a pointer's bytes once. Recorded append-only; shown as the file's last proof. */
export interface Verification {
  readonly pointer_id: string;
  readonly storage_uri: string;
  readonly outcome:
    | 'verified'
    | 'unverified'
    | 'mismatch'
    | 'truncated'
    | 'unreachable'
    | 'aborted'
    | 'refused';
  readonly sha256_expected: string | null;
  /** Only of a body read to its end. */
  readonly sha256_found: string | null;
  readonly size_expected: number | null;
  readonly bytes_read: number;
  readonly failure_code: string | null;
  readonly caller: string;
  readonly door: 'http' | 'cli' | 'audit';
  /** RFC 3339 instants. */
  readonly started_at: string;
  readonly finished_at: string;
}
