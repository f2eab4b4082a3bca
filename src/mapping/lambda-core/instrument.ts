import type { CrateEntity } from '../../crate/contract.ts';
import type { IdentityKey, InstrumentRow } from '../../model/rows.ts';
import { isRegisteredBeamline, looksLikeBeamline, normalisedBeamline } from './beamline.ts';
import { type Candidates, candidates, crateKey, folded, wordKey } from './identity.ts';
import { commonColumns } from './row.ts';
import type { MapScope } from './scope.ts';

/** The row of a `lambda:Instrument`. */
export function instrumentRow(scope: MapScope, entity: CrateEntity): InstrumentRow {
  const reader = scope.reader(entity);
  const columns = {
    instrument_code: reader.text('instrument_code'),
    instrument_category: reader.text('instrument_category'),
    beamline_id: reader.text('beamline_id'),
    facility_name: reader.text('facility_name'),
    facility_ror: reader.text('facility_ror'),
    manufacturer: reader.text('manufacturer'),
    model: reader.text('model'),
    detector: reader.text('detector'),
  };
  const registryId = reader.peek('instrument_registry_id');
  const name = reader.peek('name');
  const iri = scope.iriOf(entity);
  const identity = instrumentIdentity(scope, { ...columns, iri, name, registryId });
  return { ...commonColumns(scope, entity, identity), ...columns };
}

/**
 * An instrument is its facility's: by beamline, else by code, else by name (design §3). The facility is the config's, so
 * that a crate's word for it neither splits nor joins instruments. A code or name that is nothing but a beamline id
 * counts as one, so that an implied instrument and an explicit one meet.
 */
export function instrumentIdentity(
  at: {
    readonly context: Pick<MapScope['context'], 'facility'>;
    readonly graph: Pick<MapScope['graph'], 'crateIri' | 'baseIri'>;
  },
  of: {
    readonly iri: string;
    readonly instrument_code: string | null;
    readonly beamline_id: string | null;
    readonly name: string | null;
    readonly registryId: string | null;
  },
): Candidates {
  const { facility } = at.context;
  const key = (by: string, word: string | null): IdentityKey | null =>
    word === null || word === '' ? null : wordKey('facility', 'instrument', facility.toLowerCase(), by, word);
  const shaped = [of.instrument_code, of.name].find(
    (word) => word !== null && looksLikeBeamline(word, facility),
  );
  const registered = of.registryId !== null && isRegisteredBeamline(of.registryId) ? of.registryId : null;
  const written = registered ?? of.beamline_id ?? shaped ?? null;
  return candidates(
    [
      key('beamline', written === null ? null : normalisedBeamline(written, facility)),
      key('code', of.instrument_code === null ? null : folded(of.instrument_code)),
      key('name', of.name === null ? null : folded(of.name)),
    ],
    crateKey('instrument', of.iri, at.graph),
  );
}
