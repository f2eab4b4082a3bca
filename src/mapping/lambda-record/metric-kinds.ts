import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { RecordEntityKind } from '../../model/record-rows.ts';

/** Where a value stands, for finding out what it is. */
export interface MetricPlace {
  readonly entity_kind: RecordEntityKind;
  /** As in MeasurementRow. */
  readonly section: string | null;
  readonly name: string;
  /** TechniqueEnum value. */
  readonly technique: string | null;
  /** The object the value stands in. */
  readonly block: JsonObject;
}

/** What a value is, and by which rule that was found. */
export interface MetricKind {
  readonly kind: string;
  readonly rule: string;
  /** Whether somebody computed it from data, so that a pipeline stands behind it. */
  readonly computed: boolean;
}

/**
 * Slots of lambda-ber-schema that are one quantity under several names (its `aliases`, and ExperimentRun, QualityMetrics and
 * WorkflowRun beside each other). The first name is the kind.
 */
const SET_OR_MEASURED: readonly (readonly string[])[] = [
  ['wavelength', 'wavelength_a'],
  ['beam_energy', 'energy'],
  ['detector_distance', 'detector_distance_mm'],
  ['oscillation_angle', 'oscillation_per_image_deg', 'oscillation_width'],
  ['total_rotation', 'total_rotation_deg'],
  ['transmission', 'transmission_percent'],
  ['flux', 'flux_photons_per_s'],
  ['beam_center_x', 'beam_center_x_px', 'xbeam'],
  ['beam_center_y', 'beam_center_y_px', 'ybeam'],
  ['pixel_size', 'calibrated_pixel_size', 'pixel_size_calibrated'],
  ['exposure_time'],
  ['total_dose'],
  ['dose_per_frame'],
  ['detector_corner', 'resolution_at_corner'],
];

const COMPUTED: readonly (readonly string[])[] = [
  ['high_resolution_limit', 'resolution_high'],
  ['low_resolution_limit', 'resolution_low', 'resolution_low_a'],
  ['high_resolution_shell', 'resolution_high_shell_a'],
  ['refinement_limit', 'refinement_resolution_a'],
  ['ctf_fit_limit', 'resolution_fit_limit'],
  ['r_merge', 'rmerge'],
  ['r_pim', 'rpim'],
  ['cc_half'],
  ['mean_i_over_sigma', 'i_over_sigma', 'mean_i_over_sigma_i'],
  ['completeness', 'completeness_percent'],
  ['multiplicity'],
  ['wilson_b_factor', 'wilson_b_factor_a2'],
  ['r_work', 'rwork', 'r_factor'],
  ['r_free', 'rfree'],
  ['ramachandran_favored', 'ramachandran_favored_percent'],
  ['ramachandran_outliers', 'ramachandran_outliers_percent'],
  ['clashscore'],
  ['molprobity_score'],
  ['radius_of_gyration', 'rg'],
  ['forward_scattering', 'i_zero'],
  ['space_group'],
];

const BY_NAME: ReadonlyMap<string, MetricKind> = new Map([
  ...SET_OR_MEASURED.flatMap((names) => entries(names, false)),
  ...COMPUTED.flatMap((names) => entries(names, true)),
]);

function entries(names: readonly string[], computed: boolean): readonly (readonly [string, MetricKind])[] {
  const [kind = ''] = names;
  return names.map((name) => [name, { kind, rule: 'slot-definition', computed }]);
}

/**
 * Units of bare numbers in slots whose quantity has only one: records before 2026 wrote `ph: 7.9`. A completeness may be a
 * percentage or a fraction, so it is not among them.
 */
export const INHERENT_UNITS: ReadonlyMap<string, string> = new Map([
  ['ph', '[pH]'],
  ...[
    'r_merge',
    'rmerge',
    'r_pim',
    'rpim',
    'cc_half',
    'i_over_sigma',
    'mean_i_over_sigma_i',
    'multiplicity',
    'r_work',
    'rwork',
    'r_free',
    'rfree',
    'signal_to_noise',
    'clashscore',
    'molprobity_score',
  ].map((name) => [name, '1'] as const),
]);

/** Techniques whose `resolution` is a distance between lattice planes. */
const CRYSTALLOGRAPHY = new Set([
  'xray_crystallography',
  'time_resolved_crystallography',
  'neutron_crystallography',
  'microed',
]);

const SMALL_ANGLE = new Set(['saxs', 'waxs', 'sans']);

/** Metrics that exist only once diffraction data were merged or refined. */
const PROCESSED = new Set([
  'r_merge',
  'r_pim',
  'cc_half',
  'mean_i_over_sigma',
  'completeness',
  'multiplicity',
  'wilson_b_factor',
  'r_work',
  'r_free',
]);

/**
 * What a value is. Most slots say it by their definition; `resolution` says four different things, and `signal_to_noise` and
 * `completeness` mean something only within one technique, so those are null where no rule decides.
 */
export function metricKind(place: MetricPlace): MetricKind | null {
  const { name, technique } = place;
  if (name === 'resolution') return resolutionKind(place);
  if (name === 'resolution_0_143') return { kind: 'fsc', rule: 'fsc-threshold-0.143', computed: true };
  if (name === 'resolution_0_5') return { kind: 'fsc', rule: 'fsc-threshold-0.5', computed: true };
  if (name === 'completeness' && !CRYSTALLOGRAPHY.has(technique ?? '')) return null;
  if (name === 'temperature_k' || (name === 'temperature' && place.entity_kind === 'experiment_run')) {
    return { kind: 'temperature', rule: 'slot-definition', computed: false };
  }
  return BY_NAME.get(name) ?? null;
}

function resolutionKind({ entity_kind, section, technique, block }: MetricPlace): MetricKind | null {
  if (entity_kind !== 'experiment_run' || technique === null) return null;
  if (section === null) {
    // ExperimentRun.resolution is defined as that at the detector's edge (ISPyB DataCollection.resolution).
    const rule = 'experiment-run-slot';
    return CRYSTALLOGRAPHY.has(technique) ? { kind: 'requested_edge', rule, computed: false } : null;
  }
  if (section !== 'quality_metrics') return null;
  if (SMALL_ANGLE.has(technique)) return { kind: 'q_limit', rule: 'small-angle-run', computed: false };
  if (technique === 'cryo_em') return { kind: 'fsc', rule: 'cryo-em-run', computed: true };
  if (!CRYSTALLOGRAPHY.has(technique)) return null;
  return holdsProcessed(block)
    ? { kind: 'high_resolution_limit', rule: 'run-with-merging-or-refinement-metrics', computed: true }
    : { kind: 'requested_edge', rule: 'run-without-processing-metrics', computed: false };
}

function holdsProcessed(block: JsonObject): boolean {
  return Object.entries(block).some(([name, value]) => {
    const says = isJsonObject(value) ? typeof value['numeric_value'] === 'number' : typeof value === 'number';
    return says && PROCESSED.has(BY_NAME.get(name)?.kind ?? '');
  });
}
