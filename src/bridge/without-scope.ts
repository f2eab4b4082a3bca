import type { Caller, Scope } from '../model/caller.ts';
import { failure } from '../model/failure.ts';

/**
 * The refusal of a caller who does not hold a scope: `unauthenticated` when nobody signed in, else `denied`. `doing` begins
 * the sentence (`Pulling`), `reach` ends it (` for the facility`).
 */
export function withoutScope(caller: Caller, scope: Scope, doing: string, reach = '') {
  return failure(
    caller.kind === 'anonymous' ? 'unauthenticated' : 'denied',
    `${doing} needs a token with the scope ${scope}${reach}.`,
    { expected: scope },
  );
}
