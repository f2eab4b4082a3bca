import type { Caller, Grant, ProposalRef, Scope } from '../model/caller.ts';
import type { Outcome } from '../model/failure.ts';
import type { Finding, Verdict } from '../model/finding.ts';
import type { DetailOf, ItemOf, ListFilters, ListKind, Page, PageRequest } from '../model/items.ts';
import type { JsonObject } from '../model/json.ts';
import type { Pointer, Verification } from '../model/pointer.ts';
import type { PullReport, RebuildReport } from '../model/reports.ts';
import type { CrateRows, MappingContext } from '../model/rows.ts';

/** One crate as checked and mapped, ready to be registered. */
export interface Registration {
  readonly crateIri: string;
  readonly context: MappingContext;
  readonly location: {
    readonly url: string;
    readonly etag: string | null;
    readonly lastModified: string | null;
  };
  readonly document: { readonly iri: string; readonly mediaType: string; readonly bytes: Uint8Array };
  readonly profile: 'lambda-core' | 'ro-crate';
  readonly conformant: boolean;
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  readonly checkerVersion: string;
  readonly mapperVersion: string;
  /** Null keeps the crate in quarantine: its documents and findings are stored, no row is made. */
  readonly rows: CrateRows | null;
  readonly now: Date;
}

export interface Registered {
  readonly outcome: 'registered' | 'updated' | 'unchanged' | 'quarantined' | 'conflict';
  readonly crateId: string;
  readonly crateVersionId: string;
  /** Rows by kind (table name), of this version. */
  readonly rows: Readonly<Record<string, number>>;
  readonly bytesReferenced: number;
  readonly findings: readonly Finding[];
}

/** What is known about a document at a URL, so that an unchanged one is not parsed again. */
export interface KnownDocument {
  readonly crateId: string;
  readonly crateIri: string;
  readonly crateVersionId: string;
  readonly state: 'current' | 'quarantined';
  readonly rows: Readonly<Record<string, number>>;
  readonly bytesReferenced: number;
}

/** A pointer with what resolving needs to know. */
export interface PointerRecord {
  readonly pointer: Pointer;
  readonly file_name: string;
  readonly kind: 'file' | 'series' | 'container';
  readonly encoding_format: string | null;
  readonly entity_id: string;
  readonly state: 'current' | 'superseded';
  /** The winning current pointer of the same logical file, when this one is superseded. */
  readonly successor: Pointer | null;
  /** `{facility}/{source}` of every visible row that says this pointer. */
  readonly sources: readonly string[];
  readonly facility: string;
  readonly proposal_id: string | null;
  /** Whether the caller's content reach covers at least one of those rows. */
  readonly contentAllowed: boolean;
  /** Other current, visible pointers of the same logical file. */
  readonly disagreements: readonly string[];
}

export interface NewToken {
  readonly name: string;
  readonly kind: 'token' | 'session' | 'sign-in';
  readonly scopes: readonly Scope[];
  readonly facilities: readonly string[] | null;
  readonly proposals: readonly ProposalRef[];
  readonly expiresAt: Date | null;
}

export interface TokenInfo {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly scopes: readonly Scope[];
  readonly facilities: readonly string[] | null;
  readonly proposals: readonly ProposalRef[];
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

/** A stored crate version with its document, for a rebuild. */
export interface StoredVersion {
  readonly crateVersionId: string;
  readonly crateIri: string;
  readonly number: number;
  readonly state: 'current' | 'superseded';
  readonly context: MappingContext;
  readonly document: Uint8Array;
}

/** Counts of what a caller may see of one facility. */
export interface FacilityTotals {
  readonly facility: string;
  readonly crates: number;
  readonly runs: number;
  readonly files: number;
  readonly bytes_referenced: number;
}

/**
 * The registry. Nothing else speaks SQL to the database. Every question takes a Caller (design rule 9). Methods return
 * expected failures (`not_found`, `database_unavailable`, a bad cursor as `usage`) as values.
 */
export interface Registry {
  readonly engine: 'postgresql' | 'embedded';

