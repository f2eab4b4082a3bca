import { failed, type Outcome, success } from '../../model/failure.ts';
import { displayUrl } from '../../net/display.ts';
import { readDocument } from '../../net/document.ts';
import { DOCUMENT_DEADLINE } from '../../net/limits.ts';
import type { FetchedCrate, NotModified, SourceEnvironment, Validators } from '../contract.ts';
import { fetchHttpDocument, type HttpDocumentOptions, mediaTypeOf, requestAs } from '../http-document.ts';
import { crateCandidates } from './candidates.ts';
import { readHtmlLinks } from './html-links.ts';
import { whyNoCrate } from './is-crate.ts';
import { readLinkHeader } from './link-header.ts';
import { LINKSET_TYPES, readLinkset } from './linkset.ts';
import { openPage, type Page } from './page.ts';
import { givesWay, Trail } from './trail.ts';
import { comparable, linksOf, type TypedLink } from './typed-link.ts';

/** Asks for RO-Crate's media type (RO-Crate 1.2, appendix "RO-Crate JSON-LD"), then for what servers have instead. */
const ACCEPT_CRATE =
  'application/ld+json;profile="https://w3id.org/ro/crate", application/ld+json;q=0.9, ' +
  'application/zip;profile="https://w3id.org/ro/crate";q=0.8, application/json;q=0.5';

/** Links followed from one page, and linksets read: a page may name thousands. */
const MAX_CANDIDATES = 8;
const MAX_LINKSETS = 2;
const LINKSET_BYTES = 4 * 1024 * 1024;

type Found = Outcome<FetchedCrate | NotModified> | null;

/** One retrieval under way. */
interface Walk {
  readonly environment: SourceEnvironment;
  /** The place it began at. */
  readonly url: string;
  readonly known: Validators | null;
  readonly options: HttpDocumentOptions;
  readonly trail: Trail;
  /** What was asked already, so that links in circles end. */
  readonly tried: Set<string>;
}

/**
 * Finds the RO-Crate a place leads to: a metadata document, a zip, a landing page, a PID (RO-Crate 1.2, "Retrieving an
 * RO-Crate"). In this order: what is there itself; links of its header, of its HTML, of its linksets (FAIR Signposting);
 * content negotiation; `./ro-crate-metadata.json` beside where the redirects ended. The first that is a crate counts. Where
 * there is none the failure says what every step gave. A step that fails in a way that says nothing (a server that is down,
 * a refused credential) ends the walk with that failure.
 *
 * With `known.documentUrl` the document itself is asked first, conditionally, and the walk is taken only where it is gone, or
 * on a day on which pages are asked again.
 */
export async function retrieveCrate(
  environment: SourceEnvironment,
  url: string,
  known: Validators | null,
  options: HttpDocumentOptions,
): Promise<Outcome<FetchedCrate | NotModified>> {
  const walk: Walk = {
    environment,
    url,
    known,
    options,
    trail: new Trail(),
    tried: new Set(),
  };
  const documentUrl = known?.documentUrl ?? null;
  if (documentUrl !== null && !isWalkingDay(environment.now())) {
    const again = await tryDocument(walk, documentUrl, 'the document found before');
    if (again !== null) return again;
  }
  walk.tried.add(comparable(url));
  const opened = await openPage(environment, url, documentUrl === null ? known : null, {
    ...options,
    accept: '*/*',
  });
  if (!opened.ok) return opened;
  if (opened.value.kind !== 'page') return success(opened.value);
  const page = opened.value;
  const moved = new URL(page.url).origin !== new URL(url).origin;
  walk.trail.add(
    moved ? `the place itself, answered by ${displayUrl(page.url)}` : 'the place itself',
    page.why,
  );
  return (
    (await byLinks(walk, page)) ??
    (await byNegotiation(walk)) ??
    (await besideThePage(walk, page)) ??
    failed(walk.trail.failure(url))
  );
}

/** Signposting: the links of the header, then of the page itself, then of the linksets these name. */
async function byLinks(walk: Walk, page: Page): Promise<Found> {
  const header = page.linkHeader === '' ? [] : readLinkHeader(page.linkHeader, page.url);
  const inHeader = await followLinks(walk, page, header, 'Link header');
  if (inHeader !== null) return inHeader;
  const html = page.html === null ? [] : readHtmlLinks(page.html, page.url);
  const inHtml = page.html === null ? null : await followLinks(walk, page, html, 'HTML');
  if (inHtml !== null) return inHtml;
  return byLinksets(walk, page, [...(header ?? []), ...(html ?? [])]);
}

