import type { RecordContext } from '../../model/record-rows.ts';
import type { IdentityKey } from '../../model/rows.ts';
import {
  type Candidates,
  candidates,
  crateKey,
  iriKey,
  type KeyKind,
  wordKey,
} from '../lambda-core/identity.ts';
import type { RecordEntity } from './collections.ts';

/** The key of an id that means the same in every record; null for one that does not. */
export function globalKey(kind: KeyKind, { name }: Pick<RecordEntity, 'name'>): IdentityKey | null {
  // DOIs compare without case (DOI handbook §3.4); any other IRI compares as written.
  const iri = /^https?:\/\/(?:dx\.)?doi\.org\//i.test(name.iri)
    ? name.iri.toLowerCase().replace(/^https?:\/\/(?:dx\.)?doi\.org\//, 'https://doi.org/')
    : name.iri;
  return name.global ? iriKey('global', kind, iri) : null;
}

/** The key of something a proposal of the facility knows by a code; null where either is missing. */
export function codeKey(
  kind: KeyKind,
  code: string | null,
  of: { readonly context: RecordContext; readonly proposal: string | null },
): IdentityKey | null {
  if (of.proposal === null || code === null) return null;
  return wordKey('facility', kind, of.context.facility.toLowerCase(), of.proposal, code.trim());
}

/** Candidates of a row: what is stronger, then the key that belongs to the crate alone. */
export function identityOf(
  kind: KeyKind,
  iri: string,
  context: RecordContext,
  stronger: readonly (IdentityKey | null)[],
): Candidates {
  return candidates(stronger, crateKey(kind, iri, crateOf(context)));
}

/** The crate a record belongs to, as keys name it. */
export function crateOf({ crate_iri, base_iri }: RecordContext): {
  readonly crateIri: string;
  readonly baseIri: string;
} {
  return { crateIri: crate_iri, baseIri: base_iri ?? crate_iri };
}
