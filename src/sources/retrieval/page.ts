import { type Outcome, success } from '../../model/failure.ts';
import type { OutboundResponse } from '../../net/contract.ts';
import { readDocument } from '../../net/document.ts';
import { DOCUMENT_DEADLINE } from '../../net/limits.ts';
import type { FetchedCrate, NotModified, SourceEnvironment, Validators } from '../contract.ts';
import { isCrateName, isZipName } from '../crate-names.ts';
import {
  conditions,
  discard,
  fetchHttpDocument,
  type HttpDocumentOptions,
  isZip,
  mediaTypeOf,
  requestAs,
  validatorsOf,
} from '../http-document.ts';
import { whyNoCrate } from './is-crate.ts';

/** A landing page is read this far for its links; its header fields count however long it is. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** A DOI leads through its resolver, the repository's, and often a change to https before the landing page. */
const MAX_REDIRECTS = 10;

const HTML: readonly string[] = ['text/html', 'application/xhtml+xml'];

/** What a place answered that is not a crate itself: the page that may lead to one. */
export interface Page {
  readonly kind: 'page';
  /** URL that answered, after redirects. */
  readonly url: string;
  /** The `Link` field; empty where there is none. */
  readonly linkHeader: string;
  /** Null where it is no HTML, or longer than is read. */
  readonly html: string | null;
  /** Why it is no crate itself. */
  readonly why: string;
}

/**
 * Asks a place with this `Accept` and says what is there: a crate, or a page. With validators of an earlier fetch the request
 * is conditional.
 */
export async function openPage(
  environment: SourceEnvironment,
  url: string,
  known: Validators | null,
  options: HttpDocumentOptions & { readonly accept: string },
): Promise<Outcome<FetchedCrate | NotModified | Page>> {
  if (URL.canParse(url) && isZipName(new URL(url).pathname)) {
    return fetchHttpDocument(environment, url, known, options);
  }
  const asked = await requestAs(
    environment,
    {
      url,
      headers: { accept: options.accept, ...conditions(known) },
      limits: { deadline: DOCUMENT_DEADLINE, maxRedirects: MAX_REDIRECTS },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
    options.origins,
  );
  if (!asked.ok) return asked;
  const answer = asked.value;
  if (answer.status === 304) {
    discard(answer);
    return success({ kind: 'not-modified' });
  }
  if (isZip(answer)) {
    discard(answer);
    return fetchHttpDocument(environment, url, known, options);
  }
  const mediaType = mediaTypeOf(answer.headers);
  if (HTML.includes(mediaType)) return readHtml(answer, mediaType);
  // Some servers know no media type for it.
  if (/^application\/(?:.+\+)?json$/.test(mediaType) || isCrateName(fileName(answer.url))) {
    return readJson(environment, url, answer, mediaType);
  }
  discard(answer);
  return success(pageOf(answer, mediaType, null));
}

async function readJson(
  environment: SourceEnvironment,
  url: string,
  answer: OutboundResponse,
  mediaType: string,
): Promise<Outcome<FetchedCrate | Page>> {
  const document = await readDocument(answer, environment.maxBytes);
  if (!document.ok) return document;
  const { bytes, headers } = document.value;
  const why = whyNoCrate(bytes, answer.url);
  if (why !== null) return success({ ...pageOf(answer, mediaType, null), why });
  return success({
    kind: 'document',
    bytes,
    mediaType: headers['content-type'] ?? mediaType,
    url: documentUrl(url, answer),
    ...validatorsOf(headers),
  });
}

/**
 * A document under the name RO-Crate gives to files is where its relative paths stand on, wherever a PID led to it; any other
 * is registered under what lasts.
 */
function documentUrl(asked: string, answer: OutboundResponse): string {
  return answer.permanent || isCrateName(fileName(answer.url)) ? answer.url : asked;
}

function fileName(url: string): string {
  return new URL(url).pathname.split('/').at(-1) ?? '';
}

async function readHtml(answer: OutboundResponse, mediaType: string): Promise<Outcome<Page>> {
  const document = await readDocument(answer, PAGE_BYTES);
  if (!document.ok && document.failure.code !== 'too_large') return document;
  const html = document.ok ? new TextDecoder().decode(document.value.bytes) : null;
  return success(pageOf(answer, mediaType, html));
}

function pageOf(answer: OutboundResponse, mediaType: string, html: string | null): Page {
  const why = mediaType === '' ? 'no media type' : mediaType;
  return { kind: 'page', url: answer.url, linkHeader: answer.headers['link'] ?? '', html, why };
}
