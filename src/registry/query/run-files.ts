import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Reach } from '../../model/caller.ts';
import type { Database } from '../database.ts';
import { association, dataFile } from '../tables/rows.ts';
import { counts, subquery } from './winners.ts';

/**
 * Files of runs: those that belong to them and those they read or wrote, each pointer once. `bytes` is the sum of the sizes
 * declared.
 */
export async function filesOfRuns(
  db: Database,
  runIds: readonly string[],
  reach: Reach,
): Promise<ReadonlyMap<string, { readonly files: number; readonly bytes: number }>> {
  if (runIds.length === 0) return new Map();
  const shown = {
    pointer: sql<string>`${dataFile.pointer_id}`.as('pointer'),
    // a container's size is that of files counted already
    size: sql<
      number | null
    >`CASE WHEN ${dataFile.kind} = 'container' THEN NULL ELSE ${dataFile.file_size_bytes} END`.as('size'),
  };
  const belonging = subquery
    .select({ run: sql<string>`${dataFile.related_entity}`.as('run'), ...shown })
    .from(dataFile)
    .where(and(counts(dataFile, reach), inArray(dataFile.related_entity, [...runIds])));
  const readOrWritten = subquery
    .select({ run: sql<string>`${association.subject_entity_id}`.as('run'), ...shown })
    .from(association)
    .innerJoin(dataFile, eq(dataFile.entity_id, association.object_entity_id))
    .where(
      and(
        inArray(association.kind, ['experiment_input', 'experiment_output']),
        inArray(association.subject_entity_id, [...runIds]),
        counts(association, reach),
        counts(dataFile, reach),
      ),
    );
  // UNION drops what is the same; one pointer has one size
  const rows = await db.execute<{ run: string; files: string; bytes: string }>(
    sql`SELECT run, count(*) AS files, coalesce(sum(size), 0) AS bytes
        FROM (${belonging} UNION ${readOrWritten}) AS every GROUP BY run`,
  );
  return new Map(rows.map(({ run, files, bytes }) => [run, { files: Number(files), bytes: Number(bytes) }]));
}
