import { and, eq, exists, inArray, or } from 'drizzle-orm';
import type { Reach } from '../../model/caller.ts';
import type { ListFilters, WorkflowItem } from '../../model/items.ts';
import type { Database } from '../database.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { experimentRun, workflowRun } from '../tables/rows.ts';
import { better, claimed, relatedRun, toRun } from './aliases.ts';
import { entityFields, firstOf, ITS_CRATE, otherClaims } from './entity.ts';
import { asksOfFiles, asksOfRuns, hasFile, hasRun, saidWithin } from './filters.ts';
import { linked } from './links.ts';
import { contains } from './matches.ts';
import type { Listing } from './page.ts';
import { counts, subquery, wins } from './winners.ts';

/** Workflow runs as the caller may see them. */
export function workflows(db: Database, filters: ListFilters, reach: Reach): Listing<WorkflowItem> {
  const { sha256: _sha256, storage_uri: _uri, ...ofRuns } = filters;
  const itsRun = exists(
    subquery
      .select({ id: toRun.id })
      .from(toRun)
      .where(
        and(
          eq(toRun.kind, 'workflow_experiment'),
          eq(toRun.subject_entity_id, workflowRun.entity_id),
          eq(toRun.object_entity_id, relatedRun.entity_id),
          counts(toRun, reach),
        ),
      ),
  );
  return {
    kind: 'workflows',
    table: workflowRun,
    where: and(
      wins(workflowRun, better.workflow_run, reach),
      saidWithin(workflowRun, claimed.workflow_run, filters, reach),
      filters.text === undefined
        ? undefined
        : contains(
            [
              workflowRun.name,
              workflowRun.description,
              workflowRun.workflow_code,
              workflowRun.workflow_type,
              workflowRun.software_name,
            ],
            filters.text,
          ),
      asksOfRuns(filters) ? hasRun(itsRun, ofRuns, reach) : undefined,
      asksOfFiles(filters)
        ? or(hasFile(workflowRun.entity_id, ['workflow_input', 'workflow_output'], filters, reach))
        : undefined,
    ),
    sort: firstOf(workflowRun.workflow_code, workflowRun.name, workflowRun.iri),
    key: workflowRun.entity_id,
    row: workflowRun.id,
    items: (rows) => workflowItems(db, rows, reach),
  };
}

async function workflowItems(
  db: Database,
  rowIds: readonly string[],
  reach: Reach,
): Promise<ReadonlyMap<string, WorkflowItem>> {
  if (rowIds.length === 0) return new Map();
  const rows = await db
    .select({
      row: workflowRun,
      ...ITS_CRATE,
      other_claims: otherClaims(workflowRun, claimed.workflow_run, reach),
    })
    .from(workflowRun)
    .innerJoin(crateVersion, eq(crateVersion.id, workflowRun.crate_version_id))
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(inArray(workflowRun.id, [...rowIds]));
  const runs = await linked(
    db,
    { kind: 'workflow_experiment', from: 'subject' },
    rows.map(({ row }) => row.entity_id),
    experimentRun,
    better.experiment_run,
    firstOf(experimentRun.name, experimentRun.experiment_code),
    reach,
  );
  return new Map(
    rows.map(({ row, ...its }) => [
      row.id,
      {
        ...entityFields({ ...row, ...its }),
        workflow_code: row.workflow_code,
        workflow_type: row.workflow_type,
        software_name: row.software_name,
        software_version: row.software_version,
        processing_level: row.processing_level,
        start_time: row.start_time,
        end_time: row.end_time,
        runs: runs.get(row.entity_id) ?? [],
      },
    ]),
  );
}
