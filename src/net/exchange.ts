import { type Dispatcher, request as undiciRequest } from 'undici';
import type { Failure } from '../model/failure.ts';
import type { Cidr } from './address.ts';
import type { Credential, OutboundResponse, RequestLimits } from './contract.ts';
import { answeredUrl, displayUrl } from './display.ts';
import { connectFailure, RequestError, untilAborted } from './errors.ts';
import { checkUrl } from './guard.ts';
import type { OriginTurns } from './origins.ts';
import { isRedirect, nextHop, portableFields } from './redirects.ts';
import type { Refusals } from './refusals.ts';
import { isRetryableStatus, retryAfter } from './retry-after.ts';

/** What one attempt needs to know. */
export interface Exchange {
  readonly url: string;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly body: string | Uint8Array | null;
  readonly answerErrors: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: readonly Credential[];
  readonly limits: RequestLimits;
  readonly signal: AbortSignal | null;
  readonly dispatcher: Dispatcher;
  readonly allow: readonly Cidr[];
  readonly turns: OriginTurns;
  readonly refusals: Refusals;
  /** Milliseconds left of the deadline; null without one. */
  readonly remaining: () => number | null;
  readonly now: () => number;
}

/** An answer that still has its turn at the origin. */
interface Answer {
  readonly data: Dispatcher.ResponseData;
  /** Gives the turn back. Only the first call counts. */
  readonly release: () => void;
}

/**
 * One attempt: asks, follows redirects by hand, each under the guard, and hands back the first answer below 400 that is
 * no redirect. Throws a `RequestError`. A credential goes to its own origin only, and nowhere once a redirect has left
 * the origin, not even back: whoever redirects chooses the path it would arrive at.
 */
export async function exchange(attempt: Exchange): Promise<OutboundResponse> {
  const first = checkUrl(attempt.url, attempt.allow);
  if (!first.ok) throw new RequestError(first.failure);
  let url = first.value;
  url.hash = '';
  let strayed = false;
  let permanent = true;
  for (let redirects = 0; ; redirects++) {
    const answer = await askAs(attempt, url, strayed);
    if (!isRedirect(answer.data.statusCode)) return respond(attempt, url, permanent, answer);
    discard(answer);
    const where = displayUrl(url);
    if (attempt.method === 'POST') {
      throw new RequestError({
        code: 'redirect_refused',
        message: 'A POST was redirected; it is not sent twice.',
        where,
      });
    }
    if (redirects >= attempt.limits.maxRedirects) {
      const message = `More than ${attempt.limits.maxRedirects} redirects were answered in a row.`;
      throw new RequestError({ code: 'redirect_refused', message, where });
    }
    const hop = nextHop(url, answer.data.statusCode, field(answer.data.headers, 'location'));
    if (!hop.ok) throw new RequestError(hop.failure);
    const target = checkUrl(hop.value.url.href, attempt.allow);
    if (!target.ok) {
      throw new RequestError({ ...target.failure, message: `Redirected: ${target.failure.message}` });
    }
    strayed ||= !hop.value.sameOrigin;
    permanent &&= hop.value.permanent;
    url = target.value;
  }
}

/** Asks with each credential in turn until one is not refused; the last refusal is the answer. */
async function askAs(attempt: Exchange, url: URL, strayed: boolean): Promise<Answer> {
  const own = strayed ? [] : attempt.credentials.filter((one) => one.origin === url.origin);
  const [first, ...others] = attempt.refusals.order(own);
  if (first === undefined) return ask(attempt, url, strayed, null);
  let answer = await askOrRenew(attempt, url, first);
  for (const credential of others) {
    if (!isRefusal(answer)) break;
    discard(answer);
    answer = await askOrRenew(attempt, url, credential);
  }
  return answer;
}

