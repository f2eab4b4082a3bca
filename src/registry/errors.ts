import { DrizzleQueryError } from 'drizzle-orm';
import postgres from 'postgres';
import { type Failure, type FailureCode, failure } from '../model/failure.ts';

/** Codes of postgres.js and of the operating system for a connection that broke, or could not be had in time. */
const CONNECTION_CODES = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
]);

/** SQLSTATE classes and codes (PostgreSQL, appendix A) and the failure each is. */
const SQLSTATES: readonly (readonly [RegExp, FailureCode])[] = [
  // connection exceptions, operator intervention, too many connections, wrong password, no such database
  [/^(08|57P0|53300|28|3D000)/, 'database_unavailable'],
  // disk full, out of memory
  [/^53/, 'database_unavailable'],
  // text the database cannot hold: NUL, lone surrogates
  [/^(22P05|22021)/, 'unreadable'],
  // program limits: an index entry, a field or a statement too large
  [/^54/, 'too_large'],
];

/** Serialization failure, deadlock, lock not available: the transaction was undone and may be run again. */
const AGAIN = new Set(['40001', '40P01', '55P03']);

/** The driver's error beneath drizzle's, whose message repeats every parameter. */
function driverError(error: unknown): unknown {
  let inner = error;
  while (inner instanceof DrizzleQueryError && inner.cause !== undefined) inner = inner.cause;
  return inner;
}

/** The code of a database or system error; empty for anything else. */
export function codeOf(error: unknown): string {
  const inner = driverError(error);
  if (inner instanceof AggregateError && inner.errors.length > 0) return codeOf(inner.errors[0]);
  if (inner instanceof Error && 'code' in inner && typeof inner.code === 'string') return inner.code;
  return '';
}

/** Whether the transaction was undone for the sake of another and may simply be run again. */
export function mayRunAgain(error: unknown): boolean {
  return AGAIN.has(codeOf(error));
}

/** Whether no connection was had, so that nothing was sent: no such host, no such socket, refused. */
export function neverConnected(error: unknown): boolean {
  const inner = driverError(error);
  const first = inner instanceof AggregateError ? inner.errors[0] : inner;
  return (
    first instanceof Error &&
    'syscall' in first &&
    (first.syscall === 'connect' || first.syscall === 'getaddrinfo')
  );
}

/** Whether the connection broke while something was asked; a transaction on it is undone, unless it had just ended. */
export function lostConnection(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith('57P0') || ['ECONNRESET', 'EPIPE', 'CONNECTION_CLOSED'].includes(code);
}

/** The failure a database error is. `where` names the database without userinfo. */
export function asFailure(error: unknown, where: string): { readonly ok: false; readonly failure: Failure } {
  const code = codeOf(error);
  if (neverConnected(error) || CONNECTION_CODES.has(code)) {
    return failure('database_unavailable', `The database at ${where} does not answer (${code}).`, { where });
  }
  const inner = driverError(error);
  if (!(inner instanceof postgres.PostgresError)) throw error;
  const known = SQLSTATES.find(([pattern]) => pattern.test(code))?.[1];
  return failure(known ?? 'internal', `The database refused a statement: ${inner.message} (${code}).`, {
    where,
  });
}
