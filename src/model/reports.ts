import type { Failure } from './failure.ts';
import type { Finding } from './finding.ts';

/**
 * How a crate of a pull ended. `conflict`: another source is authoritative and its document differs, or another document of
 * this source is the same crate. `withdrawn`: somebody took the crate away here, and it stays away.
 */
export type PullOutcome =
  | 'registered'
  | 'updated'
  | 'unchanged'
  | 'quarantined'
  | 'conflict'
  | 'withdrawn'
  | 'failed';

/** What began a pull. */
export type PullTrigger = 'request' | 'schedule' | 'push';

export interface PullItemReport {
  /** Where it was found: as the source lists it, or as the crate that names it says. */
  readonly url: string;
  /** Identity IRI of the crate that named this one; absent for what the source itself lists. */
  readonly parent?: string;
  /** Identity IRI of the crate; the URL it was listed under when it never got so far. */
  readonly crate: string;
  readonly outcome: PullOutcome;
  /** Rows written by kind, such as `{"instrument":1,"data_file":6}`; in a dry run, rows that would be. */
  readonly rows: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly error?: Failure;
}

/** Why a pull counted nothing as missing: what its listing no longer names, of how many, and what share is allowed. */
export interface PullHold {
  readonly missing: number;
  readonly present: number;
  readonly hold_above: number;
}

/** One source's pull, as `crate-bridge pull --json` prints it in `pulls`. */
export interface PullReport {
  readonly id: string;
  /** `{facility}/{source}` */
  readonly source: string;
  readonly dry_run: boolean;
  readonly trigger: PullTrigger;
  /** Everything was asked for, not only what a window covers. */
  readonly full: boolean;
  readonly complete: boolean;
  readonly listed: number;
  readonly registered: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly failed: number;
  /** Of another source or document, and so not registered. */
  readonly conflict: number;
  readonly withdrawn: number;
  /** Crates that this listing made gone, and those it brought back. */
  readonly gone: number;
  readonly returned: number;
  /** Set when so many crates would have vanished that none was counted as missing (design rule 10). */
  readonly held?: PullHold;
  /** Sum of the sizes the registered pointers declare. */
  readonly bytes_referenced: number;
  /** File content stored here: always 0 (design rule 1). */
  readonly bytes_copied: 0;
  readonly items: readonly PullItemReport[];
  /** What of the source could not be listed, where the rest could. */
  readonly problems: readonly Failure[];
  readonly started_at: string;
  readonly finished_at: string | null;
  /** The source itself could not be listed. */
  readonly error?: Failure;
}

/** `crate-bridge rebuild --check`. */
export interface RebuildReport {
  readonly checked: boolean;
  readonly crate_versions: number;
  readonly rows: number;
  /** Crate versions whose rows came out different, and in which tables; empty when the rule holds. */
  readonly differences: readonly {
    readonly crate: string;
    readonly version: number;
    readonly tables: readonly string[];
  }[];
}
