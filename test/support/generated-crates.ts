import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Conformant LAMBDA Core 0.3.3 crates in any number, for load tests and benchmarks. The same options give the same
 * documents. Samples, runs and files belong to one crate; beamlines, proteins and people recur, as they do at a facility.
 */
export interface GenerateOptions {
  readonly count: number;
  /** File entities in each crate. */
  readonly files: number;
  /** Any integer; another seed gives other samples, runs and files of the same beamlines and people. */
  readonly seed: number;
  /** Experiment runs in each crate; the files are dealt out among them. Default 3. */
  readonly runs?: number;
  /** Prefix of every `storage_uri`, with a trailing slash. Default `sibyls://als/`. */
  readonly storage?: string;
}

export interface GeneratedCrate {
  /** Unique in one generation; safe as a folder name. */
  readonly name: string;
  /** The metadata document, as JSON text. */
  readonly document: string;
}

type Entity = Record<string, unknown> & { readonly '@id': string };

interface Beamline {
  readonly id: string;
  readonly technique: 'saxs' | 'xray_crystallography';
  readonly extension: 'dat' | 'mtz';
}

const BEAMLINES: readonly [Beamline, ...Beamline[]] = [
  { id: '12.3.1', technique: 'saxs', extension: 'dat' },
  { id: '8.3.1', technique: 'xray_crystallography', extension: 'mtz' },
  { id: '5.0.1', technique: 'xray_crystallography', extension: 'mtz' },
  { id: '8.2.2', technique: 'xray_crystallography', extension: 'mtz' },
];

const PROTEINS = [
  { accession: 'P00698', name: 'Lysozyme C', taxon: 9031 },
  { accession: 'P02883', name: 'Thaumatin I', taxon: 4621 },
  { accession: 'P24300', name: 'Xylose isomerase', taxon: 1929 },
  { accession: 'P09528', name: 'Ferritin heavy chain', taxon: 10090 },
  { accession: 'P02769', name: 'Albumin', taxon: 9913 },
] as const;

/** One run in four says nothing of its status, so that "unknown" is never an edge case. */
const STATUSES = ['collected', 'raw', 'completed', null] as const;

const PEOPLE = 40;
const ROR = 'https://ror.org/02jbv0t02';
const PROFILES = ['https://w3id.org/ro/crate/1.2', 'https://w3id.org/lambda/profile/core/0.3.3'];

/** Generates the crates one after the other; a million of them need the memory of one. */
export function* generateCrates(options: GenerateOptions): Generator<GeneratedCrate, void, undefined> {
  for (let index = 0; index < options.count; index++) {
    const beamline = BEAMLINES[index % BEAMLINES.length] ?? BEAMLINES[0];
    const name = `gen-${options.seed}-${String(index).padStart(6, '0')}`;
    yield { name, document: JSON.stringify(crateDocument(options, name, index, beamline)) };
  }
}

/** Writes each crate as `{dir}/{name}/ro-crate-metadata.json`; returns the names. */
export async function writeCrates(dir: string, options: GenerateOptions): Promise<string[]> {
  const names: string[] = [];
  for (const { name, document } of generateCrates(options)) {
    await mkdir(join(dir, name), { recursive: true });
    await writeFile(join(dir, name, 'ro-crate-metadata.json'), document);
    names.push(name);
  }
  return names;
}

/** The bytes of a generated file (counted from 0): what its declared size and digest are the truth of. */
export function generatedContent(crateName: string, file: number): Uint8Array {
  return new TextEncoder().encode(`${crateName} file ${file}\n`.repeat(1 + (file % 7)));
}

function crateDocument(options: GenerateOptions, name: string, index: number, beamline: Beamline): object {
  const storage = `${options.storage ?? 'sibyls://als/'}${beamline.id}/${name}/`;
  const day = new Date(Date.UTC(2020, 0, 1 + (index % 2000))).toISOString().slice(0, 10);
  const people = [person(index, 1), person(index * 7 + 3, 2)].filter(
    (one, position, all) => all.findIndex((other) => other['@id'] === one['@id']) === position,
  );
  const protein = PROTEINS[index % PROTEINS.length] ?? PROTEINS[0];
  const proteinId = `http://purl.uniprot.org/uniprot/${protein.accession}`;
  const files = Array.from({ length: options.files }, (_, file) => fileEntity(name, file, beamline, storage));
  const runs = Array.from({ length: options.runs ?? 3 }, (_, run) => ({
    run,
    series: seriesEntity(run, name, storage),
    files: files.filter((_, file) => file % (options.runs ?? 3) === run),
  }));
  const parts = [...runs.map(({ series }) => series), ...files];
  const sampleCode = `S-${name}`;

  const graph: Entity[] = [
    {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      conformsTo: refs(PROFILES.slice(0, 1)),
      about: { '@id': './' },
    },
    {
      '@id': './',
      '@type': ['Dataset', 'lambda:Dataset'],
      name: `Generated session ${name}`,
      description: `Session ${index} at ALS ${beamline.id}, generated for load tests.`,
      datePublished: day,
      license: { '@id': 'https://creativecommons.org/licenses/by/4.0/' },
      conformsTo: refs(PROFILES),
      author: refs(people.map((one) => one['@id'])),
      publisher: { '@id': ROR },
      facility_name: 'ALS',
      facility_ror: ROR,
      technique: beamline.technique,
      instrumentName: beamline.id,
      collectionDate: day,
      // Every other session belongs to a proposal; sessions share proposals.
      ...(index % 2 === 0
        ? { proposal_id: `ALS-${String(Math.floor(index / 16)).padStart(5, '0')}` }
        : { missing: [{ field: 'proposal_id', reason: 'not-registered', blocks: 'S1' }] }),
      packageTier: 'manifest',
      hasPart: refs(parts.map((part) => part['@id'])),
    },
    ...people,
    { '@id': ROR, '@type': 'Organization', name: 'Lawrence Berkeley National Laboratory', ror: ROR },
    {
      '@id': '#instrument',
      '@type': ['IndividualProduct', 'lambda:Instrument'],
      name: `ALS beamline ${beamline.id}`,
      instrument_code: `ALS-${beamline.id}`,
      instrument_category: 'SYNCHROTRON_BEAMLINE',
      beamline_id: beamline.id,
      facility_name: 'ALS',
      facility_ror: ROR,
    },
    {
      '@id': '#sample',
      '@type': ['BioChemEntity', 'lambda:Sample'],
      name: `${protein.name}, preparation ${name}`,
      sample_code: sampleCode,
      sample_type: 'protein',
      protein_name: protein.name,
      hasBioChemEntityPart: refs([proteinId]),
    },
    {
      '@id': proteinId,
      '@type': ['Protein', 'lambda:Protein'],
      name: protein.name,
      uniprot_id: `uniprot:${protein.accession}`,
      protein_name: protein.name,
      organism: `NCBITaxon:${protein.taxon}`,
    },
    ...runs.flatMap((one) => runEntities(one, index, name, day, beamline)),
    ...parts,
  ];
  return {
    '@context': [
      'https://w3id.org/ro/crate/1.2/context',
      { lambda: 'http://w3id.org/lambda/', lambdarc: 'http://w3id.org/lambda/rocrate/' },
    ],
    '@graph': graph,
  };
}

