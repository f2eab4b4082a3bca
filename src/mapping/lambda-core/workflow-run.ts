import type { CrateEntity } from '../../crate/contract.ts';
import type { WorkflowRunRow } from '../../model/rows.ts';
import { globalRunKey } from './experiment-run.ts';
import { candidates, crateKey } from './identity.ts';
import { proposalScoped } from './proposal.ts';
import { type EntityReader, MAX_INTEGER } from './reader.ts';
import { commonColumns } from './row.ts';
import type { MapScope } from './scope.ts';

/** The row of a `lambda:WorkflowRun` or a plain `CreateAction`. */
export function workflowRunRow(scope: MapScope, entity: CrateEntity): WorkflowRunRow {
  const reader = scope.reader(entity);
  const software = softwareOf(scope, reader);
  const columns = {
    workflow_code: reader.text('workflow_code', 'workflowRunId'),
    workflow_type: reader.text('workflow_type'),
    software_name: reader.text('software_name') ?? software?.peek('name') ?? null,
    software_version: reader.text('software_version') ?? software?.peek('softwareVersion', 'version') ?? null,
    processing_level: reader.integer('processing_level', MAX_INTEGER),
    start_time: scope.time(reader, 'startTime', 'prov:startedAtTime', 'start_time'),
    end_time: scope.time(reader, 'endTime', 'prov:endedAtTime', 'end_time'),
  };
  const identity = candidates(
    [globalRunKey('workflow_run', entity), proposalScoped(scope, 'workflow_run', columns.workflow_code)],
    crateKey('workflow_run', scope.iriOf(entity), scope.graph),
  );
  return { ...commonColumns(scope, entity, identity), ...columns };
}

/** The first SoftwareApplication the action names: RO-Crate's way to say what ran, where LAMBDA's columns are empty. */
function softwareOf(scope: MapScope, reader: EntityReader): EntityReader | null {
  for (const { iri } of reader.refs('instrument', 'agent')) {
    for (const entity of scope.graph.byIri.get(iri) ?? []) {
      if (entity.types.some((type) => /(^|[:/#])SoftwareApplication$/.test(type)))
        return scope.reader(entity);
    }
  }
  return null;
}
