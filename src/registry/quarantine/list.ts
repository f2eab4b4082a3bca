import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { Page, PageRequest } from '../../model/items.ts';
import type { QuarantinedItem, QuarantineFilters } from '../../model/quarantine.ts';
import type { Database } from '../database.ts';
import { isUuid } from '../ids.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { FACILITY, fromSources, ITEM, seenBy, shown } from './columns.ts';

const MOST = 1000;

/** See `Curation.quarantined`: newest first, by keyset. */
export async function quarantined(
  db: Database,
  filters: QuarantineFilters,
  { limit, cursor }: PageRequest,
  caller: Caller,
): Promise<Outcome<Page<QuarantinedItem>>> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    const found = String(limit);
    return failure('usage', `The page size is a whole number from 1 to ${MOST}.`, { where: 'limit', found });
  }
  const after = cursor === null ? null : readCursor(cursor);
  if (cursor !== null && after === null) {
    return failure('usage', 'This is no cursor of this list. Take the one a page gave, unchanged.', {
      where: 'cursor',
    });
  }
  const asked = and(
    eq(crateVersion.state, 'quarantined'),
    seenBy(caller),
    filters.facility === undefined ? undefined : inArray(FACILITY, [...filters.facility]),
    filters.source === undefined ? undefined : fromSources(filters.source),
  );
  const beyond =
    after === null
      ? undefined
      : sql`(${crateVersion.registered_at}, ${crateVersion.id}) < (${after.since}::timestamptz, ${after.id}::uuid)`;
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
    next: last === undefined ? null : cursorAfter(last),
    total: counted?.total ?? 0,
  });
}

/** The kind in it keeps the cursor of another list out. */
function cursorAfter({ since, crate_version_id: id }: QuarantinedItem): string {
  return Buffer.from(JSON.stringify(['quarantine', since, id])).toString('base64url');
}

function readCursor(cursor: string): { readonly since: string; readonly id: string } | null {
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(said) || said.length !== 3) return null;
  const [kind, since, id]: readonly unknown[] = said;
  if (kind !== 'quarantine' || typeof since !== 'string' || typeof id !== 'string') return null;
  return /^\d{4}-\d\d-\d\d [\d:.]+[+-][\d:]+$/.test(since) && isUuid(id) ? { since, id } : null;
}
