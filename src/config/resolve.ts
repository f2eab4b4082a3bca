import { resolve } from 'node:path';
import { directoryPrefix } from '../model/arcp.ts';
import type { AccessLevel } from '../model/caller.ts';
import { CHANGE_TYPES, typesMeant } from '../model/changes.ts';
import { closest } from '../model/spelling.ts';
import type {
  Config,
  CredentialReference,
  FacilityConfig,
  NotifyConfig,
  SecretReference,
  StorageRule,
} from './contract.ts';
import type { ConfigProblem } from './errors.ts';
import { resolveSource, type WrittenSource } from './resolve-source.ts';
import { withCredentialFiles, withSecretFile } from './secret-files.ts';

/** A configuration as written, after the schema held. */
export interface WrittenConfig {
  readonly facilities: readonly WrittenFacility[];
  readonly network?: { readonly allowPrivate?: readonly string[] };
  readonly notify?: readonly WrittenNotify[];
  readonly publicUrl?: string;
}

interface WrittenNotify {
  readonly name: string;
  readonly url: string;
  readonly secret: SecretReference;
  readonly events?: readonly string[];
  readonly facilities?: readonly string[];
  readonly allow?: readonly string[];
}

interface WrittenFacility {
  readonly code: string;
  readonly name?: string;
  readonly ror?: string;
  readonly timezone?: string;
  readonly access?: { readonly metadata?: AccessLevel; readonly content?: AccessLevel };
  readonly sources: readonly WrittenSource[];
  readonly storage?: readonly WrittenStorage[];
  readonly network?: {
    readonly allow?: readonly string[];
    readonly concurrency?: number;
    readonly requestsPerSecond?: number;
  };
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
  problems.push(...unknownFacilities(written));
  const config: Config = {
    path,
    facilities,
    network: { allowPrivate: written.network?.allowPrivate ?? [] },
    notify: (written.notify ?? []).map((notify) => resolveNotify(notify, folder)),
    publicUrl: written.publicUrl?.replace(/\/+$/, '') ?? null,
  };
  return { config, problems };
}

function resolveFacility(
  facility: WrittenFacility,
  folder: string,
  storage: readonly StorageRule[],
): FacilityConfig {
  const timezone = facility.timezone ?? 'UTC';
  const sources = facility.sources.map((source) => resolveSource(source, folder, timezone));
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
    timezone,
    // Closed by default: publishing rows or bytes is a decision somebody writes down.
    access: {
      metadata: facility.access?.metadata ?? 'restricted',
      content: facility.access?.content ?? 'restricted',
    },
    sources,
    storage: [...storage, ...implied],
    network: {
      allow: facility.network?.allow ?? [],
      concurrency: facility.network?.concurrency ?? 8,
      requests_per_second: facility.network?.requestsPerSecond ?? null,
    },
  };
}

function resolveNotify(notify: WrittenNotify, folder: string): NotifyConfig {
  return {
    name: notify.name,
    url: notify.url,
    secret: withSecretFile(notify.secret, folder),
    events: notify.events ?? null,
    facilities: notify.facilities ?? null,
    allow: notify.allow ?? [],
  };
}

/** Facilities and events a target names that there are none of, and target names used twice. */
function unknownFacilities(written: WrittenConfig): readonly ConfigProblem[] {
  const codes = written.facilities.map((f) => f.code);
  const names = new Set<string>();
  return (written.notify ?? []).flatMap((notify, index) => {
    const problems = (notify.facilities ?? [])
      .filter((code) => !codes.includes(code))
      .map((code) => ({
        where: `/notify/${index}/facilities`,
        found: `"${code}"`,
        expected: `a facility of this file: ${codes.join(', ') || 'there are none'}`,
      }));
    const { unknown } = typesMeant(notify.events ?? []);
    if (unknown !== null) {
      const near = closest(unknown, CHANGE_TYPES);
      problems.push({
        where: `/notify/${index}/events`,
        found: `"${unknown}"`,
        expected:
          near === null
            ? `one of ${CHANGE_TYPES.join(', ')}, or a group such as crate.*`
            : `did you mean ${near}?`,
      });
    }
    if (names.has(notify.name)) {
      problems.push({
        where: `/notify/${index}/name`,
        found: `"${notify.name}" a second time`,
        expected: 'a name of its own',
      });
    }
    names.add(notify.name);
    return problems;
  });
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
    ...(rule.credential === undefined ? {} : { credential: withCredentialFiles(rule.credential, folder) }),
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
