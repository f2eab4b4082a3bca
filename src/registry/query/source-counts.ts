import { sql } from 'drizzle-orm';
import { type Outcome, success } from '../../model/failure.ts';
import type { SourceCrates } from '../../model/sources.ts';
import type { Database } from '../database.ts';
import { crateLocation, crateVersion } from '../tables/documents.ts';

/** Crates by source and standing. A crate of which a newer version waits in quarantine counts as both. */
export async function sourceCounts(
  db: Database,
): Promise<Outcome<readonly ({ readonly facility: string; readonly source: string } & SourceCrates)[]>> {
  const rows = await db.execute<{
    facility: string;
    source: string;
    current: string;
    quarantined: string;
    gone: string;
  }>(sql`
    SELECT l.facility, l.source,
           count(*) FILTER (WHERE l.present AND v.current) AS current,
           count(*) FILTER (WHERE v.quarantined) AS quarantined,
           count(*) FILTER (WHERE NOT l.present) AS gone
    FROM (SELECT facility, source, crate_id, bool_or(gone_at IS NULL) AS present
          FROM ${crateLocation} GROUP BY facility, source, crate_id) l
    LEFT JOIN (SELECT crate_id, bool_or(state = 'current') AS current, bool_or(state = 'quarantined') AS quarantined
               FROM ${crateVersion} GROUP BY crate_id) v USING (crate_id)
    GROUP BY l.facility, l.source`);
  return success(
    rows.map(({ facility, source, current, quarantined, gone }) => ({
      facility,
      source,
      current: Number(current),
      quarantined: Number(quarantined),
      gone: Number(gone),
    })),
  );
}
