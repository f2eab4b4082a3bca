import type { PullReport } from './reports.ts';

/** Crates found at a source, by how they stand. */
export interface SourceCrates {
  readonly current: number;
  readonly quarantined: number;
  /** No listing names them any more; their rows are kept. */
  readonly gone: number;
}

/** A configured source and how it stands: `GET /api/v1/sources`, `crate-bridge status`. Instants are RFC 3339. */
export interface SourceItem {
  /** `{facility}/{source}` */
  readonly id: string;
  readonly facility: string;
  readonly name: string;
  readonly kind: string;
  readonly schedule: string | null;
  readonly timezone: string;
  readonly next_run_at: string | null;
  readonly paused: {
    readonly at: string;
    readonly by: string | null;
    readonly because: string | null;
  } | null;
  /** The newest pull, running or ended, without its items. */
  readonly last_pull: (Omit<PullReport, 'items'> & { readonly state: string }) | null;
  readonly last_success_at: string | null;
  readonly last_change_at: string | null;
  /** Listings in a row that failed, since when, and the code of the last failure. */
  readonly failures: number;
  readonly failing_since: string | null;
  readonly failure_code: string | null;
  /** The scheduled run after which a crate should have come and did not. */
  readonly overdue_since: string | null;
  /** Credentials that end soon, have ended or are not there; for those who may pull. */
  readonly credential_warnings: readonly string[];
  readonly crates: SourceCrates;
}
