import { parse, v5 } from 'uuid';

export { isUuid } from '../model/uuid.ts';

/** Namespace of every UUIDv5 in the registry. Never changes: ids are promised for ever. */
const NAMESPACE = parse('655eb266-50a8-43a8-9dc6-e928405b11f7');

/** One name, unambiguous whatever its parts contain. */
function id(...parts: readonly (string | number | null)[]): string {
  // as bytes: from text, uuid percent-encodes first, which is slow and throws on half a surrogate pair
  return v5(Buffer.from(JSON.stringify(parts)), NAMESPACE);
}

/** Id of a crate: of its identity IRI. */
export function crateId(iri: string): string {
  return id('crate', iri);
}

/** Id of a crate version: the same documents of the same crate are the same version. */
export function crateVersionId(crateIri: string, documentSetSha256: string): string {
  return id('crate_version', crateIri, documentSetSha256);
}

/**
 * Id of a row: what one crate version says at one place of its document. `repeat` tells rows apart that one place gives
 * twice under one IRI; it is 0 for the first.
 */
export function rowId(
  versionId: string,
  table: string,
  pointer: string,
  iri: string,
  repeat: number,
): string {
  return repeat === 0 ? id(versionId, table, pointer, iri) : id(versionId, table, pointer, iri, repeat);
}

/** Id of the thing a row is about. */
export function entityId(identityKey: string): string {
  return id('entity', identityKey);
}

/** Id of a pointer (design rule 3): one file, one place, one digest, one size, for ever. */
export function pointerId(
  fileIri: string,
  storageUri: string | null,
  sha256: string | null,
  fileSizeBytes: number | null,
): string {
  return id(fileIri, storageUri, sha256, fileSizeBytes);
}

/** Id of a recorded change: of what it says besides where it stands, so that no other database has the same. */
export function eventId(...facts: readonly (string | number | null)[]): string {
  return id('change', ...facts);
}
