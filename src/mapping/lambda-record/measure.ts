import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  pointerJoin,
  pointerToken,
} from '../../model/json.ts';
import type { Admissibility, MeasurementRow, RecordEntityKind } from '../../model/record-rows.ts';
import { readUnit, type Unit } from '../units.ts';
import { INHERENT_UNITS, metricKind } from './metric-kinds.ts';
import {
  canonical,
  canonicalText,
  comparedBy,
  isQuantity,
  NO_CANONICAL,
  type Quantity,
  quantityOf,
} from './quantity.ts';
import { type Slots, textOf } from './slots.ts';
import { quoted, type Warnings } from './warnings.ts';

/** The entity whose values are read. */
export interface Measured {
  readonly kind: RecordEntityKind;
  readonly iri: string;
  /** `id` as written, for messages. */
  readonly id: string | null;
  readonly technique: string | null;
  /** The workflow run that computed its metrics, where the record says so. */
  readonly pipeline: Pipeline | null;
}

/** A workflow run, and what it ran. */
export interface Pipeline {
  readonly iri: string;
  readonly software_name: string | null;
}

/** Sections in which text and yes or no are settings and assessments too: `collection_mode`, `space_group`, `atmosphere`. */
const DESCRIBED: ReadonlySet<string> = new Set([
  'experimental_conditions',
  'data_collection_strategy',
  'quality_metrics',
  'storage_conditions',
  'compute_resources',
  'motion_correction_params',
  'ctf_estimation_params',
  'particle_picking_params',
  'refinement_params',
]);

/** Slots of an entity itself whose text is a result, to be found like those of `quality_metrics`. */
const DESCRIBED_SLOTS: ReadonlySet<string> = new Set(['space_group']);

/** Annotations from knowledge bases count residues and entries, which are no quantities; an estimator describes one. */
const NO_QUANTITIES: ReadonlySet<string> = new Set([
  'functional_sites',
  'structural_features',
  'protein_interactions',
  'ligand_interactions',
  'mutation_effects',
  'ptm_annotations',
  'biophysical_properties',
  'evolutionary_conservation',
  'conformational_ensemble',
  'database_cross_references',
  'cross_references',
  'missing',
  'estimator',
]);

const ADMISSIBILITIES: readonly Admissibility[] = ['local', 'comparable', 'global'];

/** Where the reader is. */
interface Within {
  readonly of: Measured;
  /** Pointer of the entity. */
  readonly base: string;
  /** Slots from the entity down. */
  readonly path: readonly string[];
  /** The object whose slot is read and those around it, innermost first. */
  readonly blocks: readonly JsonObject[];
  /** Whether text counts as a value here. */
  readonly described: boolean;
}

/** Reads the quantities of a record's entities into rows. */
export class Measurements {
  readonly #warnings: Warnings;
  /** Units by spelling. */
  readonly #units = new Map<string, Unit | null>();
  readonly #rows: MeasurementRow[] = [];

  constructor(warnings: Warnings) {
    this.#warnings = warnings;
  }

  get rows(): readonly MeasurementRow[] {
    return this.#rows;
  }

  /**
   * Takes the quantities out of what an entity's columns leave, and returns the rest. Rows of an entity are in the order of
   * their places, since the slots of an object have none.
   */
  take(slots: Slots, of: Measured): JsonObject {
    const start = this.#rows.length;
    const at = { of, base: slots.pointer, path: [], blocks: [slots.node], described: false };
    const left = Object.entries(slots.rest()).flatMap(([name, value]): [string, JsonValue][] => {
      const rest = slots.isRead(name)
        ? value
        : this.#slot(name, value, { ...at, described: DESCRIBED_SLOTS.has(name) });
      return rest === undefined ? [] : [[name, rest]];
    });
    for (const row of this.#rows.splice(start).sort(byPlace)) this.#rows.push(row);
    return Object.fromEntries(left);
  }

  /** What is left of a slot's value; undefined where rows hold all of it. */
  #slot(name: string, value: JsonValue, at: Within): JsonValue | undefined {
    // Identifiers are numbers in name only (`ispyb_data_collection_id`).
    if (name === 'id' || name.endsWith('_id') || NO_QUANTITIES.has(name)) return value;
    if (typeof value === 'number') {
      const unit = INHERENT_UNITS.get(name);
      const compared = canonical(unit === undefined ? null : readUnit(unit), [value]);
      this.#add(name, null, at, { form: 'number', numeric_value: value, ...compared });
      return undefined;
    }
    if (at.described && typeof value === 'string' && value.trim() !== '') {
      this.#add(name, null, at, { form: 'text', text_value: value, ...canonicalText(value, name) });
      return undefined;
    }
    if (at.described && typeof value === 'boolean') {
      this.#add(name, null, at, { form: 'boolean', text_value: String(value) });
      return undefined;
    }
    if (isJsonArray(value)) return this.#list(name, value, at);
    if (!isJsonObject(value)) return value;
    if (!isQuantity(value)) return this.#block(value, inside(at, name, value));
    const quantity = quantityOf(value);
    if (quantity === null) return value;
    this.#addQuantity(name, null, quantity, { ...at, blocks: [value, ...at.blocks] });
    return undefined;
  }

