import { type Failure, failed, failure, type Outcome, success } from '../../model/failure.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { OutboundRequest, RequestLimits } from '../../net/contract.ts';
import { displayUrl } from '../../net/display.ts';
import { readDocument } from '../../net/document.ts';
import type { SourceEnvironment } from '../contract.ts';
import { requestAs } from '../http-document.ts';

/** Cap on one answer: some hundred thousand results. The API has no pages. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Of an error's body, which has three members. */
const MAX_ERROR_BYTES = 64 * 1024;

/** A search over everything may take a database a while; milliseconds. */
const SEARCH_LIMITS = { headersTimeout: 120_000, deadline: 600_000 };
/** A server that is unwell says so at once, or is. */
const HEALTH_LIMITS = { deadline: 30_000, retries: 1 };

/** The two endpoints of the Facility Search API 0.1. */
export interface SearchApi {
  /** Fails where the service is unwell or does not answer. The value is what is odd about it, if anything is. */
  health(): Promise<Outcome<Failure | null>>;
  /** The answer as it is, an object. A 400 has `found: '400'`. */
  search(parameters: Readonly<Record<string, string>>): Promise<Outcome<JsonObject>>;
  /** Why the last search failed, in the words of the server: it is asked once more, since a body is read only then. */
  explained(reason: Failure): Promise<Failure>;
}

export function searchApi(
  environment: SourceEnvironment,
  over: {
    /** Base URL, no slash at the end. */
    readonly url: string;
    /** Where the source's credentials may go. */
    readonly origins: ReadonlySet<string>;
    readonly signal: AbortSignal | undefined;
  },
): SearchApi {
  const ask = (url: string, extra: Pick<OutboundRequest, 'answerErrors' | 'limits'>) =>
    requestAs(
      environment,
      {
        url,
        headers: { accept: 'application/json' },
        ...extra,
        ...(over.signal === undefined ? {} : { signal: over.signal }),
      },
      over.origins,
    );

  const get = async (url: string, limits: Partial<RequestLimits>): Promise<Outcome<JsonObject>> => {
    const answer = await ask(url, { limits });
    if (!answer.ok) return answer;
    const document = await readDocument(answer.value, MAX_ANSWER_BYTES);
    if (!document.ok) return document.failure.code === 'too_large' ? tooLarge(document.failure) : document;
    const json = parsed(document.value.bytes);
    if (isJsonObject(json)) return success(json);
    const message =
      'The server did not answer with a JSON object; is this the address of a Facility Search API?';
    return failure('unreadable', message, { where: displayUrl(url), expected: '{…}' });
  };

  const explained = async (url: string, reason: Failure): Promise<Failure> => {
    if (reason.code !== 'upstream_status') return reason;
    const answer = await ask(url, { answerErrors: true, limits: { retries: 0, deadline: 30_000 } });
    if (!answer.ok || answer.value.status < 400) {
      if (answer.ok) answer.value.body.on('error', () => {}).destroy();
      return reason;
    }
    const body = await readDocument(answer.value, MAX_ERROR_BYTES, 'any status');
    const said = body.ok ? errorMessage(parsed(body.value.bytes)) : null;
    return said === null ? reason : { ...reason, message: `${reason.message} It says: ${said}` };
  };

  let asked = `${over.url}/search`;
  return {
    async health() {
      const url = `${over.url}/health`;
      const answer = await get(url, HEALTH_LIMITS);
      if (answer.ok) return judged(answer.value, displayUrl(url));
      const reason = await explained(url, answer.failure);
      return failed(reason.found === '503' ? { ...reason, code: 'unreachable' } : reason);
    },
    async search(parameters) {
      const url = new URL(`${over.url}/search`);
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      asked = url.href;
      return get(asked, SEARCH_LIMITS);
    },
    explained: (reason) => explained(asked, reason),
  };
}

function judged(health: JsonObject, where: string): Outcome<Failure | null> {
  const { status, api_version: version } = health;
  if (status === 'unhealthy') {
    const message = `The facility's search says that it is unhealthy.${details(health)}`;
    return failure('unreachable', message, { where, expected: 'healthy', found: 'unhealthy' });
  }
  if (status !== 'healthy') return success(odd('status', status, 'healthy', where));
  const known = typeof version === 'string' && /^0\.1(?:\.|$)/.test(version);
  return success(known ? null : odd('api_version', version, '0.1.x', where));
}

function odd(name: string, value: JsonValue | undefined, expected: string, where: string): Failure {
  const found = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
  const message = `/health says ${found} as its ${name}; what follows is read as API 0.1 all the same.`;
  return { code: 'upstream_status', message, where, expected, found };
}

function details(health: JsonObject): string {
  const { details: all } = health;
  const database = isJsonObject(all) ? all['database'] : undefined;
  const said = isJsonObject(database) ? database['error'] : undefined;
  return typeof said === 'string' ? ` Its database: ${printable(said)}` : '';
}

/** `{"error":"Bad Request","code":400,"message":"…"}`; some leave one or the other out. */
function errorMessage(body: JsonValue | null): string | null {
  if (!isJsonObject(body)) return null;
  const said = [body['message'], body['error'], body['detail']].find((one) => typeof one === 'string');
  return typeof said === 'string' ? printable(said) : null;
}

/** Somebody else's words on their way to a terminal and a log. */
function printable(text: string): string {
  return text.slice(0, 500).replace(/\p{Cc}+/gu, ' ');
}

function tooLarge(reason: Failure) {
  const message = `${reason.message} The API has no pages: narrow this source by "query", such as one technique a source.`;
  return failed({ ...reason, message });
}

function parsed(bytes: Uint8Array): JsonValue | null {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
