import type { Finding } from './finding.ts';
import type { JsonObject } from './json.ts';
import type { SourceTime } from './time.ts';

/** The kinds of derived rows: one table, one list at each door. */
export type EntityKind =
  | 'instrument'
  | 'sample'
  | 'molecule'
  | 'component_interaction'
  | 'experiment_run'
  | 'workflow_run'
  | 'data_file'
  | 'person'
  | 'organization'
  | 'proposal'
  | 'visit'
  | 'study';

/**
 * A candidate for what a row is the same as, strongest first in `EntityRow.identity` (design rule 8).
 * `global`: an IRI or CURIE that means the same everywhere. `facility`: unique within the facility (and proposal).
 * `crate`: the resolved `@id`, which belongs to its crate alone. The registry decides; mapping only offers.
 */
export interface IdentityKey {
  readonly scope: 'global' | 'facility' | 'crate';
  readonly key: string;
}

/** What every derived row carries. Field names are the columns' names. */
export interface EntityRow {
  /** Resolved `@id`; for an implied row, the crate's IRI with a fragment that says what is implied. */
  readonly iri: string;
  /** JSON Pointer (RFC 6901) of the entity in the document; of the root for an implied row. */
  readonly json_pointer: string;
  /** Strongest first, never empty. */
  readonly identity: readonly [IdentityKey, ...IdentityKey[]];
  /** True where the crate has no entity of its own and the root says enough. */
  readonly implied: boolean;
  readonly name: string | null;
  readonly description: string | null;
  /** Everything the typed columns do not hold, as written: nothing is dropped. */
  readonly properties: JsonObject;
}

export interface InstrumentRow extends EntityRow {
  readonly instrument_code: string | null;
  readonly instrument_category: string | null;
  readonly beamline_id: string | null;
  readonly facility_name: string | null;
  readonly facility_ror: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly detector: string | null;
}

export interface SampleRow extends EntityRow {
  readonly sample_code: string | null;
  readonly sample_type: string | null;
  readonly protein_name: string | null;
  readonly organism: string | null;
  readonly expression_system: string | null;
  readonly concentration: string | null;
  readonly seguid: string | null;
}

/** A protein, nucleic acid or small molecule, told apart by `molecule_type`. */
export interface MoleculeRow extends EntityRow {
  readonly molecule_type: 'protein' | 'nucleic_acid' | 'small_molecule';
  /** CURIE, such as `uniprot:Q9XCL6`. */
  readonly uniprot_id: string | null;
  readonly rnacentral_id: string | null;
  readonly sequence_accession: string | null;
  readonly nucleotide_sequence: string | null;
  readonly nucleic_acid_type: string | null;
  readonly chebi_id: string | null;
  readonly pdb_ligand_id: string | null;
  readonly inchikey: string | null;
  readonly smiles: string | null;
  readonly gene_name: string | null;
  readonly organism: string | null;
}

export interface ComponentInteractionRow extends EntityRow {
  /** IRIs of rows in the same crate, or null where nothing was named. */
  readonly sample_iri: string | null;
  readonly subject_iri: string | null;
  readonly object_iri: string | null;
  readonly interaction_type: string | null;
  readonly interaction_status: string | null;
}

export interface ExperimentRunRow extends EntityRow {
  readonly experiment_code: string | null;
  /** The canonical TechniqueEnum value where the written one is known, else the written one. */
  readonly technique: string | null;
  /** ProcessingStatusEnum value as written; null when nobody said. */
  readonly processing_status: string | null;
  readonly collection_mode: string | null;
  readonly beamline_id: string | null;
  readonly raw_data_location: string | null;
  readonly experiment_date: SourceTime | null;
  readonly start_time: SourceTime | null;
  readonly end_time: SourceTime | null;
}

