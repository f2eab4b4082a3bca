import type { PgTable } from 'drizzle-orm/pg-core';
import {
  ASSOCIATION_ENDS,
  type AssociationRow,
  type CrateRows,
  type EntityKind,
  type EntityRow,
} from '../model/rows.ts';
import type { SourceTime } from '../model/time.ts';
import type { Database } from './database.ts';
import { identityKey } from './identity.ts';
import { entityId, pointerId, rowId } from './ids.ts';
import { insertRows } from './sets.ts';
import {
  association,
  componentInteraction,
  dataFile,
  declaredMissing,
  experimentRun,
  instrument,
  molecule,
  organization,
  person,
  proposal,
  sample,
  study,
  visit,
  workflowRun,
} from './tables/rows.ts';

/** Every table of derived rows, by its name: what a version's rows are dropped from, marked in and compared by. */
export const DERIVED_TABLES = {
  instrument,
  sample,
  molecule,
  component_interaction: componentInteraction,
  experiment_run: experimentRun,
  workflow_run: workflowRun,
  data_file: dataFile,
  person,
  organization,
  proposal,
  visit,
  study,
  association,
  declared_missing: declaredMissing,
} as const;

/** The crate version rows belong to, as far as they copy it. */
export interface VersionFacts {
  readonly crateId: string;
  readonly versionId: string;
  readonly crateIri: string;
  readonly facility: string;
  readonly source: string;
  readonly registeredAt: string;
  readonly current: boolean;
  /** See `IdentityPlace`. */
  readonly inherited: ReadonlySet<string>;
}

/** Lower wins (columns.ts). Only the order matters. */
const EXPLICIT = 0;
const IMPLIED = 10;

/** The rows a crate version's tables get. Made while they are written, so that a huge crate is never there twice. */
export class DerivedRows {
  readonly #rows: CrateRows;
  readonly #at: VersionFacts;
  /** Rows by kind and IRI: what associations refer to. The first of several under one IRI. */
  readonly #byIri = new Map<string, EntityRow>();

  /** Entities of rows that something refers to. */
  readonly #ends = new Map<EntityRow, string>();
  #counts: Readonly<Record<string, number>> | null = null;
  #bytes: number | null = null;

