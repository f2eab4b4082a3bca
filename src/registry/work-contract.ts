import type { Failure, Outcome } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import type { PullOutcome, PullReport, PullTrigger } from '../model/reports.ts';
import type { MappingContext } from '../model/rows.ts';

/** A pull that is under way, by whoever works on it. */
export interface RunningPull {
  readonly id: string;
  readonly facility: string;
  readonly source: string;
  /** False while its source is still to be listed. */
  readonly listed: boolean;
  /** Everything is to be asked for, also where a window would do. */
  readonly full: boolean;
}

/**
 * One job taken from the queue; handed back by `finish…` or `releaseWork`, or lost with its worker and given to another.
 * `attempt` counts from 0 how often it was taken before.
 */
export type WorkItem =
  | { readonly kind: 'list'; readonly job: string; readonly attempt: number }
  | {
      readonly kind: 'crate';
      readonly job: string;
      readonly attempt: number;
      readonly crate: CrateWork;
    };

/** A crate to be fetched and registered. */
export interface CrateWork {
  readonly url: string;
  /** Identity IRI of the crate that named it; null for what the source lists. */
  readonly parent: string | null;
  readonly depth: number;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** A crate of a listing, or one that a crate names. */
export interface NewCrateWork {
  readonly url: string;
  readonly parent: string | null;
  readonly depth: number;
  readonly etag?: string | null;
  readonly lastModified?: string | null;
}

/** What came of a crate that was not registered: known as it is, refused, failed. */
export interface CrateResult {
  readonly url: string;
  readonly crate: string;
  readonly outcome: PullOutcome;
  readonly bytesReferenced: number;
  readonly findings: readonly Finding[];
  readonly error?: Failure;
  /** What the server said of the same document now, where it says something else than last time. */
  readonly validators?: {
    readonly etag: string | null;
    readonly lastModified: string | null;
    readonly documentUrl: string | null;
  };
  /** Crates it names, which are to be pulled as well. */
  readonly nested: readonly NewCrateWork[];
}

/** What is known of the document at a place, so that an unchanged one costs one request and no reading. */
export interface KnownLocation {
  readonly url: string;
  readonly crateId: string;
  readonly crateIri: string;
  readonly crateVersionId: string;
  readonly state: 'current' | 'superseded' | 'quarantined';
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Where the document itself was, when `url` only leads to it; null when it is there. */
  readonly documentUrl: string | null;
  /** Of the bytes as served, hex. */
  readonly sha256: string;
  readonly checkerVersion: string;
  readonly mapperVersion: string;
  readonly context: MappingContext;
  readonly bytesReferenced: number;
  /** The source whose word counts for the crate; `present` when some place of it still has the crate. */
  readonly authority: {
    readonly facility: string;
    readonly source: string;
    readonly present: boolean;
    readonly relayed: boolean;
  };
  readonly gone: boolean;
  /** What crates declare of these bytes is not what the version was judged by: it must be read again. */
  readonly misjudged: boolean;
  /** What the version points at is reckoned from another place, which is gone: it must be read again. */
  readonly displaced: boolean;
  /** Documents that version names: nested crates to follow, schema records to look at. */
  readonly nested: readonly {
    readonly kind: 'nested_crate' | 'schema_record';
    readonly url: string;
    readonly sha256: string | null;
  }[];
  /** Schema records kept with that version, with their validators. */
  readonly records: readonly {
    readonly url: string;
    readonly sha256: string;
    readonly etag: string | null;
    readonly lastModified: string | null;
  }[];
}

/** The sha256 (hex) a crate declares for a document it names, and that crate's identity IRI. */
export interface DeclaredDigest {
  readonly sha256: string;
  readonly by: string;
}

/** How many misses make a crate gone, and how many at once hold the pull (design rule 10). */
export interface MissingPolicy {
  readonly goneAfter: number;
  readonly holdAbove: number;
}

/** A pull that somebody asks for, or whose time has come. */
export interface NewPull {
  readonly facility: string;
  readonly source: string;
  readonly trigger: PullTrigger;
  /** What the listing no longer names is gone: the caller vouches for it. */
  readonly acceptMissing: boolean;
  /** Everything is asked for, also where a window would do. */
  readonly full: boolean;
  readonly caller: string;
  readonly at: Date;
}

/**
 * The work of pulls: one job a listing, one a crate, in pg-boss in the same database. A running pull is its source's lease,
 * shared by every process on the database; whatever a killed process had taken is given to another.
 */
export interface PullWork {
  /**
   * Begins the pull of a source and queues its listing, in one transaction. Where one is under way its id is answered
   * (`joined`), and what is asked for here is asked of it: nothing is pulled twice at once.
   */
  beginPull(pull: NewPull): Promise<Outcome<{ readonly id: string; readonly joined: boolean }>>;
  /**
   * Writes down a pull the queue has no part in, with every crate's line: a dry run, or what somebody pushed. One that goes
   * on has no `finished_at`, and is written once more when it is over.
   */
  recordPull(report: PullReport, caller: string): Promise<Outcome<void>>;
  runningPulls(): Promise<Outcome<readonly RunningPull[]>>;
  /** Takes up to `max` jobs of a source's queue; they are this process's until finished, or until it stops saying so. */
  takeWork(pull: RunningPull, max: number): Promise<Outcome<readonly WorkItem[]>>;
  /** Says that the jobs are still being worked on. */
  keepWork(pull: RunningPull, jobs: readonly string[]): Promise<Outcome<void>>;
  /** Gives back jobs nothing was done about. */
  releaseWork(pull: RunningPull, items: readonly WorkItem[]): Promise<Outcome<void>>;
  /** Adds crates to a running pull with a job each, as a set; a place that is already part of the pull is not added again. */
  addCrates(pull: RunningPull, crates: readonly NewCrateWork[]): Promise<Outcome<number>>;
  /** The source was listed: every crate has been added. */
  finishListing(
    pull: RunningPull,
    job: string,
    listing: {
      readonly complete: boolean;
      readonly full: boolean;
      readonly watermark: string | null;
      readonly problems: readonly Failure[];
    },
    at: Date,
  ): Promise<Outcome<void>>;
  /** The source could not be listed: the pull ends, and nothing is missing for it. */
  failListing(pull: RunningPull, job: string, error: Failure, at: Date): Promise<Outcome<void>>;
  /** Writes what came of crates as a set, with the crates they name, and ends their jobs. Registered ones were written by `register`. */
  finishCrates(
    pull: RunningPull,
    jobs: readonly string[],
    results: readonly CrateResult[],
    at: Date,
  ): Promise<Outcome<void>>;
  /**
   * Ends a pull of which nothing is left to do, once, whoever asks: counts, misses, what is gone and what came back, events.
   * False while something is left, and when another process ended it.
   */
  endPull(pull: RunningPull, missing: MissingPolicy, at: Date): Promise<Outcome<boolean>>;
  /** Gives back what dead workers had, and fails what killed every worker that took it. */
  recoverWork(at: Date): Promise<Outcome<void>>;
  /** How far a pull is: crates found so far, and those done. */
  pullProgress(
    id: string,
  ): Promise<Outcome<{ readonly state: string; readonly listed: number; readonly done: number }>>;
  /** What is known of the documents at these places of a source. */
  knownLocations(
    facility: string,
    source: string,
    urls: readonly string[],
  ): Promise<Outcome<ReadonlyMap<string, KnownLocation>>>;
  /** sha256 digests (hex) that current crates of this source declare for the document at a place, with the crate's IRI. */
  declaredDigests(facility: string, source: string, url: string): Promise<Outcome<readonly DeclaredDigest[]>>;
}
