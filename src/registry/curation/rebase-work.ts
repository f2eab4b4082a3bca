import { and, asc, eq, gt, inArray, isNotNull, not, or, type SQL, sql } from 'drizzle-orm';
import type { RebaseCounts, RebaseItem } from '../../model/curation.ts';
import { type Outcome, success } from '../../model/failure.ts';
import type { Rebase } from '../../model/rows.ts';
import type { Curation } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import { crate, crateLocation, crateVersion } from '../tables/documents.ts';
import { dataFile } from '../tables/rows.ts';
import { beneath, movedTo } from './beneath.ts';
import { standsBeside } from './rebases.ts';

/** See `Curation.countRebase`. */
export async function countRebase(
  db: Database,
  facility: string,
  rebase: Rebase,
): Promise<Outcome<RebaseCounts>> {
  const mayStand = await standsBeside(db, facility, rebase);
  if (!mayStand.ok) return mayStand;
  const versions = async (condition: SQL) => {
    const [row] = await db
      .select({ count: sql<string>`count(DISTINCT ${crateVersion.crate_id})` })
      .from(crateVersion)
      .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
      .where(and(shown(facility), touched(facility, rebase), condition));
    return Number(row?.count ?? 0);
  };
  const [locations] = await db
    .select({ count: sql<string>`count(*)` })
    .from(crateLocation)
    .where(and(eq(crateLocation.facility, facility), beneath(crateLocation.url, rebase.from)));
  const [pointers] = await db
    .select({ count: sql<string>`count(DISTINCT ${dataFile.pointer_id})` })
    .from(dataFile)
    .where(
      and(eq(dataFile.facility, facility), dataFile.current, beneath(dataFile.storage_uri, rebase.from)),
    );
  return success({
    crates: await versions(sql`TRUE`),
    locations: Number(locations?.count ?? 0),
    pointers: Number(pointers?.count ?? 0),
    taken: await versions(taken(facility, rebase)),
  });
}

/** See `Curation.cratesToRebase`. */
export async function cratesToRebase(
  db: Database,
  rebase: RebaseItem,
  after: string | null,
  limit: number,
): ReturnType<Curation['cratesToRebase']> {
  const { facility } = rebase;
  const currentFirst = sql`${crateVersion.state} <> 'current', ${crateVersion.number}`;
  const rows = await db
    .select({
      crateId: crateVersion.crate_id,
      versions: sql<string[]>`jsonb_agg(${crateVersion.id} ORDER BY ${currentFirst})`,
    })
    .from(crateVersion)
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(
      and(
        shown(facility),
        rebase.ended_at === null
          ? and(touched(facility, rebase), not(taken(facility, rebase)))
          : followed(rebase),
        after === null ? undefined : gt(crateVersion.crate_id, after),
      ),
    )
    .groupBy(crateVersion.crate_id)
    .orderBy(asc(crateVersion.crate_id))
    .limit(limit);
  return success(rows);
}

/** What is gone stays where it was: should it come back, it is found to have moved. */
function shown(facility: string): SQL | undefined {
  return and(
    eq(crate.facility, facility),
    inArray(crateVersion.state, ['current', 'quarantined']),
    sql`EXISTS (SELECT FROM ${crateLocation} AS present
      WHERE present.crate_id = ${crateVersion.crate_id} AND present.gone_at IS NULL)`,
  );
}

/** A version whose document, place, pointers or parts lie beneath what moved. */
function touched(facility: string, { from }: Rebase): SQL | undefined {
  return or(
    beneath(sql`(${crateVersion.mapping_context} ->> 'document_url')`, from),
    sql`EXISTS (SELECT FROM ${crateLocation} WHERE ${crateLocation.crate_id} = ${crateVersion.crate_id}
      AND ${crateLocation.facility} = ${facility} AND ${beneath(crateLocation.url, from)})`,
    sql`EXISTS (SELECT FROM ${dataFile} WHERE ${dataFile.crate_version_id} = ${crateVersion.id}
      AND ${beneath(dataFile.storage_uri, from)})`,
    sql`EXISTS (SELECT FROM jsonb_array_elements(${crateVersion.nested}) AS part
      WHERE ${beneath(sql`(part ->> 'url')`, from)})`,
  );
}

/** Another crate is known where this one's would come to be. */
function taken(facility: string, rebase: Rebase): SQL {
  return sql`EXISTS (SELECT FROM ${crateLocation}
    JOIN ${crateLocation} AS other ON other.facility = ${crateLocation.facility}
      AND other.source = ${crateLocation.source} AND other.crate_id <> ${crateLocation.crate_id}
      AND other.url = ${movedTo(crateLocation.url, rebase)}
    WHERE ${crateLocation.crate_id} = ${crateVersion.crate_id} AND ${crateLocation.facility} = ${facility}
      AND ${beneath(crateLocation.url, rebase.from)})`;
}

/** A version that followed the move, or was read where it led to and is named after another place. */
function followed({ from, to }: Rebase): SQL | undefined {
  const context = crateVersion.mapping_context;
  return or(
    sql`${context} -> 'rebases' @> ${JSON.stringify([{ from, to }])}::text::jsonb`,
    and(isNotNull(sql`(${context} ->> 'identity_url')`), beneath(sql`(${context} ->> 'document_url')`, to)),
  );
}
