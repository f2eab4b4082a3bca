import { failure, type Outcome, success } from '../model/failure.ts';
import { isUuid } from '../model/uuid.ts';

/** An id from a path, lower-cased. What is no id names nothing here: `not_found`, like one nobody knows. */
export function readId(written: string | undefined, what: string): Outcome<string> {
  if (written !== undefined && isUuid(written)) return success(written.toLowerCase());
  return failure('not_found', `There is no ${what} "${(written ?? '').slice(0, 100)}"; an id is a UUID.`, {
    where: 'path',
    expected: 'a UUID',
    found: written ?? '',
  });
}
