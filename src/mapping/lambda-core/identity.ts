import type { RecordEntityKind } from '../../model/record-rows.ts';
import type { IdentityKey } from '../../model/rows.ts';

/** The word a kind of row starts its keys with. A data file is a `file` whether it is one, a series or a container. */
export type KeyKind = Exclude<RecordEntityKind, 'data_file'> | 'file';

/** Candidates of one row, strongest first, never empty. */
export type Candidates = readonly [IdentityKey, ...IdentityKey[]];

/** A key from an IRI that names the thing itself: `experiment_run|https://…`. */
export function iriKey(scope: IdentityKey['scope'], kind: KeyKind, iri: string): IdentityKey {
  return { scope, key: `${kind}|${iri}` };
}

/** A key from words: `sample|code|als|P-1|LYZ-42`. Words are escaped, so that no word can pose as two. */
export function wordKey(
  scope: IdentityKey['scope'],
  kind: KeyKind,
  ...words: readonly [string, ...string[]]
): IdentityKey {
  return { scope, key: [kind, ...words.map(escapeWord)].join('|') };
}

/** Upper and lower case and runs of spaces make no other instrument, facility or name. */
export function folded(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/**
 * The key that belongs to one crate alone. An `@id` outside the crate's base (`_:b0`, `urn:x`, `#a` of a document
 * without a base) says nothing about which crate it is in, so the crate's IRI is put before it.
 */
export function crateKey(
  kind: KeyKind,
  iri: string,
  crate: { readonly crateIri: string; readonly baseIri: string },
): IdentityKey {
  const inside = iri.startsWith(crate.baseIri) || iri.startsWith(crate.crateIri);
  return iriKey('crate', kind, inside ? iri : `${crate.crateIri}|${iri}`);
}

/** Appends the crate's own key, the last candidate of every row, unless it is already there. */
export function candidates(stronger: readonly (IdentityKey | null)[], last: IdentityKey): Candidates {
  const kept: IdentityKey[] = [];
  for (const candidate of [...stronger, last]) {
    if (candidate !== null && !kept.some((other) => other.key === candidate.key)) kept.push(candidate);
  }
  const [first = last, ...rest] = kept;
  return [first, ...rest];
}

/**
 * The key of an `@id` that means the same in every crate because it was written as an absolute web address. A relative
 * `@id` becomes absolute by resolving, but then it only says where this copy of the crate lies; one that was refused as
 * unsafe names nothing.
 */
export function writtenIriKey(
  kind: KeyKind,
  of: { readonly rawId: string | null; readonly iri: string },
): IdentityKey | null {
  return isWrittenAbsolute(of) ? iriKey('global', kind, of.iri) : null;
}

export function isWrittenAbsolute(of: { readonly rawId: string | null; readonly iri: string }): boolean {
  return (
    of.rawId !== null &&
    /^https?:\/\/[^/]/i.test(of.rawId) &&
    /^https?:/.test(of.iri) &&
    !of.iri.includes('#unsafe=')
  );
}

/** A UUID (RFC 9562) in its usual form. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(text);
}

/** A UUID URN that really holds a UUID: `urn:uuid:wf-saxs-proc` is a word two strangers may both pick. */
export function isUuidUrn(rawId: string | null): rawId is string {
  return rawId !== null && /^urn:uuid:/i.test(rawId) && isUuid(rawId.slice('urn:uuid:'.length));
}

function escapeWord(word: string): string {
  return word.replaceAll('%', '%25').replaceAll('|', '%7C');
}
