import { type SQL, sql } from 'drizzle-orm';
import type { DiffPart } from '../../model/changes.ts';
import type { JsonObject } from '../../model/json.ts';

/** Examples of one part. */
const EXAMPLES = 5;

/** A row of `firstOf`: an example of a part, with how many the part has. */
export interface PartRow {
  readonly part: string;
  readonly count: string;
  readonly example: JsonObject;
}

/**
 * The end of a statement whose CTE `parts` has rows of a column `part`: the first of each part in the order given, as
 * `example`, with the count of the part. Whatever the size of the parts, this is all that leaves the database.
 */
export function firstOf(example: SQL, order: SQL): SQL {
  return sql`
    SELECT part, count, ${example} AS example FROM (
      SELECT *, count(*) OVER (PARTITION BY part)::text AS count,
             row_number() OVER (PARTITION BY part ORDER BY ${order}) AS place
      FROM parts) AS counted
    WHERE place <= ${EXAMPLES} ORDER BY part, place`;
}

/** One part of several answers. */
export function partOf(part: string, ...answers: readonly (readonly PartRow[])[]): DiffPart {
  const own = answers.map((rows) => rows.filter((row) => row.part === part));
  return {
    count: own.reduce((sum, rows) => sum + Number(rows[0]?.count ?? 0), 0),
    examples: own
      .flat()
      .map(({ example }) => example)
      .slice(0, EXAMPLES),
  };
}
