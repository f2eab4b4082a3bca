import { sql } from 'drizzle-orm';
import { type NewChange, typesMeant } from '../../model/changes.ts';
import type { JsonObject } from '../../model/json.ts';
import type { NotifyTarget } from '../changes-contract.ts';
import type { Database } from '../database.ts';
import type { NewJob, Queue } from '../queue/queue.ts';
import { DELIVERIES } from '../queue/settings.ts';
import { refuseUnstorable } from '../sets.ts';
import { change } from '../tables/facts.ts';

/** Changes of one statement. */
const BATCH = 1_000;

/** To be awaited before a transaction that appends changes: the queue's own tables cannot be made within it. */
export async function prepareDeliveries(targets: readonly NotifyTarget[], queue: Queue): Promise<void> {
  if (targets.length > 0) await queue.prepare(DELIVERIES);
}

/**
 * Writes changes within a transaction, in their order, and queues one delivery for every target that wants one: they
 * exist together, once the transaction commits, or not at all. `prepareDeliveries` comes before the transaction.
 */
export async function appendChanges(
  tx: Database,
  changes: readonly NewChange[],
  targets: readonly NotifyTarget[],
  queue: Queue,
): Promise<void> {
  for (let from = 0; from < changes.length; from += BATCH) {
    const batch = changes.slice(from, from + BATCH);
    const ids = await insertChanges(tx, batch);
    const jobs = batch.flatMap((one, index) => deliveries(one, ids[index], targets));
    if (jobs.length > 0) await queue.send(tx, DELIVERIES, jobs);
  }
}

/** Ids in the order of the changes. */
async function insertChanges(tx: Database, changes: readonly NewChange[]): Promise<readonly string[]> {
  refuseUnstorable(changes);
  const rows = changes.map((one, index) => ({ ...one, index }));
  const written = await tx.execute<{ id: string }>(sql`
    INSERT INTO ${change} (timeline, at, type, facility, source, proposal_id, crate_id, crate_iri, crate_version_id,
                           pull_id, data)
    SELECT ${timeline()}, x.at, x.type, x.facility, x.source, x.proposal_id, x.crate_id, x.crate_iri,
           x.crate_version_id, x.pull_id, x.data
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) AS x(
      index integer, at timestamptz, type text, facility text, source text, proposal_id text, crate_id uuid,
      crate_iri text, crate_version_id uuid, pull_id uuid, data jsonb)
    ORDER BY x.index
    RETURNING id`);
  // ids are given in the order of the rows, whatever order they are answered in
  return written.map(({ id }) => id).toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
}

/**
 * The timeline this transaction writes in: the last row's, or the next where the last row's transaction has not happened
 * on this server, since then it was restored from another one, whose transaction ids say nothing of the order here.
 */
function timeline() {
  return sql`coalesce((
    SELECT CASE WHEN last.transaction > pg_current_xact_id()
                 AND last.transaction >= pg_snapshot_xmax(pg_current_snapshot())
           THEN last.timeline + 1 ELSE last.timeline END
    FROM ${change} AS last ORDER BY last.timeline DESC, last.transaction DESC, last.id DESC LIMIT 1), 0)`;
}

function deliveries(one: NewChange, id: string | undefined, targets: readonly NotifyTarget[]): NewJob[] {
  if (id === undefined) throw new Error('A change was not written.');
  return targets
    .filter((target) => wants(target, one))
    .map((target) => ({ data: { change: id, target: target.name } satisfies JsonObject }));
}

/** Whether a target is told of a change. */
function wants(target: NotifyTarget, one: NewChange): boolean {
  if (target.facilities !== null && !target.facilities.includes(one.facility)) return false;
  return target.events === null || typesMeant(target.events).types.includes(one.type);
}
