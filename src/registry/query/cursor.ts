import { failure, type Outcome, success } from '../../model/failure.ts';
import { LIST_KINDS, type ListKind, type PageRequest } from '../../model/items.ts';
import { isUuid } from '../ids.ts';

/** Where a page ended: the sort key and the id of its last item. */
export interface Position {
  readonly sort: string;
  readonly id: string;
}

/** A cursor is opaque to callers; the kind in it keeps one list's cursor out of another. */
export function cursorAfter(kind: ListKind, { sort, id }: Position): string {
  return Buffer.from(JSON.stringify([LIST_KINDS.indexOf(kind), sort, id])).toString('base64url');
}

/** The position and the number of items asked for; `usage` for a limit or a cursor that cannot be. */
export function readPageRequest(
  kind: ListKind,
  { limit, cursor }: PageRequest,
): Outcome<{ readonly limit: number; readonly after: Position | null }> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    return failure('usage', 'The page size is a whole number from 1 to 1000.', {
      where: 'limit',
      found: String(limit),
    });
  }
  if (cursor === null) return success({ limit, after: null });
  const after = readCursor(kind, cursor);
  return after === null
    ? failure('usage', `This is no cursor of the list of ${kind}. Take the one a page gave, unchanged.`, {
        where: 'cursor',
      })
    : success({ limit, after });
}

function readCursor(kind: ListKind, cursor: string): Position | null {
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(said) || said.length !== 3) return null;
  const [index, sort, id]: readonly unknown[] = said;
  if (index !== LIST_KINDS.indexOf(kind) || typeof sort !== 'string' || typeof id !== 'string') return null;
  return isUuid(id) && sort.isWellFormed() && !sort.includes('\0') ? { sort, id } : null;
}
