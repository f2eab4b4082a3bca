import { exp, noiseFrom } from './numbers.ts';

/** A tetragonal crystal of hen egg-white lysozyme: what the demo's reflections and frames come from. */
export const CRYSTAL = {
  a: 79.1,
  c: 37.9,
  spaceGroup: 'P 43 21 2',
  spaceGroupNumber: 96,
  resolution: 2.0,
  wavelength: 0.97946,
} as const;

export interface Reflection {
  readonly h: number;
  readonly k: number;
  readonly l: number;
  readonly intensity: number;
  readonly sigma: number;
  /** Test-set number, 0 to 19. */
  readonly free: number;
}

/** The unique reflections of `CRYSTAL` to its resolution (h ≥ k ≥ 0, l ≥ 0), Wilson-distributed with a B factor of 18 Å². */
export function reflections(seed: number): Reflection[] {
  const noise = noiseFrom(seed);
  const found: Reflection[] = [];
  const { a, c, resolution } = CRYSTAL;
  const hMax = Math.floor(a / resolution);
  const lMax = Math.floor(c / resolution);
  for (let h = 0; h <= hMax; h++) {
    for (let k = 0; k <= h; k++) {
      for (let l = 0; l <= lMax; l++) {
        const inverseSquare = (h * h + k * k) / (a * a) + (l * l) / (c * c);
        if (inverseSquare === 0 || inverseSquare * resolution * resolution > 1) continue;
        if (isAbsent(h, k, l)) continue;
        const [first, second] = [noise.normal(), noise.normal()];
        const mean = 1850 * exp(-18 * 0.5 * inverseSquare);
        const intensity = (mean * (first * first + second * second)) / 2;
        const sigma = Math.sqrt(36 + 0.0009 * intensity * intensity + 0.6 * intensity);
        const free = Math.floor(noise.uniform() * 20);
        found.push({ h, k, l, intensity: intensity + sigma * noise.normal(), sigma, free });
      }
    }
  }
  return found;
}

/** Systematic absences of P 43 21 2: the screw axes along c (43) and a (21). */
function isAbsent(h: number, k: number, l: number): boolean {
  if (h === 0 && k === 0) return l % 4 !== 0;
  return k === 0 && l === 0 && h % 2 !== 0;
}

/** Merged intensities as XDS_ASCII text. */
export function xdsAscii(list: readonly Reflection[]): string {
  const { a, c, spaceGroupNumber, wavelength, resolution } = CRYSTAL;
  const header = [
    "!FORMAT=XDS_ASCII    MERGE=TRUE    FRIEDEL'S_LAW=TRUE",
    `!INCLUDE_RESOLUTION_RANGE=    40.000     ${resolution.toFixed(3)}`,
    `!SPACE_GROUP_NUMBER=${String(spaceGroupNumber).padStart(5)}`,
    `!UNIT_CELL_CONSTANTS=${[a, a, c].map((length) => length.toFixed(3).padStart(10)).join('')}  90.000  90.000  90.000`,
    `!X-RAY_WAVELENGTH= ${wavelength.toFixed(6)}`,
    '!NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD=5',
    '!ITEM_H=1',
    '!ITEM_K=2',
    '!ITEM_L=3',
    '!ITEM_IOBS=4',
    '!ITEM_SIGMA(IOBS)=5',
    '!END_OF_HEADER',
  ];
  const records = list.map(({ h, k, l, intensity, sigma }) =>
    [
      ...[h, k, l].map((index) => String(index).padStart(6)),
      intensity.toExponential(3).padStart(12),
      sigma.toExponential(3).padStart(12),
    ].join(''),
  );
  return `${[...header, ...records, '!END_OF_DATA'].join('\n')}\n`;
}
