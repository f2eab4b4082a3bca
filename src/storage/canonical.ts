import { failure, type Outcome, success } from '../model/failure.ts';

/**
 * A storage_uri in the one spelling in which prefixes are compared and paths are cut (RFC 3986 §6.2.2): scheme and
 * authority in lower case, escapes of unreserved characters undone, other escapes in upper case. Without this,
 * `https://h/%61/x` would pass a rule for `https://h/a/` by and be read through a shorter one.
 *
 * `outside_root` for whatever a server or file system may read as another path: `.` and `..` segments, empty segments,
 * encoded slashes, backslashes, control characters, a fragment.
 */
export function canonicalUri(text: string): Outcome<string> {
  if (!URL.canParse(text)) return failure('outside_root', 'The storage_uri is not an absolute URI.');
  const written = /^([a-z][a-z0-9+.-]*):(\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?(#.*)?$/is.exec(text);
  if (written === null) return failure('outside_root', 'The storage_uri is not an absolute URI.');
  const [, , , path = '', , fragment] = written;
  const fault = pathFault(text, path, fragment);
  if (fault !== null) {
    return failure('outside_root', `The storage_uri ${fault}, so where it leads is not certain.`);
  }
  // The standard parser lower-cases the host and drops a default port for http and https; the rest is left as written.
  const url = new URL(text);
  if (path !== '' && path.split('/').length !== url.pathname.split('/').length) {
    return failure('outside_root', 'The storage_uri reads as another path than it is written.');
  }
  const authority = url.href.startsWith(`${url.protocol}//`) ? `//${authorityOf(url).toLowerCase()}` : '';
  return success(`${url.protocol}${authority}${normalEscapes(url.pathname)}${url.search}`);
}

/** The path part of a canonical URI, still encoded, with everything before and after it. */
export function splitCanonical(canonical: string): { readonly path: string; readonly query: string } {
  const mark = canonical.indexOf('?');
  return mark === -1
    ? { path: canonical, query: '' }
    : { path: canonical.slice(0, mark), query: canonical.slice(mark) };
}

function pathFault(text: string, path: string, fragment: string | undefined): string | null {
  // The URL parser drops tabs and newlines and turns backslashes into slashes; another parser may not.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(text)) return 'holds a backslash or a control character';
  // It also drops spaces at either end, so that `.. ` becomes `..`.
  if (text !== text.trim()) return 'starts or ends with a space';
  if (/%(?![0-9a-f]{2})/i.test(path)) return 'holds a % that starts no escape';
  if (/%(00|2f|5c)/i.test(path)) return 'holds an encoded slash, backslash or NUL';
  if (fragment !== undefined) return 'has a fragment';
  const segments = path.replace(/^\//, '').split('/');
  if (segments.some((s) => ['.', '..'].includes(s.replace(/%2e/gi, '.')))) return 'holds a . or .. segment';
  // A slash at the end names a folder; in between, some servers merge empty segments and some do not.
  if (segments.slice(0, -1).includes('')) return 'holds an empty path segment';
  return null;
}

function authorityOf(url: URL): string {
  const user = url.username === '' ? '' : `${url.username}${url.password === '' ? '' : `:${url.password}`}@`;
  return `${user}${url.host}`;
}

function normalEscapes(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : triplet.toUpperCase();
  });
}
