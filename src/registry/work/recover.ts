import { eq } from 'drizzle-orm';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { LOST_PULL_JOBS } from '../queue/settings.ts';
import { pull } from '../tables/facts.ts';
import type { WorkContext } from './context.ts';
import { failListing } from './finish.ts';
import { writeItems } from './items.ts';

/** Lost jobs looked at in one go; the next go comes soon. */
const AT_ONCE = 100;

/**
 * Gives back what dead workers had. What has outlived every worker that took it is not tried once more: its line says so, and
 * the pull goes on without it.
 */
export function recoverWork(context: WorkContext, now: Date): Promise<Outcome<void>> {
  const { store, queue } = context;
  return store.run(async (db) => {
    await queue.recover();
    for (const job of await queue.take(LOST_PULL_JOBS, AT_ONCE)) {
      const { pull: id, url } = job.data;
      const [lost] = typeof id === 'string' ? await db.select().from(pull).where(eq(pull.id, id)) : [];
      const reason = failure('internal', 'Every worker that took this up ended before it was done.', {
        expected: 'a worker with more memory, or another document',
      }).failure;
      if (lost !== undefined && typeof url === 'string') {
        const line = { url, crate: url, outcome: 'failed', rows: {}, bytesReferenced: 0 } as const;
        await writeItems(db, lost.id, [{ ...line, findings: [], error: reason }], now);
      } else if (lost !== undefined) {
        const at = { id: lost.id, facility: lost.facility, source: lost.source, listed: false, full: false };
        const failed = await failListing(context, at, job.id, reason, now);
        if (!failed.ok) return failed;
      }
      await queue.finish(LOST_PULL_JOBS, [job.id]);
    }
    return success(undefined);
  });
}
