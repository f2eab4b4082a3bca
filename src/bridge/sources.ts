import type { FacilityConfig, SourceConfig } from '../config/contract.ts';
import { DEFAULT_LIMITS } from '../crate/contract.ts';
import { credentialFor as referredCredential } from '../net/credentials.ts';
import type { CrateSource } from '../sources/contract.ts';
import { directorySource } from '../sources/directory.ts';
import { urlsSource } from '../sources/urls.ts';
import type { BridgeContext } from './context.ts';

/** The adapter of a configured source. */
export async function openSource(
  context: BridgeContext,
  facility: FacilityConfig,
  source: SourceConfig,
): Promise<CrateSource> {
  const { maxBytes } = DEFAULT_LIMITS;
  switch (source.kind) {
    case 'urls': {
      const { credential } = source;
      return urlsSource({
        urls: source.urls,
        http: await context.httpFor(facility.code),
        maxBytes,
        ...(credential === undefined
          ? {}
          : { credentialFor: (origin) => referredCredential(credential, origin, context.secrets) }),
      });
    }
    case 'directory':
      return directorySource({ facility: facility.code, source: source.name, path: source.path, maxBytes });
  }
}
