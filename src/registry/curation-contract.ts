import type { Caller } from '../model/caller.ts';
import type { RebaseCounts, RebaseItem, Tombstone, WithdrawalReport } from '../model/curation.ts';
import type { Outcome } from '../model/failure.ts';
import type { Finding, Verdict } from '../model/finding.ts';
import type { Page, PageRequest } from '../model/items.ts';
import type { QuarantinedCrate, QuarantinedItem, QuarantineFilters } from '../model/quarantine.ts';
import type { CrateRows, MappingContext, Rebase } from '../model/rows.ts';
import type { KeptRecord } from './contract.ts';

/** What was taken away of a crate, standing until somebody lifts it. */
export interface Redactions {
  /** Also where the very document is one a withdrawn crate of the facility was served as. */
  readonly withdrawn: { readonly because: string; readonly at: string } | null;
  /** sha256 (hex) of the IRIs of entities: an IRI may itself be what had to go. */
  readonly entities: readonly string[];
}

/** A place a crate was found at. */
export interface KnownPlace {
  readonly facility: string;
  readonly source: string;
  readonly url: string;
  readonly gone: boolean;
  /**
   * Whether the pull that asks knows the place: it is listed, or a crate of the source names it. Null where that cannot be
   * said: another source's, or a listing that is not complete.
   */
  readonly listed: boolean | null;
}

/** A place of a crate that is another now. */
export interface MovedPlace {
  readonly source: string;
  readonly from: string;
  readonly to: string;
  /** Where the document itself is now, when the place only leads to it. */
  readonly documentUrl: string | null;
}

/** That a known crate, or what it points at, lies elsewhere now. */
export interface CrateMove {
  readonly by: 'rebase' | SameCrate['by'];
  /** The document is the one known before: nothing else changed. */
  readonly sameDocument: boolean;
  readonly places: readonly MovedPlace[];
}

/** The crate a document found at a new place is. */
export interface SameCrate {
  readonly crateIri: string;
  /** The strongest reason: its IRI, the bytes, or an identifier it alone declares. */
  readonly by: 'iri' | 'document' | 'identifier';
  /** Of its current version, else of the newest in quarantine. */
  readonly context: MappingContext;
  readonly places: readonly KnownPlace[];
  /** One of those places serves the very same bytes. */
  readonly sameDocument: boolean;
  /** The pull that asks is still being listed: what it names may be another answer in a moment. */
  readonly pending: boolean;
}

/** A crate version with everything that is needed to read and register it again. */
export interface KeptVersion {
  readonly crateVersionId: string;
  readonly crateIri: string;
  readonly number: number;
  readonly state: 'current' | 'superseded' | 'quarantined';
  readonly relayed: boolean;
  readonly context: MappingContext;
  readonly document: { readonly iri: string; readonly mediaType: string; readonly bytes: Uint8Array };
  readonly records: readonly KeptRecord[];
  /** Places of the crate in its facility, those of its own source first. */
  readonly locations: readonly {
    readonly source: string;
    readonly url: string;
    readonly etag: string | null;
    readonly lastModified: string | null;
    readonly documentUrl: string | null;
    readonly sha256: string;
    readonly gone: boolean;
  }[];
}

/** A crate that says an entity, or may. */
export interface CrateSaying {
  readonly crateIri: string;
  readonly facility: string;
  readonly iris: readonly string[];
  /** Every row of it is implied by the root: the document has no such entity. */
  readonly implied: boolean;
}

/** A version's document as it is to be kept from now on, with what follows from it. */
export interface RedactedVersion {
  readonly crateVersionId: string;
  /** Null drops the version: its document cannot be read, so that nobody knows whether it is clean. */
  readonly kept: {
    readonly bytes: Uint8Array;
    readonly profile: 'lambda-core' | 'ro-crate';
    readonly conformant: boolean;
    readonly verdicts: readonly Verdict[];
    readonly findings: readonly Finding[];
    readonly checkerVersion: string;
    readonly mapperVersion: string;
    /** Written where the version has rows. */
    readonly rows: CrateRows | null;
  } | null;
}

/** Quarantine, moves and tombstones. */
export interface Curation {
  /** Newest first. Nothing for who has no account; a crate never let in belongs to no proposal, only to its facility. */
  quarantined(
    filters: QuarantineFilters,
    page: PageRequest,
    caller: Caller,
  ): Promise<Outcome<Page<QuarantinedItem>>>;
  /** One of them by the id of its version; its documents are in `keptVersion`. */
  quarantinedCrate(crateVersionId: string, caller: Caller): Promise<Outcome<QuarantinedCrate>>;
  /** Makes a secret for the findings of one version; only its sha256 is kept. */
  createFindingsLink(link: {
    readonly crateVersionId: string;
    readonly caller: string;
    readonly now: Date;
    readonly expiresAt: Date;
  }): Promise<Outcome<{ readonly secret: string }>>;
  /** The findings behind a secret; `not_found` when it is unknown or spent. */
  findingsBehind(secret: string, now: Date): Promise<Outcome<QuarantinedCrate>>;

