import type { Rebase } from './rows.ts';

/** A facility's move as it was recorded. Instants are RFC 3339. */
export interface RebaseItem extends Rebase {
  readonly id: string;
  readonly facility: string;
  readonly because: string | null;
  readonly caller: string;
  readonly recorded_at: string;
  /** Set once it was undone. */
  readonly ended_at: string | null;
}

/** What a rebase moves, or would move. */
export interface RebaseCounts {
  /** Crates that lie beneath the old prefix or point there. */
  readonly crates: number;
  /** Places of crates beneath it. */
  readonly locations: number;
  /** Pointers beneath it, of current rows. */
  readonly pointers: number;
  /** Crates that cannot be moved, since another crate is known at their new place already. */
  readonly taken: number;
}

/** `crate-bridge rebase`, `--dry-run` and `--undo`. */
export interface RebaseReport extends Rebase, RebaseCounts {
  /** Null in a dry run. */
  readonly id: string | null;
  readonly facility: string;
  readonly dry_run: boolean;
  readonly undo: boolean;
  /** Crates moved now, and those that could not be, with why. */
  readonly moved: number;
  readonly failed: readonly { readonly crate: string; readonly message: string }[];
  /** The storage rule of the configuration that reads what is beneath the new prefix; null where none does. */
  readonly storage_rule: string | null;
}

/** What was taken away, by whom and why; it stays away until it is lifted. */
export interface Tombstone {
  readonly id: string;
  readonly kind: 'withdraw' | 'redact';
  readonly crate_id: string;
  /** Identity IRI of the crate. */
  readonly crate: string;
  readonly facility: string;
  readonly because: string;
  readonly caller: string;
  readonly at: string;
  readonly lifted_at: string | null;
}

/** `crate-bridge withdraw`. */
export interface WithdrawalReport {
  readonly id: string;
  readonly crate: string;
  readonly versions: number;
  /** Stored documents that went with it: those no other crate has. */
  readonly documents: number;
}

/** `crate-bridge redact`. */
export interface RedactionReport {
  /** One tombstone a crate. */
  readonly tombstones: readonly { readonly id: string; readonly crate: string }[];
  /** Crate versions whose stored document was replaced. */
  readonly versions: number;
  /** Entities, references and copies taken out of them. */
  readonly removed: number;
  /** Stored documents that could not be read, and so were dropped whole. */
  readonly dropped: number;
}
