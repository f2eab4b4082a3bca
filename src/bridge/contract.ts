import type { Caller } from '../model/caller.ts';
import type { ChangeFilters, ChangePage, DriftReport } from '../model/changes.ts';
import type { Outcome } from '../model/failure.ts';
import type { ProfileChoice, ValidationReport } from '../model/finding.ts';
import type {
  DetailOf,
  FacilityItem,
  FileItem,
  ItemOf,
  ListFilters,
  ListKind,
  Page,
  PageRequest,
} from '../model/items.ts';
import type { LambdaAnswer, LambdaHealth, LambdaQuery } from '../model/lambda-search.ts';
import type {
  FindingsLink,
  QuarantinedCrate,
  QuarantinedItem,
  QuarantineFilters,
} from '../model/quarantine.ts';
import type { PullItemReport, PullReport } from '../model/reports.ts';
import type { SourceItem } from '../model/sources.ts';
import type { FileWhy } from '../model/why.ts';
import type { CrateDocument, NewToken, TokenInfo } from '../registry/contract.ts';
import type { ProvenStream } from '../storage/contract.ts';
import type { ChangesRequest } from './changes.ts';
import type { Curating } from './curating.ts';

/** What a door shows while pulls run. */
export interface PullProgress {
  /** How far the pull of a source is: crates found so far and those done, by whichever process. */
  at(source: string, reached: { readonly listed: number; readonly done: number }): void;
}

/** A crate that is sent rather than pulled. */
export interface PushRequest {
  /** A source of kind `push`: `name` or `facility/name`. */
  readonly source: string;
  /** Its place in the source, folders separated by `/`; null for a detached crate, whose root says what it is. */
  readonly path: string | null;
  /** `application/ld+json`, `application/json` or `application/zip`, with whatever parameters. */
  readonly mediaType: string;
  /** The metadata document, or the zip that holds it. */
  readonly read: () => Promise<Outcome<Uint8Array>>;
  /** Waits until the crates it names are pulled as well; else they are while nobody waits. */
  readonly wait?: boolean;
}

export interface PullRequest {
  /** Source names (`name` or `facility/name`); empty means all. */
  readonly sources: readonly string[];
  readonly dryRun: boolean;
  /** Everything is asked for, also where a source would only be asked for what is newer. */
  readonly full?: boolean;
  /** What the listings no longer name is gone: the caller vouches for it. */
  readonly acceptMissing?: boolean;
  readonly progress?: PullProgress;
}

/** A file about to be streamed: every header a door needs, and the bytes under proof. */
export interface OpenedFile {
  readonly file: {
    readonly id: string;
    readonly file_name: string;
    readonly encoding_format: string | null;
    readonly sha256: string | null;
    readonly file_size_bytes: number | null;
    readonly storage_uri: string;
  };
  readonly stream: ProvenStream;
}

/** What can be said of a file's bytes without reading them (HEAD). */
export interface DescribedFile {
  readonly file: OpenedFile['file'];
  /** True when a GET would be proven; false when no checksum is known. */
  readonly verifiable: boolean;
}

export interface OpenRequest {
  /** Pointer id, or an absolute storage_uri. */
  readonly file: string;
  /** Allow bytes that nothing proves; only meaningful where no checksum is known. Audited. */
  readonly unverified: boolean;
  readonly door: 'http' | 'cli';
  readonly signal: AbortSignal;
}

export interface Health {
  readonly status: 'healthy' | 'unhealthy';
  readonly version: string;
  readonly engine: 'postgresql' | 'embedded' | 'remote';
}

/**
 * What the doors call: the use cases, one file each behind it. The command line speaks to this interface whether the
 * database is here or a service answers (`CRATE_BRIDGE_URL`). Expected failures are values; a door turns them into a
 * status or an exit code.
 */
export interface Bridge extends Curating {
  list<K extends ListKind>(
    kind: K,
    filters: ListFilters,
    page: PageRequest,
    caller: Caller,
  ): Promise<Outcome<Page<ItemOf[K]>>>;
  get<K extends ListKind>(kind: K, id: string, caller: Caller): Promise<Outcome<DetailOf[K]>>;
  facilities(caller: Caller): Promise<Outcome<readonly FacilityItem[]>>;
  facility(code: string, caller: Caller): Promise<Outcome<FacilityItem>>;
  countRunsByStatus(filters: ListFilters, caller: Caller): Promise<Outcome<Readonly<Record<string, number>>>>;

  /** Pulls and waits. Needs `pulls:write`. One source's failure is in its report and never stops another. */
  pull(request: PullRequest, caller: Caller): Promise<Outcome<readonly PullReport[]>>;
  /** Starts pulls in the background and answers with their ids at once. */
  startPulls(
    request: PullRequest,
    caller: Caller,
  ): Promise<Outcome<readonly { readonly id: string; readonly source: string }[]>>;
  pullReport(
    id: string,
    caller: Caller,
  ): Promise<Outcome<{ readonly state: string; readonly report: PullReport }>>;

