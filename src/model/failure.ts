/**
 * Every way an operation of crate-bridge can fail that a caller should be able to tell apart. A door turns a
 * code into an HTTP status or an exit code (`FAILURES`); nothing parses a message.
 */
export type FailureCode = keyof typeof FAILURES;

/** What a failure code means at each door, and whether the same call may go well later. */
interface FailureKind {
  /** HTTP status of the problem document (RFC 9457). */
  readonly status: number;
  /** Exit code of the command line (design §4). */
  readonly exit: 1 | 2 | 64 | 66 | 69 | 75 | 77;
  readonly retryable: boolean;
}

/** The table of failures: one row a code, used by both doors so that they never disagree. */
export const FAILURES = {
  // what the caller asked
  usage: { status: 400, exit: 64, retryable: false },
  config_invalid: { status: 500, exit: 64, retryable: false },
  not_found: { status: 404, exit: 66, retryable: false },
  unauthenticated: { status: 401, exit: 77, retryable: false },
  already_running: { status: 409, exit: 75, retryable: true },
  withdrawn: { status: 410, exit: 66, retryable: false },
  denied: { status: 403, exit: 77, retryable: false },
  embargoed: { status: 403, exit: 77, retryable: false },
  superseded: { status: 410, exit: 66, retryable: false },
  range_unsupported: { status: 409, exit: 1, retryable: false },
  // documents
  unreadable: { status: 422, exit: 2, retryable: false },
  too_large: { status: 413, exit: 2, retryable: false },
  not_conformant: { status: 422, exit: 1, retryable: false },
  // reaching out
  unreachable: { status: 502, exit: 2, retryable: true },
  timed_out: { status: 504, exit: 75, retryable: true },
  blocked_address: { status: 502, exit: 77, retryable: false },
  redirect_refused: { status: 502, exit: 2, retryable: false },
  upstream_status: { status: 502, exit: 2, retryable: true },
  upstream_denied: { status: 502, exit: 77, retryable: false },
  upstream_missing: { status: 502, exit: 2, retryable: false },
  credential_missing: { status: 500, exit: 64, retryable: false },
  // proving bytes
  checksum_mismatch: { status: 502, exit: 1, retryable: false },
  size_mismatch: { status: 502, exit: 1, retryable: false },
  truncated: { status: 502, exit: 1, retryable: true },
  trailing_data: { status: 502, exit: 1, retryable: false },
  content_encoded: { status: 502, exit: 1, retryable: false },
  checksum_unknown: { status: 409, exit: 1, retryable: false },
  // resolving a pointer
  no_storage_uri: { status: 409, exit: 1, retryable: false },
  no_storage_rule: { status: 409, exit: 1, retryable: false },
  pointer_conflict: { status: 409, exit: 1, retryable: false },
  outside_root: { status: 409, exit: 1, retryable: false },
  // the service itself
  busy: { status: 503, exit: 75, retryable: true },
  database_unavailable: { status: 503, exit: 69, retryable: true },
  service_unavailable: { status: 503, exit: 69, retryable: true },
  internal: { status: 500, exit: 69, retryable: false },
} as const satisfies Record<string, FailureKind>;

/** An expected failure, as a value. Messages never carry a secret, a stack or a path of the service. */
export interface Failure {
  readonly code: FailureCode;
  /** What was wrong, and what would be right; one or two sentences. */
  readonly message: string;
  /** Where: a JSON Pointer, a URL without userinfo and query, a file name, an option. */
  readonly where?: string;
  readonly expected?: string;
  readonly found?: string;
  /** Seconds after which a retry makes sense, from `Retry-After` or a queue. */
  readonly retryAfterSeconds?: number;
  /** Whether the same call may go well later; when absent, the code's own row in `FAILURES` says. */
  readonly retryable?: boolean;
  /** Link to what answers instead: a superseded pointer's successor (its id). */
  readonly successor?: string;
}

/** The result of an operation that can fail in expected ways. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export function success<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function failed(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}

/** Shorthand for `failed({ code, message, ...facts })`. */
export function failure(
  code: FailureCode,
  message: string,
  facts: Omit<Failure, 'code' | 'message'> = {},
): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { code, message, ...facts } };
}

/** Whether the same call may go well later. */
export function isRetryable(reason: Failure): boolean {
  return reason.retryable ?? FAILURES[reason.code].retryable;
}
