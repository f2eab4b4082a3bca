import { and, eq, sql } from 'drizzle-orm';
import type { Reach } from '../../model/caller.ts';
import type { FacilityTotals } from '../contract.ts';
import type { Database } from '../database.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { dataFile, experimentRun } from '../tables/rows.ts';
import { visible } from './visibility.ts';
import { counts, subquery } from './winners.ts';

/** What a caller may see of each facility: its crates, and the runs and pointers its sources say something of. */
export async function facilityTotals(db: Database, reach: Reach): Promise<readonly FacilityTotals[]> {
  const number = (expression: ReturnType<typeof sql>) => sql<number>`${expression}`.mapWith(Number);
  const crates = await db
    .select({ facility: crate.facility, n: number(sql`count(*)`) })
    .from(crateVersion)
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(
      and(
        eq(crateVersion.state, 'current'),
        visible({ facility: crate.facility, proposal_id: crateVersion.proposal_id }, reach),
      ),
    )
    .groupBy(crate.facility);
  const runs = await db
    .select({
      facility: experimentRun.facility,
      n: number(sql`count(DISTINCT ${experimentRun.entity_id})`),
    })
    .from(experimentRun)
    .where(counts(experimentRun, reach))
    .groupBy(experimentRun.facility);
  const pointers = subquery
    .selectDistinct({
      facility: dataFile.facility,
      pointer: dataFile.pointer_id,
      // a container's size is that of files counted already
      size: sql<
        number | null
      >`CASE WHEN ${dataFile.kind} = 'container' THEN NULL ELSE ${dataFile.file_size_bytes} END`.as('size'),
    })
    .from(dataFile)
    .where(counts(dataFile, reach))
    .as('pointers');
  const files = await db
    .select({
      facility: pointers.facility,
      n: number(sql`count(*)`),
      bytes: number(sql`coalesce(sum(${pointers.size}), 0)`),
    })
    .from(pointers)
    .groupBy(pointers.facility);
  const facilities = [...new Set([...crates, ...runs, ...files].map(({ facility }) => facility))].sort();
  const of = <T extends { readonly facility: string }>(rows: readonly T[], facility: string) =>
    rows.find((row) => row.facility === facility);
  return facilities.map((facility) => ({
    facility,
    crates: of(crates, facility)?.n ?? 0,
    runs: of(runs, facility)?.n ?? 0,
    files: of(files, facility)?.n ?? 0,
    bytes_referenced: of(files, facility)?.bytes ?? 0,
  }));
}
