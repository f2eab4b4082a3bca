import { inArray, sql } from 'drizzle-orm';
import type { MovedPlace } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import type { Plan } from '../register/plan.ts';
import { crateLocation } from '../tables/documents.ts';

/**
 * Puts places of a crate where they have moved, as a set. Where the crate is known at the new place already, the old one
 * goes: a place that is no more is not missed.
 */
export async function movePlaces(
  tx: Database,
  of: { readonly crateId: string; readonly facility: string },
  places: readonly MovedPlace[],
): Promise<void> {
  if (places.length === 0) return;
  const record = sql`jsonb_to_recordset(${JSON.stringify(places)}::text::jsonb)
    AS x(source text, "from" text, "to" text, "documentUrl" text)`;
  const here = sql`l.crate_id = ${of.crateId} AND l.facility = ${of.facility} AND l.source = x.source`;
  await tx.execute(sql`
    DELETE FROM ${crateLocation} AS l USING ${record}
    WHERE ${here} AND l.url = x."from" AND x."from" <> x."to" AND EXISTS (
      SELECT FROM ${crateLocation} AS k WHERE k.crate_id = l.crate_id AND k.facility = l.facility
        AND k.source = l.source AND k.url = x."to")`);
  await tx.execute(sql`
    UPDATE ${crateLocation} AS l SET url = x."to", document_url = x."documentUrl" FROM ${record}
    WHERE ${here} AND l.url = x."from"`);
}

/** Says of the places of versions that stepped back that they have the version that came instead. */
export async function repointPlaces(tx: Database, plan: Plan, versionId: string): Promise<void> {
  const before = plan.kind === 'change' ? plan.stepBack.map(({ id }) => id) : [];
  if (before.length === 0) return;
  await tx
    .update(crateLocation)
    .set({ crate_version_id: versionId })
    .where(inArray(crateLocation.crate_version_id, before));
}
