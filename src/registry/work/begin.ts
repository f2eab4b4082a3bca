import { randomUUID } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { Database } from '../database.ts';
import { isUuid } from '../ids.ts';
import type { Queue } from '../queue/queue.ts';
import { pullQueue } from '../queue/settings.ts';
import { pull, pullItem } from '../tables/facts.ts';
import type { NewPull, RunningPull } from '../work-contract.ts';
import { LISTING_PRIORITY, type PullJob } from './items.ts';

/** Attempts at a source whose pulls end just when they are joined. */
const ATTEMPTS = 5;

/**
 * Begins a pull within a transaction, or joins the one that runs. To be awaited before that transaction:
 * `queue.prepare(pullQueue(facility, source))`.
 */
export async function beginPull(
  tx: Database,
  queue: Queue,
  begun: NewPull,
): Promise<Outcome<{ readonly id: string; readonly joined: boolean }>> {
  const { facility, source } = begun;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const id = randomUUID();
    const inserted = await tx
      .insert(pull)
      .values({
        id,
        facility,
        source,
        state: 'running',
        trigger: begun.trigger,
        accept_missing: begun.acceptMissing,
        full: begun.full ? true : null,
        caller: begun.caller,
        started_at: begun.at.toISOString(),
      })
      // the unique index on running pulls is the lease
      .onConflictDoNothing()
      .returning({ id: pull.id });
    if (inserted.length > 0) {
      const data: PullJob = { pull: id, url: null };
      await queue.send(tx, pullQueue(facility, source), [{ data, priority: LISTING_PRIORITY }]);
      return success({ id, joined: false });
    }
    const [running] = await tx
      .update(pull)
      .set({
        accept_missing: sql`${pull.accept_missing} OR ${begun.acceptMissing}`,
        // a listing that is done was what it was
        full: sql`CASE WHEN ${pull.listed_at} IS NULL AND ${begun.full} THEN true ELSE ${pull.full} END`,
      })
      .where(isRunning(facility, source))
      .returning({ id: pull.id });
    if (running !== undefined) return success({ id: running.id, joined: true });
  }
  return failure('busy', `The pulls of ${facility}/${source} end as fast as they begin; try again.`);
}

function isRunning(facility: string, source: string) {
  return and(
    eq(pull.facility, facility),
    eq(pull.source, source),
    eq(pull.state, 'running'),
    eq(pull.dry_run, false),
  );
}

/** Pulls under way, oldest first. */
export async function runningPulls(db: Database): Promise<Outcome<readonly RunningPull[]>> {
  const rows = await db
    .select({
      id: pull.id,
      facility: pull.facility,
      source: pull.source,
      listedAt: pull.listed_at,
      full: pull.full,
    })
    .from(pull)
    .where(and(eq(pull.state, 'running'), eq(pull.dry_run, false)))
    .orderBy(pull.started_at, pull.id);
  return success(
    rows.map(({ listedAt, full, ...row }) => ({ ...row, listed: listedAt !== null, full: full === true })),
  );
}

/** How far a pull is. */
export async function pullProgress(
  db: Database,
  id: string,
): Promise<Outcome<{ readonly state: string; readonly listed: number; readonly done: number }>> {
  const unknown = failure('not_found', 'There is no pull with this id.', { found: id });
  if (!isUuid(id)) return unknown;
  const [row] = await db
    .select({
      state: pull.state,
      listed: sql<number>`count(${pullItem.position})::int`,
      done: sql<number>`count(${pullItem.outcome})::int`,
    })
    .from(pull)
    .leftJoin(pullItem, eq(pullItem.pull_id, pull.id))
    .where(eq(pull.id, id))
    .groupBy(pull.id);
  return row === undefined ? unknown : success(row);
}
