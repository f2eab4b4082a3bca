import type { CrateGraph } from '../../crate/contract.ts';
import { isSpellingOf } from '../../crate/read-term.ts';

/** The keys of a graph's entities that spell a term: the bare key first, then every other that occurs. */
export type TermKeys = (term: string) => readonly string[];

/**
 * Works out a graph's spellings once a term. A crate has tens of keys and a hundred thousand entities, and each is asked
 * for some thirty terms, most of which it does not have.
 */
export function termKeys(graph: CrateGraph): TermKeys {
  const occurring = new Set<string>();
  for (const { node } of graph.entities) for (const key of Object.keys(node)) occurring.add(key);
  const known = new Map<string, readonly string[]>();
  return (term) => {
    const found = known.get(term);
    if (found !== undefined) return found;
    const others = [...occurring].filter((key) => key !== term && isSpellingOf(graph.terms, key, term));
    const keys = occurring.has(term) ? [term, ...others] : others;
    known.set(term, keys);
    return keys;
  };
}
