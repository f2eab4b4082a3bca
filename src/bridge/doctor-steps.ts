import { MAPPER_VERSION } from '../mapping/contract.ts';
import { type Failure, type Outcome, success } from '../model/failure.ts';
import type { CrateRows, DataFileRow } from '../model/rows.ts';
import type { StorageRule } from '../model/storage-rule.ts';
import { credentialWarnings } from '../net/expiry.ts';
import { CHECKER_VERSION } from '../profiles/contract.ts';
import type { CrateRef, CrateSource, FetchedCrate } from '../sources/contract.ts';
import type { StorageTarget } from '../storage/contract.ts';
import { fileScheme } from '../storage/file.ts';
import { httpScheme } from '../storage/http.ts';
import { mayPoint, ruleFor } from '../storage/rules.ts';
import { authorised, targetFor } from '../storage/target.ts';
import { isAdmitted } from './admission.ts';
import { type ConfiguredSource, type Outbound, storageRules } from './context.ts';
import type { PureLineResult } from './pure-line.ts';
import { readCrate } from './read-crate.ts';
import { remedyFor } from './remedy.ts';
import { rootOf } from './uri-root.ts';

/** How long a listing may take before it is looked at as far as it came. */
const LISTING_MS = 120_000;

/** `skipped`: something before it failed, or there is nothing to try. */
export type StepState = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a step comes to: its value is what the next ones need, null where they cannot go on. */
export interface Taken<T> {
  readonly state: StepState;
  readonly said: readonly string[];
  readonly failure?: Failure;
  readonly remedy?: string;
  readonly value: T | null;
}

function broken(reason: Failure, said: readonly string[] = []): Taken<never> {
  return { state: 'failed', said: [...said, reason.message], failure: reason, value: null };
}

export function credentials(outbound: Outbound, { source, facility }: ConfiguredSource): Taken<true> {
  const references = [
    ...source.credentials,
    ...facility.storage.flatMap(({ credential }) => (credential === undefined ? [] : [credential])),
  ];
  if (references.length === 0) return { state: 'ok', said: ['none are configured'], value: true };
  const warnings = credentialWarnings(references, outbound.secrets, outbound.now());
  const count = references.length === 1 ? '1 is configured' : `${references.length} are configured`;
  if (warnings.length === 0) return { state: 'ok', said: [`${count}, and there`], value: true };
  const said = [count, ...warnings.map(({ message }) => message)];
  const missing = warnings.some(({ ends_at, days_left }) => ends_at === null || (days_left ?? 0) < 0);
  return { state: missing ? 'failed' : 'warning', said, value: true };
}

export async function list(source: CrateSource, from: ConfiguredSource): Promise<Taken<readonly CrateRef[]>> {
  if (from.source.kind === 'push') {
    return {
      state: 'ok',
      said: [`nothing to list: the facility sends crates to POST /api/v1/sources/${from.id}/crates`],
      value: null,
    };
  }
  const listed = await source.list({ since: null, signal: AbortSignal.timeout(LISTING_MS) });
  if (!listed.ok) return broken(listed.failure);
  const { refs, complete, problems } = listed.value;
  const said = [
    `${counted(refs.length, 'crate')}${complete ? '' : '; the listing is not complete'}`,
    ...refs.slice(0, 3).map(({ url }) => url),
    ...problems
      .slice(0, 3)
      .map((problem) => `${problem.message}${problem.where === undefined ? '' : ` (${problem.where})`}`),
  ];
  if (refs.length === 0) {
    const remedy =
      'Check that this is the place crates are published at; a document is found by the name ro-crate-metadata.json.';
    return { state: 'failed', said, remedy, value: null };
  }
  const [first] = problems;
  if (first === undefined) return { state: 'ok', said, value: refs };
  const remedy = remedyFor(first);
  return { state: 'warning', said, ...(remedy === null ? {} : { remedy }), value: refs };
}

