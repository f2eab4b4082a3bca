import { resolve } from 'node:path';
import { directoryPrefix } from '../model/arcp.ts';
import type { AccessLevel } from '../model/caller.ts';
import type {
  AdmissionPolicy,
  Config,
  CredentialReference,
  FacilityConfig,
  SourceConfig,
  StorageRule,
} from './contract.ts';
import type { ConfigProblem } from './errors.ts';

/** A configuration as written, after the schema held. */
export interface WrittenConfig {
  readonly facilities: readonly WrittenFacility[];
  readonly network?: { readonly allowPrivate?: readonly string[] };
}

interface WrittenFacility {
  readonly code: string;
  readonly name?: string;
  readonly ror?: string;
  readonly timezone?: string;
  readonly access?: { readonly metadata?: AccessLevel; readonly content?: AccessLevel };
  readonly sources: readonly WrittenSource[];
  readonly storage?: readonly WrittenStorage[];
  readonly network?: { readonly allow?: readonly string[] };
}

interface WrittenSource {
  readonly name: string;
  readonly kind: 'urls' | 'directory';
  readonly url?: string;
  readonly urls?: readonly string[];
  readonly path?: string;
  readonly schedule?: string;
  readonly credential?: CredentialReference;
  readonly admission?: AdmissionPolicy;
}

interface WrittenStorage {
  readonly prefix: string;
  readonly url?: string;
  readonly root?: string;
  readonly sources?: readonly string[];
  readonly credential?: CredentialReference;
}

/** Fills in defaults, makes folders absolute, adds the rules that sources imply, and checks what a schema cannot: names. */
export function resolveConfig(
  written: WrittenConfig,
  path: string,
  folder: string,
): { readonly config: Config; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [...duplicateNames(written)];
  const every = new Set(written.facilities.flatMap((f) => f.sources.map((s) => `${f.code}/${s.name}`)));
  const facilities = written.facilities.map((facility, index) => {
    const storage = (facility.storage ?? []).map((rule, at) => {
      const sources = ruleSources(rule, facility);
      for (const source of sources) {
        if (!every.has(source)) {
          problems.push({
            where: `/facilities/${index}/storage/${at}/sources`,
            found: `"${source}"`,
            expected: `a source of this file: ${[...every].join(', ') || 'there are none'}`,
          });
        }
      }
      return storageRule(rule, facility.code, sources, folder);
    });
    return resolveFacility(facility, folder, storage);
  });
  problems.push(...duplicatePrefixes(facilities));
  const config: Config = { path, facilities, network: { allowPrivate: written.network?.allowPrivate ?? [] } };
  return { config, problems };
}

function resolveFacility(
  facility: WrittenFacility,
  folder: string,
  storage: readonly StorageRule[],
): FacilityConfig {
  const sources = facility.sources.map((source) => resolveSource(source, folder));
  const implied = sources.flatMap((source): StorageRule[] =>
    source.kind === 'directory'
      ? [
          {
            prefix: directoryPrefix(facility.code, source.name),
            facility: facility.code,
            target: { kind: 'file', root: source.path },
            sources: [`${facility.code}/${source.name}`],
          },
        ]
      : [],
  );
  return {
    code: facility.code,
    name: facility.name ?? facility.code,
    ror: facility.ror ?? null,
    timezone: facility.timezone ?? 'UTC',
    // Closed by default: publishing rows or bytes is a decision somebody writes down.
    access: {
      metadata: facility.access?.metadata ?? 'restricted',
      content: facility.access?.content ?? 'restricted',
    },
    sources,
    storage: [...storage, ...implied],
    network: { allow: facility.network?.allow ?? [] },
  };
}

function resolveSource(source: WrittenSource, folder: string): SourceConfig {
  const common = {
    name: source.name,
    admission: source.admission ?? 'quarantine',
    ...(source.schedule === undefined ? {} : { schedule: source.schedule }),
    ...(source.credential === undefined ? {} : { credential: source.credential }),
  } as const;
  return source.kind === 'directory'
    ? { ...common, kind: 'directory', path: resolve(folder, source.path ?? '.') }
    : { ...common, kind: 'urls', urls: source.urls ?? (source.url === undefined ? [] : [source.url]) };
}

function storageRule(
  rule: WrittenStorage,
  facility: string,
  sources: readonly string[],
  folder: string,
): StorageRule {
  return {
    prefix: rule.prefix,
    facility,
    target:
      rule.url === undefined
        ? { kind: 'file', root: resolve(folder, rule.root ?? '.') }
        : { kind: 'http', url: rule.url.endsWith('/') ? rule.url : `${rule.url}/` },
    sources,
    ...(rule.credential === undefined ? {} : { credential: rule.credential }),
  };
}

function ruleSources(rule: WrittenStorage, facility: WrittenFacility): readonly string[] {
  if (rule.sources === undefined) return facility.sources.map((s) => `${facility.code}/${s.name}`);
  return rule.sources.map((s) => (s.includes('/') ? s : `${facility.code}/${s}`));
}

function duplicateNames(written: WrittenConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const codes = new Set<string>();
  written.facilities.forEach((facility, index) => {
    // Codes enter identity keys lower-cased, so two that differ in case alone would be one facility there.
    if (codes.has(facility.code.toLowerCase())) {
      problems.push({
        where: `/facilities/${index}/code`,
        found: `"${facility.code}" a second time`,
        expected: 'a code of its own',
      });
    }
    codes.add(facility.code.toLowerCase());
    const names = new Set<string>();
    facility.sources.forEach((source, at) => {
      if (names.has(source.name.toLowerCase())) {
        const where = `/facilities/${index}/sources/${at}/name`;
        problems.push({
          where,
          found: `"${source.name}" a second time`,
          expected: 'a name of its own in this facility',
        });
      }
      names.add(source.name.toLowerCase());
    });
  });
  return problems;
}

function duplicatePrefixes(facilities: readonly FacilityConfig[]): readonly ConfigProblem[] {
  const owner = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  facilities.forEach((facility, index) => {
    for (const rule of facility.storage) {
      const other = owner.get(rule.prefix);
      if (other !== undefined) {
        problems.push({
          where: `/facilities/${index}/storage`,
          found: `the prefix ${rule.prefix} a second time (first in ${other})`,
          expected: 'one rule for a prefix',
        });
      }
      owner.set(rule.prefix, facility.code);
    }
  });
  return problems;
}
