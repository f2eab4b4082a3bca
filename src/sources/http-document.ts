import { type Outcome, success } from '../model/failure.ts';
import type { OutboundRequest, OutboundResponse } from '../net/contract.ts';
import { readDocument } from '../net/document.ts';
import { DOCUMENT_DEADLINE } from '../net/limits.ts';
import type { FetchedCrate, NotModified, SourceEnvironment, Validators } from './contract.ts';
import { isZipName } from './crate-names.ts';

const ACCEPT = 'application/ld+json, application/json;q=0.9, */*;q=0.1';

/** Registered and unregistered names of the same format; an `.eln` is a zip (The ELN File Format). */
const ZIP_MEDIA_TYPES: readonly string[] = [
  'application/zip',
  'application/x-zip-compressed',
  'application/x-zip',
  'application/vnd.eln+zip',
];

export interface HttpDocumentOptions {
  /** The source's own origins: the only ones its credentials go to. */
  readonly origins: ReadonlySet<string>;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

/**
 * Fetches a metadata document, or the one inside a zip. With validators of an earlier fetch the request is conditional
 * (RFC 9110 §13.1), and a 304 is `not-modified`. The document is registered under the URL that answered when every redirect
 * was permanent or stayed on its origin; a temporary redirect to elsewhere says where it is today, not what it is called.
 */
export async function fetchHttpDocument(
  environment: SourceEnvironment,
  url: string,
  known: Validators | null,
  options: HttpDocumentOptions,
): Promise<Outcome<FetchedCrate | NotModified>> {
  if (URL.canParse(url) && isZipName(new URL(url).pathname)) {
    return fetchZip(environment, url, known, options);
  }
  const answer = await requestAs(
    environment,
    {
      url,
      headers: { accept: options.accept ?? ACCEPT, ...conditions(known) },
      limits: { deadline: DOCUMENT_DEADLINE },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
    options.origins,
  );
  if (!answer.ok) return answer;
  if (answer.value.status === 304) {
    discard(answer.value);
    return success({ kind: 'not-modified' });
  }
  if (isZip(answer.value)) {
    discard(answer.value);
    return fetchZip(environment, url, known, options);
  }
  const document = await readDocument(answer.value, environment.maxBytes);
  if (!document.ok) return document;
  const { bytes, headers, permanent } = document.value;
  return success({
    kind: 'document',
    bytes,
    mediaType: headers['content-type'] ?? 'application/octet-stream',
    url: permanent ? document.value.url : url,
    ...validatorsOf(headers),
  });
}

/**
 * Sends a request with the source's credentials where its URL is at one of the source's own origins, else without. The only
 * place where an adapter's requests are given credentials.
 */
export async function requestAs(
  environment: SourceEnvironment,
  request: OutboundRequest,
  origins: ReadonlySet<string>,
): Promise<Outcome<OutboundResponse>> {
  const origin = URL.canParse(request.url) ? new URL(request.url).origin : null;
  if (origin === null || !origins.has(origin)) return environment.http.request(request);
  const credential = await environment.credentialsFor(origin, request);
  return credential.ok ? environment.http.request({ ...request, credential: credential.value }) : credential;
}

/** The origins of URLs; what is no URL has none. */
export function originsOf(urls: readonly string[]): ReadonlySet<string> {
  return new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin));
}

/**
 * Header fields that ask only for what changed. An entity tag is compared as it was served, weak ones too (RFC 9110 §13.1.2);
 * a date is sent only where there is no tag, since a server that has both goes by the tag.
 */
export function conditions(known: Validators | null): Record<string, string> {
  if (known === null) return {};
  if (known.etag !== null) return { 'if-none-match': known.etag };
  return known.lastModified === null ? {} : { 'if-modified-since': known.lastModified };
}

/**
 * The validators of an answer that may be asked with later. A document that changed within the very second it was served may
 * change once more in it and keep its date, and with it the tag of servers that make tags of dates (nginx, Apache); such
 * validators prove nothing (RFC 9110 §8.8.2.2) and are not kept.
 */
export function validatorsOf(
  headers: Readonly<Record<string, string>>,
): Pick<Validators, 'etag' | 'lastModified'> {
  const etag = headers['etag'] ?? null;
  const lastModified = headers['last-modified'] ?? null;
  const age = Date.parse(headers['date'] ?? '') - Date.parse(lastModified ?? '');
  return age < 1000 && age >= 0 ? { etag: null, lastModified: null } : { etag, lastModified };
}

/** Media type of an answer without parameters, lower-cased; empty when it says none. */
export function mediaTypeOf(headers: Readonly<Record<string, string>>): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/**
 * Lets go of an answer whose body is not wanted: the connection is closed, for the body may be endless. A 304 has none
 * (RFC 9110 §15.4.5), and its connection serves the next request.
 */
export function discard(answer: OutboundResponse): void {
  const body = answer.body.on('error', () => {});
  if (answer.status === 304) body.resume();
  else body.destroy();
}

/** Loaded at first use: most facilities publish documents. */
const fetchZip: typeof fetchHttpDocument = async (...asked) =>
  (await import('./zip/fetch.ts')).fetchZippedCrate(...asked);

/** Whether an answer says that it is a zip. */
export function isZip(answer: OutboundResponse): boolean {
  return ZIP_MEDIA_TYPES.includes(mediaTypeOf(answer.headers));
}
