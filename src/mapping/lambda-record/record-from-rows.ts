import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type {
  MeasurementRow,
  RecordAssociationRow,
  RecordEntityKind,
  RecordRows,
} from '../../model/record-rows.ts';
import type { EntityRow, MoleculeRow } from '../../model/rows.ts';
import {
  ASSOCIATION_TABLES,
  type AssociationTable,
  ENTITY_LINKS,
  POSITION_SLOT,
  PREPARATION_SLOT,
} from './association-table.ts';
import { NAME_SLOTS } from './collections.ts';
import * as columns from './columns.ts';
import { isLocalIri } from './names.ts';
import { NUMBER_SLOTS } from './quantity.ts';
import { textOf } from './slots.ts';

/**
 * Rows as a lambda-ber-schema `Dataset` record again: flat collections and association tables. Mapping it gives the same rows
 * (their pointers apart, where the record had written an entity inside a study). What was only implied is not written.
 */
export function recordFromRows(rows: RecordRows): JsonObject {
  const writer = new RecordWriter(rows);
  const { id, name, description, keywords, properties } = rows.record;
  const facts = columns.said({
    id,
    title: name,
    description,
    keywords: keywords.length === 0 ? null : keywords,
  });
  const collections = Object.entries({ ...writer.collections(), ...writer.tables() }).flatMap(
    ([collection, items]): [string, JsonValue][] => {
      const leftover = properties[collection];
      if (items.length === 0) return leftover === undefined ? [] : [[collection, leftover]];
      const more = leftover === undefined ? [] : isJsonArray(leftover) ? leftover : [leftover];
      return [[collection, [...items, ...more]]];
    },
  );
  return { ...facts, ...properties, ...Object.fromEntries(collections) };
}

class RecordWriter {
  readonly #rows: RecordRows;
  /** Ids as written, by kind and IRI. */
  readonly #ids = new Map<string, string | null>();
  readonly #measurements: ReadonlyMap<string, readonly MeasurementRow[]>;
  readonly #moleculeTypes: ReadonlyMap<string, MoleculeRow['molecule_type']>;
  /** Sample, molecule and role of every component. */
  readonly #ofComponents: ReadonlySet<string>;
  /** Slots of entities that say an association, by entity. */
  readonly #links = new Map<string, Record<string, JsonValue>>();

  constructor(rows: RecordRows) {
    this.#rows = rows;
    const explicit = rows.molecules.filter((row) => !row.implied);
    this.#moleculeTypes = new Map(explicit.map((row) => [row.iri, row.molecule_type]));
    this.#measurements = Map.groupBy(rows.measurements, (row) => `${row.entity_kind} ${row.entity_iri}`);
    this.#ofComponents = new Set(
      rows.sample_components.map((row) => JSON.stringify([row.sample_iri, row.molecule_iri, row.role])),
    );
    for (const [kind, list] of entityLists(rows)) {
      for (const row of list) {
        const key = `${kind} ${row.iri}`;
        if (!this.#ids.has(key)) this.#ids.set(key, idOf(row));
      }
    }
    for (const row of rows.associations) this.#addLink(row);
  }

