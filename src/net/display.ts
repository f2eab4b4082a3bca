/**
 * A URL as it may stand in a message, a log or a report: without user name, password, query and fragment, where secrets
 * travel (presigned URLs, tokens). What is no URL is not repeated.
 */
export function displayUrl(url: URL | string): string {
  if (typeof url === 'string') return URL.canParse(url) ? displayUrl(new URL(url)) : 'an unreadable URL';
  // For a scheme the URL standard does not know, `origin` is the text "null".
  const authority = url.host === '' ? '' : `//${url.host}`;
  return `${url.protocol}${authority}${url.pathname}`;
}

/** The URL a response is known by: without user name, password and fragment. */
export function answeredUrl(url: URL): string {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  plain.hash = '';
  return plain.href;
}
