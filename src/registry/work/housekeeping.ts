import { sql } from 'drizzle-orm';
import { success } from '../../model/failure.ts';
import { crate, crateLocation, crateVersion } from '../tables/documents.ts';
import { pullItem } from '../tables/facts.ts';
import type { WorkContext } from './context.ts';

/** From so many crates on what the planner knew of the tables before is wrong, and what they leave behind is worth clearing. */
const MANY = 500;

/** After crates were listed: every statement on one of them should find it by its index. */
export async function afterListing({ store, queue }: WorkContext, crates: number): Promise<void> {
  if (crates < MANY) return;
  // it goes on without, if more slowly
  await store.run(async (db) => {
    await queue.tidy();
    await db.execute(sql`ANALYZE ${pullItem}`);
    return success(undefined);
  });
}

/** After a pull: lines and places are written more than once, and the embedded database clears nothing away by itself. */
export async function afterPull({ store, queue }: WorkContext, crates: number): Promise<void> {
  if (crates < MANY) return;
  await store.run(async (db) => {
    await queue.tidy();
    for (const table of [pullItem, crateLocation, crateVersion, crate]) {
      await db.execute(sql`VACUUM (ANALYZE) ${table}`);
    }
    return success(undefined);
  });
}
