import type { RecordContext, RecordEntityKind, RecordFinding, RecordRows } from '../../model/record-rows.ts';
import type { CrateRows, EntityKind, EntityRow, IdentityKey } from '../../model/rows.ts';
import { conflictsOf } from './conflicts.ts';
import { nameOf } from './names.ts';
import { textOf } from './slots.ts';
import { Warnings } from './warnings.ts';

/** How a row of the record was found to be the same thing as one of its crate. */
export type JoinRule = 'iri' | 'identity' | 'storage-uri' | 'name-and-sha256' | 'code' | 'only-run';

/** One thing that both speak of. */
export interface JoinMatch {
  readonly kind: RecordEntityKind;
  readonly crate_iri: string;
  readonly record_iri: string;
  readonly rule: JoinRule;
  /** Keys the record knew it by that the crate does not: evidence that it is the same as something elsewhere. */
  readonly other_keys: readonly IdentityKey[];
}

export interface JoinedRecord {
  /** The record's rows, those of a match with the identity of the crate's row, so that both land on one entity. */
  readonly rows: RecordRows;
  readonly matches: readonly JoinMatch[];
  /** Where the two disagree; each shows both values. */
  readonly conflicts: readonly RecordFinding[];
}

/**
 * Meets a record with the crate that points at it. Two rows are one thing by id, by an identity key both offer, then file by
 * place, or by name and SHA-256, and sample, run or instrument by its code, where one row alone on each side has it. The crate
 * keeps its identities, so that its entities are the same with the record and without it; what else the record knew a thing by
 * is in `other_keys`.
 */
export function joinRecord(crate: CrateRows, record: RecordRows, context: RecordContext): JoinedRecord {
  const warnings = new Warnings();
  const matches: JoinMatch[] = [];
  const join = <R extends EntityRow>(
    kind: RecordEntityKind,
    ours: readonly EntityRow[],
    theirs: readonly R[],
  ) => {
    const pairs = pairUp(kind, ours, theirs, {
      prefixes: record.record.prefixes,
      context,
    });
    return theirs.map((row): R => {
      const pair = pairs.get(row);
      if (pair === undefined) return row;
      const [other, rule] = pair;
      conflictsOf(kind, other, row, { facility: context.facility, warnings });
      const known = new Set(other.identity.map(({ key }) => key));
      const other_keys = row.identity.filter(({ scope, key }) => scope !== 'crate' && !known.has(key));
      matches.push({ kind, crate_iri: other.iri, record_iri: row.iri, rule, other_keys });
      return { ...row, identity: other.identity };
    });
  };
  const rows: RecordRows = {
    ...record,
    instruments: join('instrument', crate.instruments, record.instruments),
    samples: join('sample', crate.samples, record.samples),
    molecules: join('molecule', crate.molecules, record.molecules),
    component_interactions: join(
      'component_interaction',
      crate.component_interactions,
      record.component_interactions,
    ),
    experiment_runs: join('experiment_run', crate.experiment_runs, record.experiment_runs),
    workflow_runs: join('workflow_run', crate.workflow_runs, record.workflow_runs),
    data_files: join('data_file', crate.data_files, record.data_files),
    persons: join('person', crate.persons, record.persons),
    organizations: join('organization', crate.organizations, record.organizations),
    proposals: join('proposal', crate.proposals, record.proposals),
  };
  warnOfProposal(crate, record, warnings);
  return { rows, matches, conflicts: warnings.list() };
}

interface Naming {
  readonly prefixes: Readonly<Record<string, string>>;
  readonly context: RecordContext;
}

type Pairs<R> = Map<R, readonly [crateRow: EntityRow, rule: JoinRule]>;

