import type { Finding, Verdict } from './finding.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { Verification } from './pointer.ts';

/** What can be listed: one name at every door (`/api/v1/runs`, `crate-bridge runs`). Facilities come from the config. */
export type ListKind = 'crates' | 'instruments' | 'runs' | 'samples' | 'files' | 'workflows';

export const LIST_KINDS: readonly ListKind[] = [
  'crates',
  'instruments',
  'runs',
  'samples',
  'files',
  'workflows',
];

/** Filters all lists share; AND between fields, OR within a list. Each narrows what its name says, for every kind. */
export interface ListFilters {
  readonly facility?: readonly string[];
  readonly proposal_id?: readonly string[];
  /** TechniqueEnum values. */
  readonly technique?: readonly string[];
  /** Entity id, instrument_code, beamline_id or name; case-insensitive. */
  readonly instrument?: readonly string[];
  /** Entity id, sample_code or name; case-insensitive. */
  readonly sample?: readonly string[];
  /** ProcessingStatusEnum values; `undeclared` for runs of which nobody said. */
  readonly processing_status?: readonly string[];
  /** Runs that may have happened at or after this instant, and before that one. RFC 3339 with an offset, or a UTC date. */
  readonly date_start?: string;
  readonly date_end?: string;
  /** 64 hex digits. */
  readonly sha256?: readonly string[];
  readonly storage_uri?: readonly string[];
  /** Case-insensitive substring of names, descriptions and codes. */
  readonly text?: string;
  /** Crate id or IRI. */
  readonly crate?: readonly string[];
  /** Run entity id or experiment_code. */
  readonly run?: readonly string[];
}

export interface PageRequest {
  /** 1 to 1000. */
  readonly limit: number;
  readonly cursor: string | null;
}

/** One page of a list. `next` is a cursor or null; `total` counts what the caller may see, all pages together. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  readonly total: number;
}

/** A link to another row, with what a person needs to recognise it. */
export interface Link {
  readonly id: string;
  readonly name: string | null;
}

/** Fields every item has. `null` means nobody said; a declared reason stands in `declared_missing`. */
interface ItemBase {
  readonly id: string;
  readonly facility: string;
  readonly proposal_id: string | null;
  readonly name: string | null;
  readonly description: string | null;
}

interface EntityItem extends ItemBase {
  readonly iri: string;
  readonly implied: boolean;
  /** Crate whose row won. */
  readonly crate: Link & { readonly iri: string };
  /** Whether that crate holds for the profile it was checked by. */
  readonly conformant: boolean;
  /** Other current rows the caller may see about the same thing. */
  readonly other_claims: number;
}

export interface CrateItem extends ItemBase {
  readonly iri: string;
  readonly source: string;
  readonly version: number;
  readonly state: 'current' | 'superseded' | 'quarantined';
  readonly profile: string;
  readonly conformant: boolean;
  readonly technique: string | null;
  readonly date_published: string | null;
  readonly license: string | null;
  readonly package_tier: string | null;
  readonly document_sha256: string;
  readonly registered_at: string;
  readonly runs: number;
  readonly files: number;
  readonly bytes_referenced: number;
}

export interface InstrumentItem extends EntityItem {
  readonly instrument_code: string | null;
  readonly instrument_category: string | null;
  readonly beamline_id: string | null;
  readonly facility_name: string | null;
  readonly facility_ror: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly detector: string | null;
  readonly runs: number;
}

export interface RunItem extends EntityItem {
  readonly experiment_code: string | null;
  readonly technique: string | null;
  readonly processing_status: string | null;
  readonly collection_mode: string | null;
  readonly beamline_id: string | null;
  readonly raw_data_location: string | null;
  readonly experiment_date: string | null;
  readonly start_time: string | null;
  readonly end_time: string | null;
  readonly time_earliest: string | null;
  readonly time_before: string | null;
  readonly instruments: readonly Link[];
  readonly samples: readonly Link[];
  readonly files: number;
  readonly bytes_referenced: number;
}

export interface SampleItem extends EntityItem {
  readonly sample_code: string | null;
  readonly sample_type: string | null;
  readonly protein_name: string | null;
  readonly organism: string | null;
  readonly expression_system: string | null;
  readonly concentration: string | null;
  readonly seguid: string | null;
  readonly molecules: readonly (Link & {
    readonly molecule_type: string;
    readonly accession: string | null;
  })[];
  readonly runs: number;
}