export interface WorkflowRunRow extends EntityRow {
  readonly workflow_code: string | null;
  readonly workflow_type: string | null;
  readonly software_name: string | null;
  readonly software_version: string | null;
  readonly processing_level: number | null;
  readonly start_time: SourceTime | null;
  readonly end_time: SourceTime | null;
}

/** Where a checksum came from. `pinned` is set by the bridge after a first full read, never by mapping. */
export type ChecksumSource = 'declared' | 'pinned';

export interface DataFileRow extends EntityRow {
  readonly kind: 'file' | 'series' | 'container';
  readonly file_name: string;
  /** Path relative to the crate's root, `/`-separated, where the `@id` is relative and safe. */
  readonly relative_path: string | null;
  readonly file_format: string | null;
  readonly data_type: string | null;
  readonly file_role: string | null;
  readonly encoding_format: string | null;
  readonly processing_level: number | null;
  readonly file_size_bytes: number | null;
  /** Absolute URI; null with a finding when the crate named none that is safe. */
  readonly storage_uri: string | null;
  /** The string the crate wrote, kept beside a null or a resolved `storage_uri`. */
  readonly storage_uri_written: string | null;
  /** 64 lower-case hex digits, files only. */
  readonly sha256: string | null;
  readonly checksum_source: ChecksumSource | null;
  /** A digest declared on a Dataset, or one that is no sha256: evidence of unknown method, never verified. */
  readonly declared_digest: string | null;
  readonly part_count: number | null;
  readonly is_designated: boolean;
  /** IRI of the experiment or workflow run this file belongs to, in the same crate. */
  readonly related_entity_iri: string | null;
}

export interface PersonRow extends EntityRow {
  readonly full_name: string | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
  /** `https://orcid.org/0000-0000-0000-0000`, normalised. */
  readonly orcid: string | null;
  readonly affiliation: string | null;
  readonly affiliation_ror: string | null;
  readonly role: string | null;
}

export interface OrganizationRow extends EntityRow {
  /** `https://ror.org/…`, normalised. */
  readonly ror: string | null;
  readonly acronym: string | null;
  readonly organization_type: string | null;
  readonly organization_role: string | null;
  readonly facility_code: string | null;
  readonly country: string | null;
}

export interface ProposalRow extends EntityRow {
  readonly proposal_id: string;
}

/** What relates two rows of one crate. Subject first: an `experiment_sample` goes from the run to the sample. */
export type AssociationKind =
  | 'experiment_sample'
  | 'experiment_instrument'
  | 'experiment_input'
  | 'experiment_output'
  | 'experiment_person'
  | 'workflow_experiment'
  | 'workflow_sample'
  | 'workflow_instrument'
  | 'workflow_input'
  | 'workflow_output'
  | 'workflow_person'
  | 'sample_molecule'
  | 'data_file_part'
  | 'crate_person'
  | 'crate_organization';

/** The kinds an association joins: `[subject, object]`. A `crate` subject is the crate version itself. */
export const ASSOCIATION_ENDS: Readonly<
  Record<AssociationKind, readonly [EntityKind | 'crate', EntityKind]>
> = {
  experiment_sample: ['experiment_run', 'sample'],
  experiment_instrument: ['experiment_run', 'instrument'],
  experiment_input: ['experiment_run', 'data_file'],
  experiment_output: ['experiment_run', 'data_file'],
  experiment_person: ['experiment_run', 'person'],
  workflow_experiment: ['workflow_run', 'experiment_run'],
  workflow_sample: ['workflow_run', 'sample'],
  workflow_instrument: ['workflow_run', 'instrument'],
  workflow_input: ['workflow_run', 'data_file'],
  workflow_output: ['workflow_run', 'data_file'],
  workflow_person: ['workflow_run', 'person'],
  sample_molecule: ['sample', 'molecule'],
  data_file_part: ['data_file', 'data_file'],
  crate_person: ['crate', 'person'],
  crate_organization: ['crate', 'organization'],
};

