import { TECHNIQUE_WORDS } from '../../model/lambda-vocabulary.ts';

/** TechniqueEnum of lambda-ber-schema, the newest values included. */
const TECHNIQUES: ReadonlySet<string> = new Set([
  'cryo_em',
  'xray_crystallography',
  'saxs',
  'waxs',
  'sans',
  'cryo_et',
  'electron_microscopy',
  'mass_spectrometry',
  'xas',
  'xanes',
  'exafs',
  'xmcd',
  'neutron_crystallography',
  'fiber_diffraction',
  'time_resolved_crystallography',
  'xray_tomography',
  'microed',
  'solution_nmr',
  'solid_state_nmr',
  'powder_diffraction',
  'epr',
  'fluorescence_transfer',
  'infrared_spectroscopy',
  'integrative_modeling',
]);

/**
 * Other spellings of the same technique, besides the Data Organization Contract's and Facility Search API's words (`RX`):
 * PaNET and CHMO identifiers that lambda-ber-schema maps to one value alone, and spellings with an `x_ray`.
 */
const TECHNIQUE_SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['mx', 'xray_crystallography'],
  ['x_ray_crystallography', 'xray_crystallography'],
  ['macromolecular_crystallography', 'xray_crystallography'],
  ['single_crystal_x_ray_diffraction', 'xray_crystallography'],
  ['diffraction_single_crystal_x_ray_diffraction', 'xray_crystallography'],
  ['diffraction_serial_femtosecond_crystallography', 'xray_crystallography'],
  ['x_ray_tomography', 'xray_tomography'],
  ['tomography_cryo_electron_tomography', 'cryo_et'],
  ['small_angle_scattering_x_ray', 'saxs'],
  ['small_angle_x_ray_scattering', 'saxs'],
  ['wide_angle_x_ray_scattering', 'waxs'],
  ['small_angle_neutron_scattering', 'sans'],
  ['panet:01164', 'xray_crystallography'],
  ['panet:01188', 'saxs'],
  ['panet:01191', 'waxs'],
  ['panet:01189', 'sans'],
  ['panet:01196', 'xas'],
  ['panet:01199', 'xanes'],
  ['panet:01198', 'exafs'],
  ['panet:01137', 'xmcd'],
  ['panet:01154', 'xray_tomography'],
  ['chmo:0000204', 'saxs'],
  ['chmo:0000207', 'waxs'],
  ['chmo:0000184', 'sans'],
  ['chmo:0000068', 'electron_microscopy'],
  ['chmo:0000470', 'mass_spectrometry'],
  ['chmo:0000298', 'xas'],
  ['chmo:0000305', 'xanes'],
  ['chmo:0000300', 'exafs'],
  ['chmo:0000182', 'neutron_crystallography'],
  ['chmo:0002743', 'xray_tomography'],
]);

/** ProcessingStatusEnum. */
const PROCESSING_STATUSES: ReadonlySet<string> = new Set([
  'collected',
  'raw',
  'preprocessing',
  'processing',
  'completed',
  'failed',
]);

/** FacilityEnum. */
const FACILITIES: ReadonlySet<string> = new Set([
  'NSLS_II',
  'ALS',
  'SSRL',
  'ESRF',
  'DIAMOND',
  'PHOTON_FACTORY',
  'APS',
  'SPRING8',
  'PETRA_III',
  'SOLEIL',
  'AUSTRALIAN_SYNCHROTRON',
  'EMSL',
  'SNS',
  'HFIR',
]);

/** The TechniqueEnum value a written technique means, or null where no known spelling matches. */
export function canonicalTechnique(written: string): string | null {
  if (TECHNIQUES.has(written)) return written;
  const spelled = written
    .trim()
    .toLowerCase()
    .replace(/[\s\-/_]+/g, '_');
  if (TECHNIQUES.has(spelled)) return spelled;
  return TECHNIQUE_WORDS.get(spelled) ?? TECHNIQUE_SPELLINGS.get(spelled) ?? null;
}

export function isProcessingStatus(written: string): boolean {
  return PROCESSING_STATUSES.has(written);
}

/** True for a value of FacilityEnum, which names one facility everywhere. */
export function isFacilityCode(written: string): boolean {
  return FACILITIES.has(written);
}
