import { eq, sql } from 'drizzle-orm';
import type { PullOutcome } from '../../model/reports.ts';
import type { Database } from '../database.ts';
import { pullItem } from '../tables/facts.ts';

/** Columns of a pull that follow from its items. */
export type PullTotals = Readonly<Record<PullOutcome | 'listed' | 'bytes_referenced', number>>;

/** Counts a pull's items by outcome; those still waiting are listed and nothing else. */
export async function countOutcomes(db: Database, pullId: string): Promise<PullTotals> {
  const rows = await db
    .select({
      outcome: pullItem.outcome,
      items: sql<number>`count(*)::int`,
      bytes: sql<string>`coalesce(sum(${pullItem.bytes_referenced}), 0)`,
    })
    .from(pullItem)
    .where(eq(pullItem.pull_id, pullId))
    .groupBy(pullItem.outcome);
  const of = (outcome: PullOutcome) => rows.find((row) => row.outcome === outcome)?.items ?? 0;
  return {
    listed: rows.reduce((sum, { items }) => sum + items, 0),
    registered: of('registered'),
    updated: of('updated'),
    unchanged: of('unchanged'),
    quarantined: of('quarantined'),
    conflict: of('conflict'),
    withdrawn: of('withdrawn'),
    failed: of('failed'),
    bytes_referenced: rows.reduce((sum, { bytes }) => sum + Number(bytes), 0),
  };
}
