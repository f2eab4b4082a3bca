import { isJsonObject } from '../../model/json.ts';
import type { SampleComponentRow, SamplePreparationRow } from '../../model/record-rows.ts';
import type { SampleRow } from '../../model/rows.ts';
import type { Candidates } from '../lambda-core/identity.ts';
import type { RecordEntity } from './collections.ts';
import { codeKey, globalKey, identityOf } from './identity.ts';
import { quantityOf } from './quantity.ts';
import type { RecordScope } from './scope.ts';
import type { Slots } from './slots.ts';

/** The largest number an integer column of the registry holds. */
const MAX_INTEGER = 2_147_483_647;

/** The row of a Sample: the same elsewhere by an id both use, or by its code within one proposal (design rule 8). */
export function sampleRow(scope: RecordScope, entity: RecordEntity): SampleRow {
  const { slots } = entity;
  const columns = {
    sample_code: slots.text('sample_code'),
    sample_type: slots.text('sample_type'),
    protein_name: slots.text('protein_name'),
    organism: slots.text('organism'),
    expression_system: slots.text('expression_system'),
    concentration: quantityText(slots, 'concentration'),
    seguid: slots.text('seguid'),
  };
  const identity = identityOf('sample', entity.name.iri, scope.context, [
    globalKey('sample', entity),
    codeKey('sample', columns.sample_code, scope),
  ]);
  return { ...scope.columns(entity, identity), ...columns };
}

/** A quantity in words, for a column of text; the measurement beside it holds its number. */
function quantityText(slots: Slots, slot: string): string | null {
  const value = slots.raw(slot);
  if (!isJsonObject(value)) return slots.text(slot);
  const quantity = quantityOf(value);
  if (quantity === null) return null;
  const { raw_value, numeric_value, unit } = quantity;
  return raw_value ?? (numeric_value === null ? null : [numeric_value, unit ?? ''].join(' ').trim());
}

/** The row of a SamplePreparation. */
export function samplePreparationRow(scope: RecordScope, entity: RecordEntity): SamplePreparationRow {
  const columns = {
    preparation_type: entity.slots.text('preparation_type'),
    sample_iri: scope.target(entity, 'sample_id', 'sample')?.name.iri ?? null,
    preparation_date: scope.time(entity, 'preparation_date'),
  };
  return { ...scope.columns(entity, ownIdentity(scope, entity, 'sample_preparation')), ...columns };
}

/** Slots by which a component names its molecule, and where that is; exactly one is set. */
export const MOLECULE_SLOTS = [
  ['protein_id', 'proteins'],
  ['nucleic_acid_id', 'nucleic_acids'],
  ['small_molecule_id', 'small_molecules'],
] as const;

/** The row of a SampleComponent. */
export function sampleComponentRow(scope: RecordScope, entity: RecordEntity): SampleComponentRow {
  const { slots } = entity;
  const [molecule] = MOLECULE_SLOTS.flatMap(
    ([slot, within]) => scope.target(entity, slot, 'molecule', within) ?? [],
  );
  const columns = {
    sample_iri: scope.target(entity, 'sample_id', 'sample')?.name.iri ?? null,
    component_type: slots.text('component_type'),
    molecule_iri: molecule?.name.iri ?? null,
    role: slots.text('role'),
    copy_number: slots.integer('copy_number', 0, MAX_INTEGER),
  };
  return { ...scope.columns(entity, ownIdentity(scope, entity, 'sample_component')), ...columns };
}

/** By an id both use, else the crate's own. */
function ownIdentity(
  { context }: RecordScope,
  entity: RecordEntity,
  kind: 'sample_preparation' | 'sample_component',
): Candidates {
  return identityOf(kind, entity.name.iri, context, [globalKey(kind, entity)]);
}
