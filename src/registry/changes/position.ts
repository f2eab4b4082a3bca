import { type SQL, sql } from 'drizzle-orm';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { Database } from '../database.ts';
import { change } from '../tables/facts.ts';

/**
 * Where a reader of the feed is. Rows are read in the order of (timeline, transaction, id), which is final for everything
 * before the horizon: ids are given before transactions end, so that their order alone would skip what commits late.
 */
export interface Position {
  readonly timeline: number;
  readonly transaction: string;
  readonly id: string;
}

/** Before everything. */
export const START: Position = { timeline: 0, transaction: '0', id: '0' };

const CURSOR = /^(\d{1,9})-(\d{1,18})-(\d{1,18})$/;

/** The cursor of a position; opaque to callers. */
export function cursorOf({ timeline, transaction, id }: Position): string {
  return `${timeline}-${transaction}-${id}`;
}

/** The position a cursor stands for; null is before everything. `usage` for what is none. */
export function readCursor(cursor: string | null): Outcome<Position> {
  if (cursor === null) return success(START);
  const [, timeline, transaction, id] = CURSOR.exec(cursor) ?? [];
  if (timeline === undefined || transaction === undefined || id === undefined) {
    return failure('usage', 'This is no cursor of the changes. Take one that an answer gave, unchanged.', {
      where: 'after',
      expected: 'a cursor, or now',
      found: cursor,
    });
  }
  return success({ timeline: Number(timeline), transaction, id });
}

/** Whether a row comes after a position. */
export function after(position: Position): SQL {
  return sql`(${change.timeline}, ${change.transaction}, ${change.id})
    > (${position.timeline}::integer, ${position.transaction}::xid8, ${position.id}::bigint)`;
}

/** Whether a row's place in the order is final. */
export function before(horizon: Horizon): SQL {
  return sql`(${change.timeline}, ${change.transaction})
    < (${horizon.timeline}::integer, ${horizon.transaction}::xid8)`;
}

/** Every row before it has its final place; nothing will be put in between. */
export interface Horizon {
  readonly timeline: number;
  readonly transaction: string;
}

/**
 * The horizon as it is now: the oldest running transaction (PostgreSQL, "pg_snapshot_xmin"). Rows of a transaction that has
 * not happened on this server were restored from another one: they are all there, and what comes has the next timeline.
 * `usage` for a position ahead of the last row there is. Null where there is no row.
 */
export async function horizonFor(db: Database, position: Position): Promise<Outcome<Horizon | null>> {
  const [last] = await db.execute<{
    timeline: number;
    restored: boolean;
    oldest: string;
    ahead: boolean;
  }>(sql`
    SELECT timeline,
           transaction >= pg_snapshot_xmax(pg_current_snapshot()) AS restored,
           pg_snapshot_xmin(pg_current_snapshot())::text AS oldest,
           (timeline, transaction, id)
             < (${position.timeline}::integer, ${position.transaction}::xid8, ${position.id}::bigint) AS ahead
    FROM ${change} ORDER BY timeline DESC, transaction DESC, id DESC LIMIT 1`);
  const ahead = last === undefined ? cursorOf(position) !== cursorOf(START) : last.ahead;
  if (ahead) {
    return failure(
      'usage',
      'The cursor is ahead of everything recorded here: the database was replaced or restored from an older copy. ' +
        'Start again without a cursor, or from now.',
      { where: 'after', found: cursorOf(position) },
    );
  }
  if (last === undefined) return success(null);
  return success(
    last.restored
      ? { timeline: last.timeline + 1, transaction: '0' }
      : { timeline: last.timeline, transaction: last.oldest },
  );
}
