import pLimit from 'p-limit';
import { type Failure, type Outcome, success } from '../../model/failure.ts';
import { displayUrl } from '../../net/display.ts';
import { Problems } from '../problems.ts';
import type { IndexPage } from './page.ts';

export interface CrawlLimits {
  /** Folders below the top. */
  readonly maxDepth: number;
  /** Pages asked for. */
  readonly maxPages: number;
  /** Entries listed, of all pages together. */
  readonly maxEntries: number;
}

export interface Crawled {
  /** URLs of crates, each once, sorted. */
  readonly crates: readonly string[];
  readonly problems: readonly Failure[];
}

/** Pages in flight: enough to hide a server's latency, few enough not to be a load. */
const PAGES_AT_ONCE = 4;

/** Troubles in a row after which a server is taken to be down, or a credential to be refused for everything. */
const TROUBLES_IN_A_ROW = 5;

/**
 * Looks into every folder below the top one. What goes wrong with the top page is the failure of the whole; what goes wrong
 * with another is a problem beside what was found. Loops of links at the server give ever deeper folders; the depth ends them.
 */
export async function crawl(
  top: string,
  read: (url: string) => Promise<Outcome<IndexPage>>,
  limits: CrawlLimits,
): Promise<Outcome<Crawled>> {
  const first = await read(top);
  if (!first.ok) return first;
  const crates = new Set<string>();
  const problems = new Problems();
  const limit = pLimit(PAGES_AT_ONCE);
  let pages = 1;
  let entries = 0;
  let inARow = 0;
  let stopped: Failure | null = null;

  async function enter(page: IndexPage, depth: number): Promise<void> {
    for (const url of page.crates) crates.add(url);
    entries += page.entries;
    if (entries > limits.maxEntries) stopped ??= tooMany('entries', limits.maxEntries);
    if (depth < limits.maxDepth) await Promise.all(page.folders.map((url) => visit(url, depth + 1)));
    else for (const url of page.folders) problems.add(tooDeep(url, limits.maxDepth));
  }

  async function visit(url: string, depth: number): Promise<void> {
    const page = await limit(() => ask(url));
    if (page !== null) await enter(page, depth);
  }

  async function ask(url: string): Promise<IndexPage | null> {
    if (stopped === null && pages >= limits.maxPages) stopped = tooMany('folders', limits.maxPages);
    if (stopped !== null) return null;
    pages++;
    const page = await read(url);
    if (page.ok) {
      inARow = 0;
      return page.value;
    }
    problems.add(page.failure);
    inARow = isTrouble(page.failure) ? inARow + 1 : 0;
    if (inARow >= TROUBLES_IN_A_ROW) stopped ??= givenUp(page.failure);
    return null;
  }

  await enter(first.value, 0);
  if (stopped !== null) problems.add(stopped);
  if (entries === 0) problems.add(empty(top));
  return success({ crates: [...crates].sort(), problems: problems.list() });
}

/** Of the server or the credential, not of one folder: a closed folder (403) or one just removed (404) says nothing of others. */
function isTrouble(problem: Failure): boolean {
  return (
    ['unreachable', 'timed_out', 'upstream_status', 'truncated', 'credential_missing'].includes(
      problem.code,
    ) || problem.found === '401'
  );
}

function givenUp(last: Failure): Failure {
  const message = `${TROUBLES_IN_A_ROW} folders in a row could not be read, so no others were asked for.`;
  return { ...last, message };
}

function tooMany(what: 'entries' | 'folders', limit: number): Failure {
  const message = `There are more than the ${limit} ${what} that are looked at; the rest was not.`;
  return { code: 'too_large', message, expected: `at most ${limit}` };
}

function tooDeep(url: string, limit: number): Failure {
  return {
    code: 'too_large',
    message: `Folders are looked into ${limit} levels deep; this one lies deeper. A link may lead in a circle.`,
    where: displayUrl(url),
    expected: 'a larger maxDepth, if it does not',
  };
}

/** Said of a storage that is not mounted as well as of one where nothing has been put yet. */
function empty(url: string): Failure {
  return {
    code: 'unreachable',
    message: 'The listing is empty; an unmounted storage looks so, and nothing is concluded from it.',
    where: displayUrl(url),
  };
}
