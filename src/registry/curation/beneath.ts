import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/** `isBeneath` of model/rebase.ts, in SQL: a text column against a prefix that ends in a slash. */
export function beneath(column: SQLWrapper, prefix: string): SQL {
  return sql`(starts_with(${column}, ${prefix}) OR ${column} || '/' = ${prefix})`;
}

/** The text moved from one prefix to another; to be asked only of what is beneath the first. */
export function movedTo(column: SQLWrapper, rebase: { readonly from: string; readonly to: string }): SQL {
  return sql`CASE WHEN ${column} || '/' = ${rebase.from} THEN left(${rebase.to}, -1)
    ELSE ${rebase.to} || substr(${column}, length(${rebase.from}) + 1) END`;
}
