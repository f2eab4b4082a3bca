import type { Finding } from '../../src/model/finding.ts';
import type { AssociationRow, CrateRows, EntityRow, IdentityKey } from '../../src/model/rows.ts';
import type { SourceTime } from '../../src/model/time.ts';
import type { Registration } from '../../src/registry/contract.ts';
import { sha256Hex } from '../../src/registry/register/stored.ts';

/** What a test says of a file; what it leaves out, nobody said. */
export interface FileSaid {
  readonly name: string;
  readonly iri?: string;
  readonly uri?: string | null;
  readonly sha256?: string | null;
  readonly size?: number | null;
  /** Code of the run it belongs to; by default the first, null for none. */
  readonly run?: string | null;
}

export interface RunSaid {
  readonly code: string;
  readonly technique?: string;
  readonly status?: string;
  readonly time?: SourceTime;
  /** Codes among the crate's; by default all. */
  readonly instruments?: readonly string[];
  readonly samples?: readonly string[];
}

/** What a test says of a crate. */
export interface CrateSaid {
  readonly name: string;
  readonly iri?: string;
  readonly facility?: string;
  readonly source?: string;
  readonly proposal?: string;
  readonly instruments?: readonly string[];
  readonly samples?: readonly { readonly code: string; readonly global?: string }[];
  readonly persons?: readonly string[];
  readonly runs?: readonly RunSaid[];
  readonly workflows?: readonly string[];
  readonly files?: readonly FileSaid[];
  readonly missing?: readonly string[];
  readonly implied?: boolean;
  readonly properties?: CrateRows['crate']['properties'];
}

/** What changes between two pulls without the document saying so. */
export interface Circumstances {
  readonly checker?: string;
  readonly mapper?: string;
  readonly url?: string;
  readonly etag?: string;
  readonly now?: string;
  /** The crate does not hold and its source keeps such crates in quarantine. */
  readonly quarantined?: boolean;
  readonly findings?: readonly Finding[];
}

export const SHA_A = 'a1'.repeat(32);
export const SHA_B = 'b2'.repeat(32);

/** The registration a pull would make of such a crate; the document's bytes are a function of what is said. */
export function crate(said: CrateSaid, circumstances: Circumstances = {}): Registration {
  const iri = said.iri ?? `https://data.example/${encodeURIComponent(said.name)}/`;
  const url = circumstances.url ?? `${iri}ro-crate-metadata.json`;
  const { facility: _f, source: _s, ...content } = said;
  const bytes = Buffer.from(JSON.stringify(content));
  return {
    crateIri: iri,
    context: {
      facility: said.facility ?? 'als',
      source: said.source ?? 'nightly',
      timezone: 'America/Los_Angeles',
      document_url: url,
    },
    location: { url, etag: circumstances.etag ?? null, lastModified: null, sha256: sha256Hex(bytes) },
    document: { iri: url, mediaType: 'application/ld+json', bytes },
    records: [],
    recordsKept: [],
    relayed: false,
    pull: null,
    nested: [],
    declared: [],
    profile: 'lambda-core',
    conformant: circumstances.quarantined !== true,
    verdicts: [],
    findings: circumstances.findings ?? [],
    checkerVersion: circumstances.checker ?? 'checker/1',
    mapperVersion: circumstances.mapper ?? 'mapper/1',
    rows: circumstances.quarantined === true ? null : rowsOf(iri, said),
    now: new Date(circumstances.now ?? '2026-03-01T12:00:00Z'),
  };
}

