import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, pointerJoin } from '../../model/json.ts';
import type { SampleComponentRow } from '../../model/record-rows.ts';
import type { ComponentInteractionRow } from '../../model/rows.ts';
import type { RecordThing } from './collections.ts';
import { identityOf } from './identity.ts';
import { nameOf } from './names.ts';
import type { RecordScope } from './scope.ts';
import { Slots } from './slots.ts';

const COLLECTION = 'sample_component_interactions';

/** What a record's collection of interactions gives. */
export interface Interactions {
  readonly rows: readonly ComponentInteractionRow[];
  /** What in the collection is no interaction, as written; null where everything is. */
  readonly rest: JsonValue | null;
}

/** The rows of a record's SampleComponentInteractions. */
export function interactionsOf(
  record: JsonObject,
  scope: RecordScope,
  components: readonly SampleComponentRow[],
): Interactions {
  const value = Object.hasOwn(record, COLLECTION) ? (record[COLLECTION] ?? null) : null;
  if (value === null) return { rows: [], rest: null };
  const items = isJsonArray(value) ? value : [];
  const rest = items.filter((item) => !isJsonObject(item));
  if (!isJsonArray(value) || rest.length > 0) {
    const message = `${COLLECTION} is a list of objects; what is none is kept as written and becomes no row.`;
    scope.warnings.add('not-an-entity', { pointer: `/${COLLECTION}`, id: null }, message);
  }
  const named = new Map<string, number>();
  const moleculeOf = new Map(components.map(({ iri, molecule_iri }) => [iri, molecule_iri]));
  const rows = items.flatMap((node, index): ComponentInteractionRow[] =>
    isJsonObject(node) ? [interactionRow(scope, interactionOf(scope, node, index, named), moleculeOf)] : [],
  );
  return { rows, rest: isJsonArray(value) ? (rest.length === 0 ? null : rest) : value };
}

/** Its subject and object are the molecules of the components it names; a component without a molecule stands for itself. */
function interactionRow(
  scope: RecordScope,
  entity: RecordThing,
  moleculeOf: ReadonlyMap<string, string | null>,
): ComponentInteractionRow {
  const { slots, name } = entity;
  const component = (slot: string) => {
    const found = scope.target(entity, slot, 'sample_component')?.name.iri ?? null;
    // The component itself stays written: the column may say its molecule.
    slots.release(slot);
    return found === null ? null : (moleculeOf.get(found) ?? found);
  };
  const columns = {
    sample_iri: scope.target(entity, 'sample_id', 'sample')?.name.iri ?? null,
    subject_iri: component('subject_id'),
    object_iri: component('object_id'),
    interaction_type: slots.text('interaction_type'),
    interaction_status: slots.text('interaction_status'),
  };
  const identity = identityOf('component_interaction', name.iri, scope.context, []);
  return { ...scope.columns(entity, identity), ...columns };
}

/** An interaction has no id; what it relates, and how, names it within its crate, and a number where that is said again. */
function interactionOf(
  scope: RecordScope,
  node: JsonObject,
  index: number,
  named: Map<string, number>,
): RecordThing {
  const slots = new Slots(node, pointerJoin(`/${COLLECTION}`, index));
  const parts = ['sample_id', 'subject_id', 'interaction_type', 'object_id'].map(
    (slot) => slots.peek(slot) ?? '',
  );
  const said = `interaction ${parts.join(' ')}`;
  const times = (named.get(said) ?? 0) + 1;
  named.set(said, times);
  const name = nameOf(times === 1 ? said : `${said} ${times}`, scope.context, {});
  return { kind: 'component_interaction', id: null, name: { ...name, global: false }, slots };
}
