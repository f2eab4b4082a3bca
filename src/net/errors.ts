import type { Failure } from '../model/failure.ts';
import { GuardError } from './guard.ts';

/** Connection troubles that a later attempt may not meet. A refused certificate or an unknown name stays refused. */
const TRANSIENT: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
];

const TIMEOUTS: readonly string[] = [
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
];

/** A failure on its way through p-retry, which speaks in exceptions. Never leaves `net/`. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly failure: Failure;
  /** Whether another attempt of the same request makes sense. */
  readonly again: boolean;
  /** Milliseconds the server asked to wait. */
  readonly askedToWait: number | null;

  constructor(reason: Failure, again = false, askedToWait: number | null = null) {
    super(reason.message);
    this.failure = reason;
    this.again = again;
    this.askedToWait = askedToWait;
  }
}

/** The code of a Node or undici error; for a connection tried on several addresses, of the last one. */
export function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors.at(-1));
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return '';
}

/** Whether an error means that the caller (or a deadline) called the request off. */
export function isAbort(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'AbortError' || error.name === 'TimeoutError' || errorCode(error) === 'UND_ERR_ABORTED')
  );
}

/** Waits for a promise, or until the signal calls the waiting off: then throws its reason. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | null): Promise<T> {
  if (signal === null) return promise;
  signal.throwIfAborted();
  let calledOff = () => {};
  const aborted = new Promise<never>((_, reject) => {
    calledOff = () => reject(signal.reason);
    signal.addEventListener('abort', calledOff, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', calledOff);
  }
}

/** What went wrong before a response was there. Says the system's error code, never a header or a query. */
export function connectFailure(error: unknown, where: string): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof GuardError) return new RequestError({ ...error.failure, where });
  if (isAbort(error)) return new RequestError(abortFailure(error, where));
  const code = errorCode(error);
  if (TIMEOUTS.includes(code)) {
    const message = 'The server did not answer in time.';
    return new RequestError({ code: 'timed_out', message, where, found: code }, TRANSIENT.includes(code));
  }
  const found = code === '' ? {} : { found: code };
  const message = `The server could not be reached${code === '' ? '' : ` (${code})`}.`;
  return new RequestError({ code: 'unreachable', message, where, ...found }, TRANSIENT.includes(code));
}

/** What went wrong while a body was read: too long a silence, called off, or cut. */
export function bodyFailure(error: unknown, where: string): Failure {
  if (isAbort(error)) return abortFailure(error, where);
  const code = errorCode(error);
  const found = code === '' ? {} : { found: code };
  if (TIMEOUTS.includes(code)) {
    return {
      code: 'timed_out',
      message: 'The server fell silent in the middle of the body.',
      where,
      ...found,
    };
  }
  return { code: 'truncated', message: 'The connection broke in the middle of the body.', where, ...found };
}

function abortFailure(error: unknown, where: string): Failure {
  // A pause that is broken off by a signal carries the signal's reason as its cause.
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return { code: 'timed_out', message: 'The request was not done within its deadline.', where };
  }
  return { code: 'unreachable', message: 'The request was called off before it was answered.', where };
}
