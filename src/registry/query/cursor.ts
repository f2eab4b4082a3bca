import { failure, type Outcome, success } from '../../model/failure.ts';
import { LIST_KINDS, type PageRequest } from '../../model/items.ts';
import { isUuid } from '../ids.ts';

/** Where a page ended: the sort key and the id of its last item. */
export interface Position {
  readonly sort: string;
  readonly id: string;
}

/** Every list with pages. In a cursor a list is its place here: new ones go to the end. */
const PAGED = [...LIST_KINDS, 'quarantine'] as const;
type Paged = (typeof PAGED)[number];

/** A cursor is opaque to callers; the kind in it keeps one list's cursor out of another. */
export function cursorAfter(kind: Paged, { sort, id }: Position): string {
  return Buffer.from(JSON.stringify([PAGED.indexOf(kind), sort, id])).toString('base64url');
}

/** The position and the number of items asked for; `usage` for a limit or a cursor that cannot be. */
export function readPageRequest(
  kind: Paged,
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
  return after === null ? foreignCursor(kind) : success({ limit, after });
}

/** The refusal of what no page of the list gave. */
export function foreignCursor(kind: Paged) {
  return failure('usage', `This is no cursor of the list of ${kind}. Take the one a page gave, unchanged.`, {
    where: 'cursor',
  });
}

function readCursor(kind: Paged, cursor: string): Position | null {
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(said) || said.length !== 3) return null;
  const [index, sort, id]: readonly unknown[] = said;
  if (index !== PAGED.indexOf(kind) || typeof sort !== 'string' || typeof id !== 'string') return null;
  return isUuid(id) && sort.isWellFormed() && !sort.includes('\0') ? { sort, id } : null;
}
