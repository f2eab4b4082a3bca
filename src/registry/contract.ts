import type { Caller, Grant, ProposalRef, Scope } from '../model/caller.ts';
import type { Failure, Outcome } from '../model/failure.ts';
import type { Finding, Verdict } from '../model/finding.ts';
import type { DetailOf, ItemOf, ListFilters, ListKind, Page, PageRequest } from '../model/items.ts';
import type { JsonObject } from '../model/json.ts';
import type { LambdaInvestigator, LambdaQuery } from '../model/lambda-search.ts';
import type { Pointer, Verification } from '../model/pointer.ts';
import type { PullReport, RebuildReport } from '../model/reports.ts';
import type { CrateRows, MappingContext, NestedDocument } from '../model/rows.ts';
import type { SourceCrates } from '../model/sources.ts';
import type { Archive } from './archive-contract.ts';
import type { Changes } from './changes-contract.ts';
import type { CrateMove, Curation } from './curation-contract.ts';
import type { Origins } from './origins-contract.ts';
import type { SourceStates } from './source-states-contract.ts';
import type { DeclaredDigest, NewCrateWork, PullWork } from './work-contract.ts';

/** One crate as checked and mapped, ready to be registered. */
export interface Registration {
  readonly crateIri: string;
  readonly context: MappingContext;
  /** Where it was found, with what the server said of it; `sha256` (hex) is of the bytes as served, before any redaction. */
  readonly location: {
    readonly url: string;
    readonly etag: string | null;
    readonly lastModified: string | null;
    /** Where the document itself was, when `url` only leads to it. */
    readonly documentUrl?: string | null;
    readonly sha256: string;
  };
  readonly document: { readonly iri: string; readonly mediaType: string; readonly bytes: Uint8Array };
  /** Schema records the crate points at, kept with it: part of what its version is told apart by. */
  readonly records: readonly SchemaRecordDocument[];
  /** Records of an earlier version that are kept as they are, and need not be at hand. */
  readonly recordsKept: readonly KeptRecord[];
  /** Whether the source passes on what another publishes. */
  readonly relayed: boolean;
  /** The pull this is part of: its line is written in the same transaction. Null outside pulls. */
  readonly pull: {
    readonly id: string;
    readonly url: string;
    /** Crates this one names, queued in the same transaction. */
    readonly nested: readonly NewCrateWork[];
  } | null;
  /** Documents the crate names, whether it is admitted or not. */
  readonly nested: readonly NestedDocument[];
  /**
   * Digests that crates not registered yet declare for this document. They and those of current crates of the source are
   * what its bytes are held against: where they have none of them, the document is kept in quarantine, whatever the
   * profile says and also when it was current.
   */
  readonly declared: readonly DeclaredDigest[];
  /** Set where the crate was found to lie elsewhere than before: its places move along, and it is told. */
  readonly moved?: CrateMove | null;
  /**
   * What was taken out of the document before it was read: sha256 (hex) of entities' IRIs. Where other tombstones stand
   * by then the registration is refused (`busy`, `withdrawn`).
   */
  readonly without?: readonly string[];
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

export interface SchemaRecordDocument {
  readonly iri: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** A schema record that is stored already. */
export interface KeptRecord {
  readonly iri: string;
  /** Hex. */
  readonly sha256: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export interface Registered {
  readonly outcome: 'registered' | 'updated' | 'unchanged' | 'quarantined' | 'conflict';
  readonly crateId: string;
  readonly crateVersionId: string;
  /** Rows by kind (table name), of this version. */
  readonly rows: Readonly<Record<string, number>>;
  readonly bytesReferenced: number;
  readonly findings: readonly Finding[];
  /** Why it is a conflict, where another document of the same source is the same crate. */
  readonly error?: Failure;
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
  /** Schema records kept with it. */
  readonly records: readonly {
    readonly iri: string;
    readonly mediaType: string;
    readonly bytes: Uint8Array;
  }[];
}

/** An experiment run as the Facility Search API's questions find it, before it is put into that API's words. */
export interface FoundExperiment {
  readonly entity_id: string;
  readonly facility: string;
  readonly experiment_code: string | null;
  readonly technique: string | null;
  /** What its crate wrote, where that is another word. */
  readonly technique_written: string | null;
  readonly instrument: string | null;
  readonly protein_name: string | null;
  readonly seguid: readonly string[];
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly creation_date: string | null;
  readonly date_written: string | null;
  readonly investigator: LambdaInvestigator | null;
  readonly crate_id: string;
  /** What its crate declares. */
  readonly identifiers: readonly string[];
  readonly bytes_referenced: number;
}

/** A stored metadata document. */
export interface CrateDocument {
  /** Hex, of the bytes. */
  readonly sha256: string;
  readonly size: number;
  readonly mediaType: string;
  /** URL (or arcp IRI) it came from, which its relative `@id`s and its identity follow from. */
  readonly original: string;
  /** Null where only the facts were asked for. */
  readonly bytes: Uint8Array | null;
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
export interface Registry extends PullWork, SourceStates, Changes, Curation, Archive, Origins {
  readonly engine: 'postgresql' | 'embedded';

  /** One transaction or none; `unchanged` writes no row. Retried on deadlock and serialization failure. */
  register(registration: Registration): Promise<Outcome<Registered>>;
  /** What `register` would answer, without writing. */
  preview(registration: Registration): Promise<Outcome<Registered>>;
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
  /**
   * Runs the Facility Search API's parameters ask for, of crates that are not gone, in batches, the first one always;
   * `publicFacilities` are those whose data anybody may read. Throws `RegistryError`.
   */
  lambdaSearch(
    query: LambdaQuery,
    publicFacilities: readonly string[],
    caller: Caller,
  ): AsyncIterable<readonly FoundExperiment[]>;
  /** The metadata document of a crate's current version, byte for byte; `not_found` where the caller may see none. */
  crateDocument(
    id: string,
    wanted: { readonly content: boolean },
    caller: Caller,
  ): Promise<Outcome<CrateDocument>>;
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

  pull(id: string): Promise<Outcome<{ readonly state: string; readonly report: PullReport }>>;
  /** Newest first, without their items. */
  pulls(filters: {
    readonly facility?: string;
    readonly source?: string;
    readonly limit: number;
  }): Promise<Outcome<readonly { readonly state: string; readonly report: PullReport }[]>>;

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

  /** Crates by source and standing. */
  sourceCounts(): Promise<
    Outcome<readonly ({ readonly facility: string; readonly source: string } & SourceCrates)[]>
  >;

  ping(): Promise<Outcome<void>>;
  close(): Promise<void>;
}

/*
 * open.ts  openRegistry(options: { databaseUrl: string | null; dataDir: string; notify?: readonly NotifyTarget[] })
 *          : Promise<Outcome<Registry>>   — connects, takes the migration lock, migrates, and returns the registry
 */