/** Asks with a credential, and after a 401 with the one that takes its place, where there is one. */
async function askOrRenew(attempt: Exchange, url: URL, credential: Credential): Promise<Answer> {
  const answer = await ask(attempt, url, false, credential);
  if (!isRefusal(answer)) return answer;
  // Asking for a token may need a turn at this very origin.
  answer.release();
  const renew = answer.data.statusCode === 401 ? credential.renew : undefined;
  const renewed = renew === undefined ? null : await untilAborted(renew(), attempt.signal);
  if (renewed !== null) {
    discard(answer);
    const again = await ask(attempt, url, false, renewed);
    if (isRefusal(again)) attempt.refusals.refused(renewed);
    return again;
  }
  attempt.refusals.refused(credential);
  return answer;
}

function isRefusal({ data }: Answer): boolean {
  return data.statusCode === 401 || data.statusCode === 403;
}

async function ask(
  attempt: Exchange,
  url: URL,
  strayed: boolean,
  credential: Credential | null,
): Promise<Answer> {
  const own = strayed ? portableFields(attempt.headers) : attempt.headers;
  const secret = credential === null ? {} : lowerCased(credential.headers);
  let release: (() => void) | null = null;
  try {
    release = await attempt.turns.take(url.origin, attempt.signal, attempt.remaining);
    const data = await undiciRequest(url, {
      method: attempt.method,
      dispatcher: attempt.dispatcher,
      // Checksums are of the representation as stored; any content coding would change the bytes under them.
      headers: { ...own, ...secret, 'accept-encoding': 'identity' },
      headersTimeout: attempt.limits.headersTimeout,
      bodyTimeout: attempt.limits.bodyTimeout,
      signal: attempt.signal,
      ...(attempt.body === null ? {} : { body: attempt.body }),
    });
    return { data, release };
  } catch (error) {
    release?.();
    throw connectFailure(error, displayUrl(url));
  }
}

function respond(attempt: Exchange, url: URL, permanent: boolean, answer: Answer): OutboundResponse {
  const { statusCode: status, headers, body } = answer.data;
  const again = isRetryableStatus(status);
  const asked = again ? retryAfter(field(headers, 'retry-after'), attempt.now()) : null;
  if (asked !== null) attempt.turns.pause(url.origin, asked);
  if (status === 304 && !isConditional(attempt.headers)) {
    discard(answer);
    throw new RequestError(unaskedFailure(displayUrl(url)));
  }
  if (status < 400 || attempt.answerErrors) {
    // A stream gives its turn back at once, and so does what has no body (RFC 9110 §6.4.1): nobody would read it to its end.
    if (attempt.limits.deadline === null || attempt.method === 'HEAD' || [204, 304].includes(status)) {
      answer.release();
    } else body.once('close', answer.release);
    return { status, headers: joined(headers), url: answeredUrl(url), permanent, body };
  }
  discard(answer);
  throw new RequestError(statusFailure(status, displayUrl(url), asked), again, asked);
}

/** Whether the request set a condition that a 304 may answer (RFC 9110 §15.4.5). */
function isConditional(headers: Readonly<Record<string, string>>): boolean {
  return headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined;
}

function unaskedFailure(where: string): Failure {
  return {
    code: 'upstream_status',
    message: 'The server answered 304 to a request that set no condition.',
    where,
    expected: '200',
    found: '304',
    retryable: false,
  };
}

function statusFailure(status: number, where: string, asked: number | null): Failure {
  const found = String(status);
  const wait = asked === null ? {} : { retryAfterSeconds: Math.ceil(asked / 1000) };
  if (status === 401 || status === 403) {
    const message = `The server refused (${status}); the credential is missing, wrong or not allowed this.`;
    return { code: 'upstream_denied', message, where, found };
  }
  if (status === 404 || status === 410) {
    return { code: 'upstream_missing', message: `The server has nothing there (${status}).`, where, found };
  }
  const retryable = status >= 500 || isRetryableStatus(status) || status === 408 || status === 425;
  return {
    code: 'upstream_status',
    message: `The server answered ${status}.`,
    where,
    found,
    retryable,
    ...wait,
  };
}

/** Closes the connection instead of reading on, for an unwanted body may be endless; the turn is over with it. */
function discard({ data, release }: Answer): void {
  data.body.on('error', () => {}).destroy();
  release();
}

function field(headers: Dispatcher.ResponseData['headers'], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function joined(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

/** Field names in one case, so that a credential replaces a caller's field instead of standing beside it. */
export function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
