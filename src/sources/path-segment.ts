/**
 * A file's or an object's name as a segment of a URL's path, in one spelling whatever the server: nginx writes `%2B` and
 * `%C3%BC` where Apache writes `+` and `%c3%bc`, and a crate must keep its URL when a facility changes its server. Everything
 * is encoded but the unreserved characters of RFC 3986 §2.3. Throws a `URIError` on a lone surrogate.
 */
export function pathSegment(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