/** RFC 9264: links kept in a document of their own, also about a page under its other names. */
async function byLinksets(walk: Walk, page: Page, links: readonly TypedLink[]): Promise<Found> {
  const own = linksOf(links, [walk.url, page.url]);
  const names = own.filter(({ rel }) => rel === 'cite-as').map(({ href }) => href);
  const sets = own.filter(({ rel }) => rel === 'linkset').slice(0, MAX_LINKSETS);
  for (const { href } of sets) {
    if (walk.tried.has(comparable(href))) continue;
    walk.tried.add(comparable(href));
    const read = await readLinksetAt(walk, href);
    if (!read.ok && !givesWay(read.failure)) return failed(walk.trail.stopped(read.failure));
    if (!read.ok) walk.trail.add(`linkset ${displayUrl(href)}`, read.failure.message);
    else {
      const found = await followLinks(walk, page, read.value, `linkset ${displayUrl(href)}`, names);
      if (found !== null) return found;
    }
  }
  return null;
}

async function readLinksetAt(walk: Walk, href: string): Promise<Outcome<readonly TypedLink[] | null>> {
  const answer = await requestAs(
    walk.environment,
    {
      url: href,
      headers: { accept: LINKSET_TYPES.join(', ') },
      limits: { deadline: DOCUMENT_DEADLINE },
      ...(walk.options.signal === undefined ? {} : { signal: walk.options.signal }),
    },
    walk.options.origins,
  );
  if (!answer.ok) return answer;
  const document = await readDocument(answer.value, LINKSET_BYTES);
  if (!document.ok) return document.failure.code === 'too_large' ? success(null) : document;
  const text = new TextDecoder().decode(document.value.bytes);
  return success(readLinkset(text, mediaTypeOf(document.value.headers), document.value.url));
}

/** Follows the links of a page that may lead to a crate; null: none did. */
async function followLinks(
  walk: Walk,
  page: Page,
  links: readonly TypedLink[] | null,
  place: string,
  names: readonly string[] = [],
): Promise<Found> {
  if (links === null) {
    walk.trail.add(place, 'cannot be read');
    return null;
  }
  const candidates = crateCandidates(linksOf(links, [walk.url, page.url, ...names]));
  if (candidates.length === 0) walk.trail.add(place, 'no link to a crate');
  for (const { href, rel } of candidates.slice(0, MAX_CANDIDATES)) {
    const found = await tryDocument(walk, href, `${place}, ${rel}`);
    if (found !== null) return found;
  }
  return null;
}

/** Content negotiation (RO-Crate 1.2, step 2); DOI registration agencies answer with metadata of their own. */
async function byNegotiation(walk: Walk): Promise<Found> {
  const { environment, url, options, trail } = walk;
  const known = walk.known?.documentUrl === url ? walk.known : null;
  const answer = await openPage(environment, url, known, { ...options, accept: ACCEPT_CRATE });
  if (!answer.ok) {
    if (!givesWay(answer.failure)) return failed(trail.stopped(answer.failure));
    trail.add('content negotiation', answer.failure.message);
    return null;
  }
  if (answer.value.kind === 'not-modified') return success(answer.value);
  // Said to be here, so that it is asked for in the same words next time and its validators never meet the page.
  if (answer.value.kind === 'document') return success({ ...answer.value, documentUrl: url });
  trail.add('content negotiation', answer.value.why);
  return null;
}

/** The path a crate has beside an index page (RO-Crate 1.2, step 4). */
async function besideThePage(walk: Walk, page: Page): Promise<Found> {
  return tryDocument(walk, new URL('./ro-crate-metadata.json', page.url).href, './ro-crate-metadata.json');
}

/** Fetches what may be the crate; null, with a line in the trail, where it is not. */
async function tryDocument(walk: Walk, href: string, step: string): Promise<Found> {
  const { environment, known, options, tried, trail } = walk;
  if (tried.has(comparable(href))) return null;
  tried.add(comparable(href));
  const label = `${step} ${displayUrl(href)}`;
  const asked = href === known?.documentUrl ? known : null;
  const fetched = await fetchHttpDocument(environment, href, asked, { ...options, accept: ACCEPT_CRATE });
  if (!fetched.ok) {
    if (!givesWay(fetched.failure)) return failed(trail.stopped(fetched.failure));
    trail.add(label, fetched.failure.message);
    return null;
  }
  if (fetched.value.kind === 'not-modified') return fetched;
  const why = whyNoCrate(fetched.value.bytes, fetched.value.url);
  if (why !== null) {
    trail.add(label, why);
    return null;
  }
  return success({ ...fetched.value, documentUrl: href });
}

/**
 * A landing page may lead to another document by now while the old one stays where it was, as with a DOI of all versions. So
 * on every fifth day, which is now one day of the week and now another, pages are asked even where their document is known.
 */
function isWalkingDay(now: Date): boolean {
  return Math.floor(now.getTime() / 86_400_000) % 5 === 0;
}