export interface AssociationRow {
  readonly kind: AssociationKind;
  /** `iri` of the subject row (of the crate for a `crate` subject) and of the object row. */
  readonly subject_iri: string;
  readonly object_iri: string;
  readonly role: string | null;
  /** Order where the source gives one (authors), from 1. */
  readonly position: number | null;
  readonly json_pointer: string;
}

/** What a source says it does not say, and why (MissingValueDeclaration of LAMBDA Core). */
export interface DeclaredMissingRow {
  /** `iri` of the row it is about; the crate's IRI for the root. */
  readonly entity_iri: string;
  readonly json_pointer: string;
  readonly field: string;
  readonly reason: string | null;
  readonly blocks: string | null;
  readonly note: string | null;
}

/** A pointer from this crate to another document (profile §7): registered as its own crate or record later. */
export interface NestedDocument {
  readonly kind: 'nested_crate' | 'schema_record' | 'remote_registration';
  /** Of the part itself. */
  readonly iri: string;
  /** Of the metadata document or record; null where the crate does not say and none follows from the IRI. */
  readonly url: string | null;
  /** 64 hex digits the crate declares for that document; null where it declares none. */
  readonly sha256: string | null;
  readonly json_pointer: string;
}

/** Something that moved: what began with `from` begins with `to` now. Both are URI prefixes that end in a slash. */
export interface Rebase {
  readonly from: string;
  readonly to: string;
}

/** What the crate says of itself. */
export interface CrateFacts {
  readonly iri: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly date_published: string | null;
  readonly license: string | null;
  readonly keywords: readonly string[];
  readonly identifiers: readonly string[];
  readonly conforms_to: readonly string[];
  readonly publisher_iri: string | null;
  /** The crate's own word for its facility; rows belong to the config's facility whatever it says. */
  readonly facility_name: string | null;
  readonly technique: string | null;
  readonly proposal_id: string | null;
  readonly collection_date: SourceTime | null;
  readonly conditions_of_access: string | null;
  readonly package_tier: string | null;
  readonly sufficiency: JsonObject | null;
  readonly nested: readonly NestedDocument[];
  readonly properties: JsonObject;
}

/** Everything one crate version says, as rows. Plain data: it crosses a worker boundary by structured clone. */
export interface CrateRows {
  readonly crate: CrateFacts;
  readonly instruments: readonly InstrumentRow[];
  readonly samples: readonly SampleRow[];
  readonly molecules: readonly MoleculeRow[];
  readonly component_interactions: readonly ComponentInteractionRow[];
  readonly experiment_runs: readonly ExperimentRunRow[];
  readonly workflow_runs: readonly WorkflowRunRow[];
  readonly data_files: readonly DataFileRow[];
  readonly persons: readonly PersonRow[];
  readonly organizations: readonly OrganizationRow[];
  readonly proposals: readonly ProposalRow[];
  readonly associations: readonly AssociationRow[];
  readonly declared_missing: readonly DeclaredMissingRow[];
  /** What could not become a row, or became one with a null: always warnings. */
  readonly findings: readonly Finding[];
}

/** What mapping must know that the document does not say. Stored with a crate version, so that a rebuild has it. */
export interface MappingContext {
  /** The facility's code in the config; the crate's word is kept beside, never trusted. */
  readonly facility: string;
  readonly source: string;
  /** IANA zone in which the facility's naive dates are read. */
  readonly timezone: string;
  /** The URL (or arcp IRI) of the metadata document, after permitted redirects. */
  readonly document_url: string;
  /** Where it was found, when that is another address: of a zip, of a landing page. */
  readonly found_at?: string;
  /**
   * Where the document was first found: the crate and what is in it are named after that place for ever. Absent where it
   * is the same.
   */
  readonly identity_url?: string;
  /**
   * What moved since then, oldest first, as far as something in the crate lies there: its storage_uris and the crates it
   * names follow. Absent where nothing did.
   */
  readonly rebases?: readonly Rebase[];
}
