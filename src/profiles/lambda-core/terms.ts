import type { JsonObject } from '../../model/json.ts';

/** Prefixes that any term of the profile may carry (profile §4.4); `prov:` belongs to its terms and is not among them. */
const PREFIXES = ['lambda:', 'lambdarc:', 'lambdax:', 'sdo:', 'schema:'] as const;

/** The term behind a prefixed key, or null when the key carries none of the profile's prefixes. */
export function bareTerm(key: string): string | null {
  if (!key.includes(':')) return null;
  const prefix = PREFIXES.find((candidate) => key.startsWith(candidate));
  return prefix === undefined ? null : key.slice(prefix.length);
}

/**
 * Which key of an object carries which term. Null when every key is its own term, which is usual. A prefixed key is cut
 * when `accepts` its bare form and the object does not carry that already; of two prefixed spellings the later wins.
 */
export function compactTerms(
  node: JsonObject,
  accepts: (bare: string) => boolean,
): ReadonlyMap<string, string> | null {
  let terms: Map<string, string> | null = null;
  for (const key of Object.keys(node)) {
    const bare = bareTerm(key);
    if (bare === null || !accepts(bare) || Object.hasOwn(node, bare)) continue;
    terms ??= new Map(Object.keys(node).map((each) => [each, each]));
    terms.delete(key);
    terms.set(bare, key);
  }
  return terms;
}
