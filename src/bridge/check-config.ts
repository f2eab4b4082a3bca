import type { Config, FacilityConfig, SourceConfig } from '../config/contract.ts';
import type { CredentialReference, SecretReference, StorageRule } from '../model/storage-rule.ts';
import { secretsOf } from '../net/credentials.ts';
import { type CredentialWarning, credentialWarnings } from '../net/expiry.ts';
import { readSecret, secretName } from '../net/secrets.ts';
import type { Outbound } from './context.ts';
import { nextRuns } from './schedule/next-run.ts';

/** Runs of a schedule that are shown. */
const RUNS = 3;

/** A configuration as it was understood. No secret is in it, only whether it is there. */
export interface CheckedConfig {
  readonly path: string | null;
  readonly public_url: string | null;
  readonly facilities: readonly CheckedFacility[];
  readonly notify: readonly {
    readonly name: string;
    readonly url: string;
    readonly events: readonly string[] | null;
    readonly secret: CheckedSecret;
  }[];
  /** Credentials that are not there, end soon or have ended. */
  readonly warnings: readonly CredentialWarning[];
}

export interface CheckedFacility {
  readonly code: string;
  readonly name: string;
  readonly timezone: string;
  readonly access: FacilityConfig['access'];
  readonly network: FacilityConfig['network'];
  readonly sources: readonly CheckedSource[];
  readonly storage: readonly CheckedRule[];
}

export interface CheckedSource {
  readonly name: string;
  readonly kind: SourceConfig['kind'];
  /** URLs, folder or bucket; empty for what is pushed. */
  readonly places: readonly string[];
  readonly schedule: string | null;
  readonly timezone: string;
  /** RFC 3339, the next few. */
  readonly next_runs: readonly string[];
  readonly admission: SourceConfig['admission'];
  readonly credentials: readonly CheckedCredential[];
}

export interface CheckedRule {
  readonly prefix: string;
  /** URL or folder that is read instead. */
  readonly target: string;
  readonly sources: readonly string[];
  readonly credential: CheckedCredential | null;
}

export interface CheckedCredential {
  readonly kind: CredentialReference['kind'];
  readonly secrets: readonly CheckedSecret[];
  readonly expires: string | null;
}

export interface CheckedSecret {
  /** Name of the variable, or of the file. */
  readonly where: string;
  readonly found: boolean;
}

/** What a configuration that holds comes to, with the credentials of this machine and the next runs from now on. */
export function checkConfig({ config, secrets, now }: Outbound): CheckedConfig {
  const secret = (reference: SecretReference): CheckedSecret => ({
    where: secretName(reference),
    found: readSecret(reference, secrets).ok,
  });
  const credential = (reference: CredentialReference): CheckedCredential => ({
    kind: reference.kind,
    secrets: secretsOf(reference).map(secret),
    expires: reference.expires ?? null,
  });
  const rule = ({ prefix, target, sources, credential: reference }: StorageRule): CheckedRule => ({
    prefix,
    target: target.kind === 'http' ? target.url : target.root,
    sources,
    credential: reference === undefined ? null : credential(reference),
  });
  const source = (from: SourceConfig): CheckedSource => ({
    name: from.name,
    kind: from.kind,
    places: placesOf(from),
    schedule: from.schedule ?? null,
    timezone: from.timezone,
    next_runs:
      from.schedule === undefined
        ? []
        : nextRuns({ cron: from.schedule, timezone: from.timezone }, now(), RUNS).map((at) =>
            at.toISOString(),
          ),
    admission: from.admission,
    credentials: from.credentials.map(credential),
  });
  return {
    path: config.path,
    public_url: config.publicUrl,
    facilities: config.facilities.map(({ sources, storage, ror: _, ...facility }) => ({
      ...facility,
      sources: sources.map(source),
      storage: storage.map(rule),
    })),
    notify: config.notify.map((target) => ({
      name: target.name,
      url: target.url,
      events: target.events,
      secret: secret(target.secret),
    })),
    warnings: credentialWarnings(referencesOf(config), secrets, now()),
  };
}

/** Every credential a configuration refers to, each once. */
export function referencesOf(config: Config): readonly CredentialReference[] {
  const all = config.facilities.flatMap(({ sources, storage }) => [
    ...sources.flatMap(({ credentials }) => credentials),
    ...storage.flatMap(({ credential }) => (credential === undefined ? [] : [credential])),
  ]);
  // one token for crates and files is one credential
  const known = new Set<string>();
  return all.filter((reference) => {
    const key = JSON.stringify(reference);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}

function placesOf(source: SourceConfig): readonly string[] {
  switch (source.kind) {
    case 'urls':
    case 'signposting':
      return source.urls;
    case 'directory':
      return [source.path];
    case 's3':
      return [`${source.endpoint}/${source.bucket}/${source.prefix}`];
    case 'push':
      return [];
    default:
      return [source.url];
  }
}
