import { inArray } from 'drizzle-orm';
import { type Outcome, success } from '../../model/failure.ts';
import type { Changes, Delivery } from '../changes-contract.ts';
import type { Database } from '../database.ts';
import type { Queue } from '../queue/queue.ts';
import { DELIVERIES, settingsOf } from '../queue/settings.ts';
import { change } from '../tables/facts.ts';
import { COLUMNS, eventOf } from './feed.ts';

/**
 * Takes deliveries whose time has come, with the events they are of. They are this process's for a minute. Where there are
 * none, what dead processes had is given back.
 */
export async function takeDeliveries(
  db: Database,
  queue: Queue,
  max: number,
): Promise<Outcome<readonly Delivery[]>> {
  const jobs = (await queue.take(DELIVERIES, max))
    .map(({ id, data, attempt }) => ({
      job: id,
      change: String(data['change']),
      target: String(data['target']),
      attempt,
    }))
    // what happened first is told first, as far as it was taken together
    .toSorted((a, b) => Number(a.change) - Number(b.change));
  if (jobs.length === 0) {
    await queue.recover();
    return success([]);
  }
  const rows = await db
    .select(COLUMNS)
    .from(change)
    .where(
      inArray(
        change.id,
        jobs.map((job) => Number(job.change)),
      ),
    );
  const events = new Map(rows.map((row) => [row.id, eventOf(row)]));
  const known = jobs.flatMap(({ job, change: id, target, attempt }) => {
    const event = events.get(id);
    return event === undefined ? [] : [{ job, target, event, attempt }];
  });
  // what somebody deleted since cannot be told any more
  const lost = jobs.filter((job) => !events.has(job.change)).map(({ job }) => job);
  await queue.finish(DELIVERIES, lost);
  return success(known);
}

/** See `Changes.finishDelivery`. */
export async function finishDelivery(queue: Queue, job: string): Promise<Outcome<void>> {
  await queue.finish(DELIVERIES, [job]);
  return success(undefined);
}

/** See `Changes.failDelivery`. */
export async function failDelivery(
  queue: Queue,
  { job, attempt }: Parameters<Changes['failDelivery']>[0],
  reason: string,
): Promise<Outcome<{ readonly givenUp: boolean }>> {
  await queue.fail(DELIVERIES, job, reason);
  return success({ givenUp: attempt >= (settingsOf(DELIVERIES).retryLimit ?? 0) });
}