  collections(): Readonly<Record<string, readonly JsonObject[]>> {
    const rows = this.#rows;
    const molecules = (type: MoleculeRow['molecule_type']) =>
      rows.molecules
        .filter((row) => !row.implied && row.molecule_type === type)
        .map((row) => this.#entity('molecule', row, columns.moleculeSlots(row)));
    const files = (listed_in: 'data_files' | 'images') =>
      rows.data_files
        .filter((row) => row.listed_in === listed_in)
        .map((row) => this.#entity('data_file', row, columns.dataFileSlots(row, this.#run)));
    const sample = this.#id('sample');
    return {
      studies: rows.studies.map((row) => this.#entity('study', row, columns.studySlots(row))),
      persons: rows.persons.map((row) => this.#entity('person', row, columns.personSlots(row))),
      organizations: rows.organizations.map((row) =>
        this.#entity('organization', row, columns.organizationSlots(row)),
      ),
      instruments: rows.instruments.map((row) =>
        this.#entity('instrument', row, columns.instrumentSlots(row)),
      ),
      proteins: molecules('protein'),
      nucleic_acids: molecules('nucleic_acid'),
      small_molecules: molecules('small_molecule'),
      samples: rows.samples.map((row) =>
        this.#entity('sample', row, columns.sampleSlots(row, this.#measured('sample', row))),
      ),
      sample_components: rows.sample_components.map((row) => {
        const ends = (iri: string | null) => sample(iri) ?? this.#id('molecule')(iri);
        return this.#entity('sample_component', row, columns.componentSlots(row, ends, this.#moleculeTypes));
      }),
      sample_preparations: rows.sample_preparations.map((row) =>
        this.#entity('sample_preparation', row, columns.preparationSlots(row, sample)),
      ),
      sample_component_interactions: rows.component_interactions.map((row) =>
        this.#entity('component_interaction', row, columns.interactionSlots(row, sample)),
      ),
      experiment_runs: rows.experiment_runs.map((row) =>
        this.#entity('experiment_run', row, columns.experimentRunSlots(row)),
      ),
      workflow_runs: rows.workflow_runs.map((row) =>
        this.#entity('workflow_run', row, columns.workflowRunSlots(row)),
      ),
      data_files: files('data_files'),
      images: files('images'),
    };
  }

  tables(): Readonly<Record<string, readonly JsonObject[]>> {
    const tables = ASSOCIATION_TABLES.map((table): [string, readonly JsonObject[]] => {
      const rows = this.#rows.associations.filter((row) => this.#isSaidIn(table, row));
      return [table.collection, rows.map((row) => this.#association(table, row))];
    });
    return Object.fromEntries(tables);
  }

  #entity(kind: RecordEntityKind, row: EntityRow, own: columns.Written): JsonObject {
    const id = idOf(row);
    const key = `${kind} ${row.iri}`;
    const plain = {
      ...columns.said({ id, description: row.description, ...own, ...this.#links.get(key) }),
      ...row.properties,
    };
    const derived = (NAME_SLOTS[kind] ?? []).some((slot) => textOf(plain[slot]) === row.name);
    const named = derived || row.name === null ? plain : { title: row.name, ...plain };
    return (this.#measurements.get(key) ?? []).reduce<JsonObject>(
      (entity, measurement) => withMeasurement(entity, measurement),
      named,
    );
  }

  #measured(kind: RecordEntityKind, { iri }: EntityRow): ReadonlySet<string> {
    const own = this.#measurements.get(`${kind} ${iri}`) ?? [];
    return new Set(own.flatMap(({ section, name }) => (section === null ? [name] : [])));
  }

  #id(kind: RecordEntityKind): columns.IdOf {
    return (iri) => (iri === null ? null : (this.#ids.get(`${kind} ${iri}`) ?? null));
  }

  readonly #run: columns.IdOf = (iri) => this.#id('experiment_run')(iri) ?? this.#id('workflow_run')(iri);

  /** A slot says an association where no table can: of a kind without one, or of an entity without an id. */
  #addLink(row: RecordAssociationRow): void {
    const link = ENTITY_LINKS.find((each) => each.kind === row.kind);
    if (link === undefined) return;
    const subject = this.#id(link.of)(row.subject_iri);
    const object = this.#id(link.to)(row.object_iri);
    if (object === null || (link.older && subject !== null)) return;
    const key = `${link.of} ${row.subject_iri}`;
    this.#links.set(key, { ...this.#links.get(key), [link.slot]: object });
  }

  #isSaidIn(table: AssociationTable, row: RecordAssociationRow): boolean {
    if (row.kind !== table.kind) return false;
    const [, , within] = table.object;
    if (within === undefined) {
      const [slot, kind] = table.subject;
      return this.#id(kind)(row.subject_iri) !== null || Object.hasOwn(row.properties, slot);
    }
    const type = this.#moleculeTypes.get(row.object_iri);
    return type !== undefined && `${type}s` === within && !this.#isOfComponent(row);
  }

  /** A component joins its molecule to its sample without an association of its own. */
  #isOfComponent({ subject_iri, object_iri, role, properties }: RecordAssociationRow): boolean {
    const key = JSON.stringify([subject_iri, object_iri, role]);
    return Object.keys(properties).length === 0 && this.#ofComponents.has(key);
  }

  #association(table: AssociationTable, row: RecordAssociationRow): JsonObject {
    const [subjectSlot, subjectKind] = table.subject;
    const [objectSlot, objectKind] = table.object;
    const slots = columns.said({
      [subjectSlot]: this.#id(subjectKind)(row.subject_iri),
      [objectSlot]: this.#id(objectKind)(row.object_iri),
      [table.role]: row.role,
      [POSITION_SLOT]: row.position,
      [PREPARATION_SLOT]: this.#id('sample_preparation')(row.preparation_iri),
    });
    return { ...slots, ...row.properties };
  }
}

function entityLists(rows: RecordRows): readonly (readonly [RecordEntityKind, readonly EntityRow[]])[] {
  return [
    ['study', rows.studies],
    ['person', rows.persons],
    ['organization', rows.organizations],
    ['instrument', rows.instruments],
    ['molecule', rows.molecules.filter((row) => !row.implied)],
    ['sample', rows.samples],
    ['sample_component', rows.sample_components],
    ['sample_preparation', rows.sample_preparations],
    ['experiment_run', rows.experiment_runs],
    ['workflow_run', rows.workflow_runs],
    ['data_file', rows.data_files],
  ];
}

/** The id as the record wrote it: beside the row where it is no IRI, else the IRI; null where it had none. */
function idOf({ iri, properties }: EntityRow): string | null {
  return textOf(properties['id']) ?? (isLocalIri(iri) ? null : iri);
}

function withMeasurement(entity: JsonObject, row: MeasurementRow): JsonObject {
  const section = row.section === null ? [] : row.section.split('/').map(unescaped);
  const path = [...section, row.name, ...(row.position === null ? [] : [row.position])];
  const placed = put(entity, path, written(row));
  return isJsonObject(placed) ? placed : entity;
}

function unescaped(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** A copy with a value at a path. Lists are made for numbers and, by the token, followed where there is one already. */
function put(into: JsonValue | undefined, path: readonly (string | number)[], value: JsonValue): JsonValue {
  const [token, ...below] = path;
  if (token === undefined) return value;
  if (typeof token === 'number' || isJsonArray(into)) {
    const list = isJsonArray(into) ? [...into] : [];
    const index = Number(token);
    list[index] = put(list[index], below, value);
    return list;
  }
  const object = isJsonObject(into) ? into : {};
  return { ...object, [token]: put(object[token], below, value) };
}

function written(row: MeasurementRow): JsonValue {
  if (row.form === 'number') return row.numeric_value;
  if (row.form === 'text') return row.text_value;
  if (row.form === 'boolean') return row.text_value === 'true';
  const { unit, raw_value } = row;
  const numbers = Object.fromEntries(NUMBER_SLOTS.map((slot) => [slot, row[slot]]));
  return { ...columns.said({ ...numbers, unit, raw_value }), ...row.properties };
}
