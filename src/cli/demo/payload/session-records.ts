import { noiseFrom } from './numbers.ts';

/** What the instruments' own software writes beside the data: session records, logs and tables, as text. */

/** JSON as the beamlines write it: two spaces, a last newline. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export const SIBYLS_SESSION = {
  beamline: '12.3.1',
  session: '2024-05-16',
  ring: { current_mA: 500.2, energy_GeV: 1.9, mode: 'top-off' },
  detector: { model: 'PILATUS3 X 2M', pixel_size_um: 172, distance_mm: 2105.4 },
  wavelength_A: 1.127,
  temperature_C: 20,
  buffer: '20 mM HEPES pH 7.5, 150 mM NaCl',
  runs: [
    { run: '041', sample: 'LYZ-42', mode: 'batch', concentrations_mg_per_ml: [2.5, 5, 10], frames: 99 },
    { run: '042', sample: 'BSA-9', mode: 'batch', concentrations_mg_per_ml: [4], frames: 33 },
    { run: '043', sample: 'BSA-9', mode: 'sec_saxs', column: 'Superdex 200 Increase 5/150', frames: 480 },
    { run: '044', sample: 'XYLA-1', mode: 'sec_saxs', column: 'Superdex 200 Increase 5/150', frames: 600 },
    { run: '045', sample: 'LYZ-42', mode: 'batch', concentrations_mg_per_ml: [5], frames: 33 },
  ],
} as const;

export const LYZ_ANALYSIS = {
  run: '041',
  software: { name: 'scatter-reduce', version: '2.4.1' },
  steps: [
    { step: 'frame-similarity', kept: 97, rejected: 2 },
    { step: 'average', groups: 3 },
    { step: 'subtract', buffer: 'run041 buffer, before and after' },
    { step: 'merge', concentrations_mg_per_ml: [2.5, 5, 10], extrapolated_to_zero: true },
  ],
  q_range_per_A: [0.0114, 0.4012],
} as const;

export const MX_COLLECTION = {
  beamline: '12-1',
  detector: { model: 'EIGER X 16M', distance_mm: 200, pixel_size_um: 75 },
  wavelength_A: 0.97946,
  transmission_percent: 12.5,
  beam_um: [40, 25],
  temperature_K: 100,
  sweeps: [
    { sweep: 'LYZ-42_0', images: 4, oscillation_deg: 0.5, exposure_s: 0.2 },
    { sweep: 'LYZ-42_1', images: 1800, oscillation_deg: 0.2, exposure_s: 0.1 },
    { sweep: 'THAU-7_1', images: 900, oscillation_deg: 0.2, exposure_s: 0.1 },
    { sweep: 'LYZ-43_1', images: 1800, oscillation_deg: 0.2, exposure_s: 0.1 },
  ],
} as const;

export const KRIOS_SESSION = {
  microscope: 'Titan Krios G3i',
  camera: 'Falcon 4i with Selectris X',
  voltage_kV: 300,
  pixel_size_A: 0.735,
  dose_e_per_A2: 40,
  defocus_um: { from: -0.6, to: -1.6, step: 0.2 },
  energy_slit_eV: 10,
  grids: [
    { grid: 'APOF-G1', support: 'UltrAuFoil R1.2/1.3', movies: 4208 },
    { grid: 'APOF-G2', support: 'Quantifoil R1.2/1.3', movies: 1736 },
  ],
} as const;

/** Screening table of the crystals on a puck, as the sample changer exports it. */
export function screeningCsv(): string {
  const noise = noiseFrom(0x5c2ee);
  const rows = ['port,crystal,spots,resolution_A,mosaicity_deg,ice_rings'];
  for (const crystal of ['LYZ-42', 'LYZ-43', 'LYZ-44', 'THAU-7', 'THAU-8']) {
    const spots = 90 + Math.floor(260 * noise.uniform());
    const resolution = 1.5 + 0.9 * noise.uniform();
    const mosaicity = 0.11 + 0.3 * noise.uniform();
    const port = `A${rows.length}`;
    rows.push(
      `${port},${crystal},${spots},${resolution.toFixed(2)},${mosaicity.toFixed(2)},${spots % 5 === 0 ? 1 : 0}`,
    );
  }
  return `${rows.join('\n')}\n`;
}

/** Defocus of each aligned micrograph, as a STAR file. */
export function ctfStar(micrographs: number): string {
  const noise = noiseFrom(0xc7f);
  const columns = [
    '_rlnMicrographName #1',
    '_rlnDefocusU #2',
    '_rlnDefocusV #3',
    '_rlnDefocusAngle #4',
    '_rlnCtfMaxResolution #5',
  ];
  const rows = Array.from({ length: micrographs }, (_, i) => {
    const defocus = 6000 + 10_000 * noise.uniform();
    const astigmatism = 40 + 160 * noise.uniform();
    return [
      `micrographs/APOF-G1_${String(i + 1).padStart(4, '0')}_mc.mrc`,
      defocus.toFixed(2),
      (defocus - astigmatism).toFixed(2),
      (180 * noise.uniform()).toFixed(2),
      (2.6 + 1.1 * noise.uniform()).toFixed(3),
    ].join('  ');
  });
  return `\ndata_micrographs\n\nloop_\n${[...columns, ...rows].join('\n')}\n\n`;
}
