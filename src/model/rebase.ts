import type { MappingContext, Rebase } from './rows.ts';

/**
 * Whether a URI is what a prefix names or lies beneath it. A prefix ends in a slash, so that `https://a.org/data/` holds
 * `https://a.org/data` and `https://a.org/data/x` and never `https://a.org/data2`.
 */
export function isBeneath(uri: string, prefix: string): boolean {
  return uri.startsWith(prefix) || `${uri}/` === prefix;
}

/** Whether one of two prefixes holds the other. */
export function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** Where a URI is after everything that moved, oldest first. */
export function rebased(uri: string, rebases: readonly Rebase[] = []): string {
  return rebases.reduce((at, { from, to }) => replaced(at, from, to), uri);
}

/** Where a URI was before anything moved: newest first, and back. */
export function unrebased(uri: string, rebases: readonly Rebase[] = []): string {
  return rebases.reduceRight((at, { from, to }) => replaced(at, to, from), uri);
}

/** What already lies at a new place inside the old one stays: a document may have been written anew since. */
function replaced(uri: string, from: string, to: string): string {
  if (to.startsWith(from) && isBeneath(uri, to)) return uri;
  if (uri.startsWith(from)) return to + uri.slice(from.length);
  return `${uri}/` === from ? to.slice(0, -1) : uri;
}

/** The URL after which a crate and what is in it are named: of the document where it was first found. */
export function identityUrl(context: MappingContext): string {
  return context.identity_url ?? context.document_url;
}

/** Whether two lists of moves are the same in the same order. */
export function sameRebases(a: readonly Rebase[] = [], b: readonly Rebase[] = []): boolean {
  return a.length === b.length && a.every(({ from, to }, i) => b[i]?.from === from && b[i].to === to);
}

/**
 * Everything that may have moved for a crate: what it followed before, and what stands for its facility, each in its
 * order. What stands and is older than something the crate followed comes before that.
 */
export function mergedRebases(
  followed: readonly Rebase[] = [],
  standing: readonly Rebase[] = [],
): readonly Rebase[] {
  const indexOf = (one: Rebase) => standing.findIndex((other) => sameRebases([one], [other]));
  const merged: Rebase[] = [];
  let next = 0;
  for (const one of followed) {
    const index = indexOf(one);
    if (index >= next) {
      merged.push(...standing.slice(next, index));
      next = index + 1;
    }
    merged.push(one);
  }
  return [...merged, ...standing.slice(next)];
}
