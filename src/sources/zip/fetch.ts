import { type Outcome, success } from '../../model/failure.ts';
import type { OutboundResponse } from '../../net/contract.ts';
import { displayUrl } from '../../net/display.ts';
import { DOCUMENT_DEADLINE } from '../../net/limits.ts';
import type { FetchedCrate, NotModified, SourceEnvironment, Validators } from '../contract.ts';
import { conditions, type HttpDocumentOptions, requestAs, validatorsOf } from '../http-document.ts';
import { openHttpZip } from './http-bytes.ts';
import { zippedDocumentIri } from './identity.ts';
import { readZippedMetadata } from './metadata.ts';

/**
 * Fetches the metadata document of a zipped crate: by ranges of the zip's end, its directory and that one entry, or from a
 * download held in memory where the server knows no ranges. Payload is never kept. The validators are the zip's; with those
 * of an earlier fetch an unchanged zip costs one request. Registered under `zippedDocumentIri`.
 */
export async function fetchZippedCrate(
  environment: SourceEnvironment,
  url: string,
  known: Validators | null,
  options: HttpDocumentOptions,
): Promise<Outcome<FetchedCrate | NotModified>> {
  const where = displayUrl(url);
  const ask = (headers: Readonly<Record<string, string>>) =>
    requestAs(
      environment,
      {
        url,
        headers: { accept: 'application/zip, application/vnd.eln+zip, */*;q=0.1', ...headers },
        limits: { deadline: DOCUMENT_DEADLINE },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      options.origins,
    );
  const opened = await openHttpZip(ask, conditions(known), where);
  if (!opened.ok) return opened;
  if (opened.value === null) return success({ kind: 'not-modified' });
  const { answer, bytes } = opened.value;
  const metadata = await readZippedMetadata(bytes, where, environment.maxBytes);
  if (!metadata.ok) return metadata;
  return success({
    kind: 'document',
    bytes: metadata.value.bytes,
    mediaType: 'application/ld+json',
    url: zippedDocumentIri(lastingUrl(url, answer), metadata.value.name),
    ...validatorsOf(answer.headers),
  });
}

/**
 * The URL a zip is known by: where permanent redirects or those on its origin lead, else the one it was asked under. A query
 * that only a redirect brought is a signature or a date more often than a name, and is dropped.
 */
function lastingUrl(asked: string, answer: OutboundResponse): string {
  if (!answer.permanent) return asked;
  const url = new URL(answer.url);
  if (url.search !== new URL(asked).search) url.search = '';
  return url.href;
}
