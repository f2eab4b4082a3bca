import type { StudyRow } from '../../model/record-rows.ts';
import type { RecordEntity } from './collections.ts';
import { globalKey, identityOf } from './identity.ts';
import type { RecordScope } from './scope.ts';

/** The row of a Study: the same elsewhere by an id both use. A proposal has many studies, so its code joins none. */
export function studyRow(scope: RecordScope, entity: RecordEntity): StudyRow {
  const { slots } = entity;
  const columns = { proposal_id: slots.text('proposal_id'), keywords: slots.texts('keywords') };
  const identity = identityOf('study', entity.name.iri, scope.context, [globalKey('study', entity)]);
  return { ...scope.columns(entity, identity), ...columns };
}