  /** One transaction or none; `unchanged` writes no row. Retried on deadlock and serialization failure. */
  register(registration: Registration): Promise<Outcome<Registered>>;
  /** What `register` would answer, without writing. */
  preview(registration: Registration): Promise<Outcome<Registered>>;
  knownDocument(question: {
    readonly facility: string;
    readonly source: string;
    readonly url: string;
    readonly sha256: string;
    readonly checkerVersion: string;
    readonly mapperVersion: string;
    readonly context: MappingContext;
  }): Promise<Outcome<KnownDocument | null>>;

  list<K extends ListKind>(
    kind: K,
    filters: ListFilters,
    page: PageRequest,
    caller: Caller,
  ): Promise<Outcome<Page<ItemOf[K]>>>;
  get<K extends ListKind>(kind: K, id: string, caller: Caller): Promise<Outcome<DetailOf[K]>>;
  /** Runs by processing status, `undeclared` counted apart. */
  countRunsByStatus(filters: ListFilters, caller: Caller): Promise<Outcome<Readonly<Record<string, number>>>>;
  facilityTotals(caller: Caller): Promise<Outcome<readonly FacilityTotals[]>>;
  /** Any pointer ever registered and visible, current or superseded. */
  pointer(id: string, caller: Caller): Promise<Outcome<PointerRecord>>;
  /** Current, visible pointers with this storage_uri, winner first. */
  pointersAt(storageUri: string, caller: Caller): Promise<Outcome<readonly PointerRecord[]>>;

  recordVerification(verification: Verification): Promise<Outcome<void>>;
  recordAudit(entry: {
    readonly caller: string;
    readonly action: string;
    readonly subject: string;
    readonly detail: JsonObject;
    readonly at: Date;
  }): Promise<Outcome<void>>;

  startPull(pull: {
    readonly id: string;
    readonly facility: string;
    readonly source: string;
    readonly dryRun: boolean;
    readonly caller: string;
    readonly at: Date;
  }): Promise<Outcome<void>>;
  finishPull(report: PullReport, at: Date): Promise<Outcome<void>>;
  pull(id: string): Promise<Outcome<{ readonly state: string; readonly report: PullReport }>>;

  /** Stores the sha256 of the secret; the secret itself is returned once and never again. */
  createToken(token: NewToken, now: Date): Promise<Outcome<{ readonly id: string; readonly secret: string }>>;
  /** The grant of a live token, or null. `sign-in` secrets are spent by being used. */
  grantFor(secret: string, now: Date): Promise<Outcome<Grant | null>>;
  tokens(): Promise<Outcome<readonly TokenInfo[]>>;
  revokeToken(name: string, now: Date): Promise<Outcome<void>>;

  /** Every admitted version, oldest first, in batches bounded by count. Throws `RegistryError` (rebuild.ts). */
  versions(): AsyncIterable<StoredVersion>;
  /** Replaces a version's rows in one transaction; undone when `check` is set and they differ. Names the tables that differ. */
  replaceRows(
    version: StoredVersion,
    rows: CrateRows,
    options: {
      readonly check: boolean /** Of the mapper that made the rows. */;
      readonly mapperVersion?: string;
    },
  ): Promise<Outcome<{ readonly rows: number; readonly differences: readonly string[] }>>;
  /** Versions with rows that should have none or should not be shown: the other half of `rebuild --check`. */
  strayRows(): Promise<Outcome<RebuildReport['differences']>>;

  ping(): Promise<Outcome<void>>;
  close(): Promise<void>;
}

/*
 * open.ts  openRegistry(options: { databaseUrl: string | null; dataDir: string }): Promise<Outcome<Registry>>
 *          connects, takes the migration lock, migrates, and returns the registry
 */
