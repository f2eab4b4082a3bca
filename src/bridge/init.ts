import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { bundledSchema } from '../config/bundled-schema.ts';
import { type Failure, failure, type Outcome, success } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';
import type { JsonObject } from '../model/json.ts';
import type { CrateRows } from '../model/rows.ts';
import { type Explored, type Exploring, explore, readFirst } from './explore.ts';
import { rootOf } from './uri-root.ts';

/** Name of the schema that is put beside a configuration. */
const SCHEMA_NAME = 'crate-bridge.schema.json';

/** What the person says of the facility. */
export interface FacilityAnswers {
  readonly code: string;
  readonly name: string;
  readonly timezone: string;
  /** Address ranges beyond public ones. */
  readonly allow: readonly string[];
}

/** What was written, and what the first crate would bring under it. Nothing of the crate is kept. */
export interface InitReport {
  /** Absolute path of the configuration. */
  readonly config: string;
  readonly kind: Explored['kind'];
  readonly crates: number;
  readonly crate: {
    readonly url: string;
    readonly iri: string;
    readonly profile: 'lambda-core' | 'ro-crate';
    readonly conformant: boolean;
    readonly findings: readonly Finding[];
  };
  readonly rows: CrateRows | null;
  /** What is still to be written by hand. */
  readonly notes: readonly string[];
}

/** A configuration about to be written, and what is still to be done by hand. */
interface DraftConfig {
  readonly config: JsonObject;
  readonly notes: readonly string[];
}

/**
 * Writes the configuration of what was explored, with its schema beside, and reads the first crate as a pull under it would.
 * Overwrites nothing: `usage` where a file of that name is there.
 */
export async function initialise(
  found: { readonly exploring: Exploring; readonly explored: Explored },
  answers: FacilityAnswers,
  path: string,
): Promise<Outcome<InitReport>> {
  // what lies in a folder is named after its facility
  const named = { ...found.exploring, facility: draftFacility(answers) };
  const again = found.explored.kind === 'directory' ? await explore(named) : success(found.explored);
  if (!again.ok) return again;
  const explored = again.value;
  const { config, notes } = draftConfig(explored, answers, path);
  const written = await writeConfig(path, config);
  if (!written.ok) return written;
  const { url, document } = explored.first;
  const read = await readFirst(document, { ...answers, source: found.exploring.source });
  return success({
    config: path,
    kind: explored.kind,
    crates: explored.crates,
    crate: {
      url,
      iri: read.crateIri,
      profile: read.profile,
      conformant: read.conformant,
      findings: read.findings.filter((f) => f.profile === read.profile || f.profile === 'crate'),
    },
    rows: read.rows,
    notes: [...(written.value === null ? [] : [written.value]), ...notes],
  });
}

/** The facility as the configuration writes it, without its sources. */
function draftFacility({ code, name, timezone, allow }: FacilityAnswers): JsonObject {
  return {
    code,
    ...(name === code ? {} : { name }),
    timezone,
    // Closed, and said so: opening is a decision.
    access: { metadata: 'restricted', content: 'restricted' },
    ...(allow.length === 0 ? {} : { network: { allow } }),
  };
}

/** A configuration of one facility with the source that was found, for a file at `path`. */
function draftConfig(explored: Explored, answers: FacilityAnswers, path: string): DraftConfig {
  const source = { ...explored.source };
  const folder = source['path'];
  if (typeof folder === 'string') source['path'] = pathFrom(dirname(path), folder);
  const { rules, notes } = storageFor(explored);
  const { network, ...facility } = draftFacility(answers);
  return {
    config: {
      $schema: `./${SCHEMA_NAME}`,
      facilities: [
        {
          ...facility,
          sources: [source],
          ...(rules.length === 0 ? {} : { storage: rules }),
          ...(network === undefined ? {} : { network }),
        },
      ],
    },
    notes,
  };
}

/** A code for the facility, from what its crate calls it; `LOCAL` where that says nothing. */
export function suggestedCode(explored: Explored): string {
  const said = explored.first.read.rows?.crate.facility_name ?? '';
  const code = said
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 64);
  return code === '' ? 'LOCAL' : code;
}

