import { FAILURES, type FailureCode } from '../model/failure.ts';

/** What only a web server can say: the request never reached a use case. */
const DOOR_PROBLEMS = {
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_acceptable: { status: 406, title: 'No such representation' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  host_unknown: { status: 421, title: 'Not a name of this service' },
  cross_site: { status: 403, title: 'Refused across sites' },
  http_version: { status: 505, title: 'HTTP/1.1 needed' },
} as const;

/** One line for people for every way an operation can fail; the detail of a problem says the rest. */
const TITLES: Readonly<Record<FailureCode, string>> = {
  usage: 'The request cannot be understood',
  config_invalid: 'The configuration is wrong',
  not_found: 'Not found',
  unauthenticated: 'Not signed in',
  already_running: 'Already under way',
  withdrawn: 'Withdrawn',
  denied: 'Not allowed',
  embargoed: 'Under embargo',
  superseded: 'Superseded',
  range_unsupported: 'Parts of a file are not served',
  unreadable: 'The document cannot be read',
  too_large: 'Too large',
  not_conformant: 'Does not conform to its profile',
  unreachable: 'The facility cannot be reached',
  timed_out: 'The facility did not answer in time',
  blocked_address: 'The address is not allowed',
  redirect_refused: 'A redirect was refused',
  upstream_status: 'The facility answered with an error',
  upstream_denied: 'The facility denied access',
  upstream_missing: 'The facility no longer has it',
  credential_missing: 'A credential is missing',
  checksum_mismatch: 'The bytes are not the registered ones',
  size_mismatch: 'The size is not the registered one',
  truncated: 'The bytes ended early',
  trailing_data: 'More bytes than registered',
  content_encoded: 'The facility encoded the bytes',
  checksum_unknown: 'No checksum is known',
  no_storage_uri: 'No storage location is known',
  no_storage_rule: 'No storage rule covers the location',
  pointer_conflict: 'The pointer is in conflict',
  outside_root: 'The location leaves its storage',
  busy: 'Busy',
  database_unavailable: 'The database is unavailable',
  service_unavailable: 'The service is unavailable',
  internal: 'Something went wrong in the service',
};

export type ProblemCode = FailureCode | keyof typeof DOOR_PROBLEMS;

/** What a problem's code means, the same for every request. */
export interface ProblemKind {
  readonly code: ProblemCode;
  readonly title: string;
  readonly status: number;
  readonly retryable: boolean;
}

const KINDS: ReadonlyMap<string, ProblemKind> = new Map(
  [
    ...failureCodes().map((code) => ({ code, title: TITLES[code], ...pick(FAILURES[code]) })),
    ...doorCodes().map((code) => ({ code, retryable: false, ...DOOR_PROBLEMS[code] })),
  ].map((kind) => [kind.code, kind]),
);

/** The kind behind a code; null for a code nobody uses. */
export function problemKind(code: string): ProblemKind | null {
  return KINDS.get(code) ?? null;
}

/** Every kind of problem this service answers with. */
export function problemKinds(): readonly ProblemKind[] {
  return [...KINDS.values()];
}

function pick(kind: { readonly status: number; readonly retryable: boolean }) {
  return { status: kind.status, retryable: kind.retryable };
}

// `Object.keys` types its result as plain strings; both tables are closed constants.
/** Every code a use case can fail with. */
export function failureCodes(): readonly FailureCode[] {
  return Object.keys(FAILURES) as FailureCode[];
}

function doorCodes(): readonly (keyof typeof DOOR_PROBLEMS)[] {
  return Object.keys(DOOR_PROBLEMS) as (keyof typeof DOOR_PROBLEMS)[];
}
