import { Readable } from 'node:stream';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import Negotiator from 'negotiator';
import type { Bridge } from '../bridge/contract.ts';
import { type Outcome, success } from '../model/failure.ts';
import type { ItemOf, ListKind, Page } from '../model/items.ts';
import { csvHeader, csvLines, type Listed } from './csv.ts';
import type { DoorCall, DoorContext } from './door.ts';
import { SECURE_HEADERS } from './headers.ts';
import type { ListQuestion } from './list-parameters.ts';
import { type DoorFailure, problem } from './problem.ts';
import { LARGEST_PAGE, USUAL_PAGE } from './query-parameters.ts';
import { sendBody } from './send.ts';

type Format = 'json' | 'ndjson' | 'csv';

/** Offered representations, the first when anything will do. */
const FORMATS: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'text/csv': 'csv',
};

interface Representation {
  readonly format: Format;
  readonly type: string;
}

type Chosen =
  | { readonly ok: true; readonly value: Representation }
  | { readonly ok: false; readonly failure: DoorFailure };

/** The representation the request's `Accept` prefers (RFC 9110 §12.5.1). */
function chooseFormat(call: DoorCall): Chosen {
  const accept = call.req.header('accept') ?? '*/*';
  const type = new Negotiator({ headers: { accept } }).mediaType(Object.keys(FORMATS));
  const format = type === undefined ? undefined : FORMATS[type];
  if (type !== undefined && format !== undefined) return success({ format, type });
  const expected = Object.keys(FORMATS).join(', ');
  return {
    ok: false,
    failure: {
      code: 'not_acceptable',
      message: `Nothing here is "${accept.slice(0, 200)}"; a list comes as ${expected}.`,
      where: 'Accept',
      expected,
      found: accept,
    },
  };
}

/** What a list answers: where its pages come from and how its items look. */
export interface Listing<K extends ListKind> {
  readonly kind: K;
  readonly question: ListQuestion;
}

/**
 * A list as asked by `Accept`: one page as JSON, or every item from the cursor on as NDJSON or CSV, read page by page in
 * constant memory. A `limit` bounds those too.
 */
export async function renderList<K extends ListKind>(
  call: DoorCall,
  door: DoorContext,
  listing: Listing<K>,
): Promise<Response> {
  const chosen = chooseFormat(call);
  if (!chosen.ok) return problem(chosen.failure);
  const { format } = chosen.value;
  const { limit } = listing.question;
  const size = limit ?? (format === 'json' ? USUAL_PAGE : LARGEST_PAGE);
  const pageAt = pagesOf(door.bridge, call, listing, size);
  const first = await pageAt(listing.question.cursor);
  if (!first.ok) return problem(first.failure);
  if (format === 'json' || limit !== null || first.value.next === null) {
    return wholePage(call, chosen.value, listing.kind, first.value);
  }
  const headers = pageHeaders(call, chosen.value, { ...first.value, next: null });
  if (call.req.method === 'HEAD') return new Response(null, { headers });
  const { outgoing, incoming } = call.env;
  if (incoming.httpVersionMajor === 1 && incoming.httpVersionMinor === 0) return problem(NEEDS_CHUNKS);
  const sent = await sendBody(outgoing, {
    headers: { ...SECURE_HEADERS, ...headers },
    body: Readable.from(everyPage(first.value, pageAt, writer(format, listing.kind)), { objectMode: false }),
    stallMs: door.writeStallMs,
  });
  if (sent !== 'complete') door.log.warn({ kind: listing.kind, cause: sent }, 'list broken off');
  return RESPONSE_ALREADY_SENT;
}

/** One page of anything, as asked by `Accept`. */
export function renderPage(call: DoorCall, kind: Listed, page: Page<object>): Response {
  const chosen = chooseFormat(call);
  return chosen.ok ? wholePage(call, chosen.value, kind, page) : problem(chosen.failure);
}

/** JSON of something that comes in one piece. */
export function renderJson(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}) {
  return new Response(`${JSON.stringify(value)}\n`, {
    status,
    headers: { 'Content-Type': 'application/json', ...PRIVATE, ...headers },
  });
}

/**
 * HTTP/1.0 knows no chunks: a body whose length is not known ends with the connection, and a broken one ends the same way.
 * A proxy that speaks 1.0 to its upstreams (nginx unless told otherwise) would pass that on as complete.
 */
export const NEEDS_CHUNKS: DoorFailure = {
  code: 'http_version',
  message:
    'The length of this answer is not known beforehand, and over HTTP/1.0 a broken one would look complete. Ask over HTTP/1.1; behind nginx, set proxy_http_version 1.1.',
  where: 'request line',
  expected: 'HTTP/1.1',
  found: 'HTTP/1.0',
};

const PRIVATE = { 'Cache-Control': 'no-store', Vary: 'Accept, Authorization, Cookie' };

type PageAt<K extends ListKind> = (cursor: string | null) => Promise<Outcome<Page<ItemOf[K]>>>;

function pagesOf<K extends ListKind>(
  bridge: Bridge,
  call: DoorCall,
  listing: Listing<K>,
  limit: number,
): PageAt<K> {
  const { filters } = listing.question;
  return (cursor) => bridge.list(listing.kind, filters, { limit, cursor }, call.get('caller'));
}

async function* everyPage<K extends ListKind>(
  first: Page<ItemOf[K]>,
  pageAt: PageAt<K>,
  write: Writer,
): AsyncGenerator<Buffer> {
  yield Buffer.from(write.opening + write.lines(first.items));
  let { next } = first;
  while (next !== null) {
    const page = await pageAt(next);
    // The status is already said: only a broken connection can still tell that rows are missing.
    if (!page.ok) throw new Error(page.failure.code);
    yield Buffer.from(write.lines(page.value.items));
    next = page.value.next;
  }
}

/** How items become text, page after page. */
interface Writer {
  readonly opening: string;
  readonly lines: (items: readonly object[]) => string;
}

function writer(format: 'ndjson' | 'csv', kind: Listed): Writer {
  return format === 'csv'
    ? { opening: csvHeader(kind), lines: (items) => csvLines(kind, items) }
    : { opening: '', lines: (items) => items.map((item) => `${JSON.stringify(item)}\n`).join('') };
}

function wholePage(call: DoorCall, as: Representation, kind: Listed, page: Page<object>): Response {
  const headers = pageHeaders(call, as, page);
  if (as.format === 'json') return new Response(`${JSON.stringify(page)}\n`, { headers });
  const { opening, lines } = writer(as.format, kind);
  return new Response(opening + lines(page.items), { headers });
}

function pageHeaders(call: DoorCall, as: Representation, page: Page<object>): Record<string, string> {
  const url = new URL(call.req.url);
  if (page.next !== null) url.searchParams.set('cursor', page.next);
  return {
    ...PRIVATE,
    'Content-Type': as.format === 'csv' ? `${as.type}; charset=utf-8; header=present` : as.type,
    'X-Total-Count': String(page.total),
    ...(page.next !== null && { Link: `<${url.pathname}${url.search}>; rel="next"` }),
  };
}
