import { failure, type Outcome, success } from '../../model/failure.ts';
import type { FetchedDocument } from '../../net/contract.ts';
import { displayUrl } from '../../net/display.ts';
import { isCrateName } from '../crate-names.ts';
import { mediaTypeOf } from '../http-document.ts';
import { entryNamed, entryOf, type IndexEntry } from './entry.ts';
import { readHtml } from './html.ts';

/** What a folder's page lists, of what the crawl is interested in. */
export interface IndexPage {
  readonly crates: readonly string[];
  readonly folders: readonly string[];
  /** Everything listed, data files too. */
  readonly entries: number;
}

/**
 * Reads a folder's page: the HTML of nginx and Apache, or nginx's JSON (`autoindex_format json`). `unreadable` when the page is
 * no directory listing, as a login page or the folder's own index.html; `truncated` when it stops before its end.
 */
export async function readPage(document: FetchedDocument): Promise<Outcome<IndexPage>> {
  const page = new URL(document.url);
  const found = new Found();
  const type = mediaTypeOf(document.headers);
  const read =
    type === 'application/json'
      ? readJson(document.bytes, page, found)
      : await readHtmlPage(document.bytes, page, found, type);
  return read.ok ? success(found.page()) : read;
}

class Found {
  readonly #crates = new Set<string>();
  readonly #folders = new Set<string>();
  #entries = 0;

  add(entry: IndexEntry | null): void {
    if (entry === null) return;
    this.#entries++;
    if (entry.folder) this.#folders.add(entry.url);
    else if (isCrateName(entry.name)) this.#crates.add(entry.url);
  }

  page(): IndexPage {
    return { crates: [...this.#crates], folders: [...this.#folders], entries: this.#entries };
  }
}

async function readHtmlPage(
  bytes: Uint8Array,
  page: URL,
  found: Found,
  type: string,
): Promise<Outcome<null>> {
  if (type !== 'text/html' && type !== 'application/xhtml+xml')
    return noListing(page, type || 'no media type');
  const { isIndex, ended } = await readHtml(bytes, (href) => found.add(entryOf(page, href)));
  if (!isIndex) return noListing(page, 'an HTML page without the title of a directory listing');
  if (ended) return success(null);
  return failure('truncated', 'The directory listing stops before its end.', {
    where: displayUrl(page),
    expected: '</html>',
  });
}

/** nginx: one object an entry, with `name` as it is and `type` directory, file or other. */
function readJson(bytes: Uint8Array, page: URL, found: Found): Outcome<null> {
  const entries = parsed(bytes);
  if (!Array.isArray(entries)) return noListing(page, 'JSON that is no array');
  for (const entry of entries) {
    const name: unknown = entry?.name;
    const type: unknown = entry?.type;
    if (typeof name !== 'string' || typeof type !== 'string') {
      return noListing(page, 'JSON without a name and a type for each entry');
    }
    found.add(entryNamed(page, name, type === 'directory'));
  }
  return success(null);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return null;
  }
}

function noListing(page: URL, found: string) {
  return failure('unreadable', 'This is not a directory listing.', {
    where: displayUrl(page),
    expected: "an autoindex page of nginx or Apache, or nginx's JSON (autoindex_format json)",
    found,
  });
}
