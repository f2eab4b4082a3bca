import type { CrateEntity } from '../../crate/contract.ts';
import type { ExperimentRunRow, IdentityKey } from '../../model/rows.ts';
import { type Candidates, candidates, crateKey, iriKey, isUuidUrn, writtenIriKey } from './identity.ts';
import { proposalScoped } from './proposal.ts';
import { commonColumns } from './row.ts';
import type { MapScope } from './scope.ts';
import { techniqueOf } from './technique.ts';
import { isProcessingStatus } from './vocabulary.ts';

/** The row of a `lambda:ExperimentRun`. `only` says that the crate has no other. */
export function experimentRunRow(scope: MapScope, entity: CrateEntity, only: boolean): ExperimentRunRow {
  const reader = scope.reader(entity);
  const columns = {
    experiment_code: reader.text('experiment_code'),
    technique: techniqueOf(scope, reader),
    processing_status: reader.text('processing_status'),
    collection_mode: reader.text('collection_mode'),
    beamline_id: reader.text('beamline_id'),
    raw_data_location: reader.text('raw_data_location'),
    experiment_date: scope.time(reader, 'experiment_date'),
    start_time: scope.time(reader, 'startTime', 'prov:startedAtTime', 'start_time'),
    end_time: scope.time(reader, 'endTime', 'prov:endedAtTime', 'end_time'),
  };
  if (columns.processing_status !== null && !isProcessingStatus(columns.processing_status)) {
    scope.warn(
      'vocabulary-gap',
      entity,
      reader.pointerOf('processing_status'),
      'processing_status is no value of ProcessingStatusEnum; it is kept as written.',
    );
  }
  return {
    ...commonColumns(scope, entity, identity(scope, entity, columns.experiment_code, only)),
    ...columns,
  };
}

/**
 * A run is the same elsewhere by an IRI both wrote, or by its code within one proposal. The only run of a crate also
 * answers to the crate's IRI, the identity a run implied from an earlier version of the crate had.
 */
function identity(scope: MapScope, entity: CrateEntity, code: string | null, only: boolean): Candidates {
  const { graph } = scope;
  return candidates(
    [
      globalRunKey('experiment_run', entity),
      proposalScoped(scope, 'experiment_run', code),
      only ? iriKey('crate', 'experiment_run', graph.crateIri) : null,
    ],
    crateKey('experiment_run', scope.iriOf(entity), graph),
  );
}

/** The key of a run whose `@id` was written as a web address or a UUID. */
export function globalRunKey(
  kind: 'experiment_run' | 'workflow_run',
  entity: CrateEntity,
): IdentityKey | null {
  if (isUuidUrn(entity.rawId)) return iriKey('global', kind, entity.rawId.toLowerCase());
  return writtenIriKey(kind, entity);
}