export async function fetch(source: CrateSource, ref: CrateRef): Promise<Taken<FetchedCrate>> {
  const fetched = await source.fetch(ref, null);
  if (!fetched.ok) return broken(fetched.failure, [ref.url]);
  if (fetched.value.kind === 'not-modified') {
    return broken({
      code: 'upstream_status',
      message: 'The server said that nothing changed, and was not asked that.',
    });
  }
  const { bytes, mediaType, url, etag, lastModified } = fetched.value;
  const validators = [
    ...(etag === null ? [] : ['ETag']),
    ...(lastModified === null ? [] : ['Last-Modified']),
  ];
  const said = [
    ref.url,
    `${bytes.byteLength} bytes of ${mediaType}`,
    ...(url === ref.url ? [] : [`registered as ${url}`]),
    validators.length === 0
      ? 'no validators: every pull fetches the whole document again'
      : `${validators.join(' and ')}: an unchanged crate costs one request`,
  ];
  return { state: validators.length === 0 ? 'warning' : 'ok', said, value: fetched.value };
}

/** Checks the document; mapping it is part of the same pass. */
export async function validate(
  { facility, source }: ConfiguredSource,
  fetched: FetchedCrate,
): Promise<Taken<PureLineResult>> {
  const read = await readCrate({
    bytes: fetched.bytes,
    context: {
      facility: facility.code,
      source: source.name,
      timezone: facility.timezone,
      document_url: fetched.url,
    },
    profile: 'auto',
    map: true,
  });
  const asked = read.findings.filter((f) => f.profile === read.profile || f.profile === 'crate');
  const errors = asked.filter(({ severity }) => severity === 'error');
  const verdict = read.conformant ? 'conformant' : 'not conformant';
  const said = [
    read.crateIri,
    `${verdict} (${read.profile}, ${CHECKER_VERSION}): ${counted(errors.length, 'error')}, ${counted(asked.length - errors.length, 'warning')}`,
    ...errors.slice(0, 3).map((f) => `[${f.rule}] ${f.entity ?? f.pointer ?? 'document'}: ${f.message}`),
  ];
  if (isAdmitted(read, source.admission)) {
    return { state: read.conformant ? 'ok' : 'warning', said, value: read };
  }
  const remedy = read.readable
    ? 'A pull keeps this crate in quarantine. Send the facility the findings (crate-bridge validate shows all of them).'
    : 'A pull cannot read this document at all; send the facility the message above.';
  return { state: 'failed', said, remedy, value: read };
}

/** Lists of rows and what a person calls them. */
const COUNTED = [
  ['experiment_runs', 'run'],
  ['samples', 'sample'],
  ['instruments', 'instrument'],
  ['data_files', 'file'],
  ['workflow_runs', 'workflow'],
  ['persons', 'person'],
] as const satisfies readonly (readonly [keyof CrateRows, string])[];

function rowCounts(rows: CrateRows): string {
  return COUNTED.filter(([list]) => rows[list].length > 0)
    .map(([list, name]) => counted(rows[list].length, name))
    .join(', ');
}

function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

export function mapped(read: PureLineResult): Taken<CrateRows> {
  const { rows } = read;
  if (rows === null) return { state: 'failed', said: ['no rows can be made of it'], value: null };
  const files = rows.data_files;
  const nested = rows.crate.nested.length;
  const said = [
    `${rowCounts(rows) || 'no rows'} (${MAPPER_VERSION})`,
    ...(files.length === 0
      ? []
      : [
          `of ${counted(files.length, 'file')}, ${count(files, (f) => f.storage_uri !== null)} say where they are, ` +
            `${count(files, (f) => f.sha256 !== null)} have a sha256, ${count(files, (f) => f.file_size_bytes !== null)} a size`,
        ]),
    ...(nested === 0 ? [] : [`names ${counted(nested, 'other document')}`]),
  ];
  const unproven = files.some((f) => f.kind === 'file' && f.sha256 === null);
  return {
    state: unproven ? 'warning' : 'ok',
    said,
    ...(unproven ? { remedy: 'A file without sha256 is registered, and its bytes cannot be proven.' } : {}),
    value: rows,
  };
}

function count<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.reduce((sum, item) => sum + (holds(item) ? 1 : 0), 0);
}

