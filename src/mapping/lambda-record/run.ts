import { isJsonObject } from '../../model/json.ts';
import type { RecordExperimentRunRow, RecordWorkflowRunRow } from '../../model/record-rows.ts';
import type { RecordEntity } from './collections.ts';
import { codeKey, globalKey, identityOf } from './identity.ts';
import type { RecordScope } from './scope.ts';
import { type Slots, textOf } from './slots.ts';
import { processingStatusOf, techniqueOf } from './vocabulary.ts';

/** The row of an ExperimentRun: the same elsewhere by an id both use, or by its code within one proposal. */
export function experimentRunRow(scope: RecordScope, entity: RecordEntity): RecordExperimentRunRow {
  const { slots, name } = entity;
  const strategy = slots.raw('data_collection_strategy');
  const columns = {
    experiment_code: slots.text('experiment_code'),
    technique: techniqueOf(scope, entity),
    processing_status: processingStatusOf(scope, entity),
    // Beside this column it is a measurement of its section.
    collection_mode: isJsonObject(strategy) ? textOf(strategy['collection_mode']) : null,
    beamline_id: slots.text('beamline_id'),
    raw_data_location: slots.text('raw_data_location'),
    experiment_date: scope.time(entity, 'experiment_date'),
    start_time: scope.time(entity, 'start_time'),
    end_time: scope.time(entity, 'end_time'),
    experimental_method: slots.text('experimental_method'),
  };
  const identity = identityOf('experiment_run', name.iri, scope.context, [
    globalKey('experiment_run', entity),
    codeKey('experiment_run', columns.experiment_code, scope),
  ]);
  return { ...scope.columns(entity, identity), ...columns };
}

/** The row of a WorkflowRun. */
export function workflowRunRow(scope: RecordScope, entity: RecordEntity): RecordWorkflowRunRow {
  const { slots, name } = entity;
  const columns = {
    workflow_code: slots.text('workflow_code'),
    workflow_type: slots.text('workflow_type'),
    software_name: slots.text('software_name'),
    software_version: slots.text('software_version'),
    processing_level: processingLevel(slots),
    start_time: scope.time(entity, 'started_at'),
    end_time: scope.time(entity, 'completed_at'),
    processing_parameters: slots.text('processing_parameters'),
  };
  const identity = identityOf('workflow_run', name.iri, scope.context, [
    globalKey('workflow_run', entity),
    codeKey('workflow_run', columns.workflow_code, scope),
  ]);
  return { ...scope.columns(entity, identity), ...columns };
}

/** A whole number, bare or as a quantity in whatever unit (`level`); the measurement beside it holds what was written. */
function processingLevel(slots: Slots): number | null {
  const value = slots.raw('processing_level');
  const level = isJsonObject(value) ? value['numeric_value'] : value;
  return typeof level === 'number' && Number.isInteger(level) && level >= 0 && level <= 99 ? level : null;
}
