import type { Failure, Outcome } from '../model/failure.ts';
import type { SourceConfigOf, SourceKind } from '../model/source-config.ts';
import type { Credential, HttpClient, OutboundRequest } from '../net/contract.ts';

/** What a server said of a document when it was last fetched (RFC 9110 §8.8). */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Where the document was, when the place of its ref only led to it (a landing page, a DOI); asked first then. */
  readonly documentUrl?: string | null;
}

/** One crate a source knows of, before it is fetched. */
export interface CrateRef {
  /**
   * Where the crate is found: URL (or arcp IRI) of its metadata document, of a zip that holds it, or of the landing page
   * that leads to it. The place, not the identity: that is `FetchedCrate.url`.
   */
  readonly url: string;
  /** A schema record that a crate names: brought as it is. Otherwise a crate is expected there, or a way to one. */
  readonly record?: boolean;
  /** What the listing itself says of the document; where it equals what was stored, nothing is fetched. */
  readonly validators?: Validators;
}

/** What a source has now. */
export interface Listing {
  readonly refs: readonly CrateRef[];
  /** False when the listing was cut, windowed, empty where emptiness proves nothing, or failed in part (design rule 10). */
  readonly complete: boolean;
  /** What could not be listed, reported beside what could; never empty where a part failed. */
  readonly problems: readonly Failure[];
  /** Where a later windowed listing may start: the newest date seen, as the source writes it. Only kinds with windows. */
  readonly watermark?: string;
}

export interface ListRequest {
  /** Ask only for what is newer than this watermark; null: everything. Kinds without windows list everything. */
  readonly since: string | null;
  readonly signal?: AbortSignal;
}

/** A metadata document as fetched. */
export interface FetchedCrate {
  readonly kind: 'document';
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** URL the document is registered under: after permanent or same-origin redirects, else the ref's own; arcp for a zip. */
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** URL that sent the document or the zip, where the ref's own only leads there. The validators are of what is there. */
  readonly documentUrl?: string;
}

/** The validators still hold: the document is the one fetched before. */
export interface NotModified {
  readonly kind: 'not-modified';
}

/**
 * One kind of source, opened. Failures of a listing or a fetch are values: `upstream_denied` is a credential problem, never
 * an absence; `upstream_missing` is the server's word that nothing is there.
 */
export interface CrateSource {
  list(request: ListRequest): Promise<Outcome<Listing>>;
  /** Fetches a ref of the listing, or a document a crate of this source names. `known` makes the request conditional. */
  fetch(ref: CrateRef, known: Validators | null): Promise<Outcome<FetchedCrate | NotModified>>;
}

/** What an adapter works with. */
export interface SourceEnvironment {
  readonly facility: string;
  readonly http: HttpClient;
  /**
   * Every live credential of the source for an origin, newest first, empty where it has none; asked at the moment of use.
   * A kind that signs each request replaces this for itself.
   */
  readonly credentialsFor: (
    origin: string,
    request: Pick<OutboundRequest, 'url' | 'method'>,
  ) => Promise<Outcome<readonly Credential[]>>;
  /** The value behind a reference, for kinds that sign; `credential_missing` names the variable or file. */
  readonly secret: (reference: { readonly env: string } | { readonly file: string }) => Outcome<string>;
  /** Cap on one metadata document, decoded. */
  readonly maxBytes: number;
  readonly now: () => Date;
}

/** Opens a source of one kind. Each kind is one file that exports one of these. */
export type OpenSource<K extends SourceKind> = (
  config: SourceConfigOf<K>,
  environment: SourceEnvironment,
) => CrateSource;

/*
 * kinds.ts             openSource(config, environment): Promise<CrateSource>   — one line a kind, loaded at first use
 * http-document.ts     fetchHttpDocument(…): the conditional fetch every HTTP kind shares
 * urls.ts · directory.ts · lambda-search.ts · crate-collection.ts · http-index.ts · signposting.ts · s3.ts · push.ts
 * crate-names.ts       what is taken for a crate where files are listed by name
 * zip/…                metadata document of a zipped crate, through ranges or a capped download
 * retrieval/…          how a landing page or a PID leads to its crate: retrieveCrate(…)
 */
