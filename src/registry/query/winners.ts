import { and, eq, notExists, type SQL, sql } from 'drizzle-orm';
import { type PgColumn, type PgTable, QueryBuilder } from 'drizzle-orm/pg-core';
import type { Reach } from '../../model/caller.ts';
import { type Scoped, visible } from './visibility.ts';

/** Makes subqueries; runs none. */
export const subquery = new QueryBuilder();

/** The columns by which one row of an entity wins over another. */
export interface Claim extends Scoped {
  readonly id: PgColumn;
  readonly entity_id: PgColumn;
  readonly crate_version_id: PgColumn;
  readonly current: PgColumn;
  readonly precedence: PgColumn;
  readonly asserted_at: PgColumn;
}

/** A row of a derived table, by whatever alias. */
export type ClaimTable = PgTable & Claim;

/** Whether a row is one of those that count: current, and the caller's to see. */
export function counts(row: Scoped & { readonly current: PgColumn }, reach: Reach): SQL {
  return sql`(${row.current} AND ${visible(row, reach)})`;
}

/**
 * Whether `row` is what a door shows of its entity: it counts, and no other that counts is better: explicit before
 * implied, then the newest, then the lowest id (design §3). `better` is the same table by another alias. `same` are the
 * two columns that make rows claims about one item of the list; for files they are the pointers'.
 */
export function wins(
  row: Claim,
  better: ClaimTable,
  reach: Reach,
  same: readonly [PgColumn, PgColumn] = [better.entity_id, row.entity_id],
): SQL {
  const isBetter = sql`(${better.precedence}, ${row.asserted_at}, ${better.id})
    < (${row.precedence}, ${better.asserted_at}, ${row.id})`;
  const one = subquery
    .select({ one: sql`1` })
    .from(better)
    .where(and(eq(...same), counts(better, reach), isBetter));
  return sql`(${counts(row, reach)} AND ${notExists(one)})`;
}

/** Order of a subquery that picks the winner itself. */
export function bestFirst(row: Claim): SQL {
  return sql`${row.precedence}, ${row.asserted_at} DESC, ${row.id}`;
}
