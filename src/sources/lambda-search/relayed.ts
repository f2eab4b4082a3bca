import LinkHeader from 'http-link-header';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { displayUrl } from '../../net/display.ts';
import { readDocument } from '../../net/document.ts';
import { DOCUMENT_DEADLINE } from '../../net/limits.ts';
import type { FetchedCrate, NotModified, SourceEnvironment, Validators } from '../contract.ts';
import { conditions, discard, requestAs, validatorsOf } from '../http-document.ts';

/**
 * Fetches a document that another crate-bridge passes on. What it is called is where its facility publishes it, which the
 * answer says (`Link: <…>; rel="original"`, RFC 7089 §2.2.1); without that word it is nobody's.
 */
export async function fetchRelayed(
  environment: SourceEnvironment,
  url: string,
  known: Validators | null,
  origins: ReadonlySet<string>,
): Promise<Outcome<FetchedCrate | NotModified>> {
  const request = {
    url,
    headers: { accept: 'application/ld+json, application/json;q=0.9', ...conditions(known) },
    limits: { deadline: DOCUMENT_DEADLINE },
  };
  const answer = await requestAs(environment, request, origins);
  if (!answer.ok) return answer;
  if (answer.value.status === 304 && known !== null) {
    discard(answer.value);
    return success({ kind: 'not-modified' });
  }
  const original = originalOf(answer.value.headers['link'] ?? '');
  if (original === null) {
    discard(answer.value);
    const message =
      'The answer does not say where the document comes from; is this a crate-bridge of this version or later?';
    return failure('unreadable', message, { where: displayUrl(url), expected: 'Link: <…>; rel="original"' });
  }
  const document = await readDocument(answer.value, environment.maxBytes);
  if (!document.ok) return document;
  const { bytes, headers } = document.value;
  const { etag, lastModified } = validatorsOf(headers);
  return success({
    kind: 'document',
    bytes,
    mediaType: headers['content-type'] ?? 'application/octet-stream',
    url: original,
    etag,
    lastModified,
  });
}

/** The absolute http(s) URL or arcp IRI a Link field calls the original; null where it names none. */
function originalOf(field: string): string | null {
  let uri: string | undefined;
  try {
    uri = LinkHeader.parse(field).rel('original')[0]?.uri;
  } catch {
    return null;
  }
  if (uri === undefined || !URL.canParse(uri)) return null;
  const { protocol, username, password } = new URL(uri);
  return ['http:', 'https:', 'arcp:'].includes(protocol) && username + password === '' ? uri : null;
}
