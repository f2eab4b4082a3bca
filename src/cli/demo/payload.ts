import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diffractionFrame } from './payload/cbf.ts';
import { cageMap, micrograph } from './payload/mrc.ts';
import { mtz } from './payload/mtz.ts';
import { reflections, xdsAscii } from './payload/reflections.ts';
import { type CurveRecipe, chromatogram, saxsCurve } from './payload/saxs.ts';
import {
  ctfStar,
  jsonText,
  KRIOS_SESSION,
  LYZ_ANALYSIS,
  MX_COLLECTION,
  SIBYLS_SESSION,
  screeningCsv,
} from './payload/session-records.ts';

/** One file of the demo facility, under the path the facility serves it. */
export interface PayloadFile {
  /** Relative, `/`-separated, not percent-encoded. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** What proves a payload file. */
export interface PayloadProof {
  readonly size: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/** The namespace the SIBYLS crate names its files in, and where below the facility those are. */
const STORAGE_NAMESPACE = 'sibyls://als/';
const STORAGE_FOLDER = 'storage/';

const SIBYLS = `${STORAGE_FOLDER}12.3.1/2024-05-16`;
const MX = 'crates/ssrl-bl12-1-mx-2024-06-02';
const KRIOS = 'crates/emsl-krios-cryoem-2024-07-11';

/**
 * Where the facility keeps what a crate's reference names: a `sibyls://als/…` URI, or a URI reference relative to the
 * crate's folder. Null for anything else (an absolute IRI elsewhere, a fragment).
 */
export function payloadPath(crateName: string, reference: string): string | null {
  if (reference.startsWith(STORAGE_NAMESPACE)) {
    return STORAGE_FOLDER + decodeURIComponent(reference.slice(STORAGE_NAMESPACE.length));
  }
  if (/^(?:[a-z][a-z0-9+.-]*:|[/#])/i.test(reference)) return null;
  return `crates/${crateName}/${decodeURIComponent(reference)}`;
}

/**
 * Every file the example crates point at, one after the other, so that only one is in memory. The same bytes on every
 * machine and in every run: their sizes and digests are committed in `crates/`.
 */
export function* generatePayload(): Generator<PayloadFile, void, undefined> {
  for (const { path, make } of FILES) {
    const content = make();
    yield { path, content: typeof content === 'string' ? new TextEncoder().encode(content) : content };
  }
}

/** Writes the payload below a folder, as the facility serves it. */
export async function writePayload(folder: string): Promise<void> {
  for (const { path, content } of generatePayload()) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
}

/** Size and digest of every payload file, by path. */
export function provePayload(): Map<string, PayloadProof> {
  return new Map(
    generatePayload().map(({ path, content }) => [
      path,
      { size: content.length, sha256: createHash('sha256').update(content).digest('hex') },
    ]),
  );
}

interface Recipe {
  readonly path: string;
  readonly make: () => string | Uint8Array;
}

/** The session's buffer-subtracted curves differ in concentration alone. */
function lysozymeCurve(concentration: number, seed: number): string {
  return saxsCurve({
    title: `LYZ-42 ${concentration} mg/ml, buffer subtracted`,
    seed,
    radiusOfGyration: 14.3,
    forward: 9.8 * concentration,
    error: 0.012 / concentration,
    background: 0,
    remarks: ['ALS 12.3.1 (SIBYLS) 2024-05-16 run 041'],
  });
}

function isomeraseCurve(recipe: Pick<CurveRecipe, 'title' | 'seed' | 'forward' | 'background'>): string {
  return saxsCurve({
    ...recipe,
    radiusOfGyration: 32.6,
    error: 0.004,
    remarks: ['ALS 12.3.1 (SIBYLS) 2024-05-16 run 044, SEC-SAXS'],
  });
}

const FILES: readonly Recipe[] = [
  // ALS 12.3.1 (SIBYLS)
  { path: `${SIBYLS}/metadata/session.json`, make: () => jsonText(SIBYLS_SESSION) },
  { path: `${SIBYLS}/metadata/run041_analysis.json`, make: () => jsonText(LYZ_ANALYSIS) },
  { path: `${SIBYLS}/logs/interlock faults.log`, make: () => '' },
  { path: `${SIBYLS}/processed/run041_LYZ-42_2.5mgml_sub.dat`, make: () => lysozymeCurve(2.5, 0x0411) },
  { path: `${SIBYLS}/processed/run041_LYZ-42_5mgml_sub.dat`, make: () => lysozymeCurve(5, 0x0412) },
  { path: `${SIBYLS}/processed/run041_LYZ-42_10mgml_sub.dat`, make: () => lysozymeCurve(10, 0x0413) },
  {
    path: `${SIBYLS}/processed/run041_LYZ-42_merged.dat`,
    make: () =>
      saxsCurve({
        title: 'LYZ-42, merged from 2.5, 5 and 10 mg/ml',
        seed: 0x0414,
        radiusOfGyration: 14.3,
        forward: 9.8,
        error: 0.0018,
        background: 0,
        remarks: ['ALS 12.3.1 (SIBYLS) 2024-05-16 run 041'],
      }),
  },
  {
    path: `${SIBYLS}/processed/run044_XYLA-1_chromatogram.tsv`,
    make: () =>
      chromatogram(0x0441, 600, [
        { frame: 268, width: 9, height: 0.12 },
        { frame: 341, width: 13, height: 1 },
      ]),
  },
  {
    path: `${SIBYLS}/processed/run044_XYLA-1_peak_sub.dat`,
    make: () =>
      isomeraseCurve({
        title: 'XYLA-1 elution peak, buffer subtracted',
        seed: 0x0442,
        forward: 61.4,
        background: 0,
      }),
  },
  {
    path: `${SIBYLS}/processed/run044_XYLA-1_buffer.dat`,
    make: () =>
      isomeraseCurve({
        title: 'XYLA-1 buffer before the peak',
        seed: 0x0443,
        forward: 0.3,
        background: 184.2,
      }),
  },

  // SSRL 12-1
  { path: `${MX}/metadata/collection.json`, make: () => jsonText(MX_COLLECTION) },
  { path: `${MX}/screening/puck.csv`, make: screeningCsv },
  { path: `${MX}/frames/LYZ-42_1_00001_binned.cbf`, make: () => diffractionFrame(518, 546, 240, 0x12_01) },
  { path: `${MX}/integrated/LYZ-42_1_XDS_ASCII.HKL`, make: () => xdsAscii(reflections(0x12_02)) },
  {
    path: `${MX}/merged/LYZ-42_1.mtz`,
    make: () => mtz(reflections(0x12_02), 'LYZ-42_1 merged intensities, SSRL BL12-1'),
  },

  // EMSL Krios
  { path: `${KRIOS}/metadata/session.json`, make: () => jsonText(KRIOS_SESSION) },
  { path: `${KRIOS}/ctf/APOF-G1_ctf.star`, make: () => ctfStar(48) },
  {
    path: `${KRIOS}/micrographs/APOF-G1_0001_mc.mrc`,
    make: () => micrograph(1024, 720, 2.94, 60, 0x0711, 'APOF-G1 0001, motion corrected, binned 4'),
  },
  {
    path: `${KRIOS}/map/J42_apoferritin_sharp.mrc`,
    make: () => cageMap(92, 1.6, 0x0712, 'apoferritin, octahedral, sharpened'),
  },
];
