import { type Outcome, success } from '../model/failure.ts';
import type { Credential, HttpClient } from '../net/contract.ts';
import type { CrateRef, CrateSource, FetchedCrate, Listing } from './contract.ts';

export interface UrlsSourceOptions {
  /** URLs of metadata documents. */
  readonly urls: readonly string[];
  readonly http: HttpClient;
  /** The source's credential for an origin; asked for the origins of `urls` only, at the moment of use. */
  readonly credentialFor?: (origin: string) => Outcome<Credential>;
  /** Cap on one document, decoded. */
  readonly maxBytes: number;
}

const ACCEPT = 'application/ld+json, application/json;q=0.9, */*;q=0.1';

/**
 * Crates listed by hand. The list is the configuration, so it is always complete, and nothing is asked for it; `since` has
 * no meaning here. A document another crate names is fetched without the credential unless it lives at a listed origin.
 */
export function urlsSource(options: UrlsSourceOptions): CrateSource {
  const origins = new Set(options.urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin));

  return {
    async list(): Promise<Outcome<Listing>> {
      const refs = [...new Set(options.urls)].map((url) => ({ url }));
      return success({ refs, complete: true });
    },

    async fetch(ref: CrateRef): Promise<Outcome<FetchedCrate>> {
      const credential = credentialOf(ref.url);
      if (credential !== null && !credential.ok) return credential;
      const document = await options.http.fetchDocument({
        url: ref.url,
        headers: { accept: ACCEPT },
        maxBytes: options.maxBytes,
        ...(credential === null ? {} : { credential: credential.value }),
      });
      if (!document.ok) return document;
      const { bytes, headers, permanent, url } = document.value;
      return success({
        bytes,
        mediaType: headers['content-type'] ?? 'application/octet-stream',
        // A temporary redirect to elsewhere says where it is today, not what it is called.
        url: permanent ? url : ref.url,
        etag: headers['etag'] ?? null,
        lastModified: headers['last-modified'] ?? null,
      });
    },
  };

  function credentialOf(url: string): Outcome<Credential> | null {
    if (options.credentialFor === undefined || !URL.canParse(url)) return null;
    const { origin } = new URL(url);
    return origins.has(origin) ? options.credentialFor(origin) : null;
  }
}
