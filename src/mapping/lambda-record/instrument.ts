import {
  INSTRUMENT_CLASSES,
  type InstrumentClass,
  type RecordInstrumentRow,
} from '../../model/record-rows.ts';
import { instrumentIdentity } from '../lambda-core/instrument.ts';
import type { RecordEntity } from './collections.ts';
import { crateOf } from './identity.ts';
import type { RecordScope } from './scope.ts';
import type { Slots } from './slots.ts';
import { facilityOf } from './vocabulary.ts';

/** The row of an Instrument of any class. It is its facility's, as a crate's instrument is. */
export function instrumentRow(scope: RecordScope, entity: RecordEntity): RecordInstrumentRow {
  const { slots } = entity;
  const columns = {
    instrument_code: slots.text('instrument_code'),
    instrument_category: slots.text('instrument_category'),
    beamline_id: slots.text('beamline_id'),
    facility_name: facilityOf(scope, entity, 'facility_name'),
    facility_ror: slots.text('facility_ror'),
    manufacturer: slots.text('manufacturer'),
    model: slots.text('model'),
    detector: slots.text('detector_model'),
    instrument_class: instrumentClass(slots),
  };
  const named = {
    ...columns,
    iri: entity.name.iri,
    name: slots.peek('title'),
    registryId: slots.peek('instrument_registry_id'),
  };
  const identity = instrumentIdentity({ context: scope.context, graph: crateOf(scope.context) }, named);
  return { ...scope.columns(entity, identity), ...columns };
}

/** Slots that one subclass of Instrument has and no other. */
const OWN_SLOTS: Readonly<Record<InstrumentClass, readonly string[]>> = {
  BeamlineInstrument: [
    'techniques_supported',
    'mail_in_service',
    'lims_system',
    'daq_system',
    'control_system',
    'website',
  ],
  CryoEMInstrument: [
    'accelerating_voltage',
    'cs_corrector',
    'phase_plate',
    'phase_plate_type',
    'detector_mode',
    'detector_position',
    'detector_dimensions',
    'pixel_size_physical_um',
    'pixel_size_physical',
    'autoloader_capacity',
    'cs',
    'c2_aperture',
    'objective_aperture',
    'energy_filter_present',
    'energy_filter_make',
    'energy_filter_model',
    'energy_filter_slit_width',
    'microscope_software',
    'microscope_software_version',
    'spotsize',
    'gunlens',
    'imaging_mode',
    'tem_beam_diameter',
  ],
  SANSInstrument: ['detectors', 'source', 'configuration', 'environment'],
  SAXSInstrument: ['detector_distance_min', 'detector_distance_max', 'temperature_control_range'],
  XRayInstrument: [
    'beam_size_min',
    'beam_size_max',
    'flux_density',
    'monochromator_type',
    'goniometer_type',
    'crystal_cooling_capability',
  ],
};

/** Keys under which a record may designate a class; lambda-ber-schema itself has none. */
const DESIGNATORS = ['@type', 'type', 'class', 'instrument_class'] as const;

function instrumentClass(slots: Slots): InstrumentClass | null {
  const designated = DESIGNATORS.map((slot) => slots.peek(slot)?.replace(/^.*[:/#]/, ''));
  const stated = INSTRUMENT_CLASSES.find((each) => designated.includes(each));
  if (stated !== undefined) return stated;
  const shown = INSTRUMENT_CLASSES.filter((each) =>
    OWN_SLOTS[each].some((slot) => slots.raw(slot) !== undefined),
  );
  return shown.length === 1 ? (shown[0] ?? null) : null;
}