  constructor(rows: CrateRows, at: VersionFacts) {
    this.#rows = rows;
    this.#at = at;
    for (const [kind, list] of this.#kinds()) {
      for (const row of list) {
        const key = `${kind} ${row.iri}`;
        if (!this.#byIri.has(key)) this.#byIri.set(key, row);
      }
    }
  }

  /** Rows by table name; tables without any are left out. Counted without making them: of a huge crate that takes a second. */
  counts(): Readonly<Record<string, number>> {
    if (this.#counts !== null) return this.#counts;
    const rows = this.#rows;
    const joined = rows.associations.reduce((sum, row) => sum + (this.#joins(row) ? 1 : 0), 0);
    const counts = [
      ...[...this.#kinds()].map(([kind, list]) => [kind, list.length] as const),
      ['association', joined] as const,
      ['declared_missing', rows.declared_missing.length] as const,
    ];
    this.#counts = Object.fromEntries(counts.filter(([, count]) => count > 0));
    return this.#counts;
  }

  /** Sum of the sizes the distinct pointers declare; a container's own is that of files counted already. */
  bytesReferenced(): number {
    if (this.#bytes !== null) return this.#bytes;
    const seen = new Set<string>();
    let sum = 0;
    for (const file of this.#rows.data_files) {
      const pointer = JSON.stringify([file.iri, file.storage_uri, file.sha256, file.file_size_bytes]);
      if (file.kind === 'container' || seen.has(pointer)) continue;
      seen.add(pointer);
      sum += file.file_size_bytes ?? 0;
    }
    this.#bytes = sum;
    return sum;
  }

  /** Writes every table. */
  async write(tx: Database): Promise<void> {
    const rows = this.#rows;
    const put = <T extends PgTable>(table: T, list: Iterable<T['$inferInsert']>) =>
      insertRows(tx, table, list);
    await put(
      instrument,
      this.#each('instrument', rows.instruments, (row) => row),
    );
    await put(
      sample,
      this.#each('sample', rows.samples, (row) => row),
    );
    await put(
      molecule,
      this.#each('molecule', rows.molecules, (row) => row),
    );
    await put(
      componentInteraction,
      this.#each('component_interaction', rows.component_interactions, (row) => ({
        sample_entity_id: this.#entity('sample', row.sample_iri),
        subject_entity_id: this.#entity('molecule', row.subject_iri),
        object_entity_id: this.#entity('molecule', row.object_iri),
        interaction_type: row.interaction_type,
        interaction_status: row.interaction_status,
      })),
    );
    await put(
      experimentRun,
      this.#each('experiment_run', rows.experiment_runs, (row) => ({
        ...row,
        experiment_date: row.experiment_date?.text ?? null,
        ...runTimes(row.start_time, row.end_time, row.experiment_date),
      })),
    );
    await put(
      workflowRun,
      this.#each('workflow_run', rows.workflow_runs, (row) => ({
        ...row,
        ...runTimes(row.start_time, row.end_time, null),
      })),
    );
    await put(
      dataFile,
      this.#each('data_file', rows.data_files, ({ related_entity_iri, ...row }) => ({
        ...row,
        pointer_id: pointerId(row.iri, row.storage_uri, row.sha256, row.file_size_bytes),
        sha256: row.sha256 === null ? null : Buffer.from(row.sha256, 'hex'),
        related_entity:
          this.#entity('experiment_run', related_entity_iri) ??
          this.#entity('workflow_run', related_entity_iri),
        source: `${this.#at.facility}/${this.#at.source}`,
      })),
    );
    await put(
      person,
      this.#each('person', rows.persons, (row) => row),
    );
    await put(
      organization,
      this.#each('organization', rows.organizations, (row) => row),
    );
    await put(proposal, this.#proposals());
    await put(association, this.#associations());
    await put(declaredMissing, this.#missing());
  }

  *#kinds(): Generator<readonly [EntityKind, readonly EntityRow[]]> {
    const rows = this.#rows;
    yield ['instrument', rows.instruments];
    yield ['sample', rows.samples];
    yield ['molecule', rows.molecules];
    yield ['component_interaction', rows.component_interactions];
    yield ['experiment_run', rows.experiment_runs];
    yield ['workflow_run', rows.workflow_runs];
    yield ['data_file', rows.data_files];
    yield ['person', rows.persons];
    yield ['organization', rows.organizations];
    yield ['proposal', rows.proposals];
  }

  *#each<R extends EntityRow, X>(kind: EntityKind, list: readonly R[], own: (row: R) => X) {
    const repeated = new Repeats();
    for (const row of list) {
      const key = this.#identity(kind, row);
      yield {
        ...own(row),
        ...this.#scope(),
        id: rowId(
          this.#at.versionId,
          kind,
          row.json_pointer,
          row.iri,
          repeated.next(row.json_pointer, row.iri),
        ),
        entity_id: entityId(key),
        identity_key: key,
        identity: [...row.identity],
        iri: row.iri,
        json_pointer: row.json_pointer,
        precedence: row.implied ? IMPLIED : EXPLICIT,
        asserted_at: this.#at.registeredAt,
        implied: row.implied,
        name: row.name,
        description: row.description,
        properties: row.properties,
      };
    }
  }

  /** A proposal's own code, whichever the crate's. */
  *#proposals() {
    const codes = this.#rows.proposals.map((row) => row.proposal_id);
    for (const row of this.#each('proposal', this.#rows.proposals, () => ({}))) {
      yield { ...row, proposal_id: codes.shift() ?? row.proposal_id };
    }
  }

  /** Associations whose both ends are rows of this crate; mapping has said so of the others. */
  *#associations() {
    const repeated = new Repeats();
    for (const row of this.#rows.associations) {
      const [subjectKind, objectKind] = ASSOCIATION_ENDS[row.kind];
      const subject = subjectKind === 'crate' ? this.#at.crateId : this.#entity(subjectKind, row.subject_iri);
      const object = this.#entity(objectKind, row.object_iri);
      if (subject === null || object === null) continue;
      const ends = JSON.stringify([row.kind, row.subject_iri, row.object_iri, row.role]);
      const repeat = repeated.next(row.json_pointer, ends);
      yield {
        ...this.#scope(),
        id: rowId(this.#at.versionId, 'association', row.json_pointer, ends, repeat),
        kind: row.kind,
        subject_entity_id: subject,
        object_entity_id: object,
        role: row.role,
        position: row.position,
        json_pointer: row.json_pointer,
      };
    }
  }

  *#missing() {
    const repeated = new Repeats();
    for (const row of this.#rows.declared_missing) {
      const about = JSON.stringify([row.entity_iri, row.field]);
      yield {
        ...this.#scope(),
        id: rowId(
          this.#at.versionId,
          'declared_missing',
          row.json_pointer,
          about,
          repeated.next(row.json_pointer, about),
        ),
        entity_id: this.#anyEntity(row.entity_iri) ?? this.#at.crateId,
        field: row.field,
        reason: row.reason,
        blocks: row.blocks,
        note: row.note,
        json_pointer: row.json_pointer,
      };
    }
  }

  /** What every row copies of its version. */
  #scope() {
    return {
      crate_version_id: this.#at.versionId,
      facility: this.#at.facility,
      proposal_id: this.#rows.crate.proposal_id,
      current: this.#at.current,
    };
  }

  /** Whether both ends of an association are rows of this crate. */
  #joins({ kind, subject_iri, object_iri }: AssociationRow): boolean {
    const [subject, object] = ASSOCIATION_ENDS[kind];
    return (
      (subject === 'crate' || this.#byIri.has(`${subject} ${subject_iri}`)) &&
      this.#byIri.has(`${object} ${object_iri}`)
    );
  }

  #identity(kind: EntityKind, row: EntityRow): string {
    return identityKey(kind, row.identity, this.#at);
  }

  #entity(kind: EntityKind, iri: string | null): string | null {
    const row = iri === null ? undefined : this.#byIri.get(`${kind} ${iri}`);
    if (row === undefined) return null;
    const known = this.#ends.get(row);
    if (known !== undefined) return known;
    const id = entityId(this.#identity(kind, row));
    this.#ends.set(row, id);
    return id;
  }

  #anyEntity(iri: string): string | null {
    for (const [kind] of this.#kinds()) {
      const found = this.#entity(kind, iri);
      if (found !== null) return found;
    }
    return null;
  }
}

/** Counts what one place of a document gives more than once. */
class Repeats {
  readonly #seen = new Map<string, number>();
  next(pointer: string, what: string): number {
    const key = `${pointer} ${what}`;
    const repeat = this.#seen.get(key) ?? 0;
    this.#seen.set(key, repeat + 1);
    return repeat;
  }
}

/** A run's times as written, and the range of instants they leave: the run's own before its day. */
function runTimes(start: SourceTime | null, end: SourceTime | null, day: SourceTime | null) {
  return {
    start_time: start?.text ?? null,
    end_time: end?.text ?? null,
    time_earliest: start?.earliest ?? day?.earliest ?? end?.earliest ?? null,
    time_before: end?.before ?? day?.before ?? start?.before ?? null,
  };
}