/** Pairs rows by one rule after the other. A row has at most one counterpart; a rule that finds several decides nothing. */
function pairUp<R extends EntityRow>(
  kind: RecordEntityKind,
  ours: readonly EntityRow[],
  theirs: readonly R[],
  naming: Naming,
): Pairs<R> {
  const pairs: Pairs<R> = new Map();
  const taken = new Set<EntityRow>();
  for (const [rule, keysOf] of rulesOf(kind, naming)) {
    const left = ours.filter((row) => !taken.has(row));
    const open = theirs.filter((row) => !pairs.has(row));
    const byKey = index(left, (row) => keysOf(row, false));
    const rivals = index(open, (row) => keysOf(row, true));
    for (const row of open) {
      const found = new Set(
        keysOf(row, true).flatMap((key) => (rivals.get(key)?.size === 1 ? [...(byKey.get(key) ?? [])] : [])),
      );
      const [only, other] = [...found].filter((each) => !taken.has(each));
      if (only === undefined || other !== undefined) continue;
      pairs.set(row, [only, rule]);
      taken.add(only);
    }
  }
  if (kind === 'experiment_run') pairOnlyRun(ours, theirs, pairs);
  return pairs;
}

function index<T>(
  rows: readonly T[],
  keysOf: (row: T) => readonly string[],
): ReadonlyMap<string, ReadonlySet<T>> {
  const found = new Map<string, Set<T>>();
  for (const row of rows) {
    for (const key of keysOf(row)) {
      const known = found.get(key);
      if (known === undefined) found.set(key, new Set([row]));
      else known.add(row);
    }
  }
  return found;
}

type KeysOf = (row: EntityRow, ofRecord: boolean) => readonly string[];

/** What each rule compares, strongest first. */
function rulesOf(kind: RecordEntityKind, naming: Naming): readonly (readonly [JoinRule, KeysOf])[] {
  const rules: [JoinRule, KeysOf][] = [
    ['iri', (row, ofRecord) => (ofRecord ? spellings(row, naming) : [row.iri])],
    // A key of the crate alone is made from its IRI, which the rule before has compared.
    ['identity', (row) => row.identity.flatMap(({ scope, key }) => (scope === 'crate' ? [] : [key]))],
  ];
  if (kind === 'data_file') {
    rules.push(
      ['storage-uri', (row) => texts(row, 'storage_uri')],
      [
        'name-and-sha256',
        (row) =>
          texts(row, 'sha256').flatMap((sum) => texts(row, 'file_name').map((name) => `${sum} ${name}`)),
      ],
    );
  }
  const code = CODES[kind];
  if (code !== undefined) rules.push(['code', (row) => texts(row, code).map((text) => text.trim())]);
  return rules;
}

const CODES: Readonly<Partial<Record<RecordEntityKind, string>>> = {
  sample: 'sample_code',
  experiment_run: 'experiment_code',
  workflow_run: 'workflow_code',
  instrument: 'instrument_code',
} satisfies Partial<Record<EntityKind, string>>;

/** IRIs under which the crate may know an entity of the record. */
function spellings(row: EntityRow, { prefixes, context }: Naming): readonly string[] {
  const id = textOf(row.properties['id']) ?? row.iri;
  return [...new Set([row.iri, ...nameOf(id, context, prefixes).spellings])];
}

/** A column that holds text. */
function texts(row: EntityRow, column: string): readonly string[] {
  const value: unknown = Reflect.get(row, column);
  return typeof value === 'string' && value !== '' ? [value] : [];
}

/** A crate that only implies its one run means the record's one run, unless their techniques differ. */
function pairOnlyRun<R extends EntityRow>(
  ours: readonly EntityRow[],
  theirs: readonly R[],
  pairs: Pairs<R>,
): void {
  const [implied, another] = ours;
  const [run, second] = theirs;
  if (implied === undefined || another !== undefined || !implied.implied) return;
  if (run === undefined || second !== undefined || pairs.has(run)) return;
  const techniques = new Set([...texts(implied, 'technique'), ...texts(run, 'technique')]);
  if (techniques.size < 2) pairs.set(run, [implied, 'only-run']);
}

function warnOfProposal(crate: CrateRows, record: RecordRows, warnings: Warnings): void {
  const ours = crate.crate.proposal_id?.trim();
  const named = record.proposals.find(({ proposal_id }) => ours !== undefined && proposal_id !== ours);
  if (named === undefined) return;
  const message = `proposal_id: the crate says ${JSON.stringify(ours)}, the record says ${JSON.stringify(named.proposal_id)}. Codes of the record belong to neither.`;
  warnings.add('record-conflict', { pointer: named.json_pointer, id: record.record.id }, message);
}
