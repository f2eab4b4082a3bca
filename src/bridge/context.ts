import { readFileSync } from 'node:fs';
import type { Config, FacilityConfig, SourceConfig, StorageRule } from '../config/contract.ts';
import type { FacilityAccess } from '../model/caller.ts';
import type { HttpClient } from '../net/contract.ts';
import type { SecretStore } from '../net/credentials.ts';
import type { Registry } from '../registry/contract.ts';
import { configuredTokens } from './oauth-tokens.ts';

/** What reaching out takes: no database. */
export interface Outbound {
  readonly config: Config;
  /** The facility's client: its own address allowances, one connection pool. */
  readonly httpFor: (facility: string) => Promise<HttpClient>;
  /** Where secrets are looked up, anew each time, so that a rotation counts at once; and what asks for OAuth tokens. */
  readonly secrets: SecretStore;
  readonly now: () => Date;
  readonly close: () => Promise<void>;
}

/** What every use case of a local bridge works with. */
export interface BridgeContext extends Outbound {
  readonly registry: Registry;
}

/** Makes the context; clients are opened at first use and closed together with the registry. */
export function createContext(options: {
  readonly config: Config;
  readonly registry: Registry;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now?: () => Date;
}): BridgeContext {
  const { registry } = options;
  const outbound = createOutbound(options);
  return {
    ...outbound,
    registry,
    close: async () => {
      await outbound.close();
      await registry.close();
    },
  };
}

/** The same without a database, for what only looks. */
export function createOutbound(options: {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now?: () => Date;
}): Outbound {
  const { config } = options;
  const clients = new Map<string, Promise<HttpClient>>();
  const httpFor = (facility: string) => {
    const client = clients.get(facility) ?? openClient(config, facility);
    clients.set(facility, client);
    return client;
  };
  const now = options.now ?? (() => new Date());
  const tokens = configuredTokens(config, now);
  return {
    config,
    httpFor,
    secrets: {
      env: options.env,
      readFile: (path) => readFileSync(path, 'utf8'),
      tokens,
    },
    now,
    close: async () => {
      await Promise.all([
        tokens.close(),
        ...[...clients.values()].map(async (client) => (await client).close()),
      ]);
    },
  };
}

/** Loaded at first use: a query should not wait for what only pulls and streams need. */
async function openClient(config: Config, facility: string): Promise<HttpClient> {
  const { createHttpClient } = await import('../net/client.ts');
  const network = config.facilities.find((f) => f.code === facility)?.network;
  return createHttpClient({
    allow: [...(network?.allow ?? []), ...config.network.allowPrivate],
    ...(network === undefined
      ? {}
      : { concurrency: network.concurrency, requestsPerSecond: network.requests_per_second }),
  });
}

/** A source with the facility it belongs to. */
export interface ConfiguredSource {
  readonly facility: FacilityConfig;
  readonly source: SourceConfig;
  /** `{facility}/{source}` */
  readonly id: string;
}

/** Every source of the configuration, in its order. */
export function configuredSources(config: Config): readonly ConfiguredSource[] {
  return config.facilities.flatMap((facility) =>
    facility.sources.map((source) => ({ facility, source, id: `${facility.code}/${source.name}` })),
  );
}

/** Every storage rule of every facility; the longest prefix wins, whoever wrote it. */
export function storageRules(config: Config): readonly StorageRule[] {
  return config.facilities.flatMap((facility) => facility.storage);
}

/** Access defaults, for `callerFor`. */
export function facilityAccess(config: Config): readonly FacilityAccess[] {
  return config.facilities.map((facility) => ({ facility: facility.code, ...facility.access }));
}
