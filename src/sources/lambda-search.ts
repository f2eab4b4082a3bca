import { failed, success } from '../model/failure.ts';
import { displayUrl } from '../net/display.ts';
import type { CrateSource, OpenSource } from './contract.ts';
import { fetchHttpDocument, originsOf } from './http-document.ts';
import { searchApi } from './lambda-search/api.ts';
import { byPid, byTemplate } from './lambda-search/crate-url.ts';
import { fetchRelayed } from './lambda-search/relayed.ts';
import { readResults } from './lambda-search/results.ts';
import { contractInstant, searchSince, windowStart } from './lambda-search/window.ts';
import { Problems } from './problems.ts';

/** Where a crate-bridge passes documents on (http/routes/crate-document.ts), under whatever host. */
const RELAY_PATH = /\/api\/v1\/crates\/[0-9a-f-]{36}\/ro-crate-metadata\.json$/i;

/**
 * A facility that answers the LAMBDA Facility Search API 0.1. Its dates are of collection, not of publication, so a window is
 * never complete, and a search without one is when it held together. Results lead to crates by the URL template, or by their
 * `pid` as a source of kind `signposting` follows it. Credentials go to the origin of the API alone: results name hosts.
 */
export const openLambdaSearch: OpenSource<'lambda-search'> = (config, environment) => {
  const origins = originsOf([config.url]);
  const crateUrl = config.crate === null ? byPid : byTemplate(config.crate);
  let signposts: Promise<CrateSource> | null = null;

  return {
    async list({ since, signal }) {
      const problems = new Problems();
      const api = searchApi(environment, { url: config.url, origins, signal });
      const health = await api.health();
      if (!health.ok) return health;
      if (health.value !== null) problems.add(health.value);
      const start = since === null ? null : windowStart(since, config.overlap_days);
      const answer = await (start === null
        ? api.search(config.query)
        : searchSince(api, config.query, start));
      if (!answer.ok) return failed(await api.explained(answer.failure));
      const read = readResults(answer.value, {
        match: config.match,
        crateUrl,
        problems,
        now: environment.now(),
        where: displayUrl(`${config.url}/search`),
      });
      if (!read.ok) return read;
      const { refs, whole, newest } = read.value;
      const watermark = newest === null ? since : later(contractInstant(newest), since);
      return success({
        refs,
        complete: since === null && whole,
        problems: problems.list(),
        ...(watermark === null ? {} : { watermark }),
      });
    },

    async fetch(ref, known) {
      const { url, record = false } = ref;
      if (config.relay && !record && isRelay(url, origins)) {
        return fetchRelayed(environment, url, known, origins);
      }
      if (config.crate !== null || record) return fetchHttpDocument(environment, url, known, { origins });
      signposts ??= import('./signposting.ts').then(({ openSignposting }) =>
        openSignposting({ ...config, kind: 'signposting', urls: [config.url] }, environment),
      );
      return (await signposts).fetch(ref, known);
    },
  };
};

/** Documents the other bridge passes on, rather than ones its documents name elsewhere. */
function isRelay(url: string, origins: ReadonlySet<string>): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, pathname } = new URL(url);
  return origins.has(origin) || RELAY_PATH.test(pathname);
}

/** A windowed search sees no more than its window: a watermark only moves on. */
function later(newest: string, since: string | null): string {
  return since !== null && since > newest ? since : newest;
}
