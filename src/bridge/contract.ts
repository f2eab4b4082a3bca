import type { Caller } from '../model/caller.ts';
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
import type { PullItemReport, PullReport } from '../model/reports.ts';
import type { NewToken, TokenInfo } from '../registry/contract.ts';
import type { ProvenStream } from '../storage/contract.ts';

/** What a door shows while a pull runs. */
export interface PullProgress {
  listed(source: string, crates: number): void;
  item(source: string, item: PullItemReport): void;
}

export interface PullRequest {
  /** Source names (`name` or `facility/name`); empty means all. */
  readonly sources: readonly string[];
  readonly dryRun: boolean;
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
export interface Bridge {
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