/** The rows the mapper would make of it. */
export function rowsOf(iri: string, said: CrateSaid): CrateRows {
  const facility = said.facility ?? 'als';
  const place = placeIn(iri, said.implied ?? false);
  const inFacility = (key: string): readonly IdentityKey[] => [{ scope: 'facility', key }];
  const instruments = said.instruments ?? [];
  const samples = said.samples ?? [];
  const runs = said.runs ?? [];
  const workflows = said.workflows ?? [];
  const associations: AssociationRow[] = [];
  const join = (kind: AssociationRow['kind'], subject: string, object: string, role: string | null = null) =>
    associations.push({
      kind,
      subject_iri: subject,
      object_iri: object,
      role,
      position: null,
      json_pointer: `/@graph/${associations.length}/about`,
    });
  for (const run of runs) {
    for (const code of run.instruments ?? instruments) {
      join('experiment_instrument', `${iri}#${run.code}`, `${iri}#i-${code}`);
    }
    for (const code of run.samples ?? samples.map((sample) => sample.code)) {
      join('experiment_sample', `${iri}#${run.code}`, `${iri}#s-${code}`);
    }
    for (const code of workflows) join('workflow_experiment', `${iri}#w-${code}`, `${iri}#${run.code}`);
  }
  for (const orcid of said.persons ?? []) join('crate_person', iri, orcid, 'author');
  return {
    crate: {
      iri,
      name: said.name,
      description: `Everything of ${said.name}`,
      date_published: '2026-03-01',
      license: 'https://creativecommons.org/licenses/by/4.0/',
      keywords: ['saxs'],
      identifiers: [],
      conforms_to: ['https://w3id.org/ro/crate/1.2'],
      publisher_iri: null,
      facility_name: facility.toUpperCase(),
      technique: runs[0]?.technique ?? null,
      proposal_id: said.proposal ?? null,
      collection_date: null,
      conditions_of_access: null,
      package_tier: null,
      sufficiency: null,
      nested: [],
      properties: said.properties ?? {},
    },
    instruments: instruments.map((code, index) => ({
      ...place(`#i-${code}`, index, inFacility(`instrument|${code}`)),
      name: `Beamline ${code}`,
      instrument_code: code,
      instrument_category: null,
      beamline_id: code,
      facility_name: facility,
      facility_ror: null,
      manufacturer: null,
      model: null,
      detector: null,
    })),
    samples: samples.map(({ code, global }, index) => ({
      ...place(
        `#s-${code}`,
        index,
        global !== undefined
          ? [{ scope: 'global', key: global }]
          : said.proposal === undefined
            ? []
            : inFacility(`sample|${said.proposal}|${code}`),
      ),
      name: `Sample ${code}`,
      sample_code: code,
      sample_type: 'protein',
      protein_name: null,
      organism: null,
      expression_system: null,
      concentration: null,
      seguid: null,
    })),
    molecules: [],
    component_interactions: [],
    experiment_runs: runs.map((run, index) => ({
      ...place(`#${run.code}`, index, []),
      name: `Run ${run.code}`,
      experiment_code: run.code,
      technique: run.technique ?? null,
      processing_status: run.status ?? null,
      collection_mode: null,
      beamline_id: null,
      raw_data_location: null,
      experiment_date: run.time ?? null,
      start_time: null,
      end_time: null,
    })),
    workflow_runs: workflows.map((code, index) => ({
      ...place(`#w-${code}`, index, []),
      name: `Workflow ${code}`,
      workflow_code: code,
      workflow_type: 'saxs_analysis',
      software_name: null,
      software_version: null,
      processing_level: null,
      start_time: null,
      end_time: null,
    })),
    data_files: (said.files ?? []).map((file, index) => {
      const fileIri = file.iri ?? `${iri}${file.name}`;
      const run = file.run === undefined ? runs[0]?.code : file.run;
      return {
        ...place(file.name, index, [{ scope: 'global', key: `file|${fileIri}` }]),
        iri: fileIri,
        name: null,
        kind: 'file',
        file_name: file.name,
        relative_path: file.name,
        file_format: null,
        data_type: null,
        file_role: null,
        encoding_format: null,
        processing_level: null,
        file_size_bytes: file.size === undefined ? 100 : file.size,
        storage_uri: file.uri === undefined ? fileIri : file.uri,
        storage_uri_written: null,
        sha256: file.sha256 === undefined ? SHA_A : file.sha256,
        checksum_source: file.sha256 === null ? null : 'declared',
        declared_digest: null,
        part_count: null,
        is_designated: false,
        related_entity_iri: run === null || run === undefined ? null : `${iri}#${run}`,
      };
    }),
    persons: (said.persons ?? []).map((orcid, index) => ({
      ...place('', index, [{ scope: 'global', key: orcid }]),
      iri: orcid,
      full_name: 'Ada Lovelace',
      given_name: 'Ada',
      family_name: 'Lovelace',
      orcid,
      affiliation: null,
      affiliation_ror: null,
      role: 'author',
    })),
    organizations: [],
    proposals:
      said.proposal === undefined
        ? []
        : [
            {
              ...place(`#p-${said.proposal}`, 0, inFacility(`proposal|${said.proposal}`)),
              proposal_id: said.proposal,
            },
          ],
    associations,
    declared_missing: (said.missing ?? []).map((field) => ({
      entity_iri: iri,
      json_pointer: '/@graph/1/sufficiency',
      field,
      reason: 'not-recorded',
      blocks: null,
      note: null,
    })),
    findings: [],
  };
}

/** The columns every row has, with the crate's own key behind the stronger ones. */
function placeIn(iri: string, implied: boolean) {
  return (suffix: string, index: number, stronger: readonly IdentityKey[]): EntityRow => {
    const own: IdentityKey = { scope: 'crate', key: `${iri}${suffix}` };
    const [first = own, ...rest] = [...stronger, own];
    return {
      iri: `${iri}${suffix}`,
      json_pointer: `/@graph/${index}`,
      identity: [first, ...rest],
      implied,
      name: null,
      description: null,
      properties: {},
    };
  };
}
