import type { StorageRule } from '../model/storage-rule.ts';
import { canonicalUri, splitCanonical } from './canonical.ts';

/**
 * The rule whose prefix is the longest that holds the URI, or null. A prefix ends at a segment: `https://h/a` holds
 * `https://h/a` and `https://h/a/b`, never `https://h/ab`. The order of the rules does not matter, but of two rules for
 * one prefix the first counts.
 */
export function ruleFor(rules: readonly StorageRule[], storageUri: string): StorageRule | null {
  const path = comparable(storageUri);
  let best: StorageRule | null = null;
  let longest = -1;
  for (const rule of rules) {
    const prefix = prefixOf(rule);
    if (prefix.length > longest && restAfter(prefix, path) !== null) {
      best = rule;
      longest = prefix.length;
    }
  }
  return best;
}

/** Every file of a crate asks, so a rule's prefix is worked out once. */
const prefixes = new WeakMap<StorageRule, string>();

function prefixOf(rule: StorageRule): string {
  const known = prefixes.get(rule);
  if (known !== undefined) return known;
  const prefix = comparable(rule.prefix);
  prefixes.set(rule, prefix);
  return prefix;
}

/** Whether crates of this source may point beneath the rule's prefix (design rule 7): those the rule names, nobody else. */
export function mayPoint(rule: StorageRule, facility: string, source: string): boolean {
  return rule.sources.includes(`${facility}/${source}`);
}

/** What a canonical path has after a canonical prefix, without the slash between them; null when it is not beneath. */
export function restAfter(prefix: string, path: string): string | null {
  if (!path.startsWith(prefix)) return null;
  const rest = path.slice(prefix.length);
  if (rest === '' || prefix.endsWith('/')) return rest;
  return rest.startsWith('/') ? rest.slice(1) : null;
}

/** The canonical path, or the text itself when it has none: `targetFor` then says what is wrong with it. */
function comparable(uri: string): string {
  const canonical = canonicalUri(uri);
  return splitCanonical(canonical.ok ? canonical.value : uri).path;
}
