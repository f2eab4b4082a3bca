import { sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import type { DeclaredDigest } from '../work-contract.ts';
import type { SourceName } from './context.ts';

/** The rule of the finding a crate gets whose bytes are not those that crates declare for it. */
export const NOT_AS_DECLARED = 'not-as-declared';

/** What current crates of a source declare of the documents at these places, by place. */
export async function declaredOf(
  db: Database,
  { facility, source }: SourceName,
  urls: readonly string[],
): Promise<ReadonlyMap<string, readonly DeclaredDigest[]>> {
  if (urls.length === 0) return new Map();
  const named = urls.map((url) => sql`v.nested @> ${JSON.stringify([{ url }])}::text::jsonb`);
  // first the versions that name one of the places, by the index, however little the planner knows of them
  const rows = await db.execute<{ url: string; sha256: string; by: string }>(sql`
    WITH naming AS MATERIALIZED (
      SELECT v.crate_id, v.nested FROM ${crateVersion} AS v
      WHERE v.state = 'current' AND (${sql.join(named, sql` OR `)}))
    SELECT n.url, lower(n.sha256) AS sha256, c.iri AS by
    FROM naming AS v
    JOIN ${crate} AS c ON c.id = v.crate_id AND c.facility = ${facility} AND c.source = ${source}
    CROSS JOIN LATERAL jsonb_to_recordset(v.nested) AS n(kind text, url text, sha256 text)
    WHERE n.kind = 'nested_crate' AND n.sha256 IS NOT NULL
      AND n.url IN (SELECT jsonb_array_elements_text(${JSON.stringify(urls)}::text::jsonb))
    ORDER BY c.iri`);
  const found = new Map<string, DeclaredDigest[]>();
  for (const { url, sha256, by } of rows) found.set(url, [...(found.get(url) ?? []), { sha256, by }]);
  return found;
}

/**
 * Whether bytes are some that crates declare; also where no crate but the very one declares any. What one names wrongly
 * another may name rightly.
 */
export function isAsDeclared(sha256: string, crateIri: string, declared: readonly DeclaredDigest[]): boolean {
  const others = declared.filter(({ by }) => by !== crateIri);
  return others.length === 0 || others.some((other) => other.sha256.toLowerCase() === sha256.toLowerCase());
}
