import { CRYSTAL, type Reflection } from './reflections.ts';

const MTZ_COLUMNS = [
  { label: 'H', type: 'H' },
  { label: 'K', type: 'H' },
  { label: 'L', type: 'H' },
  { label: 'IMEAN', type: 'J' },
  { label: 'SIGIMEAN', type: 'Q' },
  { label: 'FreeR_flag', type: 'I' },
] as const;

const SYMMETRY = [
  'X,  Y,  Z',
  '-X,  -Y,  Z+1/2',
  '-Y+1/2,  X+1/2,  Z+3/4',
  'Y+1/2,  -X+1/2,  Z+1/4',
  '-X+1/2,  Y+1/2,  -Z+3/4',
  'X+1/2,  -Y+1/2,  -Z+1/4',
  'Y,  X,  -Z',
  '-Y,  -X,  -Z+1/2',
] as const;

/**
 * The same reflections as an MTZ file (https://www.ccp4.ac.uk/html/mtzformat.html): 80 bytes, little-endian reals, then
 * 80-character header records.
 */
export function mtz(list: readonly Reflection[], title: string): Uint8Array {
  const rows = list.map(({ h, k, l, intensity, sigma, free }) => [h, k, l, intensity, sigma, free]);
  const words = rows.length * MTZ_COLUMNS.length;
  const data = new Uint8Array(80 + words * 4);
  const view = new DataView(data.buffer);
  data.set(Buffer.from('MTZ '), 0);
  // One-based position of the first header record, in words; then the machine stamp of IEEE little-endian.
  view.setInt32(4, 20 + words + 1, true);
  data.set([0x44, 0x41, 0, 0], 8);
  rows.flat().forEach((value, i) => void view.setFloat32(80 + 4 * i, value, true));

  const { a, c, spaceGroup, spaceGroupNumber, resolution, wavelength } = CRYSTAL;
  const cell = `${[a, a, c, 90, 90, 90].map((value) => value.toFixed(4).padStart(10)).join('')}`;
  const inverseSquares = list.map(({ h, k, l }) => (h * h + k * k) / (a * a) + (l * l) / (c * c));
  const records = [
    'VERS MTZ:V1.1',
    `TITLE ${title}`,
    `NCOL ${MTZ_COLUMNS.length} ${rows.length} 0`,
    `CELL ${cell}`,
    'SORT 1 2 3 0 0',
    `SYMINF 8 8 P ${spaceGroupNumber} '${spaceGroup.replaceAll(' ', '')}' PG422`,
    ...SYMMETRY.map((operation) => `SYMM ${operation}`),
    `RESO ${least(inverseSquares).toFixed(6)} ${(1 / (resolution * resolution)).toFixed(6)}`,
    'VALM NAN',
    ...MTZ_COLUMNS.map(({ label, type }, column) => {
      const values = rows.map((row) => row[column] ?? 0);
      const [low, high] = [least(values), -least(values.map((value) => -value))];
      const dataset = column < 3 ? 0 : 1;
      return `COLUMN ${label.padEnd(30)} ${type} ${low.toFixed(4)} ${high.toFixed(4)} ${dataset}`;
    }),
    'NDIF 2',
    ...[
      { id: 0, name: 'HKL_base', wavelength: 0 },
      { id: 1, name: 'LYZ-42_1', wavelength },
    ].flatMap((set) => [
      `PROJECT ${set.id} ${set.name}`,
      `CRYSTAL ${set.id} ${set.name}`,
      `DATASET ${set.id} ${set.name}`,
      `DCELL ${set.id} ${cell}`,
      `DWAVEL ${set.id} ${set.wavelength.toFixed(6)}`,
    ]),
    'END',
    'MTZENDOFHEADERS',
  ];
  return Buffer.concat([data, Buffer.from(records.map((record) => record.padEnd(80)).join(''), 'latin1')]);
}

function least(values: readonly number[]): number {
  return values.reduce((smallest, value) => Math.min(smallest, value), Infinity);
}
