import { and, eq, isNotNull, notExists, sql } from 'drizzle-orm';
import type { Failure } from '../../model/failure.ts';
import { type Outcome, success } from '../../model/failure.ts';
import { appendChanges, prepareDeliveries } from '../changes/append.ts';
import type { Database } from '../database.ts';
import { rfc3339 } from '../instants.ts';
import { pull, pullItem } from '../tables/facts.ts';
import type { MissingPolicy, RunningPull } from '../work-contract.ts';
import type { WorkContext } from './context.ts';
import { afterPull } from './housekeeping.ts';
import { countMissing } from './missing.ts';
import { isCredential, isOfSource, lockStanding, writeStanding } from './standing.ts';
import { countOutcomes, type PullTotals } from './totals.ts';

/**
 * Ends a pull of which nothing is left to do. One transaction, in which one process finds it running: counts, misses, how the
 * source stands, and what is told of it all.
 */
export async function endPull(
  context: WorkContext,
  at: RunningPull,
  policy: MissingPolicy,
  now: Date,
): Promise<Outcome<boolean>> {
  const ended = await context.store.run(async (db) => {
    // asked often, and mostly in vain: without taking anything
    const [over] = await db.select({ id: pull.id }).from(pull).where(isOver(db, at.id));
    if (over === undefined) return success(null);
    await prepareDeliveries(context.notify, context.queue);
    return context.store.transaction((tx) => endIn(tx, context, at, policy, now));
  });
  if (!ended.ok) return ended;
  if (ended.value !== null) await afterPull(context, ended.value.listed);
  return success(ended.value !== null);
}

/** What it came to; null where it is not over, or another process was faster. */
async function endIn(
  tx: Database,
  { queue, notify }: WorkContext,
  at: RunningPull,
  policy: MissingPolicy,
  now: Date,
): Promise<Outcome<PullTotals | null>> {
  const before = await lockStanding(tx, at);
  const [ended] = await tx
    .update(pull)
    .set({ state: 'finished', finished_at: now.toISOString() })
    .where(isOver(tx, at.id))
    .returning();
  if (ended === undefined) return success(null);
  const totals = await countOutcomes(tx, at.id);
  // only a complete listing of everything says what is missing
  const counts = ended.complete === true && ended.full === true && ended.problems.length === 0;
  const ending = { ...ended, acceptMissing: ended.accept_missing };
  const { held, gone } = await countMissing(tx, ending, { counts, policy, at: now });
  const dealtWith = totals.failed === 0 && ended.problems.length === 0;
  const standing = await writeStanding(tx, before, {
    pullId: at.id,
    at: now,
    failure: await failureOfAll(tx, at.id, totals),
    denied: ended.problems.find(isCredential) ?? null,
    held: counts ? (held === null ? false : { ...held }) : null,
    changed: totals.registered + totals.updated > 0,
    watermark: dealtWith ? ended.watermark : null,
    fullAt: dealtWith && ended.full === true ? new Date(rfc3339(ended.started_at)) : null,
  });
  await tx
    .update(pull)
    .set({ ...totals, gone: gone.length, held })
    .where(eq(pull.id, at.id));
  await appendChanges(tx, [...gone, ...standing], notify, queue);
  return success(totals);
}

function isOver(db: Database, id: string) {
  const waiting = db
    .select({ one: sql`1` })
    .from(pullItem)
    .where(and(eq(pullItem.pull_id, id), sql`${pullItem.outcome} IS NULL`));
  return and(eq(pull.id, id), eq(pull.state, 'running'), isNotNull(pull.listed_at), notExists(waiting));
}

/** The failure that every crate of a pull ended with, where it is the source's: a list written by hand never fails itself. */
async function failureOfAll(tx: Database, id: string, totals: PullTotals): Promise<Failure | null> {
  if (totals.failed === 0 || totals.failed < totals.listed) return null;
  const rows = await tx
    .select({ error: pullItem.error })
    .from(pullItem)
    .where(eq(pullItem.pull_id, id))
    .orderBy(pullItem.position);
  const errors = rows.flatMap(({ error }) => (error === null ? [] : [error]));
  return errors.length > 0 && errors.every(isOfSource) ? (errors[0] ?? null) : null;
}