/** `usage` where a file of that name is there: nothing is ever overwritten. */
export async function mayWrite(path: string): Promise<Outcome<void>> {
  if ((await stat(path).catch(() => null)) === null) return success(undefined);
  return failure('usage', `${path} is there already, and init overwrites nothing.`, {
    where: path,
    expected: 'another name (-o), or the file moved away',
  });
}

/** Writes the configuration, and the schema beside it unless there is one. Says so where that one is another. */
async function writeConfig(path: string, config: JsonObject): Promise<Outcome<string | null>> {
  const schema = join(dirname(path), SCHEMA_NAME);
  const text = jsonText(bundledSchema());
  try {
    await writeFile(path, jsonText(config), { flag: 'wx' });
    const there = await readFile(schema, 'utf8').catch(() => null);
    if (there === null) await writeFile(schema, text, { flag: 'wx' });
    return success(
      there === null || there === text
        ? null
        : `${schema} is of another version and was kept; crate-bridge config schema prints this one's.`,
    );
  } catch (error) {
    return { ok: false, failure: notWritten(error, path) };
  }
}

function notWritten(error: unknown, path: string): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return code === 'EEXIST'
    ? { code: 'usage', message: `${path} is there already, and init overwrites nothing.`, where: path }
    : { code: 'unreadable', message: `${path} cannot be written (${code}).`, where: path };
}

function jsonText(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Relative where it lies beneath the configuration, so that both can be moved together. */
function pathFrom(folder: string, path: string): string {
  const from = relative(folder, path);
  if (from === '') return '.';
  return from === '..' || from.startsWith(`..${sep}`) || from === path
    ? path
    : `./${from.split(sep).join('/')}`;
}

/**
 * Rules for the bytes the crate points at, as far as that is safe to guess: what lies at the source's own origin is read from
 * where it is. For the rest somebody must say where it is read from, and who may point there.
 */
function storageFor(explored: Explored): {
  readonly rules: readonly JsonObject[];
  readonly notes: readonly string[];
} {
  const uris = (explored.first.read.rows?.data_files ?? []).flatMap(({ storage_uri: uri }) => uri ?? []);
  const own = new URL(explored.first.document.url);
  const here = uris.filter((uri) => isHttp(uri) && new URL(uri).origin === own.origin);
  const folders = [...here, ...placesOf(explored.source, own.origin)].map(folderOf);
  const prefix = folders.reduce<string | null>(
    (common, one) => (common === null ? one : shared(common, one)),
    null,
  );
  const elsewhere = new Set(
    uris.filter((uri) => !here.includes(uri) && !/^arcp:/i.test(uri)).map((uri) => rootOf(uri)),
  );
  return {
    rules: here.length === 0 || prefix === null ? [] : [{ prefix, url: prefix }],
    notes: [...elsewhere].map(
      (root) =>
        `The crate points at ${root}…: say in "storage" where that is read from, to fetch those files.`,
    ),
  };
}

function placesOf(source: JsonObject, origin: string): readonly string[] {
  const { url, urls } = source;
  const all = [url, ...(Array.isArray(urls) ? urls : [])];
  return all.flatMap((one) =>
    typeof one === 'string' && isHttp(one) && new URL(one).origin === origin ? one : [],
  );
}

function isHttp(uri: string): boolean {
  return /^https?:\/\//i.test(uri) && URL.canParse(uri);
}

function folderOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.slice(0, pathname.lastIndexOf('/') + 1)}`;
}

/** The folder that holds both; the origin is the same. */
function shared(a: string, b: string): string {
  let folder = a;
  while (!b.startsWith(folder)) folder = `${folder.slice(0, folder.lastIndexOf('/', folder.length - 2))}/`;
  return folder;
}

/** How a person starts a command for this configuration. */
export function commandFor(path: string, cwd: string, command: string): string {
  const plain = dirname(path) === cwd && basename(path) === 'crate-bridge.json';
  const shown = /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  return plain ? `crate-bridge ${command}` : `crate-bridge --config ${shown} ${command}`;
}
