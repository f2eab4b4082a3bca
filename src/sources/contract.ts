import type { Outcome } from '../model/failure.ts';

/** One crate a source knows of, before it is fetched. */
export interface CrateRef {
  /** URL (or arcp IRI) of the metadata document. */
  readonly url: string;
  /** Where a directory source reads it: absolute path. */
  readonly path?: string;
}

/** What a source has now. `complete` is false when the listing was cut, windowed or failed in part (design rule 10). */
export interface Listing {
  readonly refs: readonly CrateRef[];
  readonly complete: boolean;
}

/** A metadata document as fetched. */
export interface FetchedCrate {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** URL the document is registered under: after permanent or same-origin redirects, else the ref's own. */
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** One kind of source. Adding a kind is adding one file and its schema. */
export interface CrateSource {
  list(since: Date | null): Promise<Outcome<Listing>>;
  fetch(ref: CrateRef): Promise<Outcome<FetchedCrate>>;
}

/*
 * urls.ts       urlsSource(options: { urls, http: HttpClient, credentialFor?, maxBytes }): CrateSource
 * directory.ts  directorySource(options: { facility, source, path, maxBytes, limits? }): CrateSource
 *               directoryPrefix(facility, source): string      — `arcp://name,{source}.{facility}/` (model/arcp.ts)
 */
