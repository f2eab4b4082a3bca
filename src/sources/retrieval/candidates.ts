import { isCrateName } from '../crate-names.ts';
import type { TypedLink } from './typed-link.ts';

/** RO-Crate's profile of JSON-LD, which a link to a crate may carry, with or without a version. */
const RO_CRATE = /^https?:\/\/w3id\.org\/ro\/crate(?:\/|$)/;

/**
 * The links of a page that may lead to its RO-Crate, likeliest first (RO-Crate 1.2, "Retrieving an RO-Crate", step 1):
 * `describedby` a metadata document or an `item` that is an archive, those with the RO-Crate profile before all others, then
 * those of a media type or a name that a crate may have. A page's other items are its data and are left alone.
 */
export function crateCandidates(links: readonly TypedLink[]): readonly TypedLink[] {
  return links
    .map((link) => ({ link, rank: rankOf(link) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .map(({ link }) => link);
}

function rankOf({ rel, type, profiles, href }: TypedLink): number | null {
  const hasProfile = profiles.some((profile) => RO_CRATE.test(profile));
  const named = isCrateName(new URL(href).pathname.split('/').at(-1) ?? '');
  if (rel === 'describedby') {
    if (hasProfile) return 0;
    if (type === 'application/ld+json') return 2;
    if (named) return 3;
    if (type === 'application/json') return 4;
    return type === null ? 6 : null;
  }
  if (rel !== 'item') return null;
  return hasProfile ? 1 : named ? 5 : null;
}
