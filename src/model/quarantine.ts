import type { Finding, Verdict } from './finding.ts';

/** A crate version that waits in quarantine, as a list shows it. */
export interface QuarantinedItem {
  readonly crate_version_id: string;
  readonly crate_id: string;
  readonly crate_iri: string;
  /** As its current version says; what is in quarantine says nothing yet. */
  readonly name: string | null;
  readonly facility: string;
  readonly source: string;
  /** Where its source found it; null when no place is known any more. */
  readonly url: string | null;
  readonly number: number;
  /** RFC 3339. */
  readonly since: string;
  readonly profile: 'lambda-core' | 'ro-crate';
  readonly checker_version: string;
  readonly errors: number;
  readonly warnings: number;
  /** Whether an earlier version is current, so that nothing is missing but the change. */
  readonly has_current: boolean;
}

/** One of them with what is wrong with it. */
export interface QuarantinedCrate extends QuarantinedItem {
  /** Another than `quarantined` once it was let in, or another version came after it. */
  readonly state: 'quarantined' | 'current' | 'superseded';
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
}

export interface QuarantineFilters {
  readonly facility?: readonly string[];
  /** Source names, `name` or `facility/name`. */
  readonly source?: readonly string[];
}

/** A secret address at which the findings of one version are read without an account. */
export interface FindingsLink {
  /** `/findings/{secret}` of the service. */
  readonly path: string;
  /** The same in full; null where nobody said where the service is reached. */
  readonly url: string | null;
  readonly expires_at: string;
}
