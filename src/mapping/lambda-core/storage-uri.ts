import type { ResolvedReference } from '../../crate/contract.ts';
import { resolveReference } from '../../crate/reference.ts';
import type { EntityReader } from './reader.ts';
import type { MapScope } from './scope.ts';

interface Storage {
  readonly uri: string | null;
  readonly written: string | null;
}

/**
 * Where the bytes are: the entity's `storage_uri`, else an absolute `@id`, else `contentUrl`, else the relative `@id`
 * resolved. A `storage_uri` that is no absolute URI is not passed over for another, since the crate named a place and it
 * is not that one: the row has none, and a warning says so. A `#fragment` or urn names a thing and never bytes.
 */
export function storageOf(scope: MapScope, reader: EntityReader, id: ResolvedReference | null): Storage {
  const { rawId } = reader.entity;
  const declared = reader.text('storage_uri');
  if (declared !== null) return declaredPlace(scope, reader, declared);
  if (id?.kind === 'absolute' && isLocator(id.iri)) return { uri: id.iri, written: rawId };
  for (const written of reader.texts('contentUrl')) {
    const place = resolveReference(written, scope.graph.baseIri);
    if (place.kind === 'absolute' && isLocator(place.iri)) return { uri: place.iri, written };
  }
  if (id?.kind === 'relative' && id.path !== '' && isLocator(id.iri)) return { uri: id.iri, written: rawId };
  if (id?.kind === 'unsafe') {
    const message = `@id is no place to read bytes from: ${id.reason}. The row keeps it as written and has no storage_uri.`;
    scope.warn('unsafe-reference', reader.entity, `${reader.entity.pointer}/@id`, message);
    return { uri: null, written: withoutUserinfo(rawId ?? '') };
  }
  return { uri: null, written: null };
}

function declaredPlace(scope: MapScope, reader: EntityReader, written: string): Storage {
  // Held even when refused: the written column has it, without a password.
  reader.hold('storage_uri');
  const place = resolveReference(written, scope.graph.baseIri);
  if (place.kind === 'absolute' && isLocator(place.iri)) return { uri: place.iri, written };
  const reason = place.kind === 'unsafe' ? place.reason : 'it is no absolute URI of the form scheme://…';
  const message = `storage_uri is no place to read bytes from: ${reason}.`;
  scope.warn('unsafe-storage-uri', reader.entity, reader.pointerOf('storage_uri'), message);
  return { uri: null, written: withoutUserinfo(written) };
}

/** Whether an IRI says where bytes are: a scheme and an authority. */
export function isLocator(iri: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(iri);
}

/** A place as written, without the password somebody put into it. */
export function withoutUserinfo(written: string): string {
  return written.replace(/^([^/?#:]*:)?(\/\/)[^/?#]*@/, '$1$2');
}
