import type { CredentialReference } from './storage-rule.ts';

/** What happens to a crate that does not hold (design §5). */
export type AdmissionPolicy = 'quarantine' | 'register-with-findings';

/** What every source has, whatever its kind. Defaults are filled in. */
export interface SourceCommon {
  readonly name: string;
  /** Five-field cron expression of when the source is pulled, in `timezone`; absent: only when somebody asks. */
  readonly schedule?: string;
  /** IANA zone of the schedule; the facility's. */
  readonly timezone: string;
  /** Hours after a scheduled pull within which a new or changed crate is expected; null: silence is normal. */
  readonly expect_within_hours: number | null;
  /** Tried in order: a refused one gives way to the next, so that an old and a new secret may overlap. */
  readonly credentials: readonly CredentialReference[];
  readonly admission: AdmissionPolicy;
  /** Complete, healthy listings in a row that must not name a crate before it is gone (design rule 10). */
  readonly gone_after: number;
  /** Largest share of a source's crates, 0 to 1, that one listing may stop naming; above it nothing is counted and the pull says so. */
  readonly hold_above: number;
  /** How deep crates named by crates are followed; 0: not at all. */
  readonly nested_depth: number;
}

export interface UrlsSourceConfig extends SourceCommon {
  readonly kind: 'urls';
  readonly urls: readonly string[];
}

export interface DirectorySourceConfig extends SourceCommon {
  readonly kind: 'directory';
  /** Absolute. */
  readonly path: string;
}

/** The LAMBDA Facility Search API 0.1. */
export interface LambdaSearchSourceConfig extends SourceCommon {
  readonly kind: 'lambda-search';
  /** Base URL: `{url}/search`, `{url}/health`. No slash at the end. */
  readonly url: string;
  /** Search parameters sent as they are: technique, facility, instrument, protein_name, seguid, is_public. */
  readonly query: Readonly<Record<string, string>>;
  /** Fields of a result that must have this very value; for what the API has no parameter for. */
  readonly match: Readonly<Record<string, string>>;
  /** RFC 6570 URL template over a result's fields that gives its metadata document; null: its `pid` is followed. */
  readonly crate: string | null;
  /** Days before the newest collection date seen that a windowed search starts at: its dates are of collection, not of publication. */
  readonly overlap_days: number;
  /** Cron expression of full searches; between them only the window is asked. */
  readonly full_sweep: string;
  /**
   * True where the API is another crate-bridge that passes this facility's crates on: the document's own URL
   * (`Link: <…>; rel="original"`) names the crate, and a source that pulls it from the facility itself takes over.
   */
  readonly relay: boolean;
}

/** An RO-Crate whose parts are crates. */
export interface CrateCollectionSourceConfig extends SourceCommon {
  readonly kind: 'crate-collection';
  /** Of the collection's metadata document. */
  readonly url: string;
}

/** Directory listings of a web server. */
export interface HttpIndexSourceConfig extends SourceCommon {
  readonly kind: 'http-index';
  /** Of the topmost listing; ends in a slash. */
  readonly url: string;
  /** Folders below it. */
  readonly max_depth: number;
}

/** Landing pages or DOIs, resolved by the RO-Crate retrieval algorithm (RO-Crate 1.2, "Retrieving an RO-Crate"). */
export interface SignpostingSourceConfig extends SourceCommon {
  readonly kind: 'signposting';
  readonly urls: readonly string[];
}

/** Objects under a prefix of an S3-compatible store. */
export interface S3SourceConfig extends SourceCommon {
  readonly kind: 's3';
  /** Such as https://s3.us-west-2.amazonaws.com or http://minio.facility.org:9000. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Empty: the whole bucket. */
  readonly prefix: string;
  readonly region: string;
  /** `https://endpoint/bucket/key` rather than `https://bucket.endpoint/key`. */
  readonly path_style: boolean;
}

/** A facility that may only call out: its crates arrive by `POST /api/v1/sources/{name}/crates`. */
export interface PushSourceConfig extends SourceCommon {
  readonly kind: 'push';
}

/** Where crates come from, one variant a kind. */
export type SourceConfig =
  | UrlsSourceConfig
  | DirectorySourceConfig
  | LambdaSearchSourceConfig
  | CrateCollectionSourceConfig
  | HttpIndexSourceConfig
  | SignpostingSourceConfig
  | S3SourceConfig
  | PushSourceConfig;

export type SourceKind = SourceConfig['kind'];

/** The configuration of one kind. */
export type SourceConfigOf<K extends SourceKind> = Extract<SourceConfig, { readonly kind: K }>;
