import type { FacilityConfig, SourceConfig } from '../config/contract.ts';
import { DEFAULT_LIMITS } from '../crate/contract.ts';
import { credentialsFor, readSecret } from '../net/credentials.ts';
import type { CrateSource } from '../sources/contract.ts';
import { openSource as openKind } from '../sources/kinds.ts';
import type { Outbound } from './context.ts';

/** The adapter of a configured source, with what it works with: the facility's client, the source's credentials, a clock. */
export async function openSource(
  context: Outbound,
  facility: FacilityConfig,
  source: SourceConfig,
): Promise<CrateSource> {
  return openKind(source, {
    facility: facility.code,
    http: await context.httpFor(facility.code),
    credentialsFor: (origin) => credentialsFor(source.credentials, origin, context.secrets),
    secret: (reference) => readSecret(reference, context.secrets),
    maxBytes: DEFAULT_LIMITS.maxBytes,
    now: context.now,
  });
}
