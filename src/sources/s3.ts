import { type Failure, failed, type Outcome, success } from '../model/failure.ts';
import type { S3SourceConfig } from '../model/source-config.ts';
import { displayUrl } from '../net/display.ts';
import { readDocument } from '../net/document.ts';
import { DOCUMENT_DEADLINE } from '../net/limits.ts';
import type { CrateRef, Listing, ListRequest, OpenSource } from './contract.ts';
import { isCrateName } from './crate-names.ts';
import { fetchHttpDocument, originsOf, requestAs } from './http-document.ts';
import { Problems } from './problems.ts';
import { bucketUrl, listUrl, objectUrl } from './s3/address.ts';
import { explained, isExplainable } from './s3/explain.ts';
import { type ListedObject, type ListPage, readListPage, readStoreError } from './s3/list-page.ts';
import { signing } from './s3/sign.ts';

/** Of one page: 1,000 objects with the longest keys there may be, encoded. */
const PAGE_BYTES = 16 * 1024 * 1024;
/** Five million objects. */
const MAX_PAGES = 5_000;

/**
 * Every crate among the objects under a prefix of a bucket. What the first page fails with is the failure of the whole; a
 * later page that fails leaves what was found, incomplete. The listing brings each object's entity tag, so that one that did
 * not change is not asked for. Stores tell nothing about what changed since, so `since` has no meaning here.
 */
export const openS3: OpenSource<'s3'> = (config, plain) => {
  const bucket = bucketUrl(config);
  const origins = originsOf([bucket]);
  const environment = signing(plain, config);

  return {
    async list({ signal }: ListRequest): Promise<Outcome<Listing>> {
      const refs = new Map<string, CrateRef>();
      const problems = new Problems();
      let objects = 0;
      let token: string | null = null;
      for (let pages = 0; ; pages++) {
        if (pages === MAX_PAGES) {
          problems.add(tooMany(bucket));
          break;
        }
        const page = await fetchPage(listUrl(bucket, config.prefix, token), signal);
        if (!page.ok && pages === 0) return page;
        if (!page.ok) {
          problems.add(page.failure);
          break;
        }
        objects += page.value.objects.length;
        for (const object of page.value.objects) take(object, refs, problems);
        const { next } = page.value;
        if (next === null) break;
        if (next === token) {
          problems.add(circle(bucket));
          break;
        }
        token = next;
      }
      if (objects === 0) problems.add(empty(config, bucket));
      return success({ refs: [...refs.values()], complete: problems.none, problems: problems.list() });
    },
    fetch: (ref, known) => fetchHttpDocument(environment, ref.url, known, { origins }),
  };

  function take({ key, etag }: ListedObject, refs: Map<string, CrateRef>, problems: Problems): void {
    if (key === null) {
      problems.add(illegible(bucket));
      return;
    }
    if (!isCrateName(key.slice(key.lastIndexOf('/') + 1))) return;
    const url = objectUrl(bucket, key);
    if (url === null) problems.add(unaskable(bucket, key));
    else refs.set(url, { url, ...(etag === null ? {} : { validators: { etag, lastModified: null } }) });
  }

  async function fetchPage(url: string, signal: AbortSignal | undefined): Promise<Outcome<ListPage>> {
    const request = {
      url,
      limits: { deadline: DOCUMENT_DEADLINE },
      ...(signal === undefined ? {} : { signal }),
    };
    const answer = await requestAs(environment, request, origins);
    if (!answer.ok) {
      return isExplainable(answer.failure) ? failed(await explain(answer.failure, request)) : answer;
    }
    const page = await readDocument(answer.value, PAGE_BYTES);
    return page.ok ? readListPage(page.value.bytes, displayUrl(bucket)) : page;
  }

  /** Asks once more for the store's own words: they are in the body of the error. */
  async function explain(reason: Failure, request: Parameters<typeof requestAs>[1]): Promise<Failure> {
    const answer = await requestAs(environment, { ...request, answerErrors: true }, origins);
    if (!answer.ok) return explained(reason, null, config);
    const body = await readDocument(answer.value, 64 * 1024, 'any status');
    return explained(reason, body.ok ? readStoreError(body.value.bytes) : null, config);
  }
};

function illegible(bucket: string): Failure {
  return {
    code: 'unreadable',
    message: 'The listing names an object whose key is not UTF-8.',
    where: displayUrl(bucket),
  };
}

function unaskable(bucket: string, key: string): Failure {
  return {
    code: 'outside_root',
    message: `The object ${JSON.stringify(key.slice(0, 200))} cannot be asked for over HTTP.`,
    where: displayUrl(bucket),
    expected: 'a key without "." and ".." between its slashes',
  };
}

function tooMany(bucket: string): Failure {
  const message = `The listing has more than the ${MAX_PAGES} pages that are asked for; choose a narrower prefix.`;
  return { code: 'too_large', message, where: displayUrl(bucket) };
}

function circle(bucket: string): Failure {
  const message = 'The store names the same page again as the next one of its listing.';
  return { code: 'unreadable', message, where: displayUrl(bucket) };
}

function empty(config: S3SourceConfig, bucket: string): Failure {
  const message =
    config.prefix === ''
      ? 'The bucket is empty, and nothing is concluded from it.'
      : `No object has the prefix ${JSON.stringify(config.prefix)}, and nothing is concluded from it.`;
  return { code: 'unreachable', message, where: displayUrl(bucket) };
}
