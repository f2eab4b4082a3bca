import { pathSegment } from '../path-segment.ts';

/** One thing a folder's page lists. */
export interface IndexEntry {
  /** Absolute; a folder's ends in a slash. */
  readonly url: string;
  /** Last segment of its path, decoded; as it is written where it is not UTF-8. */
  readonly name: string;
  readonly folder: boolean;
}

/**
 * The entry a link of a folder's page names, or null. An entry lies directly in the folder: what leads elsewhere (the parent,
 * another host, the same page in another order by `?C=N;O=D`, a fragment) is no entry, and neither is what cannot be the name
 * of a file. `..` is resolved before it is looked at, in its encoded spellings too (URL standard, "path state").
 */
export function entryOf(page: URL, href: string): IndexEntry | null {
  if (!URL.canParse(href, page.href)) return null;
  const url = new URL(href, page.href);
  const foreign = url.origin !== page.origin || url.username !== '' || url.password !== '';
  if (foreign || url.search !== '' || url.hash !== '' || !url.pathname.startsWith(page.pathname)) return null;
  const rest = url.pathname.slice(page.pathname.length);
  const folder = rest.endsWith('/');
  const segment = folder ? rest.slice(0, -1) : rest;
  if (segment === '' || segment.includes('/')) return null;
  const name = decoded(segment);
  if (name !== null) return entryNamed(page, name, folder);
  const written = segment.replace(/%[\da-f]{2}/gi, (octet) => octet.toUpperCase());
  return { url: urlOf(page, written, folder), name: written, folder };
}

/** The entry of a name as it is, without encoding; null where it cannot be the name of a file. */
export function entryNamed(page: URL, name: string, folder: boolean): IndexEntry | null {
  if (['', '.', '..'].includes(name) || /[/\0]/.test(name) || !name.isWellFormed()) return null;
  return { url: urlOf(page, pathSegment(name), folder), name, folder };
}

function urlOf(page: URL, segment: string, folder: boolean): string {
  return `${page.origin}${page.pathname}${segment}${folder ? '/' : ''}`;
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
