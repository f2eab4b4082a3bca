import type { JsonObject } from '../../model/json.ts';
import type { RecordContext, RecordEntityKind } from '../../model/record-rows.ts';
import type { EntityRow } from '../../model/rows.ts';
import type { SourceTime } from '../../model/time.ts';
import type { Candidates } from '../lambda-core/identity.ts';
import { readTime } from '../lambda-core/time.ts';
import {
  type Collection,
  NAME_SLOTS,
  type RecordEntities,
  type RecordEntity,
  type RecordThing,
  recordEntities,
} from './collections.ts';
import { Measurements, type Pipeline } from './measure.ts';
import { prefixesOf } from './prefixes.ts';
import { proposalOf } from './proposal.ts';
import { References, unresolved } from './references.ts';
import { type Place, Warnings } from './warnings.ts';

/** What a run is known by beyond its own slots. */
export interface RunFacts {
  /** TechniqueEnum value, of experiment runs by their own word and of workflow runs by that of the runs they worked on. */
  readonly technique: string | null;
  /** The workflow run that computed its metrics. */
  readonly pipeline: Pipeline | null;
}

const NO_FACTS: RunFacts = { technique: null, pipeline: null };

/** What every mapping of this room is given: one record, its context, its entities, one list of warnings. */
export class RecordScope {
  readonly context: RecordContext;
  readonly prefixes: Readonly<Record<string, string>>;
  readonly warnings = new Warnings();
  readonly measurements = new Measurements(this.warnings);
  /** What stands in a collection and is no entity. */
  readonly leftovers: JsonObject;
  /** The one proposal that codes of the record belong to. */
  readonly proposal: string | null;
  readonly #entities: RecordEntities;
  readonly #references: References;
  #facts: ReadonlyMap<string, RunFacts> = new Map();

  constructor(record: JsonObject, context: RecordContext) {
    this.context = context;
    this.prefixes = prefixesOf(record);
    this.#entities = recordEntities(record, context, this.prefixes, this.warnings);
    this.leftovers = this.#entities.leftovers;
    this.#references = new References(this.#entities, context, this.prefixes);
    this.proposal = proposalOf(this.of('studies'), context.proposal_id);
  }

  /** The entities of collections, in the order of the record. */
  of(...collections: readonly Collection[]): readonly RecordEntity[] {
    return collections.flatMap((collection) => this.#entities.of.get(collection) ?? []);
  }

  entities(): readonly RecordEntity[] {
    return [...this.#entities.of.values()].flat();
  }

  /** The entity a reference names, of the first of the kinds that has one; null where none, or several by that code. */
  find(written: string, ...kinds: readonly RecordEntityKind[]): RecordEntity | null {
    for (const kind of kinds) {
      const found = this.#references.find(written, kind);
      if (found !== null) return found;
    }
    return null;
  }

  /** The same of one kind, or only one of its collections, with a warning where there is none. */
  resolve(
    written: string,
    kind: RecordEntityKind,
    at: Place,
    slot: string,
    within?: Collection,
  ): RecordEntity | null {
    const found = this.find(written, kind);
    if (found !== null && (within === undefined || found.collection === within)) return found;
    this.warnings.add('unresolved-reference', at, unresolved(slot, written, kind));
    return null;
  }

  /** The same for a slot of an entity. The slot is held where it is written as the other entity's own id. */
  target(
    entity: RecordThing,
    slot: string,
    kind: RecordEntityKind,
    within?: Collection,
  ): RecordEntity | null {
    const { slots, id } = entity;
    const written = slots.peek(slot);
    if (written === null) return null;
    const found = this.resolve(written, kind, { pointer: slots.pointerOf(slot), id }, slot, within);
    if (found !== null && slots.raw(slot) === found.id) slots.hold(slot);
    return found;
  }

  /** The time in a slot, read in the facility's zone; a warning where it names none. */
  time({ slots, id }: RecordThing, slot: string): SourceTime | null {
    const text = slots.text(slot);
    if (text === null) return null;
    const read = readTime(text, this.context.timezone);
    if (read.earliest === null) {
      const message = `${slot} is no ISO 8601 date or date-time; the text is kept and no instant is known.`;
      this.warnings.add('unreadable-time', { pointer: slots.pointerOf(slot), id }, message);
    }
    return read;
  }

  /** Said once the associations are known: measurements need it. */
  learn(facts: ReadonlyMap<string, RunFacts>): void {
    this.#facts = facts;
  }

  /** The columns every row has. Called last: `properties` is what the other columns and the measurements leave. */
  columns(entity: RecordThing, identity: Candidates): EntityRow {
    const { kind, id, slots } = entity;
    const { iri } = entity.name;
    const { technique, pipeline } = this.#facts.get(iri) ?? NO_FACTS;
    return {
      iri,
      json_pointer: slots.pointer,
      identity,
      implied: false,
      name: slots.text('title') ?? slots.peek(...(NAME_SLOTS[kind] ?? [])),
      description: slots.text('description'),
      properties: this.measurements.take(slots, { kind, iri, id, technique, pipeline }),
    };
  }
}
