import type { Caller } from '../model/caller.ts';
import type { Outcome } from '../model/failure.ts';
import type { Verification } from '../model/pointer.ts';
import type { PointerOrigin } from '../model/why.ts';

/** Where a pointer comes from, as far as the caller may see. */
export interface PointerOrigins {
  /** Crate versions that say it: the one whose row is shown first, then the newest; at most `SHOWN_ORIGINS`. */
  readonly origins: readonly [PointerOrigin, ...PointerOrigin[]];
  readonly total: number;
  /** The metadata document of the first, as stored. */
  readonly document: Uint8Array;
  readonly verification: Verification | null;
}

/** Crate versions that are named; a file that never changes is said by every version of its crate. */
export const SHOWN_ORIGINS = 10;

/** Where pointers come from. */
export interface Origins {
  /** `not_found` for a pointer nobody says, or nobody the caller may see. */
  pointerOrigins(pointerId: string, caller: Caller): Promise<Outcome<PointerOrigins>>;
}
