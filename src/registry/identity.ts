import type { EntityKind, IdentityKey } from '../model/rows.ts';

const STRENGTH = { global: 0, facility: 1, crate: 2 } as const;

/** Where a candidate is offered. */
export interface IdentityPlace {
  readonly facility: string;
  readonly crateIri: string;
  /** Keys that implied rows of earlier versions of this crate were known by. */
  readonly inherited: ReadonlySet<string>;
}

/**
 * The one key a row is known by (design rule 8): the strongest candidate, the first offered among equals. The kind is
 * part of it, so that a person and an organization never become one thing; so is the facility or the crate where the
 * candidate means something only there, whatever the candidate's own text repeats of them. What an earlier version of the
 * crate only implied keeps the key it had then, once it is said in full: its id is in somebody's hands.
 */
export function identityKey(
  kind: EntityKind,
  candidates: readonly [IdentityKey, ...IdentityKey[]],
  at: IdentityPlace,
): string {
  if (at.inherited.size > 0) {
    const kept = candidates
      .map((candidate) => keyOf(kind, candidate, at))
      .find((key) => at.inherited.has(key));
    if (kept !== undefined) return kept;
  }
  const strongest = candidates.reduce((best, next) =>
    STRENGTH[next.scope] < STRENGTH[best.scope] ? next : best,
  );
  return keyOf(kind, strongest, at);
}

function keyOf(kind: EntityKind, candidate: IdentityKey, at: IdentityPlace): string {
  switch (candidate.scope) {
    case 'global':
      return JSON.stringify([kind, 'global', candidate.key]);
    case 'facility':
      return JSON.stringify([kind, 'facility', at.facility, candidate.key]);
    case 'crate':
      return JSON.stringify([kind, 'crate', at.crateIri, candidate.key]);
  }
}
