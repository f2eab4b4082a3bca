import { FAILURES, type Failure, isRetryable } from '../model/failure.ts';
import { type ProblemCode, problemKind } from './problem-kinds.ts';

/** A failure as the HTTP door says it: the model's codes and those only a web server has. */
export interface DoorFailure extends Omit<Failure, 'code'> {
  readonly code: ProblemCode;
}

/** Found values come from outside and may be long; a problem quotes only their beginning. */
const QUOTED = 200;

/** The problem document (RFC 9457 §3) of a failure. `type` is relative to the service and can be looked up there. */
export function problemDocument(failure: DoorFailure) {
  const kind = problemKind(failure.code);
  return {
    type: `/problems/${failure.code}`,
    title: kind?.title ?? failure.code,
    status: kind?.status ?? 500,
    detail: failure.message,
    code: failure.code,
    retryable: retryable(failure),
    ...(failure.where !== undefined && { where: failure.where }),
    ...(failure.expected !== undefined && { expected: failure.expected }),
    ...(failure.found !== undefined && { found: shortened(failure.found) }),
    ...(failure.retryAfterSeconds !== undefined && { retry_after_seconds: failure.retryAfterSeconds }),
    ...(failure.successor !== undefined && { successor: failure.successor }),
  };
}

/**
 * The answer for a failure: its status and problem document, with `WWW-Authenticate` for a 401, `Retry-After` where a
 * time is known and a link to what superseded the thing asked for (RFC 5829).
 */
export function problem(failure: DoorFailure, headers: Readonly<Record<string, string>> = {}): Response {
  const document = problemDocument(failure);
  const all = new Headers({
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...headers,
  });
  if (document.status === 401 && !all.has('WWW-Authenticate')) {
    all.set('WWW-Authenticate', 'Bearer realm="crate-bridge"');
  }
  if (failure.retryAfterSeconds !== undefined) {
    all.set('Retry-After', String(Math.ceil(failure.retryAfterSeconds)));
  }
  if (failure.successor !== undefined) {
    all.append('Link', `</api/v1/files/${encodeURIComponent(failure.successor)}>; rel="successor-version"`);
  }
  return new Response(`${JSON.stringify(document)}\n`, { status: document.status, headers: all });
}

function retryable(failure: DoorFailure): boolean {
  const { code, ...facts } = failure;
  return isFailureCode(code) ? isRetryable({ ...facts, code }) : false;
}

function isFailureCode(code: ProblemCode): code is Failure['code'] {
  return Object.hasOwn(FAILURES, code);
}

function shortened(text: string): string {
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
}
