import type { AccessLevel } from '../model/caller.ts';
import type { AdmissionPolicy, SourceConfig } from '../model/source-config.ts';
import type { CredentialReference, SecretReference, StorageRule } from '../model/storage-rule.ts';

export type { AdmissionPolicy, CredentialReference, SecretReference, SourceConfig, StorageRule };

export interface FacilityConfig {
  readonly code: string;
  readonly name: string;
  readonly ror: string | null;
  /** IANA zone. */
  readonly timezone: string;
  readonly access: { readonly metadata: AccessLevel; readonly content: AccessLevel };
  readonly sources: readonly SourceConfig[];
  /** Written rules and those a `directory` source implies. */
  readonly storage: readonly StorageRule[];
  readonly network: FacilityNetwork;
}

export interface FacilityNetwork {
  /** CIDR ranges beyond public unicast that requests to this facility may reach. */
  readonly allow: readonly string[];
  /** Requests in flight to one origin. */
  readonly concurrency: number;
  /** Most requests a second to one origin; null: no rate of ours. */
  readonly requests_per_second: number | null;
}

/** Where events are sent. */
export interface NotifyConfig {
  readonly name: string;
  readonly url: string;
  readonly secret: SecretReference;
  /** Event types or `group.*`; null: every type. */
  readonly events: readonly string[] | null;
  /** Facility codes; null: every facility. */
  readonly facilities: readonly string[] | null;
  /** CIDR ranges beyond public unicast this address may be in. */
  readonly allow: readonly string[];
}

/** The whole configuration, checked, with defaults filled in and paths absolute. */
export interface Config {
  /** Absolute path of the file it was read from; null for the built-in empty configuration. */
  readonly path: string | null;
  readonly facilities: readonly FacilityConfig[];
  /** CIDR ranges every facility may use; meant for a test bench on loopback. */
  readonly network: { readonly allowPrivate: readonly string[] };
  readonly notify: readonly NotifyConfig[];
  /** Where people and other bridges reach this service, without a slash at the end; null: not said. */
  readonly publicUrl: string | null;
}

/** What the environment and global options say, apart from the file. */
export interface Settings {
  /** Absolute data folder (default `./.crate-bridge`). */
  readonly dataDir: string;
  /** `DATABASE_URL`; null means the embedded PostgreSQL in the data folder. */
  readonly databaseUrl: string | null;
  /** `CRATE_BRIDGE_URL`: commands run on this service instead of the database. */
  readonly serviceUrl: string | null;
  /** `CRATE_BRIDGE_TOKEN`. Never printed. */
  readonly serviceToken: string | null;
}

/*
 * load.ts      loadConfig(options: { path?: string; cwd: string }): Promise<Outcome<Config>>
 * settings.ts  readSettings(env, options): Settings
 */
