import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Reach } from '../../model/caller.ts';
import type { ListFilters, RunItem } from '../../model/items.ts';
import type { Database } from '../database.ts';
import { rfc3339 } from '../instants.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { experimentRun, instrument, sample } from '../tables/rows.ts';
import { better, claimed } from './aliases.ts';
import { entityFields, firstOf, ITS_CRATE, otherClaims } from './entity.ts';
import { runIs, saidWithin } from './filters.ts';
import { linked } from './links.ts';
import { contains, effectiveStatus } from './matches.ts';
import type { Listing } from './page.ts';
import { filesOfRuns } from './run-files.ts';
import { wins } from './winners.ts';

/** Experiment runs as the caller may see them. */
export function runs(db: Database, filters: ListFilters, reach: Reach): Listing<RunItem> {
  return {
    kind: 'runs',
    table: experimentRun,
    where: and(
      wins(experimentRun, better.experiment_run, reach),
      saidWithin(experimentRun, claimed.experiment_run, filters, reach),
      ...runIs(experimentRun, filters, reach),
      filters.text === undefined
        ? undefined
        : contains(
            [
              experimentRun.name,
              experimentRun.description,
              experimentRun.experiment_code,
              experimentRun.beamline_id,
            ],
            filters.text,
          ),
    ),
    sort: firstOf(experimentRun.experiment_code, experimentRun.name, experimentRun.iri),
    key: experimentRun.entity_id,
    row: experimentRun.id,
    items: (rows) => runItems(db, rows, reach),
  };
}

/** Runs by what they are at now; those of which nobody said apart. */
export async function runsByStatus(
  db: Database,
  filters: ListFilters,
  reach: Reach,
): Promise<Readonly<Record<string, number>>> {
  const status = sql<string>`coalesce(${effectiveStatus(experimentRun)}, 'undeclared')`.as('status');
  const rows = await db
    .select({ status, n: sql<number>`count(*)`.mapWith(Number) })
    .from(experimentRun)
    .where(runs(db, filters, reach).where)
    .groupBy(sql`status`)
    .orderBy(sql`status`);
  return Object.fromEntries(rows.map((row) => [row.status, row.n]));
}

async function runItems(
  db: Database,
  rowIds: readonly string[],
  reach: Reach,
): Promise<ReadonlyMap<string, RunItem>> {
  if (rowIds.length === 0) return new Map();
  const rows = await db
    .select({
      row: experimentRun,
      ...ITS_CRATE,
      status: effectiveStatus(experimentRun),
      other_claims: otherClaims(experimentRun, claimed.experiment_run, reach),
    })
    .from(experimentRun)
    .innerJoin(crateVersion, eq(crateVersion.id, experimentRun.crate_version_id))
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(inArray(experimentRun.id, [...rowIds]));
  const ids = rows.map(({ row }) => row.entity_id);
  const instruments = await linked(
    db,
    { kind: 'experiment_instrument', from: 'subject' },
    ids,
    instrument,
    better.instrument,
    firstOf(instrument.name, instrument.instrument_code),
    reach,
  );
  const samples = await linked(
    db,
    { kind: 'experiment_sample', from: 'subject' },
    ids,
    sample,
    better.sample,
    firstOf(sample.name, sample.sample_code),
    reach,
  );
  const files = await filesOfRuns(db, ids, reach);
  return new Map(
    rows.map(({ row, status, ...its }) => [
      row.id,
      {
        ...entityFields({ ...row, ...its }),
        experiment_code: row.experiment_code,
        technique: row.technique,
        processing_status: status,
        collection_mode: row.collection_mode,
        beamline_id: row.beamline_id,
        raw_data_location: row.raw_data_location,
        experiment_date: row.experiment_date,
        start_time: row.start_time,
        end_time: row.end_time,
        time_earliest: rfc3339(row.time_earliest),
        time_before: rfc3339(row.time_before),
        instruments: instruments.get(row.entity_id) ?? [],
        samples: samples.get(row.entity_id) ?? [],
        files: files.get(row.entity_id)?.files ?? 0,
        bytes_referenced: files.get(row.entity_id)?.bytes ?? 0,
      },
    ]),
  );
}
