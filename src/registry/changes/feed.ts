import { and, asc, desc, eq, gte, inArray, notInArray, or, type SQL, sql } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import {
  CHANGE_TYPES,
  type ChangeEvent,
  type ChangeFilters,
  type ChangePage,
  type ChangeType,
  typesMeant,
} from '../../model/changes.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { closest } from '../../model/spelling.ts';
import type { Database } from '../database.ts';
import { eventId } from '../ids.ts';
import { rfc3339 } from '../instants.ts';
import { asInstant } from '../query/check-filters.ts';
import { visible } from '../query/visibility.ts';
import { change } from '../tables/facts.ts';
import {
  after,
  before,
  cursorOf,
  type Horizon,
  horizonFor,
  type Position,
  readCursor,
  START,
} from './position.ts';

const MOST = 1_000;

/** See `Changes.changes`. */
export async function readChanges(
  db: Database,
  cursor: string | null,
  limit: number,
  filters: ChangeFilters,
  caller: Caller,
): Promise<Outcome<ChangePage>> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    const found = String(limit);
    return failure('usage', `The limit is a whole number from 1 to ${MOST}.`, { where: 'limit', found });
  }
  const from = readCursor(cursor);
  if (!from.ok) return from;
  const asked = filtered(filters);
  if (!asked.ok) return asked;
  const horizon = await horizonFor(db, from.value);
  if (!horizon.ok) return horizon;
  if (horizon.value === null) return success({ changes: [], next: cursorOf(from.value) });
  // what is before the horizon is the same for every statement that follows
  const rows = await db
    .select(COLUMNS)
    .from(change)
    .where(and(after(from.value), before(horizon.value), shownTo(caller), asked.value))
    .orderBy(asc(change.timeline), asc(change.transaction), asc(change.id))
    .limit(limit);
  const last = rows.at(-1);
  const next =
    rows.length === limit && last !== undefined
      ? positionOf(last)
      : await lastShown(db, from.value, horizon.value, caller);
  return success({ changes: rows.map(eventOf), next: cursorOf(next) });
}

/** See `Changes.changesEnd`. */
export async function readEnd(db: Database, caller: Caller): Promise<Outcome<string>> {
  const horizon = await horizonFor(db, START);
  if (!horizon.ok) return horizon;
  return success(
    cursorOf(horizon.value === null ? START : await lastShown(db, START, horizon.value, caller)),
  );
}

/** The last row the caller may see, so that a cursor tells nobody of the others; the position itself where there is none. */
async function lastShown(db: Database, from: Position, horizon: Horizon, caller: Caller): Promise<Position> {
  const [last] = await db
    .select({ timeline: change.timeline, transaction: change.transaction, id: ID })
    .from(change)
    .where(and(after(from), before(horizon), shownTo(caller)))
    .orderBy(desc(change.timeline), desc(change.transaction), desc(change.id))
    .limit(1);
  return last ?? from;
}

/** What is for those who can do something about it, as quarantine is in lists. */
const NOT_FOR_STRANGERS: readonly ChangeType[] = ['crate.quarantined', 'source.credential'];

/** Whether a caller may know of a row: its facility or proposal is theirs. */
export function shownTo(caller: Caller): SQL | undefined {
  return and(
    visible(change, caller.metadata),
    caller.kind === 'anonymous' ? notInArray(change.type, [...NOT_FOR_STRANGERS]) : undefined,
  );
}

/** Filters as a condition; `usage` for a type nobody knows or a time that is none. */
export function filtered(filters: ChangeFilters): Outcome<SQL | undefined> {
  const { types, unknown } = typesMeant(filters.type ?? []);
  if (unknown !== null) {
    const near = closest(unknown, CHANGE_TYPES);
    return failure('usage', `There is no change of type "${unknown.slice(0, 100)}".`, {
      where: 'type',
      expected: near === null ? CHANGE_TYPES.join(', ') : `did you mean ${near}?`,
      found: unknown,
    });
  }
  const since = filters.since === undefined ? null : asInstant(filters.since);
  if (filters.since !== undefined && since === null) {
    return failure('usage', 'This is no time.', {
      where: 'since',
      expected: 'RFC 3339 with an offset (2026-01-31T08:00:00+01:00), or a UTC date (2026-01-31)',
      found: filters.since,
    });
  }
  return success(
    and(
      filters.facility === undefined ? undefined : inArray(change.facility, [...filters.facility]),
      filters.source === undefined ? undefined : or(...filters.source.map(isSource), sql`FALSE`),
      filters.type === undefined ? undefined : inArray(change.type, [...types]),
      since === null ? undefined : gte(change.at, since),
    ),
  );
}

/** `name`, or `facility/name`. */
function isSource(name: string): SQL | undefined {
  const slash = name.indexOf('/');
  if (slash === -1) return eq(change.source, name);
  return and(eq(change.facility, name.slice(0, slash)), eq(change.source, name.slice(slash + 1)));
}

/** As text: beyond 2^53 a number would be another one. */
const ID = sql<string>`${change.id}::text`;

export const COLUMNS = {
  timeline: change.timeline,
  transaction: change.transaction,
  id: ID,
  at: change.at,
  type: sql<ChangeType>`${change.type}`,
  facility: change.facility,
  source: change.source,
  proposal_id: change.proposal_id,
  crate_id: change.crate_id,
  crate_iri: change.crate_iri,
  crate_version_id: change.crate_version_id,
  pull_id: change.pull_id,
  data: change.data,
};

interface Row extends Omit<ChangeEvent, 'cursor'>, Position {}

function positionOf({ timeline, transaction, id }: Position): Position {
  return { timeline, transaction, id };
}

/** A row as the feed and deliveries show it. */
export function eventOf(row: Row): ChangeEvent {
  const { timeline, transaction, id, ...said } = row;
  const at = rfc3339(said.at);
  return {
    id: eventId(timeline, transaction, id, at, said.type, said.facility, said.source, said.crate_id),
    ...said,
    at,
    cursor: cursorOf({ timeline, transaction, id }),
  };
}
