import { sql } from 'drizzle-orm';
import { type Outcome, success } from '../../model/failure.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Database } from '../database.ts';
import type { Queue, TakenJob } from '../queue/queue.ts';
import { pullQueue } from '../queue/settings.ts';
import { pull, pullItem } from '../tables/facts.ts';
import type { CrateWork, RunningPull, WorkItem } from '../work-contract.ts';
import { LISTING_PRIORITY, type PullJob } from './items.ts';

/**
 * Takes jobs of a source's queue. What is done already, or belongs to a pull that ended, is finished on the way: a job whose
 * worker died after the work is taken once more.
 */
export async function takeWork(
  db: Database,
  queue: Queue,
  at: RunningPull,
  max: number,
): Promise<Outcome<readonly WorkItem[]>> {
  const name = pullQueue(at.facility, at.source);
  const jobs = await queue.take(name, max);
  if (jobs.length === 0) return success([]);
  const waiting = await stillWaiting(db, jobs);
  const items: WorkItem[] = [];
  const done: string[] = [];
  const others: TakenJob[] = [];
  for (const job of jobs) {
    const crate = waiting.get(job.id);
    if (crate === undefined) done.push(job.id);
    else if (job.data['pull'] !== at.id) others.push(job);
    else if (crate === null) items.push({ kind: 'list', job: job.id, attempt: job.attempt });
    else items.push({ kind: 'crate', job: job.id, attempt: job.attempt, crate });
  }
  await queue.finish(name, done);
  // of the pull that began when the one asked for had ended
  await queue.release(name, others);
  return success(items);
}

/** By job: the crate that still waits, or null for a listing that does. */
async function stillWaiting(
  db: Database,
  jobs: readonly TakenJob[],
): Promise<ReadonlyMap<string, CrateWork | null>> {
  const asked = jobs.map(({ id, data }) => ({ job: id, ...data }) satisfies JsonObject);
  const rows = await db.execute<{
    job: string;
    url: string | null;
    parent: string | null;
    depth: number;
    etag: string | null;
    last_modified: string | null;
  }>(sql`
    SELECT j.job, i.url, i.parent, i.depth, i.etag, i.last_modified
    FROM jsonb_to_recordset(${JSON.stringify(asked)}::text::jsonb) AS j(job text, pull uuid, url text)
    JOIN ${pull} AS p ON p.id = j.pull AND p.state = 'running'
    LEFT JOIN ${pullItem} AS i ON i.pull_id = p.id AND i.url = j.url
    WHERE CASE WHEN j.url IS NULL THEN p.listed_at IS NULL ELSE i.url IS NOT NULL AND i.outcome IS NULL END`);
  return new Map(
    rows.map(({ job, url, parent, depth, etag, last_modified: lastModified }) => [
      job,
      url === null ? null : { url, parent, depth, etag, lastModified },
    ]),
  );
}

/** Gives back jobs nothing was done about. */
export async function releaseWork(
  queue: Queue,
  at: RunningPull,
  items: readonly WorkItem[],
): Promise<Outcome<void>> {
  const jobs = items.map((item): TakenJob => {
    const url = item.kind === 'list' ? null : item.crate.url;
    return {
      id: item.job,
      attempt: item.attempt,
      priority: item.kind === 'list' ? LISTING_PRIORITY : 0,
      data: { pull: at.id, url } satisfies PullJob,
    };
  });
  await queue.release(pullQueue(at.facility, at.source), jobs);
  return success(undefined);
}
