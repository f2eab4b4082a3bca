import { encodeIri } from '../../crate/iri.ts';
import { resolveReference } from '../../crate/reference.ts';
import type { RecordContext } from '../../model/record-rows.ts';
import { isUuid } from '../lambda-core/identity.ts';
import { expandCurie, isMadeUp } from './prefixes.ts';

/** What an `id` of a record names. */
export interface RecordName {
  /** IRI of the row. One that means something only in the record stands on the crate's. */
  readonly iri: string;
  /** Whether it means the same in every record (design rule 8). */
  readonly global: boolean;
  /** Every IRI another document may know it by: as written, expanded, and the row's. */
  readonly spellings: readonly string[];
}

/** What names that mean nothing elsewhere stand on. */
export type NameContext = Pick<RecordContext, 'crate_iri' | 'base_iri'>;

/** Marks IRIs of names that only the record knows, so that no `#fragment` of the crate is taken for one. */
const LOCAL = '#lambda-record/';

/** Whether an IRI names something only its record knows. */
export function isLocalIri(iri: string): boolean {
  return iri.includes(LOCAL);
}

const ANY_UUID = /(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])/gi;

/**
 * Names an entity by its `id` as written: a web address or a DOI is itself; a CURIE is expanded and counts everywhere where an
 * authority gives out its local parts; a UUID counts everywhere, in whatever it stands. Everything else belongs to the crate.
 */
export function nameOf(
  id: string,
  context: NameContext,
  prefixes: Readonly<Record<string, string>>,
): RecordName {
  const written = id.trim();
  if (isUuid(written.replace(/^urn:uuid:/i, ''))) {
    return global(`urn:uuid:${written.replace(/^urn:uuid:/i, '').toLowerCase()}`, written);
  }
  const place = /^[a-z][a-z0-9+.-]*:\/\//i.test(written)
    ? resolveReference(written, context.crate_iri)
    : null;
  if (place !== null && place.kind !== 'unsafe') {
    const known = !isMadeUp(place.iri) && /^https?:/.test(place.iri);
    return known || holdsUuid(written) ? global(place.iri, written) : local(context, written, place.iri);
  }
  const curie = place === null ? expandCurie(written, prefixes) : null;
  if (curie !== null && (curie.global || holdsUuid(written))) return global(encodeIri(curie.iri), written);
  return local(context, written, curie === null ? null : encodeIri(curie.iri));
}

/** Names an entity without an `id` by its place in the record. */
export function nameByPlace(pointer: string, context: NameContext): RecordName {
  const iri = `${context.crate_iri}${LOCAL}${encodeIri(pointer.slice(1))}`;
  return { iri, global: false, spellings: [iri] };
}

function global(iri: string, written: string): RecordName {
  return { iri, global: true, spellings: [...new Set([written, iri])] };
}

function local(context: NameContext, written: string, expanded: string | null): RecordName {
  const iri = `${context.crate_iri}${LOCAL}${encodeURIComponent(written.toWellFormed())}`;
  const inCrate = crateSpelling(context, written);
  return { iri, global: false, spellings: [...new Set([written, expanded ?? iri, inCrate ?? iri, iri])] };
}

/** A name as the crate's own `@id`, where it has the form of one: `#sample-1`, `mtz/scaled.mtz`. */
function crateSpelling({ crate_iri, base_iri }: NameContext, written: string): string | null {
  if (written.startsWith('#')) return crate_iri + encodeIri(written);
  if (base_iri === null) return null;
  const place = resolveReference(written, base_iri);
  return place.kind === 'relative' && place.path !== '' ? place.iri : null;
}

/** A UUID that somebody drew; all zeros and all ones are placeholders. */
function holdsUuid(written: string): boolean {
  return (written.match(ANY_UUID) ?? []).some((uuid) => isUuid(uuid));
}