interface CoveredFile {
  readonly file: DataFileRow;
  readonly uri: string;
  readonly rule: StorageRule;
}

/** How the storage rules meet the crate's files, and one that can be read, the smallest that declares its size. */
export function covered(outbound: Outbound, from: ConfiguredSource, rows: CrateRows): Taken<CoveredFile> {
  const rules = storageRules(outbound.config);
  const readable: CoveredFile[] = [];
  const without = new Set<string>();
  const foreign = new Set<string>();
  let placed = 0;
  for (const file of rows.data_files) {
    const uri = file.storage_uri;
    if (uri === null) continue;
    placed += 1;
    const rule = ruleFor(rules, uri);
    if (rule === null) without.add(rootOf(uri));
    else if (!mayPoint(rule, from.facility.code, from.source.name)) foreign.add(rule.prefix);
    else readable.push({ file, uri, rule });
  }
  if (placed === 0) {
    return { state: 'skipped', said: ['the crate points at no files'], value: null };
  }
  const used = [...new Set(readable.map(({ rule }) => rule.prefix))];
  const said = [
    `${readable.length} of ${placed} pointers can be read${used.length === 0 ? '' : `, by the rules for ${used.join(', ')}`}`,
    ...[...without].slice(0, 3).map((root) => `no rule covers ${root}…`),
    ...[...foreign].slice(0, 3).map((prefix) => `${from.id} may not point beneath ${prefix}`),
  ];
  const [smallest = null] = readable.toSorted(
    (a, b) => (a.file.file_size_bytes ?? Number.MAX_VALUE) - (b.file.file_size_bytes ?? Number.MAX_VALUE),
  );
  if (without.size + foreign.size === 0) return { state: 'ok', said, value: smallest };
  const code = without.size > 0 ? 'no_storage_rule' : 'pointer_conflict';
  const reason: Failure = { code, message: said[1] ?? '' };
  return { state: smallest === null ? 'failed' : 'warning', said, failure: reason, value: smallest };
}

/** Asks for a file without reading it. */
export async function ask(outbound: Outbound, { file, uri, rule }: CoveredFile): Promise<Taken<true>> {
  const target = targetFor(rule, uri);
  if (!target.ok) return broken(target.failure, [uri]);
  const opened = await authorised(target.value, rule, outbound.secrets);
  if (!opened.ok) return broken(opened.failure, [uri]);
  const size = await sizeAt(outbound, rule, opened.value);
  if (!size.ok) return broken(size.failure, [uri]);
  const declared = file.file_size_bytes;
  if (declared !== null && size.value !== null && declared !== size.value) {
    const facts = { expected: String(declared), found: String(size.value) };
    const message = `The crate says ${declared} bytes, and the storage has ${size.value}.`;
    return broken({ code: 'size_mismatch', message, ...facts }, [uri]);
  }
  const answer =
    size.value === null ? 'it is there; its size is not told' : `it is there, ${size.value} bytes`;
  return { state: 'ok', said: [uri, answer], value: true };
}

/** Length of what is at a target, null where it does not say: by HEAD, or by a GET that is not read where HEAD is unknown. */
async function sizeAt(
  outbound: Outbound,
  rule: StorageRule,
  target: StorageTarget,
): Promise<Outcome<number | null>> {
  const http = await outbound.httpFor(rule.facility);
  if (target.kind === 'http') {
    const { url, credential } = target;
    const head = await http.request({
      url,
      method: 'HEAD',
      ...(credential === undefined ? {} : { credential }),
    });
    if (head.ok) {
      head.value.body.on('error', () => {}).destroy();
      const length = Number(head.value.headers['content-length']);
      return success(Number.isSafeInteger(length) ? length : null);
    }
    if (!['405', '501'].includes(head.failure.found ?? '')) return head;
  }
  const scheme = target.kind === 'http' ? httpScheme(http) : fileScheme();
  const opened = await scheme.open(target, AbortSignal.timeout(LISTING_MS));
  if (!opened.ok) return opened;
  opened.value.body.on('error', () => {}).destroy();
  return success(opened.value.contentLength);
}
