import { and, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { type Outcome, success } from '../../model/failure.ts';
import type { ListKind, Page, PageRequest } from '../../model/items.ts';
import type { Database } from '../database.ts';
import { cursorAfter, readPageRequest } from './cursor.ts';

/** What a list is made of: which rows, in which order, and how they are shown. */
export interface Listing<Item> {
  readonly kind: ListKind;
  readonly table: PgTable;
  readonly where: SQL | undefined;
  /** What the list is sorted by, never null; ties are broken by `key`. */
  readonly sort: SQL<string>;
  readonly key: PgColumn;
  /** Id of the row, by which `items` finds it. */
  readonly row: PgColumn;
  /** The items of these rows, by row id. */
  items(rows: readonly string[]): Promise<ReadonlyMap<string, Item>>;
}

/**
 * One page by keyset: what comes after the cursor's position, so that no item is skipped or shown twice while rows come
 * and go. The order is by bytes (`COLLATE "C"`), the same on every engine and for every locale.
 */
export async function listPage<Item>(
  db: Database,
  listing: Listing<Item>,
  request: PageRequest,
): Promise<Outcome<Page<Item>>> {
  const asked = readPageRequest(listing.kind, request);
  if (!asked.ok) return asked;
  const { limit, after } = asked.value;
  const sort = sql<string>`(${listing.sort}) COLLATE "C"`;
  const beyond =
    after === null ? undefined : sql`(${sort}, ${listing.key}) > (${after.sort}, ${after.id}::uuid)`;
  const found = await db
    .select({ row: sql<string>`${listing.row}`, sort: listing.sort, key: sql<string>`${listing.key}` })
    .from(listing.table)
    .where(and(listing.where, beyond))
    .orderBy(sort, listing.key)
    .limit(limit + 1);
  const shown = found.slice(0, limit);
  const items = await listing.items(shown.map(({ row }) => row));
  const last = found.length > limit ? shown.at(-1) : undefined;
  return success({
    items: shown.map(({ row }) => items.get(row)).filter((item) => item !== undefined),
    next: last === undefined ? null : cursorAfter(listing.kind, { sort: last.sort, id: last.key }),
    total: await countRows(db, listing),
  });
}

export async function countRows(
  db: Database,
  listing: Pick<Listing<unknown>, 'table' | 'where'>,
): Promise<number> {
  const [counted] = await db
    .select({ n: sql<number>`count(*)`.mapWith(Number) })
    .from(listing.table)
    .where(listing.where);
  return counted?.n ?? 0;
}
