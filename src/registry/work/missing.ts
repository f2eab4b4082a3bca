import { type SQL, sql } from 'drizzle-orm';
import type { NewChange } from '../../model/changes.ts';
import type { PullHold } from '../../model/reports.ts';
import type { Database } from '../database.ts';
import { crate, crateLocation, crateVersion } from '../tables/documents.ts';
import { pullItem } from '../tables/facts.ts';
import type { MissingPolicy } from '../work-contract.ts';
import type { SourceName } from './context.ts';

/** A pull whose listing is done. */
export interface EndingPull extends SourceName {
  readonly id: string;
  readonly acceptMissing: boolean;
}

/**
 * Places that the pull has seen, as `seen(crate_id, url)`: those it names, unless the document there turned out to be another
 * crate; and, since a crate that could not be read this time still stands, those that crates seen have named.
 */
function seenBy({ id, facility, source }: EndingPull): SQL {
  return sql`WITH RECURSIVE seen(crate_id, url) AS (
      SELECT l.crate_id, l.url
      FROM ${crateLocation} AS l
      JOIN ${crate} AS c ON c.id = l.crate_id
      JOIN ${pullItem} AS i ON i.pull_id = ${id} AND i.url = l.url
      WHERE l.facility = ${facility} AND l.source = ${source}
        AND (i.crate = c.iri OR i.outcome NOT IN ('registered', 'updated', 'unchanged'))
    UNION
      SELECT l.crate_id, l.url
      FROM seen
      JOIN ${crateVersion} AS v ON v.crate_id = seen.crate_id AND v.state IN ('current', 'quarantined')
      CROSS JOIN LATERAL jsonb_to_recordset(v.nested) AS n(kind text, url text)
      JOIN ${crateLocation} AS l ON l.facility = ${facility} AND l.source = ${source} AND l.url = n.url
      WHERE n.kind = 'nested_crate'
    )`;
}

/**
 * Compares places as sets. Nothing may be known yet of rows written a moment ago; taking a hundred thousand for one, the
 * planner would go through one side for every row of the other. What it then thinks of the cost is nothing to compile for.
 */
async function asSets<T>(tx: Database, work: () => Promise<T>): Promise<T> {
  await tx.execute(sql`SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)`);
  const answer = await work();
  await tx.execute(sql`SET LOCAL enable_nestloop TO DEFAULT`);
  return answer;
}

/** The places of a pull's source that are not gone. */
interface Places {
  readonly present: number;
  /** Not seen by the pull. */
  readonly missing: number;
  /** Seen, after having been missed. */
  readonly missed: number;
}

async function countPlaces(tx: Database, pull: EndingPull): Promise<Places> {
  const [counts] = await asSets(tx, () =>
    tx.execute<{ present: number; missing: number; missed: number }>(sql`${seenBy(pull)}
    SELECT count(*)::int AS present, (count(*) FILTER (WHERE seen.url IS NULL))::int AS missing,
           (count(*) FILTER (WHERE seen.url IS NOT NULL AND l.misses > 0))::int AS missed
    FROM ${crateLocation} AS l
    LEFT JOIN seen ON seen.crate_id = l.crate_id AND seen.url = l.url
    WHERE l.facility = ${pull.facility} AND l.source = ${pull.source} AND l.gone_at IS NULL`),
  );
  return counts ?? { present: 0, missing: 0, missed: 0 };
}

async function forgetMisses(tx: Database, pull: EndingPull): Promise<void> {
  await asSets(tx, () =>
    tx.execute(sql`${seenBy(pull)}
    UPDATE ${crateLocation} AS l SET misses = 0
    FROM seen
    WHERE l.crate_id = seen.crate_id AND l.url = seen.url AND l.facility = ${pull.facility}
      AND l.source = ${pull.source} AND l.misses > 0 AND l.gone_at IS NULL`),
  );
}

/**
 * Counts what a listing no longer names (design rule 10). What it names is not missing, whether or not it could be fetched:
 * its misses begin anew. Where the listing was complete, healthy and of everything (`counts`), the others are missed once
 * more: a place is gone after enough such listings in a row, a crate when no place of it is left. Where more than the share
 * allowed would be missing nothing is counted and the pull holds, unless somebody vouches for it: then it is gone at once.
 */
export async function countMissing(
  tx: Database,
  pull: EndingPull,
  { counts, policy, at }: { readonly counts: boolean; readonly policy: MissingPolicy; readonly at: Date },
): Promise<{ readonly held: PullHold | null; readonly gone: readonly NewChange[] }> {
  const { present, missing, missed } = await countPlaces(tx, pull);
  if (missed > 0) await forgetMisses(tx, pull);
  if (!counts || missing === 0) return { held: null, gone: [] };
  if (!pull.acceptMissing && missing / present > policy.holdAbove) {
    return { held: { missing, present, hold_above: policy.holdAbove }, gone: [] };
  }
  const goneAfter = pull.acceptMissing ? 1 : policy.goneAfter;
  const left = await asSets(tx, () =>
    tx.execute<{ crate_id: string; url: string; gone: boolean }>(sql`${seenBy(pull)}
    UPDATE ${crateLocation} AS l
    SET misses = l.misses + 1,
        gone_at = CASE WHEN l.misses + 1 >= ${goneAfter}::int THEN ${at.toISOString()}::timestamptz END
    WHERE l.facility = ${pull.facility} AND l.source = ${pull.source} AND l.gone_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.crate_id = l.crate_id AND seen.url = l.url)
    RETURNING l.crate_id, l.url, l.gone_at IS NOT NULL AS gone`),
  );
  const gone = left.filter((row) => row.gone);
  return { held: null, gone: await goneCrates(tx, pull, gone, at) };
}

/** A change for each crate that has no place left, of those that just lost one. */
async function goneCrates(
  tx: Database,
  pull: EndingPull,
  left: readonly { readonly crate_id: string; readonly url: string }[],
  at: Date,
): Promise<readonly NewChange[]> {
  if (left.length === 0) return [];
  const rows = await tx.execute<{
    crate_id: string;
    iri: string;
    version_id: string | null;
    proposal_id: string | null;
    places: string[];
  }>(sql`
    SELECT c.id AS crate_id, c.iri, v.id AS version_id, v.proposal_id, jsonb_agg(x.url ORDER BY x.url) AS places
    FROM jsonb_to_recordset(${JSON.stringify(left)}::text::jsonb) AS x(crate_id uuid, url text)
    JOIN ${crate} AS c ON c.id = x.crate_id
    LEFT JOIN ${crateVersion} AS v ON v.crate_id = c.id AND v.state = 'current'
    WHERE NOT EXISTS (SELECT 1 FROM ${crateLocation} AS l WHERE l.crate_id = c.id AND l.gone_at IS NULL)
    GROUP BY c.id, v.id
    ORDER BY c.iri`);
  return rows.map((row) => ({
    type: 'crate.gone',
    at: at.toISOString(),
    facility: pull.facility,
    source: pull.source,
    proposal_id: row.proposal_id,
    crate_id: row.crate_id,
    crate_iri: row.iri,
    crate_version_id: row.version_id,
    pull_id: pull.id,
    data: { places: row.places },
  }));
}