  /** A list of quantities becomes rows; one of objects is looked into; a list with anything else stays whole. */
  #list(name: string, list: readonly JsonValue[], at: Within): JsonValue | undefined {
    if (list.length === 0 || !list.every(isJsonObject)) return list;
    if (list.some(isQuantity)) {
      const quantities = list.map((item) => (isQuantity(item) ? quantityOf(item) : null));
      if (quantities.some((quantity) => quantity === null)) return list;
      for (const [position, quantity] of quantities.entries()) {
        const blocks = [list[position] ?? {}, ...at.blocks];
        if (quantity !== null) this.#addQuantity(name, position, quantity, { ...at, blocks });
      }
      return undefined;
    }
    const section = { ...at, path: [...at.path, name] };
    const left = list.map((item, index) => this.#block(item, inside(section, String(index), item)));
    // The list keeps its length, so that a section's number is its place.
    return left.map((item) => item ?? {});
  }

  #block(block: JsonObject, at: Within): JsonObject | undefined {
    const slots = Object.entries(block);
    const left = slots.flatMap(([name, value]): [string, JsonValue][] => {
      const rest = this.#slot(name, value, at);
      return rest === undefined ? [] : [[name, rest]];
    });
    return left.length === 0 && slots.length > 0 ? undefined : Object.fromEntries(left);
  }

  #addQuantity(name: string, position: number | null, quantity: Quantity, at: Within): void {
    const { unit, numbers } = comparedBy(quantity);
    const known = unit === '' ? null : this.#unit(unit, name, at.of, pointerAt(at, name, position));
    this.#add(name, position, at, { form: 'quantity', ...quantity, ...canonical(known, numbers) });
  }

  #add(
    name: string,
    position: number | null,
    at: Within,
    said: Partial<MeasurementRow> & Pick<MeasurementRow, 'form'>,
  ): void {
    const { of, path, blocks } = at;
    const section = path.length === 0 ? null : path.map(pointerToken).join('/');
    const [own, around] = blocks;
    const block = (said.form === 'quantity' ? around : own) ?? {};
    const found = metricKind({ entity_kind: of.kind, section, name, technique: of.technique, block });
    const estimator = blocks.map((each) => each['estimator']).find((each) => isJsonObject(each)) ?? null;
    const computed = found?.computed === true || of.kind === 'workflow_run';
    this.#rows.push({
      entity_kind: of.kind,
      entity_iri: of.iri,
      json_pointer: pointerAt(at, name, position),
      section,
      name,
      position,
      numeric_value: null,
      minimum_numeric_value: null,
      maximum_numeric_value: null,
      text_value: null,
      unit: null,
      raw_value: null,
      ...NO_CANONICAL,
      kind: found?.kind ?? null,
      kind_rule: found?.rule ?? null,
      technique: of.technique,
      pipeline: pipelineOf(computed ? of.pipeline : null, estimator),
      estimator,
      admissibility: ADMISSIBILITIES.find((each) => each === estimator?.['admissibility']) ?? 'local',
      properties: {},
      ...said,
    });
  }

  /** A unit by its spelling; one nobody knows is reported where it first stands. */
  #unit(spelling: string, slot: string, of: Measured, pointer: string): Unit | null {
    // The two letters whose unit the slot decides are remembered with it.
    const key = spelling.length === 1 ? `${spelling} ${slot}` : spelling;
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    const unit = readUnit(spelling, slot);
    this.#units.set(key, unit);
    if (unit === null) {
      const message = `The unit ${quoted(spelling)} is not known; its quantities are kept as written and compared with no others. Write a UCUM code, such as Ao, K or mg/mL.`;
      this.#warnings.add('unknown-unit', { pointer, id: of.id }, message);
    }
    return unit;
  }
}

function inside(at: Within, name: string, block: JsonObject): Within {
  const described = at.described || (at.path.length === 0 && DESCRIBED.has(name));
  return { ...at, path: [...at.path, name], blocks: [block, ...at.blocks], described };
}

function pointerAt(at: Within, name: string, position: number | null): string {
  return pointerJoin(at.base, ...at.path, name, ...(position === null ? [] : [position]));
}

/** The software an estimator names, unless that is what the workflow ran; then, and where it names none, the workflow. */
function pipelineOf(workflow: Pipeline | null, estimator: JsonObject | null): string | null {
  const software = textOf(estimator?.['software']);
  if (software === null) return workflow?.iri ?? null;
  const same = workflow?.software_name?.trim().toLowerCase() === software.trim().toLowerCase();
  return same ? (workflow?.iri ?? null) : software;
}

function byPlace(a: MeasurementRow, b: MeasurementRow): number {
  return (
    compare(a.section ?? '', b.section ?? '') ||
    compare(a.name, b.name) ||
    (a.position ?? 0) - (b.position ?? 0)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
