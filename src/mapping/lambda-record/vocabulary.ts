import vocabularies from '../../../schemas/lambda-core/vocabularies.schema.json' with { type: 'json' };
import { contractFacility } from '../../model/lambda-vocabulary.ts';
import { canonicalTechnique, isProcessingStatus } from '../lambda-core/vocabulary.ts';
import type { RecordEntity } from './collections.ts';
import type { RecordScope } from './scope.ts';

/**
 * The technique an entity names, as a TechniqueEnum value where its spelling is known (the contract's `RX`, PaNET's, the
 * schema's) and as written, with a warning, where it is not. The written word stays in the properties where the column says
 * another.
 */
export function techniqueOf(scope: RecordScope, entity: RecordEntity): string | null {
  const written = entity.slots.peek('technique');
  if (written === null) return null;
  return column(scope, entity, 'technique', written, canonicalTechnique(written), 'TechniqueEnum');
}

/** The same for a facility. */
export function facilityOf(scope: RecordScope, entity: RecordEntity, slot: string): string | null {
  const written = entity.slots.peek(slot);
  if (written === null) return null;
  return column(scope, entity, slot, written, canonicalFacility(written), 'FacilityEnum');
}

/** The same for a run's status, of which only the schema's own spelling is known. */
export function processingStatusOf(scope: RecordScope, entity: RecordEntity): string | null {
  const written = entity.slots.peek('processing_status');
  if (written === null) return null;
  const known = isProcessingStatus(written) ? written : null;
  return column(scope, entity, 'processing_status', written, known, 'ProcessingStatusEnum');
}

function column(
  scope: RecordScope,
  { slots, id }: RecordEntity,
  slot: string,
  written: string,
  canonical: string | null,
  vocabulary: string,
): string {
  const text = slots.text(slot);
  if (canonical === null) {
    const message = `${slot} is no value of ${vocabulary} and no known spelling of one; it is kept as written.`;
    scope.warnings.add('vocabulary-gap', { pointer: slots.pointerOf(slot), id }, message);
  } else if (canonical !== text) slots.release(slot);
  return canonical ?? written;
}

const FACILITIES: readonly string[] = vocabularies.$defs.FacilityEnum.enum;

/**
 * The FacilityEnum value a written facility means: its own spelling, without regard to case and punctuation (`NSLS-II`), or
 * the contract's word where that stands for one value alone (`NSLSII`, `SLAC`). Null for LCLS, which FacilityEnum lacks.
 */
export function canonicalFacility(written: string): string | null {
  const folded = fold(written);
  const same = FACILITIES.find((value) => fold(value) === folded);
  if (same !== undefined) return same;
  const word = contractFacility(written);
  const values = word === 'other' ? [] : FACILITIES.filter((value) => contractFacility(value) === word);
  return values.length === 1 ? (values[0] ?? null) : null;
}

function fold(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
}
