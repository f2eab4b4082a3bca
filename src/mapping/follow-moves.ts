import { rebased } from '../model/rebase.ts';
import type { CrateRows, Rebase } from '../model/rows.ts';

/** Rows with their places as they are now. */
export interface FollowedRows {
  readonly rows: CrateRows;
  /** The moves that took something of this crate along, in their order. The others change nothing. */
  readonly followed: readonly Rebase[];
}

/**
 * Puts storage_uris, and the documents a crate names, where they have moved. Identities stay: an IRI is a name, and names
 * do not move.
 */
export function followMoves(rows: CrateRows, rebases: readonly Rebase[] = []): FollowedRows {
  if (rebases.length === 0) return { rows, followed: [] };
  const moved = new Set<Rebase>();
  const follow = (uri: string): string =>
    rebases.reduce((at, rebase) => {
      const next = rebased(at, [rebase]);
      if (next !== at) moved.add(rebase);
      return next;
    }, uri);
  const place = (uri: string | null) => (uri === null ? null : follow(uri));
  const data_files = rows.data_files.map((file) => ({ ...file, storage_uri: place(file.storage_uri) }));
  const nested = rows.crate.nested.map((document) => ({ ...document, url: place(document.url) }));
  return {
    rows: { ...rows, data_files, crate: { ...rows.crate, nested } },
    followed: rebases.filter((rebase) => moved.has(rebase)),
  };
}
