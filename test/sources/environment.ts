import { success } from '../../src/model/failure.ts';
import type {
  SourceCommon,
  SourceConfig,
  SourceConfigOf,
  SourceKind,
} from '../../src/model/source-config.ts';
import { createHttpClient } from '../../src/net/client.ts';
import type { SourceEnvironment } from '../../src/sources/contract.ts';

/** What the tests of an adapter open it with: no credentials, this machine's clock, a cap of 1 MB. */
export function environment(given: Partial<SourceEnvironment> = {}): SourceEnvironment {
  return {
    facility: 'ALS',
    http: given.http ?? createHttpClient({ allow: ['127.0.0.0/8'] }),
    credentialsFor: async () => success([]),
    secret: () => success('secret'),
    maxBytes: 1_000_000,
    now: () => new Date(),
    ...given,
  };
}

/** Bearer tokens for whatever origin is asked; `asked` collects the origins. */
export function bearers(
  tokens: readonly string[],
  asked: string[] = [],
): SourceEnvironment['credentialsFor'] {
  return async (origin) => {
    asked.push(origin);
    return success(tokens.map((token) => ({ origin, headers: { authorization: `Bearer ${token}` } })));
  };
}

const COMMON: SourceCommon = {
  name: 'Crates',
  timezone: 'UTC',
  expect_within_hours: null,
  credentials: [],
  admission: 'quarantine',
  gone_after: 2,
  hold_above: 0.2,
  nested_depth: 8,
};

/** A source's configuration with the defaults of what every source has. */
export function sourceConfig<K extends SourceKind>(
  own: { readonly kind: K } & Omit<SourceConfigOf<K>, keyof SourceCommon>,
): SourceCommon & typeof own;
export function sourceConfig(own: { readonly kind: SourceConfig['kind'] }): SourceCommon {
  return { ...COMMON, ...own };
}
