import { failed, failure, type Outcome, success } from '../model/failure.ts';
import { displayUrl } from '../net/display.ts';
import { readDocument } from '../net/document.ts';
import { DOCUMENT_DEADLINE } from '../net/limits.ts';
import type { Listing, ListRequest, OpenSource, SourceEnvironment } from './contract.ts';
import { discard, fetchHttpDocument, originsOf, requestAs } from './http-document.ts';
import { type CrawlLimits, crawl } from './http-index/crawl.ts';
import { type IndexPage, readPage } from './http-index/page.ts';

/** Of one page: about 300,000 entries. */
const PAGE_BYTES = 32 * 1024 * 1024;
const LIMITS: Omit<CrawlLimits, 'maxDepth'> = { maxPages: 100_000, maxEntries: 5_000_000 };

/**
 * Every crate in the directory listings a web server makes of a folder and the folders beneath. A top page that cannot be read
 * or is no listing is the failure of the whole: an empty list would say that every crate is gone. Web servers tell nothing
 * about what changed since, so `since` has no meaning here.
 */
export const openHttpIndex: OpenSource<'http-index'> = (config, environment) => {
  const origins = originsOf([config.url]);
  return {
    async list({ signal }: ListRequest): Promise<Outcome<Listing>> {
      const read = (url: string) => fetchPage(environment, url, origins, signal);
      const crawled = await crawl(config.url, read, { ...LIMITS, maxDepth: config.max_depth });
      if (!crawled.ok) return crawled;
      const { crates, problems } = crawled.value;
      return success({ refs: crates.map((url) => ({ url })), complete: problems.length === 0, problems });
    },
    fetch: (ref, known) => fetchHttpDocument(environment, ref.url, known, { origins }),
  };
};

/** A page is read where it was asked for; one that is redirected lists another folder, or is a login. */
async function fetchPage(
  environment: SourceEnvironment,
  url: string,
  origins: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<Outcome<IndexPage>> {
  const answer = await requestAs(
    environment,
    {
      url,
      headers: { accept: 'text/html, application/json;q=0.9' },
      limits: { deadline: DOCUMENT_DEADLINE },
      ...(signal === undefined ? {} : { signal }),
    },
    origins,
  );
  if (!answer.ok) return answer;
  if (answer.value.url !== new URL(url).href) {
    discard(answer.value);
    return failure('redirect_refused', 'The listing is redirected, and it lists another place then.', {
      where: displayUrl(url),
      found: displayUrl(answer.value.url),
      expected: 'the URL of the listing itself',
    });
  }
  const page = await readDocument(answer.value, PAGE_BYTES);
  return page.ok ? readPage(page.value) : failed(page.failure);
}
