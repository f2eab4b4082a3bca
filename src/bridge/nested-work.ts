import type { NewCrateWork } from '../registry/work-contract.ts';

/** Bytes of a URL the registry can keep a place under: it is part of an index. */
const LONGEST_URL = 2_000;

/** Whether a URL can be kept as a place. */
export function isPlace(url: string): boolean {
  return Buffer.byteLength(url) <= LONGEST_URL && url.isWellFormed() && !url.includes('\0');
}

/**
 * The crates a crate names, as work of its pull: those with a document of their own, as deep as the source follows them. What
 * names itself, or is named by what it names, is part of the pull already and not added again.
 */
export function nestedWork(
  nested: readonly { readonly kind: string; readonly url: string | null }[],
  of: {
    /** Identity IRI of the crate that names them. */
    readonly parent: string;
    readonly place: string;
    readonly depth: number;
    /** How deep crates of crates are followed. */
    readonly most: number;
  },
): readonly NewCrateWork[] {
  const { parent, place, depth, most } = of;
  if (depth >= most) return [];
  return nested.flatMap(({ kind, url }) =>
    kind === 'nested_crate' && url !== null && url !== place && isPlace(url)
      ? [{ url, parent, depth: depth + 1 }]
      : [],
  );
}
