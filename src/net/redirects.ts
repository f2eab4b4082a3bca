import { failure, type Outcome, success } from '../model/failure.ts';
import { displayUrl } from './display.ts';

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const PERMANENT: readonly number[] = [301, 308];

/** Request fields that may follow a redirect to another origin; whatever else a caller set may be a secret. */
const PORTABLE_FIELD = /^(accept|accept-language|range|if-[a-z-]+|want-[a-z-]+)$/;

export function isRedirect(status: number): boolean {
  return REDIRECTS.includes(status);
}

/** One step from an answered URL to the next. */
export interface Hop {
  readonly url: URL;
  readonly sameOrigin: boolean;
  /** Whether the new URL may name the thing from now on. */
  readonly permanent: boolean;
}

/** Where a redirect leads. Refuses one without a usable `Location` and one that leaves https for http. */
export function nextHop(from: URL, status: number, location: string | undefined): Outcome<Hop> {
  const where = displayUrl(from);
  if (location === undefined || !URL.canParse(location, from.href)) {
    return failure('redirect_refused', `The redirect (${status}) names no readable location.`, { where });
  }
  const url = new URL(location, from.href);
  url.hash = '';
  if (from.protocol === 'https:' && url.protocol !== 'https:') {
    return failure(
      'redirect_refused',
      'The redirect leaves https, which would give up the proof of who answers.',
      {
        where,
        found: displayUrl(url),
      },
    );
  }
  const sameOrigin = url.origin === from.origin;
  return success({ url, sameOrigin, permanent: sameOrigin || PERMANENT.includes(status) });
}

/** The caller's fields that may be sent after a redirect to another origin. */
export function portableFields(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => PORTABLE_FIELD.test(name)));
}
