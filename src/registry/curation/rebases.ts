import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { RebaseItem } from '../../model/curation.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { overlap } from '../../model/rebase.ts';
import type { Rebase } from '../../model/rows.ts';
import type { Curation } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import { crateId } from '../ids.ts';
import { rfc3339 } from '../instants.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { rebase } from '../tables/facts.ts';

/** See `Curation.rebases`. */
export async function rebases(
  db: Database,
  facility: string,
  parentIri: string | null,
): Promise<Outcome<{ readonly standing: readonly Rebase[]; readonly parent: readonly Rebase[] }>> {
  const standing = (await standingOf(db, facility)).map(({ from, to }) => ({ from, to }));
  if (parentIri === null) return success({ standing, parent: [] });
  const [parent] = await db
    .select({ context: crateVersion.mapping_context })
    .from(crateVersion)
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(and(eq(crate.id, crateId(parentIri)), eq(crate.facility, facility)))
    .orderBy(
      sql`CASE ${crateVersion.state} WHEN 'current' THEN 0 WHEN 'quarantined' THEN 1 ELSE 2 END`,
      desc(crateVersion.number),
    )
    .limit(1);
  return success({ standing, parent: parent?.context.rebases ?? [] });
}

/** See `Curation.rebaseItems`. */
export async function rebaseItems(db: Database): Promise<Outcome<readonly RebaseItem[]>> {
  return success((await db.select().from(rebase).orderBy(desc(rebase.id))).map(itemOf));
}

/** See `Curation.recordRebase`. */
export async function recordRebase(
  tx: Database,
  recorded: Parameters<Curation['recordRebase']>[0],
): Promise<Outcome<RebaseItem>> {
  const { facility } = recorded;
  const { from, to } = recorded.rebase;
  await lockFacility(tx, facility);
  const mayStand = await standsBeside(tx, facility, recorded.rebase);
  if (!mayStand.ok) return mayStand;
  if (mayStand.value !== null) return success(mayStand.value);
  const [row] = await tx
    .insert(rebase)
    .values({
      facility,
      from_prefix: from,
      to_prefix: to,
      because: recorded.because,
      caller: recorded.caller,
      recorded_at: recorded.at.toISOString(),
    })
    .returning();
  return row === undefined ? failure('internal', 'The move was not written.') : success(itemOf(row));
}

/** A move that stands already, as it is; null where it may be recorded, `usage` where it crosses another that stands. */
export async function standsBeside(
  db: Database,
  facility: string,
  { from, to }: Rebase,
): Promise<Outcome<RebaseItem | null>> {
  const standing = await standingOf(db, facility);
  const same = standing.find((other) => other.from === from && other.to === to);
  if (same !== undefined) return success(same);
  for (const other of standing) {
    const crossing = crosses(other, { from, to });
    if (crossing === null) continue;
    return failure(
      'usage',
      `${crossing} Rebase ${other.id} moved ${other.from} to ${other.to}; undo it first, or name where things are now.`,
      { where: 'from', found: from },
    );
  }
  return success(null);
}

/** Why a move cannot stand beside an earlier one; null where it can. Places move on (A to B, B to C), never in circles. */
function crosses(earlier: Rebase, later: Rebase): string | null {
  if (overlap(earlier.from, later.from)) return `Nothing is beneath ${later.from} any more.`;
  if (overlap(earlier.from, later.to)) return `${later.to} is a place that things moved away from.`;
  return null;
}

/** See `Curation.endRebase`. */
export async function endRebase(tx: Database, id: string, at: Date): Promise<Outcome<RebaseItem>> {
  const [row] = /^\d{1,15}$/.test(id)
    ? await tx
        .select()
        .from(rebase)
        .where(eq(rebase.id, Number(id)))
    : [];
  if (row === undefined) return failure('not_found', `There is no rebase ${id}.`, { found: id });
  if (row.ended_at !== null) return success(itemOf(row));
  await lockFacility(tx, row.facility);
  const later = (await standingOf(tx, row.facility)).find(
    (other) => Number(other.id) > row.id && overlap(other.from, row.to_prefix),
  );
  if (later !== undefined) {
    return failure(
      'usage',
      `Rebase ${later.id} moved on what rebase ${id} had moved; undo ${later.id} first.`,
      { found: id, expected: later.id },
    );
  }
  const [ended] = await tx
    .update(rebase)
    .set({ ended_at: at.toISOString() })
    .where(eq(rebase.id, row.id))
    .returning();
  return success(itemOf(ended ?? row));
}

async function standingOf(db: Database, facility: string): Promise<readonly RebaseItem[]> {
  const rows = await db
    .select()
    .from(rebase)
    .where(and(eq(rebase.facility, facility), isNull(rebase.ended_at)))
    .orderBy(asc(rebase.id));
  return rows.map(itemOf);
}

async function lockFacility(tx: Database, facility: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`rebase ${facility}`}, 0))`);
}

function itemOf(row: typeof rebase.$inferSelect): RebaseItem {
  return {
    id: String(row.id),
    facility: row.facility,
    from: row.from_prefix,
    to: row.to_prefix,
    because: row.because,
    caller: row.caller,
    recorded_at: rfc3339(row.recorded_at),
    ended_at: rfc3339(row.ended_at),
  };
}
