import { createHash } from 'node:crypto';
import { noiseFrom } from './numbers.ts';
import { CRYSTAL } from './reflections.ts';

/** A diffraction frame in CBF with byte-offset compression (https://www.iucr.org/resources/cif/cbf, PILATUS header). */
export function diffractionFrame(width: number, height: number, spots: number, seed: number): Uint8Array {
  const compressed = byteOffset(framePixels(width, height, spots, seed));
  const padding = 4095;
  const text = [
    '###CBF: VERSION 1.5',
    '',
    'data_LYZ-42_1_00001',
    '',
    '_array_data.header_convention "PILATUS_1.2"',
    '_array_data.header_contents',
    ';',
    '# Detector: EIGER X 16M, binned 8 x 8',
    '# Exposure_time 0.1000 s',
    `# Wavelength ${CRYSTAL.wavelength.toFixed(5)} A`,
    '# Detector_distance 0.20000 m',
    `# Beam_xy (${(width / 2).toFixed(2)}, ${(height / 2).toFixed(2)}) pixels`,
    '# Pixel_size 600e-6 m x 600e-6 m',
    '# Start_angle 0.0000 deg.',
    '# Angle_increment 0.2000 deg.',
    ';',
    '',
    '_array_data.data',
    ';',
    '--CIF-BINARY-FORMAT-SECTION--',
    'Content-Type: application/octet-stream;',
    '     conversions="x-CBF_BYTE_OFFSET"',
    'Content-Transfer-Encoding: BINARY',
    `X-Binary-Size: ${compressed.length}`,
    'X-Binary-ID: 1',
    'X-Binary-Element-Type: "signed 32-bit integer"',
    'X-Binary-Element-Byte-Order: LITTLE_ENDIAN',
    `Content-MD5: ${createHash('md5').update(compressed).digest('base64')}`,
    `X-Binary-Number-of-Elements: ${width * height}`,
    `X-Binary-Size-Fastest-Dimension: ${width}`,
    `X-Binary-Size-Second-Dimension: ${height}`,
    `X-Binary-Size-Padding: ${padding}`,
    '',
    '',
  ].join('\r\n');
  return Buffer.concat([
    Buffer.from(text, 'latin1'),
    Buffer.from([0x0c, 0x1a, 0x04, 0xd5]),
    compressed,
    Buffer.alloc(padding),
    Buffer.from('\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n\r\n', 'latin1'),
  ]);
}

/** Counts: background that falls off from the beam, and spots of a few pixels. */
function framePixels(width: number, height: number, spots: number, seed: number): Int32Array {
  const noise = noiseFrom(seed);
  const pixels = new Int32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [(2 * x) / width - 1, (2 * y) / height - 1];
      const mean = 6 + 48 / (1 + 9 * (dx * dx + dy * dy));
      pixels[y * width + x] = Math.max(0, Math.round(mean + Math.sqrt(mean) * noise.normal()));
    }
  }
  for (let spot = 0; spot < spots; spot++) {
    const cx = 2 + Math.floor(noise.uniform() * (width - 4));
    const cy = 2 + Math.floor(noise.uniform() * (height - 4));
    const peak = 80 + 2400 * noise.uniform() * noise.uniform();
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        const at = (cy + dy) * width + cx + dx;
        pixels[at] = (pixels[at] ?? 0) + Math.round(peak / (1 + 2 * (dx * dx + dy * dy)));
      }
    }
  }
  return pixels;
}

/** Each pixel as its difference from the one before: one byte, or an escape and two or four. */
function byteOffset(pixels: Int32Array): Buffer {
  const bytes = Buffer.alloc(pixels.length * 7);
  let length = 0;
  let previous = 0;
  for (const pixel of pixels) {
    const difference = pixel - previous;
    previous = pixel;
    if (Math.abs(difference) <= 127) {
      length = bytes.writeInt8(difference, length);
      continue;
    }
    length = bytes.writeUInt8(0x80, length);
    if (Math.abs(difference) <= 32767) {
      length = bytes.writeInt16LE(difference, length);
      continue;
    }
    length = bytes.writeUInt16LE(0x8000, length);
    length = bytes.writeInt32LE(difference, length);
  }
  return bytes.subarray(0, length);
}
