import { failure, type Outcome, success } from '../model/failure.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id from a path, lower-cased. What is no id names nothing here: `not_found`, like one nobody knows. */
export function readId(written: string | undefined, what: string): Outcome<string> {
  if (written !== undefined && UUID.test(written)) return success(written.toLowerCase());
  return failure('not_found', `There is no ${what} "${(written ?? '').slice(0, 100)}"; an id is a UUID.`, {
    where: 'path',
    expected: 'a UUID',
    found: written ?? '',
  });
}
