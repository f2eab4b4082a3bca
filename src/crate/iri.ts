/**
 * The little of RFC 3986 this room needs, for any scheme: `URL` alone treats `arcp:` and `s3:` by other rules than
 * `https:`, and rewrites IRIs that must stay as written to match each other.
 */

/** An IRI cut into its parts; `path` starts with `/` or is empty when there is an authority. */
export interface IriParts {
  /** Lower case. */
  readonly scheme: string;
  /** Null where the IRI has no `//`. */
  readonly authority: string | null;
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  /** With its `#`, or empty. */
  readonly fragment: string;
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const NOT_IN_IRI = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+|%(?![0-9A-Fa-f]{2})/gu;

/** Cuts an absolute IRI; null when there is no scheme. */
export function splitIri(iri: string): IriParts | null {
  const scheme = SCHEME.exec(iri)?.[1];
  if (scheme === undefined) return null;
  const rest = iri.slice(scheme.length + 1);
  const hash = indexOrEnd(rest, '#');
  const question = Math.min(indexOrEnd(rest, '?'), hash);
  const hierarchy = rest.slice(0, question);
  const parts = {
    scheme: scheme.toLowerCase(),
    query: rest.slice(question, hash),
    fragment: rest.slice(hash),
  };
  if (!hierarchy.startsWith('//')) return { ...parts, authority: null, path: hierarchy };
  const slash = indexOrEnd(hierarchy, '/', 2);
  return { ...parts, authority: hierarchy.slice(2, slash), path: hierarchy.slice(slash) };
}

export function joinIri(parts: IriParts): string {
  const authority = parts.authority === null ? '' : `//${parts.authority}`;
  return `${parts.scheme}:${authority}${parts.path}${parts.query}${parts.fragment}`;
}

/** Percent-encodes what an IRI reference may not carry in ASCII form: spaces, non-ASCII, quotes, a stray `%`. */
export function encodeIri(text: string): string {
  return text.replace(NOT_IN_IRI, (part) => encodeURIComponent(part.toWellFormed()));
}

/**
 * One path segment, percent-decoded; null when it does not decode as UTF-8. A `%` that starts no escape stands for
 * itself: writers that never heard of URIs put `100%.txt`.
 */
export function decodeSegment(segment: string): string | null {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch {
    return null;
  }
}

/** True for a C0 control character or DEL: none belongs in a path or an IRI, and NUL ends a path early in C. */
export function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/**
 * A document's URL as an identity: without userinfo, query and fragment, dot segments removed, and for http(s) with
 * scheme and host in lower case and no default port. Text that is not a URL comes back as it is.
 */
export function canonicalUrl(url: string): string {
  const parts = splitIri(url);
  if (parts === null) return encodeIri(url.replace(/[?#].*$/s, ''));
  const authority = parts.authority === null ? null : canonicalAuthority(parts.scheme, parts.authority);
  const path = authority === null ? parts.path : removeDotSegments(parts.path === '' ? '/' : parts.path);
  return joinIri({ scheme: parts.scheme, authority, path: encodeIri(path), query: '', fragment: '' });
}

/** Everything up to the last `/` of a canonical URL, with it. */
export function directoryOf(url: string): string {
  const parts = splitIri(url);
  const path = parts?.path ?? url;
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  return parts === null
    ? directory || './'
    : joinIri({ ...parts, path: directory || '/', query: '', fragment: '' });
}

/** An authority without userinfo; a host of http(s) in its canonical spelling (punycode, lower case, no default port). */
export function canonicalAuthority(scheme: string, authority: string): string {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (scheme !== 'http' && scheme !== 'https') return encodeIri(host);
  return URL.canParse(`${scheme}://${host}/`) ? new URL(`${scheme}://${host}/`).host : encodeIri(host);
}

/** RFC 3986 §5.2.4, where `%2e` counts as a dot (as WHATWG URL and every server behind it read it). */
function removeDotSegments(path: string): string {
  const segments = path.split('/').slice(1);
  const kept: string[] = [];
  segments.forEach((segment, index) => {
    const dots = segment.replace(/%2e/gi, '.');
    if (dots === '..') kept.pop();
    else if (dots !== '.') kept.push(segment);
    if (index === segments.length - 1 && (dots === '.' || dots === '..')) kept.push('');
  });
  return `/${kept.join('/')}`;
}

function indexOrEnd(text: string, character: string, from = 0): number {
  const index = text.indexOf(character, from);
  return index < 0 ? text.length : index;
}
