import type { JsonObject } from './json.ts';

/**
 * What can happen. `crate.*` comes of pulls, pushes and curators; `source.*` of the scheduler and of listings. The feed
 * shows them all, and events are made of all.
 */
export const CHANGE_TYPES = [
  'crate.registered',
  'crate.updated',
  'crate.quarantined',
  'crate.conflict',
  'crate.moved',
  'crate.gone',
  'crate.returned',
  'crate.withdrawn',
  'crate.redacted',
  'source.overdue',
  'source.outage',
  'source.recovered',
  'source.credential',
  'source.held',
] as const;

export type ChangeType = (typeof CHANGE_TYPES)[number];

/** A change about to be recorded. */
export interface NewChange {
  readonly type: ChangeType;
  readonly at: string;
  readonly facility: string;
  readonly source: string;
  readonly proposal_id: string | null;
  readonly crate_id: string | null;
  readonly crate_iri: string | null;
  readonly crate_version_id: string | null;
  readonly pull_id: string | null;
  readonly data: JsonObject;
}

/** A change as the feed shows it. `id` is the same for ever, also in a restored database; `cursor` continues after it. */
export interface ChangeEvent extends NewChange {
  readonly id: string;
  readonly cursor: string;
}

export interface ChangeFilters {
  readonly facility?: readonly string[];
  /** Source names, `name` or `facility/name`. */
  readonly source?: readonly string[];
  /** Types or `group.*`. */
  readonly type?: readonly string[];
  /** RFC 3339; changes at or after. */
  readonly since?: string;
}

/** Changes in the order of commits; `next` is the cursor after everything looked at, also where nothing was found. */
export interface ChangePage {
  readonly changes: readonly ChangeEvent[];
  readonly next: string;
}

/**
 * Two versions of a crate compared: counts of everything, and the first of each as examples. What a crate says of an entity
 * is compared under `entities`; which bytes a file is and where they are, under `pointers`: each change is said once.
 */
export type VersionDiff = {
  readonly from_version: number;
  readonly to_version: number;
  readonly entities: { readonly added: DiffPart; readonly gone: DiffPart; readonly changed: DiffPart };
  readonly pointers: {
    readonly added: DiffPart;
    readonly gone: DiffPart;
    /** Same logical file, other bytes: another size or sha256. */
    readonly superseded: DiffPart;
    /** Same bytes (sha256 and size) of the crate at another storage_uri. */
    readonly moved: DiffPart;
  };
  /** What relates two entities: a run and its sample, a workflow and what it made. */
  readonly links: { readonly added: DiffPart; readonly gone: DiffPart };
};

export type DiffPart = {
  readonly count: number;
  /** At most five: kind and IRI; for pointers also what was and what is. */
  readonly examples: readonly JsonObject[];
};

/** `crate-bridge drift`: what is no longer as it was, by crate, newest first; `totals` also where a list was cut. */
export interface DriftReport {
  readonly superseded: readonly DriftItem[];
  readonly moved: readonly DriftItem[];
  readonly gone: readonly DriftItem[];
  readonly returned: readonly DriftItem[];
  readonly conflicts: readonly DriftItem[];
  readonly totals: Readonly<Record<DriftKind, number>>;
}

export const DRIFT_KINDS = ['superseded', 'moved', 'gone', 'returned', 'conflicts'] as const;

export type DriftKind = (typeof DRIFT_KINDS)[number];

export interface DriftItem {
  readonly facility: string;
  readonly source: string;
  readonly crate_id: string;
  readonly crate_iri: string;
  readonly name: string | null;
  /** Of the last change that is part of this. */
  readonly at: string;
  /** Pointers superseded or moved, places gone, documents in conflict. */
  readonly count: number;
  /** What exactly, as the last change says it. */
  readonly detail: JsonObject;
}

/** The types that patterns (`crate.updated`, `source.*`) mean, and the first pattern that means none. */
export function typesMeant(patterns: readonly string[]): {
  readonly types: readonly ChangeType[];
  readonly unknown: string | null;
} {
  const means = (pattern: string, type: string) =>
    pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)));
  return {
    types: CHANGE_TYPES.filter((type) => patterns.some((pattern) => means(pattern, type))),
    unknown: patterns.find((pattern) => !CHANGE_TYPES.some((type) => means(pattern, type))) ?? null,
  };
}