/** A run, and the reduction that made its files when it is completed. */
function runEntities(
  { run, series, files }: { run: number; series: Entity; files: readonly Entity[] },
  index: number,
  name: string,
  day: string,
  beamline: Beamline,
): Entity[] {
  const status = STATUSES[(index + run) % STATUSES.length] ?? null;
  const hour = String(8 + (run % 12)).padStart(2, '0');
  const reduced = status === 'completed' && files.length > 0;
  const experiment: Entity = {
    '@id': `#run-${run}`,
    '@type': ['Action', 'lambda:ExperimentRun'],
    name: `Run ${run} of ${name}`,
    experiment_code: `${name}_run${run}`,
    technique: beamline.technique,
    experiment_date: day,
    beamline_id: beamline.id,
    startTime: `${day}T${hour}:00:00Z`,
    endTime: `${day}T${hour}:40:00Z`,
    ...(status === null ? {} : { processing_status: status }),
    object: refs(['#sample']),
    instrument: refs(['#instrument']),
    result: refs([series, ...(reduced ? [] : files)].map((one) => one['@id'])),
  };
  if (!reduced) return [experiment];
  const workflow: Entity = {
    '@id': `#workflow-${run}`,
    '@type': ['CreateAction', 'lambda:WorkflowRun'],
    name: `Reduction of run ${run} of ${name}`,
    workflow_code: `${name}_run${run}_reduction`,
    workflow_type: beamline.technique === 'saxs' ? 'saxs_analysis' : 'scaling',
    software_name: 'auto-reduce',
    software_version: '1.0.0',
    processing_level: 2,
    object: refs([series['@id']]),
    result: refs(files.map((file) => file['@id'])),
    'prov:wasInformedBy': refs([experiment['@id']]),
  };
  return [experiment, workflow];
}

function seriesEntity(run: number, name: string, storage: string): Entity {
  const frames = 100 + 50 * (run % 5);
  return {
    '@id': `${storage}raw/run${run}/`,
    '@type': 'Dataset',
    name: `Frames of run ${run} of ${name}`,
    contentSize: frames * 9_910_196,
    encodingFormat: 'image/tiff',
    partCount: frames,
    rawIncluded: false,
    missing: [{ field: 'sha256', reason: 'not-deposited', blocks: 'S2-acquisition' }],
  };
}

function fileEntity(name: string, file: number, beamline: Beamline, storage: string): Entity {
  const content = generatedContent(name, file);
  const path = `processed/${String(file).padStart(6, '0')}.${beamline.extension}`;
  return {
    '@id': path,
    '@type': 'File',
    name: path.slice('processed/'.length),
    encodingFormat: beamline.extension === 'dat' ? 'text/plain' : 'application/x-mtz',
    contentSize: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    file_format: beamline.extension === 'dat' ? 'ascii' : 'mtz',
    data_type: beamline.extension === 'dat' ? 'scattering' : 'processed_data',
    processing_level: 2,
    storage_uri: storage + path,
  };
}

function person(seed: number, position: number): Entity {
  const number = seed % PEOPLE;
  const orcid = `https://orcid.org/${unassignedOrcid(number)}`;
  return {
    '@id': orcid,
    '@type': 'Person',
    name: `Test Person ${number}`,
    full_name: `Test Person ${number}`,
    orcid,
    affiliation: 'Example University',
    role: position === 1 ? 'principal_investigator' : 'operator',
    author_position: position,
  };
}

/**
 * An iD with a right check character (ISO 7064 MOD 11-2) below the block that ORCID assigns from (it starts at
 * 0000-0001-5000-0007), so that it names nobody.
 */
function unassignedOrcid(number: number): string {
  const digits = String(number).padStart(15, '0');
  const total = [...digits].reduce((sum, digit) => ((sum + Number(digit)) * 2) % 11, 0);
  const check = (12 - total) % 11;
  return `${digits}${check === 10 ? 'X' : check}`.replace(/(.{4})(?!$)/g, '$1-');
}

function refs(ids: readonly string[]): { '@id': string }[] {
  return ids.map((id) => ({ '@id': id }));
}
