import {
  FAILURES,
  type Failure,
  type FailureCode,
  failure,
  type Outcome,
  success,
} from '../model/failure.ts';
import { isJsonObject, type JsonValue } from '../model/json.ts';
import { createHttpClient } from '../net/client.ts';
import type { Credential, HttpClient, OutboundResponse } from '../net/contract.ts';
import { readDocument } from '../net/document.ts';

/** A page of 1,000 items with their links is a few MB; a service that sends more is not ours. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** From the first byte sent to the answer. */
const SEND_MS = 10 * 60_000;

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Speaks `/api/v1` of a running service. Answers of a service of this release are taken as typed by its OpenAPI document. */
export interface ServiceClient {
  readonly http: HttpClient;
  readonly credential: Credential | null;
  url(path: string, query?: Query): string;
  /** `patience`: milliseconds the service may take before it begins to answer. */
  json<T>(
    path: string,
    query?: Query,
    options?: { readonly signal?: AbortSignal; readonly patience?: number },
  ): Promise<Outcome<T>>;
  post<T>(path: string, body: JsonValue): Promise<Outcome<T>>;
  /** Sends bytes. An answer that is no problem document is the result, whatever its status. */
  send<T>(
    path: string,
    query: Query,
    body: { readonly bytes: Uint8Array; readonly mediaType: string },
  ): Promise<Outcome<T>>;
  close(): Promise<void>;
}

/** The person named the service, so it may be on any network; the token goes to its origin alone. */
export function createServiceClient(options: {
  readonly url: string;
  readonly token: string | null;
}): ServiceClient {
  const http = createHttpClient({ allow: ['0.0.0.0/0', '::/0'] });
  const base = new URL('api/v1/', options.url.endsWith('/') ? options.url : `${options.url}/`);
  const credential =
    options.token === null
      ? null
      : { origin: base.origin, headers: { authorization: `Bearer ${options.token}` } };
  const withCredential = credential === null ? {} : { credential };

  const url = (path: string, query: Query = {}) => {
    const target = new URL(path, base);
    for (const [name, value] of Object.entries(query)) {
      for (const one of typeof value === 'string' ? [value] : (value ?? []))
        target.searchParams.append(name, one);
    }
    return target.href;
  };

  const read = async <T>(
    answer: Outcome<OutboundResponse>,
    isProblem = ({ status }: OutboundResponse) => status >= 400,
  ): Promise<Outcome<T>> => {
    if (!answer.ok) return unavailable(answer.failure);
    const document = await readDocument(answer.value, MAX_ANSWER_BYTES, 'any status');
    if (!document.ok) return unavailable(document.failure);
    const json = parseJson<T & JsonValue>(document.value.bytes);
    if (isProblem(answer.value)) return { ok: false, failure: problemFailure(json, answer.value.status) };
    return json === null
      ? failure('service_unavailable', 'The service did not answer in JSON.', { where: base.href })
      : success(json);
  };

  return {
    http,
    credential,
    url,
    json: async (path, query, { signal, patience } = {}) =>
      read(
        await http.request({
          url: url(path, query),
          headers: { accept: 'application/json' },
          answerErrors: true,
          limits: { deadline: 120_000, ...(patience === undefined ? {} : { headersTimeout: patience }) },
          ...(signal === undefined ? {} : { signal }),
          ...withCredential,
        }),
      ),
    post: async (path, body) =>
      read(
        await http.request({
          url: url(path),
          method: 'POST',
          body: JSON.stringify(body),
          headers: { accept: 'application/json', 'content-type': 'application/json' },
          answerErrors: true,
          limits: { deadline: 120_000 },
          ...withCredential,
        }),
      ),
    send: async (path, query, { bytes, mediaType }) =>
      read(
        await http.request({
          url: url(path, query),
          method: 'POST',
          body: bytes,
          headers: { accept: 'application/json', 'content-type': mediaType },
          answerErrors: true,
          // A large document is read, checked and mapped before the answer begins.
          limits: { deadline: SEND_MS, headersTimeout: SEND_MS },
          ...withCredential,
        }),
        ({ status, headers }) =>
          status >= 400 && !/^application\/json\b/i.test(headers['content-type'] ?? ''),
      ),
    close: () => http.close(),
  };
}

/** A problem document (RFC 9457) of this service as the failure it was made from. */
export function problemFailure(problem: JsonValue, status: number): Failure {
  if (!isJsonObject(problem))
    return { code: 'service_unavailable', message: `The service answered ${status}.`, found: String(status) };
  const text = (key: string) => (typeof problem[key] === 'string' ? problem[key] : undefined);
  const code = text('code');
  const facts = {
    where: text('where'),
    expected: text('expected'),
    found: text('found'),
    successor: text('successor'),
  };
  return {
    code: code !== undefined && isFailureCode(code) ? code : 'service_unavailable',
    message: text('detail') ?? text('title') ?? `The service answered ${status}.`,
    ...(typeof problem['retryable'] === 'boolean' ? { retryable: problem['retryable'] } : {}),
    ...(typeof problem['retry_after_seconds'] === 'number'
      ? { retryAfterSeconds: problem['retry_after_seconds'] }
      : {}),
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
  };
}

function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(FAILURES, code);
}

/** Reaching the service is another matter than the service reaching a facility. */
function unavailable(reason: Failure): Outcome<never> {
  return failure('service_unavailable', `The service cannot be reached: ${reason.message}`, {
    ...(reason.where === undefined ? {} : { where: reason.where }),
  });
}

/** A body as JSON, or null when it is none. */
export function parseJson<T extends JsonValue>(bytes: Uint8Array): T | null {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
