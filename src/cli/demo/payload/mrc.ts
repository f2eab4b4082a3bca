import { exp, noiseFrom } from './numbers.ts';

/*
 * MRC2014 (https://www.ccpem.ac.uk/mrc_format/mrc2014.php): a header of 1024 bytes, then voxels, x fastest. Offsets
 * below are the standard's word numbers, less one, times four.
 */
const HEADER_BYTES = 1024;
const MODE_INT16 = 1;
const MODE_FLOAT32 = 2;

interface MrcImage {
  readonly size: readonly [x: number, y: number, z: number];
  readonly mode: typeof MODE_INT16 | typeof MODE_FLOAT32;
  readonly pixelSize: number;
  readonly label: string;
  readonly voxels: Float32Array;
}

function encodeMrc(image: MrcImage): Uint8Array {
  const [nx, ny, nz] = image.size;
  const voxelBytes = image.mode === MODE_INT16 ? 2 : 4;
  const bytes = new Uint8Array(HEADER_BYTES + voxelBytes * image.voxels.length);
  const view = new DataView(bytes.buffer);
  const int = (word: number, value: number) => view.setInt32((word - 1) * 4, value, true);
  const float = (word: number, value: number) => view.setFloat32((word - 1) * 4, value, true);

  [nx, ny, nz, image.mode].forEach((value, i) => void int(1 + i, value));
  [nx, ny, nz].forEach((value, i) => void int(8 + i, value));
  [nx, ny, nz].forEach((value, i) => void float(11 + i, value * image.pixelSize));
  [90, 90, 90].forEach((value, i) => void float(14 + i, value));
  [1, 2, 3].forEach((value, i) => void int(17 + i, value));
  const { min, max, mean, rms } = statistics(image.voxels);
  [min, max, mean].forEach((value, i) => void float(20 + i, value));
  int(23, nz > 1 ? 1 : 0);
  int(28, 20140);
  bytes.set(Buffer.from('MAP '), 208);
  bytes.set([0x44, 0x44, 0, 0], 212);
  float(55, rms);
  int(56, 1);
  bytes.set(Buffer.from(image.label.padEnd(80).slice(0, 80)), 224);

  image.voxels.forEach((value, i) => {
    const offset = HEADER_BYTES + voxelBytes * i;
    if (image.mode === MODE_INT16) view.setInt16(offset, value, true);
    else view.setFloat32(offset, value, true);
  });
  return bytes;
}

function statistics(voxels: Float32Array): { min: number; max: number; mean: number; rms: number } {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (const value of voxels) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const mean = sum / voxels.length;
  let squares = 0;
  for (const value of voxels) squares += (value - mean) * (value - mean);
  return { min, max, mean, rms: Math.sqrt(squares / voxels.length) };
}

/** Helix bundles of one subunit as Gaussian blobs, Å from the centre; repeated by octahedral symmetry. */
const SUBUNIT = [
  { at: [44, 24, 18], width: 7, height: 1 },
  { at: [51, 14, 9], width: 6, height: 0.9 },
  { at: [38, 33, 25], width: 6, height: 0.8 },
] as const;

/** A map of a hollow octahedral cage of 24 subunits (the shape of ferritin) with noise, MRC mode 2. */
export function cageMap(box: number, pixelSize: number, seed: number, label: string): Uint8Array {
  const noise = noiseFrom(seed);
  const voxels = new Float32Array(box * box * box);
  for (const { at, width, height } of SUBUNIT) {
    for (const position of octahedral(at)) addBlob(voxels, box, pixelSize, position, width, height);
  }
  voxels.forEach((value, i) => {
    voxels[i] = value + 0.04 * noise.normal();
  });
  return encodeMrc({ size: [box, box, box], mode: MODE_FLOAT32, pixelSize, label, voxels });
}

type Point = readonly [x: number, y: number, z: number];

/** The 24 rotations of the octahedral group: signed permutations of the axes that keep handedness. */
function octahedral([x, y, z]: Point): Point[] {
  const even: Point[] = [
    [x, y, z],
    [y, z, x],
    [z, x, y],
  ];
  const odd: Point[] = [
    [x, z, y],
    [z, y, x],
    [y, x, z],
  ];
  const signs: Point[] = [
    [1, 1, 1],
    [1, -1, -1],
    [-1, 1, -1],
    [-1, -1, 1],
  ];
  return signs.flatMap(([a, b, c]) => [
    ...even.map(([u, v, w]): Point => [a * u, b * v, c * w]),
    ...odd.map(([u, v, w]): Point => [-a * u, -b * v, -c * w]),
  ]);
}

function addBlob(
  voxels: Float32Array,
  box: number,
  pixelSize: number,
  position: Point,
  width: number,
  height: number,
): void {
  const sigma = width / pixelSize;
  const reach = Math.ceil(3.5 * sigma);
  // A Gaussian is the product of its three axes, so its exponentials are few.
  const axis = (along: number) => {
    const centre = along / pixelSize + box / 2;
    const first = Math.max(0, Math.round(centre) - reach);
    const last = Math.min(box - 1, Math.round(centre) + reach);
    return Array.from({ length: last - first + 1 }, (_, i) => {
      const distance = (first + i - centre) / sigma;
      return { index: first + i, weight: exp((-distance * distance) / 2) };
    });
  };
  const [xs, ys, zs] = [axis(position[0]), axis(position[1]), axis(position[2])];
  for (const z of zs) {
    for (const y of ys) {
      const row = (z.index * box + y.index) * box;
      const weight = height * z.weight * y.weight;
      for (const x of xs) voxels[row + x.index] = (voxels[row + x.index] ?? 0) + weight * x.weight;
    }
  }
}

/** An aligned micrograph: ice noise with dark rings where particles lie, MRC mode 1. */
export function micrograph(
  width: number,
  height: number,
  pixelSize: number,
  particles: number,
  seed: number,
  label: string,
): Uint8Array {
  const noise = noiseFrom(seed);
  const voxels = new Float32Array(width * height);
  voxels.forEach((_, i) => {
    voxels[i] = Math.round(1400 + 90 * noise.normal());
  });
  const outer = 60 / pixelSize;
  const inner = 40 / pixelSize;
  for (let particle = 0; particle < particles; particle++) {
    const cx = outer + noise.uniform() * (width - 2 * outer);
    const cy = outer + noise.uniform() * (height - 2 * outer);
    for (let y = Math.ceil(cy - outer); y <= cy + outer; y++) {
      for (let x = Math.ceil(cx - outer); x <= cx + outer; x++) {
        const radius = Math.sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy));
        if (radius < outer && radius > inner) voxels[y * width + x] = (voxels[y * width + x] ?? 0) - 120;
      }
    }
  }
  return encodeMrc({ size: [width, height, 1], mode: MODE_INT16, pixelSize, label, voxels });
}
