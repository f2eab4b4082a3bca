import type { EntityKind, IdentityKey } from '../model/rows.ts';

const STRENGTH = { global: 0, facility: 1, crate: 2 } as const;

/**
 * The one key a row is known by (design rule 8): the strongest candidate, the first offered among equals. The kind is
 * part of it, so that a person and an organization never become one thing; so is the facility or the crate where the
 * candidate means something only there, whatever the candidate's own text repeats of them.
 */
export function identityKey(
  kind: EntityKind,
  candidates: readonly [IdentityKey, ...IdentityKey[]],
  at: { readonly facility: string; readonly crateIri: string },
): string {
  const strongest = candidates.reduce((best, next) =>
    STRENGTH[next.scope] < STRENGTH[best.scope] ? next : best,
  );
  switch (strongest.scope) {
    case 'global':
      return JSON.stringify([kind, 'global', strongest.key]);
    case 'facility':
      return JSON.stringify([kind, 'facility', at.facility, strongest.key]);
    case 'crate':
      return JSON.stringify([kind, 'crate', at.crateIri, strongest.key]);
  }
}
