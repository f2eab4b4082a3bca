import { sql } from 'drizzle-orm';
import { expect, vi } from 'vitest';
import type { FreshDatabase } from '../support/database.ts';
import { onDatabase } from './sql.ts';

/**
 * Waits until everything that is committed is in the feed. Until then it waits for transactions that began earlier, also for
 * those of other suites on the same PostgreSQL.
 */
export async function settled(fresh: FreshDatabase): Promise<void> {
  await onDatabase(fresh, (db) =>
    vi.waitFor(
      async () => {
        const [open] = await db.execute<{ rows: number }>(sql`
          SELECT count(*)::integer AS rows FROM change
          WHERE transaction >= pg_snapshot_xmin(pg_current_snapshot())
            AND transaction < pg_snapshot_xmax(pg_current_snapshot())`);
        expect(open?.rows).toBe(0);
      },
      { timeout: 60_000 },
    ),
  );
}
