import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import { type Failure, failure, type Outcome, success } from '../../model/failure.ts';
import type { DetailExtras, DetailOf, ListKind } from '../../model/items.ts';
import type { Database } from '../database.ts';
import { isUuid } from '../ids.ts';
import { dataFile, experimentRun, instrument, sample, workflowRun } from '../tables/rows.ts';
import { better } from './aliases.ts';
import { crateDetail } from './crate-detail.ts';
import { missingOf } from './entity.ts';
import { fileItems } from './files.ts';
import { instruments } from './instruments.ts';
import { successorOf } from './pointers.ts';
import { runs } from './runs.ts';
import { samples } from './samples.ts';
import { visible } from './visibility.ts';
import { bestFirst, wins } from './winners.ts';
import { workflows } from './workflows.ts';

/** One item with all that is known of it. What the caller may not see does not exist for them. */
export const details: {
  readonly [K in ListKind]: (db: Database, id: string, caller: Caller) => Promise<Outcome<DetailOf[K]>>;
} = {
  crates: (db, id, caller) => crateDetail(db, id, caller),
  instruments: async (db, id, { metadata }) =>
    entityDetail(db, 'instruments', id, instrument, wins(instrument, better.instrument, metadata), (rows) =>
      instruments(db, {}, metadata).items(rows),
    ),
  runs: async (db, id, { metadata }) =>
    entityDetail(
      db,
      'runs',
      id,
      experimentRun,
      wins(experimentRun, better.experiment_run, metadata),
      (rows) => runs(db, {}, metadata).items(rows),
    ),
  samples: async (db, id, { metadata }) =>
    entityDetail(db, 'samples', id, sample, wins(sample, better.sample, metadata), (rows) =>
      samples(db, {}, metadata).items(rows),
    ),
  workflows: async (db, id, { metadata }) =>
    entityDetail(db, 'workflows', id, workflowRun, wins(workflowRun, better.workflow_run, metadata), (rows) =>
      workflows(db, {}, metadata).items(rows),
    ),
  files: fileDetail,
};

/** The failure for an id that is unknown, malformed or not the caller's to see: nobody learns which. */
export function unknownId(kind: ListKind, id: string): { readonly ok: false; readonly failure: Failure } {
  return failure('not_found', `There is nothing with this id among the ${kind} you may see.`, { found: id });
}

type DetailTable = typeof instrument | typeof experimentRun | typeof sample | typeof workflowRun;

async function entityDetail<Item>(
  db: Database,
  kind: ListKind,
  id: string,
  table: DetailTable,
  shown: SQL,
  items: (rows: readonly string[]) => Promise<ReadonlyMap<string, Item>>,
): Promise<Outcome<Item & DetailExtras>> {
  if (!isUuid(id)) return unknownId(kind, id);
  const [row] = await db
    .select({
      id: table.id,
      version: table.crate_version_id,
      json_pointer: table.json_pointer,
      properties: table.properties,
    })
    .from(table)
    .where(and(eq(table.entity_id, id), shown));
  const item = row === undefined ? undefined : (await items([row.id])).get(row.id);
  if (row === undefined || item === undefined) return unknownId(kind, id);
  return success({
    ...item,
    json_pointer: row.json_pointer,
    properties: row.properties,
    declared_missing: await missingOf(db, id, row.version),
  });
}

/** A pointer, current or not: an old id keeps answering, with what answers instead. */
async function fileDetail(db: Database, id: string, caller: Caller): Promise<Outcome<DetailOf['files']>> {
  if (!isUuid(id)) return unknownId('files', id);
  const [row] = await db
    .select()
    .from(dataFile)
    .where(and(eq(dataFile.pointer_id, id), visible(dataFile, caller.metadata)))
    .orderBy(desc(dataFile.current), sql`${bestFirst(dataFile)}`)
    .limit(1);
  const item = row === undefined ? undefined : (await fileItems(db, [row.id], caller.metadata)).get(row.id);
  if (row === undefined || item === undefined) return unknownId('files', id);
  const successor = row.current ? null : await successorOf(db, row.entity_id, caller.metadata);
  return success({
    ...item,
    json_pointer: row.json_pointer,
    properties: row.properties,
    declared_missing: await missingOf(db, row.entity_id, row.crate_version_id),
    successor: successor?.id ?? null,
  });
}
