import type { NestedDocument } from '../../model/rows.ts';
import { type EntityReader, MAX_INTEGER } from './reader.ts';
import type { MapScope } from './scope.ts';

const DESCRIPTOR = /(^|[/-])ro-crate-metadata\.json(?:ld)?$/;
/** RO-Crate 1.2 "Referencing other RO-Crates": the version-less IRI stands on a reference, never on a crate's own root. */
const REFERENCED_CRATE = /^https?:\/\/w3id\.org\/ro\/crate\/?$/;
const CRATE_PROFILE = /\/\/w3id\.org\/(ro\/crate|lambda\/profile)(\/|$)/;

/**
 * The documents a Dataset part points at instead of describing its bytes (profile §7):
 * - a nested crate: `conformsTo` with the nested descriptor in `hasPart`, or a reference to another crate;
 * - a record: `schemaRecord`;
 * - a remote registration: `identifier` and `url`, unless it has a `partCount`. A part that counts its members is an
 *   acquisition of this crate, and `url` is then its entry in a catalogue: the raw unit of an SSRL crate is 1800 frames
 *   on the facility's disk with a page about them, not a deposit elsewhere.
 */
export function pointersOf(scope: MapScope, part: EntityReader): readonly NestedDocument[] {
  const found: NestedDocument[] = [];
  const nested = nestedCrate(scope, part);
  if (nested !== null) found.push(nested);
  if (part.says('schemaRecord')) {
    const [record] = part.refs('schemaRecord');
    const written = record?.rawId ?? part.peek('schemaRecord');
    if (written !== null) {
      found.push({
        kind: 'schema_record',
        iri: scope.resolve(written),
        json_pointer: part.pointerOf('schemaRecord'),
      });
    }
  }
  if (part.says('identifier') && part.says('url') && part.integer('partCount', MAX_INTEGER) === null) {
    const { entity } = part;
    const own = scope.place(entity);
    const iri = own?.kind === 'absolute' ? own.iri : (part.peek('url') ?? entity.iri);
    found.push({ kind: 'remote_registration', iri, json_pointer: entity.pointer });
  }
  return found;
}

function nestedCrate(scope: MapScope, part: EntityReader): NestedDocument | null {
  if (!part.says('conformsTo')) return null;
  const { entity } = part;
  const descriptor = part.refs('hasPart').find((child) => DESCRIPTOR.test(child.rawId));
  if (descriptor !== undefined) {
    return { kind: 'nested_crate', iri: descriptor.iri, json_pointer: entity.pointer };
  }
  const profiles = part.texts('conformsTo');
  const own = scope.place(entity);
  const elsewhere = own?.kind === 'absolute';
  const referenced = profiles.some((profile) => REFERENCED_CRATE.test(profile));
  if (!referenced && !(elsewhere && profiles.some((profile) => CRATE_PROFILE.test(profile)))) return null;
  const [document] = part.refs('subjectOf');
  const beside =
    own?.kind === 'relative' ? `${own.iri.replace(/\/?$/, '/')}ro-crate-metadata.json` : entity.iri;
  return { kind: 'nested_crate', iri: document?.iri ?? beside, json_pointer: entity.pointer };
}
