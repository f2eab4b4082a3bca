import type { AccessLevel } from '../model/caller.ts';
import type { CredentialReference, StorageRule } from '../model/storage-rule.ts';

export type { CredentialReference, StorageRule };

/** What happens to a crate that does not hold (design §5). */
export type AdmissionPolicy = 'quarantine' | 'register-with-findings';

interface SourceCommon {
  readonly name: string;
  /** Cron expression; kept and shown, run by the scheduler. */
  readonly schedule?: string;
  readonly credential?: CredentialReference;
  readonly admission: AdmissionPolicy;
}

/** Where crates come from, one variant a kind. */
export type SourceConfig =
  | (SourceCommon & { readonly kind: 'urls'; readonly urls: readonly string[] })
  | (SourceCommon & { readonly kind: 'directory' /** Absolute. */; readonly path: string });

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
  /** CIDR ranges beyond public unicast that requests to this facility may reach. */
  readonly network: { readonly allow: readonly string[] };
}

/** The whole configuration, checked, with defaults filled in and paths absolute. */
export interface Config {
  /** Absolute path of the file it was read from; null for the built-in empty configuration. */
  readonly path: string | null;
  readonly facilities: readonly FacilityConfig[];
  /** CIDR ranges every facility may use; meant for a test bench on loopback. */
  readonly network: { readonly allowPrivate: readonly string[] };
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