  /**
   * The crate a document found at a new place is: of the same facility, and known before the pull that asks; by its IRI,
   * by the bytes as served, or by a declared DOI or UUID that one crate alone has. Null: nobody's.
   */
  sameCrateElsewhere(question: {
    readonly facility: string;
    readonly source: string;
    readonly url: string;
    readonly crateIri: string;
    readonly sha256: string;
    readonly identifiers: readonly string[];
    /** Null outside pulls. */
    readonly pull: string | null;
  }): Promise<Outcome<SameCrate | null>>;
  /** Moves that stand for a facility, and those that the crate naming a document followed; each oldest first. */
  rebases(
    facility: string,
    parentIri: string | null,
  ): Promise<Outcome<{ readonly standing: readonly Rebase[]; readonly parent: readonly Rebase[] }>>;
  /** Every rebase there ever was, newest first. */
  rebaseItems(): Promise<Outcome<readonly RebaseItem[]>>;
  /** What a move would take along; `usage` where it crosses another that stands. */
  countRebase(facility: string, rebase: Rebase): Promise<Outcome<RebaseCounts>>;
  /** Records a move. One that stands already is answered as it is; `usage` where it crosses another that stands. */
  recordRebase(rebase: {
    readonly facility: string;
    readonly rebase: Rebase;
    readonly because: string | null;
    readonly caller: string;
    readonly at: Date;
  }): Promise<Outcome<RebaseItem>>;
  /** Ends a move; one that has ended is answered as it is. `usage` where a later one builds on it. */
  endRebase(id: string, at: Date): Promise<Outcome<RebaseItem>>;
  /**
   * Crates a rebase still has to move, or, once it has ended, to move back, in the order of their ids after `after`; of each
   * the versions it concerns, the current one before what waits in quarantine.
   */
  cratesToRebase(
    rebase: RebaseItem,
    after: string | null,
    limit: number,
  ): Promise<Outcome<readonly { readonly crateId: string; readonly versions: readonly string[] }[]>>;
  /** A version with its documents; null where it is gone. */
  keptVersion(crateVersionId: string): Promise<Outcome<KeptVersion | null>>;

  /** What was taken away of the crate, or of one that was served as this very document (sha256, hex). */
  redactions(question: {
    readonly crateIri: string;
    readonly facility: string;
    readonly sha256: string;
  }): Promise<Outcome<Redactions>>;
  /** Every tombstone, newest first. */
  tombstones(kind: Tombstone['kind']): Promise<Outcome<readonly Tombstone[]>>;
  /** Ends a tombstone; the next pull brings back what it kept away. */
  liftTombstone(kind: Tombstone['kind'], id: string, at: Date): Promise<Outcome<Tombstone>>;
  /**
   * Takes a whole crate (id or IRI) away: its rows, versions, places and documents. The tombstone stays, and the next pull
   * honours it.
   */
  withdrawCrate(withdrawal: {
    readonly id: string;
    readonly because: string;
    readonly caller: string;
    readonly at: Date;
  }): Promise<Outcome<WithdrawalReport>>;
  /**
   * Crates whose rows say an entity, by its id (of a file also its pointer's) or IRI, with its IRIs there; and, without
   * any, crates that have a document in quarantine, which has no rows to tell. `crate` (id or IRI) names one alone.
   */
  cratesSaying(entity: string, crate: string | null): Promise<Outcome<readonly CrateSaying[]>>;
  /** Ids of a crate's versions, oldest first. */
  versionsOfCrate(crateIri: string): Promise<Outcome<readonly string[]>>;
  /**
   * Records that an entity (sha256 of its IRI, hex) is taken out of a crate, and whatever quoted the crate's documents
   * forgets it. Who asks then replaces the stored documents. One that stands already is answered as it is.
   */
  recordRedaction(redaction: {
    readonly crateIri: string;
    readonly entity: string;
    readonly iri: string;
    readonly because: string;
    readonly caller: string;
    readonly at: Date;
  }): Promise<Outcome<Tombstone>>;
  /** Replaces a version's document and everything derived from it, in one transaction. Schema records go. */
  redactVersion(version: RedactedVersion): Promise<Outcome<void>>;
}
