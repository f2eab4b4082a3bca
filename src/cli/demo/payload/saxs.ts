import { exp, noiseFrom, sinCos } from './numbers.ts';

/** What a small-angle scattering curve is made from. */
export interface CurveRecipe {
  readonly title: string;
  readonly seed: number;
  /** Radius of gyration in Å. */
  readonly radiusOfGyration: number;
  /** Forward scattering I(0), arbitrary units. */
  readonly forward: number;
  /** Standard deviation at low q relative to I(0). */
  readonly error: number;
  /** Constant background; 0 for a subtracted curve. */
  readonly background: number;
  /** Lines for the header, without the comment sign. */
  readonly remarks: readonly string[];
}

const Q_MIN = 0.0114;
const Q_MAX = 0.4012;
const POINTS = 520;
/** Size spread of the spheres that stand for the particle; smooths the minima as a real protein's shape does. */
const SPREAD = [0.82, 0.91, 1, 1.09, 1.18] as const;

/**
 * A three-column ASCII curve (q in 1/Å, I, sigma): spheres of the radius of gyration asked for, with counting noise that
 * grows towards high q.
 */
export function saxsCurve(recipe: CurveRecipe): string {
  const noise = noiseFrom(recipe.seed);
  const lines = [
    `# ${recipe.title}`,
    ...recipe.remarks.map((remark) => `# ${remark}`),
    '#      q (1/A)          I(q)         sigma',
  ];
  for (let i = 0; i < POINTS; i++) {
    const q = Q_MIN + ((Q_MAX - Q_MIN) * i) / (POINTS - 1);
    const signal = recipe.forward * formFactor(q, recipe.radiusOfGyration);
    const sigma = recipe.error * recipe.forward * (0.4 + 3 * q) + 0.01 * signal;
    const intensity = signal + recipe.background + sigma * noise.normal();
    lines.push([q, intensity, sigma].map((value) => value.toExponential(6).padStart(14)).join(''));
  }
  return `${lines.join('\n')}\n`;
}

/** Each scale with its weight: small-angle scattering weighs particles by volume squared. */
const WEIGHTED = SPREAD.map((scale) => {
  const volume = scale * scale * scale;
  return { scale, weight: volume * volume };
});
const TOTAL_WEIGHT = WEIGHTED.reduce((sum, { weight }) => sum + weight, 0);
/** What the spread adds to a radius of gyration as a Guinier fit sees it. */
const SPREAD_FACTOR = Math.sqrt(
  WEIGHTED.reduce((sum, { scale, weight }) => sum + weight * scale * scale, 0) / TOTAL_WEIGHT,
);

/** P(q) of homogeneous spheres, averaged over the spread; 1 at q = 0. */
function formFactor(q: number, radiusOfGyration: number): number {
  const radius = (radiusOfGyration * Math.sqrt(5 / 3)) / SPREAD_FACTOR;
  let sum = 0;
  for (const { scale, weight } of WEIGHTED) {
    const x = q * radius * scale;
    const [sin, cos] = sinCos(x);
    const amplitude = (3 * (sin - x * cos)) / (x * x * x);
    sum += weight * amplitude * amplitude;
  }
  return sum / TOTAL_WEIGHT;
}

/** One peak of an elution: where, how wide, how high, in frames and arbitrary units. */
export interface ElutionPeak {
  readonly frame: number;
  readonly width: number;
  readonly height: number;
}

/** Frame-wise integrated intensity and UV absorbance of a size-exclusion run, as tab-separated text. */
export function chromatogram(seed: number, frames: number, peaks: readonly ElutionPeak[]): string {
  const noise = noiseFrom(seed);
  const lines = ['frame\ttime_s\tintegrated_intensity\tuv280_mau'];
  for (let frame = 1; frame <= frames; frame++) {
    const eluted = peaks.reduce((sum, peak) => sum + elution(frame, peak), 0);
    const intensity = 184.2 + 41 * eluted + 0.35 * noise.normal();
    const absorbance = 0.8 + 212 * eluted + 0.6 * noise.normal();
    lines.push(`${frame}\t${(frame * 3).toFixed(1)}\t${intensity.toFixed(3)}\t${absorbance.toFixed(3)}`);
  }
  return `${lines.join('\n')}\n`;
}

function elution(frame: number, peak: ElutionPeak): number {
  const distance = (frame - peak.frame) / peak.width;
  return Math.abs(distance) > 12 ? 0 : peak.height * exp((-distance * distance) / 2);
}
