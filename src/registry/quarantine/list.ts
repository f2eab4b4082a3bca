import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import { type Outcome, success } from '../../model/failure.ts';
import type { Page, PageRequest } from '../../model/items.ts';
import type { QuarantinedItem, QuarantineFilters } from '../../model/quarantine.ts';
import type { Database } from '../database.ts';
import { cursorAfter, foreignCursor, readPageRequest } from '../query/cursor.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { FACILITY, fromSources, ITEM, seenBy, shown } from './columns.ts';

/** An instant as the database writes it: what a cursor of this list was made from. */
const SINCE = /^\d{4}-\d\d-\d\d [\d:.]+[+-][\d:]+$/;

/** See `Curation.quarantined`: newest first, by keyset. */
export async function quarantined(
  db: Database,
  filters: QuarantineFilters,
  { limit, cursor }: PageRequest,
  caller: Caller,
): Promise<Outcome<Page<QuarantinedItem>>> {
  const request = readPageRequest('quarantine', { limit, cursor });
  if (!request.ok) return request;
  const { after } = request.value;
  if (after !== null && !SINCE.test(after.sort)) return foreignCursor('quarantine');
  const asked = and(
    eq(crateVersion.state, 'quarantined'),
    seenBy(caller),
    filters.facility === undefined ? undefined : inArray(FACILITY, [...filters.facility]),
    filters.source === undefined ? undefined : fromSources(filters.source),
  );
  const beyond =
    after === null
      ? undefined
      : sql`(${crateVersion.registered_at}, ${crateVersion.id}) < (${after.sort}::timestamptz, ${after.id}::uuid)`;
  const rows = await db
    .select(ITEM)
    .from(crateVersion)
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(and(asked, beyond))
    .orderBy(desc(crateVersion.registered_at), desc(crateVersion.id))
    .limit(limit + 1);
  const [counted] = await db
    .select({ total: sql<number>`count(*)`.mapWith(Number) })
    .from(crateVersion)
    .where(asked);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return success({
    items: page.map(shown),
    next:
      last === undefined ? null : cursorAfter('quarantine', { sort: last.since, id: last.crate_version_id }),
    total: counted?.total ?? 0,
  });
}
