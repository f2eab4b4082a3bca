import type { Failure } from './failure.ts';
import type { Finding } from './finding.ts';

/** How a crate of a pull ended. `conflict`: another source is authoritative and its document differs. */
export type PullOutcome = 'registered' | 'updated' | 'unchanged' | 'quarantined' | 'conflict' | 'failed';

export interface PullItemReport {
  /** Identity IRI of the crate; the URL it was listed under when it never got so far. */
  readonly crate: string;
  readonly outcome: PullOutcome;
  /** Rows written by kind, such as `{"instrument":1,"data_file":6}`; in a dry run, rows that would be. */
  readonly rows: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly error?: Failure;
}

/** One source's pull, as `crate-bridge pull --json` prints it in `pulls`. */
export interface PullReport {
  readonly id: string;
  /** `{facility}/{source}` */
  readonly source: string;
  readonly dry_run: boolean;
  readonly complete: boolean;
  readonly listed: number;
  readonly registered: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly failed: number;
  /** Sum of the sizes the registered pointers declare. */
  readonly bytes_referenced: number;
  /** File content stored here: always 0 (design rule 1). */
  readonly bytes_copied: 0;
  readonly items: readonly PullItemReport[];
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
