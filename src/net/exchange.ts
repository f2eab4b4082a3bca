import { type Dispatcher, request as undiciRequest } from 'undici';
import type { Failure } from '../model/failure.ts';
import type { Cidr } from './address.ts';
import type { Credential, OutboundResponse, RequestLimits } from './contract.ts';
import { answeredUrl, displayUrl } from './display.ts';
import { connectFailure, RequestError } from './errors.ts';
import { checkUrl } from './guard.ts';
import { isRedirect, nextHop, portableFields } from './redirects.ts';
import { isRetryableStatus, retryAfter } from './retry-after.ts';

/** What one attempt needs to know. */
export interface Exchange {
  readonly url: string;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly body: string | null;
  readonly answerErrors: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly credential: Credential | null;
  readonly limits: RequestLimits;
  readonly signal: AbortSignal | null;
  readonly dispatcher: Dispatcher;
  readonly allow: readonly Cidr[];
  readonly now: () => number;
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
    const answer = await ask(attempt, url, strayed);
    if (!isRedirect(answer.statusCode)) return respond(attempt, url, permanent, answer);
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
    const hop = nextHop(url, answer.statusCode, field(answer.headers, 'location'));
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

async function ask(attempt: Exchange, url: URL, strayed: boolean): Promise<Dispatcher.ResponseData> {
  const own = strayed ? portableFields(attempt.headers) : attempt.headers;
  const secret =
    !strayed && attempt.credential !== null && attempt.credential.origin === url.origin
      ? lowerCased(attempt.credential.headers)
      : {};
  try {
    return await undiciRequest(url, {
      method: attempt.method,
      dispatcher: attempt.dispatcher,
      // Checksums are of the representation as stored; any content coding would change the bytes under them.
      headers: { ...own, ...secret, 'accept-encoding': 'identity' },
      headersTimeout: attempt.limits.headersTimeout,
      bodyTimeout: attempt.limits.bodyTimeout,
      signal: attempt.signal,
      ...(attempt.body === null ? {} : { body: attempt.body }),
    });
  } catch (error) {
    throw connectFailure(error, displayUrl(url));
  }
}

function respond(
  attempt: Exchange,
  url: URL,
  permanent: boolean,
  answer: Dispatcher.ResponseData,
): OutboundResponse {
  if (answer.statusCode < 400 || attempt.answerErrors) {
    return {
      status: answer.statusCode,
      headers: joined(answer.headers),
      url: answeredUrl(url),
      permanent,
      body: answer.body,
    };
  }
  discard(answer);
  const asked = retryAfter(field(answer.headers, 'retry-after'), attempt.now());
  const again = isRetryableStatus(answer.statusCode);
  throw new RequestError(
    statusFailure(answer.statusCode, displayUrl(url), asked),
    again,
    again ? asked : null,
  );
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

/** Closes the connection instead of reading on: an unwanted body may be endless. */
function discard(answer: Dispatcher.ResponseData): void {
  answer.body.on('error', () => {}).destroy();
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