  /** The newest pulls of facilities the caller may pull, or of one source (`name` or `facility/name`), without their items. */
  pulls(
    filters: { readonly source?: string; readonly limit: number },
    caller: Caller,
  ): Promise<Outcome<readonly { readonly state: string; readonly report: PullReport }[]>>;

  /** Every configured source of facilities the caller may see whole, and how it stands. */
  sources(caller: Caller): Promise<Outcome<readonly SourceItem[]>>;
  /** Stops or restarts the schedule of a source (`name` or `facility/name`). Needs `pulls:write`. */
  pauseSource(source: string, because: string | null, caller: Caller): Promise<Outcome<void>>;
  resumeSource(source: string, caller: Caller): Promise<Outcome<void>>;

  /**
   * Registers a crate that a facility sends, under the same checks as one that is pulled. Needs `crates:push` for the
   * facility, which is asked for before the body is read. The body is read once.
   */
  push(request: PushRequest, caller: Caller): Promise<Outcome<PullItemReport>>;

  /** Crates that wait in quarantine, of facilities the caller reaches as a whole; nothing for strangers. */
  quarantined(
    filters: QuarantineFilters,
    page: PageRequest,
    caller: Caller,
  ): Promise<Outcome<Page<QuarantinedItem>>>;
  quarantinedCrate(id: string, caller: Caller): Promise<Outcome<QuarantinedCrate>>;
  /** Reads what is stored of one of them again with the rules of today, fetching nothing. Needs `pulls:write`. */
  retryQuarantined(id: string, caller: Caller): Promise<Outcome<PullItemReport>>;
  /** Makes an address at which its findings are read without an account, for 30 days or as many. Needs `pulls:write`. */
  linkFindings(id: string, days: number | null, caller: Caller): Promise<Outcome<FindingsLink>>;

  /**
   * Changes the caller may see, in the order of commits; held until something comes where that was asked for. `usage` for a
   * cursor that is none, or that is ahead of the database.
   */
  changes(request: ChangesRequest, caller: Caller): Promise<Outcome<ChangePage>>;
  /** Superseded, moved, gone, returned and conflicting crates. */
  drift(filters: ChangeFilters, caller: Caller): Promise<Outcome<DriftReport>>;

  validate(
    sources: readonly string[],
    profile: ProfileChoice,
  ): Promise<
    Outcome<{
      readonly reports: readonly ValidationReport[];
      readonly unreadable: readonly { readonly source: string; readonly message: string }[];
    }>
  >;

  /** Resolves a pointer through its storage rule and opens its bytes under proof; every attempt is a verification. */
  open(request: OpenRequest, caller: Caller): Promise<Outcome<OpenedFile>>;
  describe(file: string, caller: Caller): Promise<Outcome<DescribedFile>>;
  /** The item behind a pointer id or storage_uri, for `fetch` to name its output. */
  fileItem(file: string, caller: Caller): Promise<Outcome<FileItem>>;
  /** Why a pointer (its id, or a storage_uri) is what it is: who says it, in which words, and what reads it. */
  why(file: string, caller: Caller): Promise<Outcome<FileWhy>>;

  /** The caller a bearer secret stands for; `unauthenticated` when it is unknown, expired or revoked. Null is anonymous. */
  authenticate(secret: string | null): Promise<Outcome<Caller>>;
  createToken(
    token: NewToken,
    caller: Caller,
  ): Promise<Outcome<{ readonly id: string; readonly secret: string }>>;
  tokens(caller: Caller): Promise<Outcome<readonly TokenInfo[]>>;
  revokeToken(name: string, caller: Caller): Promise<Outcome<void>>;

  health(): Promise<Health>;
  close(): Promise<void>;
}

/** What a service offers to other bridges and to clients of the LAMBDA Facility Search API, and nobody asks of a remote one. */
export interface Federation {
  /**
   * Experiments by the parameters of the LAMBDA Facility Search API. `base`: where the request reached the service, without a
   * slash at the end; the configuration's `publicUrl` goes before it.
   */
  lambdaSearch(query: LambdaQuery, base: string, caller: Caller): Promise<Outcome<LambdaAnswer>>;
  lambdaHealth(): Promise<LambdaHealth>;
  /** What a secret address of `linkFindings` shows; `not_found` once it ended. */
  findingsBehind(secret: string): Promise<Outcome<QuarantinedCrate>>;
  /** The original metadata document of a crate's current version, for who passes it on. */
  crateDocument(
    id: string,
    wanted: { readonly content: boolean },
    caller: Caller,
  ): Promise<Outcome<CrateDocument>>;
}