export interface WorkflowItem extends EntityItem {
  readonly workflow_code: string | null;
  readonly workflow_type: string | null;
  readonly software_name: string | null;
  readonly software_version: string | null;
  readonly processing_level: number | null;
  readonly start_time: string | null;
  readonly end_time: string | null;
  readonly runs: readonly Link[];
}

/** A pointer at the doors. `id` is the pointer's: one set of bytes for ever; `entity_id` is the logical file's. */
export interface FileItem extends EntityItem {
  readonly entity_id: string;
  readonly kind: 'file' | 'series' | 'container';
  readonly file_name: string;
  readonly relative_path: string | null;
  readonly file_format: string | null;
  readonly data_type: string | null;
  readonly file_role: string | null;
  readonly encoding_format: string | null;
  readonly processing_level: number | null;
  readonly file_size_bytes: number | null;
  readonly storage_uri: string | null;
  readonly storage_uri_written: string | null;
  readonly sha256: string | null;
  readonly checksum_source: string | null;
  readonly declared_digest: string | null;
  readonly part_count: number | null;
  readonly is_designated: boolean;
  readonly related_entity: string | null;
  /** `{facility}/{source}` of every current row the caller may see that says this pointer. */
  readonly sources: readonly string[];
  /** Why this pointer does not resolve or is disputed; empty when all is well. */
  readonly conflicts: readonly PointerConflict[];
  /** Of the last attempt to read the bytes. */
  readonly verification: { readonly outcome: Verification['outcome']; readonly at: string } | null;
}

/** `foreign-prefix`: a source that may not point beneath that storage prefix. `disagreement`: crates differ on the file. */
export interface PointerConflict {
  readonly code: 'foreign-prefix' | 'disagreement';
  readonly message: string;
  /** The other pointers of the same logical file, for a disagreement. */
  readonly pointers: readonly string[];
}

export interface DeclaredMissing {
  readonly field: string;
  readonly reason: string | null;
  readonly blocks: string | null;
  readonly note: string | null;
}

/** What one item's own page adds to its list fields. */
export interface DetailExtras {
  readonly json_pointer: string;
  readonly properties: JsonObject;
  readonly declared_missing: readonly DeclaredMissing[];
}

export interface CrateDetail extends CrateItem {
  readonly verdicts: readonly Verdict[];
  readonly findings: readonly Finding[];
  readonly conforms_to: readonly string[];
  readonly keywords: readonly string[];
  readonly identifiers: readonly string[];
  readonly sufficiency: JsonValue;
  readonly nested: JsonValue;
  readonly persons: readonly (Link & { readonly role: string | null; readonly orcid: string | null })[];
  readonly organizations: readonly (Link & { readonly role: string | null; readonly ror: string | null })[];
  readonly locations: readonly { readonly facility: string; readonly source: string; readonly url: string }[];
  readonly versions: readonly {
    readonly number: number;
    readonly state: string;
    readonly registered_at: string;
  }[];
  readonly declared_missing: readonly DeclaredMissing[];
  readonly properties: JsonObject;
}

/** The item of each list. */
export interface ItemOf {
  readonly crates: CrateItem;
  readonly instruments: InstrumentItem;
  readonly runs: RunItem;
  readonly samples: SampleItem;
  readonly files: FileItem;
  readonly workflows: WorkflowItem;
}

/** The detail of each list's item. */
export interface DetailOf {
  readonly crates: CrateDetail;
  readonly instruments: InstrumentItem & DetailExtras;
  readonly runs: RunItem & DetailExtras;
  readonly samples: SampleItem & DetailExtras;
  readonly files: FileItem & DetailExtras & { readonly successor: string | null };
  readonly workflows: WorkflowItem & DetailExtras;
}

/** A facility as the doors show it: from the config, with what is registered and visible. */
export interface FacilityItem {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly ror: string | null;
  readonly timezone: string;
  readonly access: { readonly metadata: string; readonly content: string };
  readonly sources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly schedule: string | null;
  }[];
  readonly crates: number;
  readonly runs: number;
  readonly files: number;
  readonly bytes_referenced: number;
}
