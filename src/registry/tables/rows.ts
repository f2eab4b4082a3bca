import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  type ExtraConfigColumn,
  index,
  integer,
  pgTable,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import type { AssociationKind, ChecksumSource } from '../../model/rows.ts';
import { bytea, instant } from './column-types.ts';
import { entityColumns } from './columns.ts';
import { crateVersion } from './documents.ts';

type EntityTable = Record<'crate_version_id' | 'entity_id' | 'facility' | 'current', ExtraConfigColumn>;

/** The indexes every derived table has: its crate version (to drop and rebuild), its entity among current rows. */
const entityIndexes = (name: string, t: EntityTable) => [
  index(`${name}_version`).on(t.crate_version_id),
  index(`${name}_entity`).on(t.entity_id),
  index(`${name}_facility`).on(t.facility).where(sql`${t.current}`),
];

/** A run's time as written and as the range of instants it pins down. */
const runTimes = () => ({
  start_time: text('start_time'),
  end_time: text('end_time'),
  /** The run happened within [time_earliest, time_before). */
  time_earliest: instant('time_earliest'),
  time_before: instant('time_before'),
});

export const instrument = pgTable(
  'instrument',
  {
    ...entityColumns(),
    instrument_code: text('instrument_code'),
    instrument_category: text('instrument_category'),
    beamline_id: text('beamline_id'),
    facility_name: text('facility_name'),
    facility_ror: text('facility_ror'),
    manufacturer: text('manufacturer'),
    model: text('model'),
    detector: text('detector'),
  },
  (t) => entityIndexes('instrument', t),
);

export const sample = pgTable(
  'sample',
  {
    ...entityColumns(),
    sample_code: text('sample_code'),
    sample_type: text('sample_type'),
    protein_name: text('protein_name'),
    organism: text('organism'),
    expression_system: text('expression_system'),
    concentration: text('concentration'),
    seguid: text('seguid'),
  },
  (t) => [
    ...entityIndexes('sample', t),
    // hash: only ever compared whole, and a crate may write anything there
    index('sample_seguid').using('hash', t.seguid).where(sql`${t.current}`),
  ],
);

/** Proteins, nucleic acids and small molecules. */
export const molecule = pgTable(
  'molecule',
  {
    ...entityColumns(),
    molecule_type: text('molecule_type').$type<'protein' | 'nucleic_acid' | 'small_molecule'>().notNull(),
    uniprot_id: text('uniprot_id'),
    rnacentral_id: text('rnacentral_id'),
    sequence_accession: text('sequence_accession'),
    nucleotide_sequence: text('nucleotide_sequence'),
    nucleic_acid_type: text('nucleic_acid_type'),
    chebi_id: text('chebi_id'),
    pdb_ligand_id: text('pdb_ligand_id'),
    inchikey: text('inchikey'),
    smiles: text('smiles'),
    gene_name: text('gene_name'),
    organism: text('organism'),
  },
  (t) => [...entityIndexes('molecule', t), index('molecule_uniprot').on(t.uniprot_id)],
);

export const componentInteraction = pgTable(
  'component_interaction',
  {
    ...entityColumns(),
    sample_entity_id: uuid('sample_entity_id'),
    subject_entity_id: uuid('subject_entity_id'),
    object_entity_id: uuid('object_entity_id'),
    interaction_type: text('interaction_type'),
    interaction_status: text('interaction_status'),
  },
  (t) => entityIndexes('component_interaction', t),
);

export const experimentRun = pgTable(
  'experiment_run',
  {
    ...entityColumns(),
    experiment_code: text('experiment_code'),
    technique: text('technique'),
    /** As the crate says; a recorded `status_change` may have moved it since. */
    processing_status: text('processing_status'),
    collection_mode: text('collection_mode'),
    beamline_id: text('beamline_id'),
    raw_data_location: text('raw_data_location'),
    experiment_date: text('experiment_date'),
    ...runTimes(),
  },
  (t) => [
    ...entityIndexes('experiment_run', t),
    index('experiment_run_technique').on(t.technique).where(sql`${t.current}`),
    index('experiment_run_status').on(t.processing_status).where(sql`${t.current}`),
    index('experiment_run_time').on(t.time_earliest).where(sql`${t.current}`),
  ],
);

export const workflowRun = pgTable(
  'workflow_run',
  {
    ...entityColumns(),
    workflow_code: text('workflow_code'),
    workflow_type: text('workflow_type'),
    software_name: text('software_name'),
    software_version: text('software_version'),
    processing_level: integer('processing_level'),
    ...runTimes(),
  },
  (t) => entityIndexes('workflow_run', t),
);

/**
 * Files, series and containers: pointers, never bytes. `entity_id` is the logical file (its IRI); `pointer_id` is the one
 * set of bytes this row points at, and is the file's id at every door.
 */
export const dataFile = pgTable(
  'data_file',
  {
    ...entityColumns(),
    pointer_id: uuid('pointer_id').notNull(),
    kind: text('kind').$type<'file' | 'series' | 'container'>().notNull(),
    file_name: text('file_name').notNull(),
    relative_path: text('relative_path'),
    file_format: text('file_format'),
    data_type: text('data_type'),
    file_role: text('file_role'),
    encoding_format: text('encoding_format'),
    processing_level: integer('processing_level'),
    file_size_bytes: bigint('file_size_bytes', { mode: 'number' }),
    storage_uri: text('storage_uri'),
    storage_uri_written: text('storage_uri_written'),
    sha256: bytea('sha256'),
    checksum_source: text('checksum_source').$type<ChecksumSource>(),
    declared_digest: text('declared_digest'),
    part_count: integer('part_count'),
    is_designated: boolean('is_designated').notNull().default(false),
    /** Entity of the run this file belongs to. */
    related_entity: uuid('related_entity'),
    /** `{facility}/{source}` that said so: storage rules ask who may point where. */
    source: text('source').notNull(),
  },
  (t) => [
    ...entityIndexes('data_file', t),
    index('data_file_pointer').on(t.pointer_id),
    index('data_file_sha256').on(t.sha256),
    // hash: only ever compared whole, and a btree entry may not exceed 2,704 bytes
    index('data_file_storage_uri').using('hash', t.storage_uri),
    index('data_file_related').on(t.related_entity).where(sql`${t.current}`),
    index('data_file_name').on(sql`${t.file_name} COLLATE "C"`, t.pointer_id).where(sql`${t.current}`),
  ],
);

/** A member of a series or container, once known by path. */
export const dataFileMember = pgTable(
  'data_file_member',
  {
    id: uuid('id').primaryKey(),
    data_file_id: uuid('data_file_id')
      .notNull()
      .references(() => dataFile.id, { onDelete: 'cascade' }),
    path: text('path').notNull(),
    file_size_bytes: bigint('file_size_bytes', { mode: 'number' }),
    sha256: bytea('sha256'),
    checksum_source: text('checksum_source').$type<ChecksumSource>(),
  },
  (t) => [index('data_file_member_of').on(t.data_file_id, t.path)],
);

export const person = pgTable(
  'person',
  {
    ...entityColumns(),
    full_name: text('full_name'),
    given_name: text('given_name'),
    family_name: text('family_name'),
    orcid: text('orcid'),
    affiliation: text('affiliation'),
    affiliation_ror: text('affiliation_ror'),
    role: text('role'),
  },
  (t) => entityIndexes('person', t),
);

export const organization = pgTable(
  'organization',
  {
    ...entityColumns(),
    ror: text('ror'),
    acronym: text('acronym'),
    organization_type: text('organization_type'),
    organization_role: text('organization_role'),
    facility_code: text('facility_code'),
    country: text('country'),
  },
  (t) => entityIndexes('organization', t),
);

/** The scope of access: a proposal is one facility's. `proposal_id` (the code) is among the common columns. */
export const proposal = pgTable('proposal', { ...entityColumns() }, (t) => entityIndexes('proposal', t));

/** A session of a proposal at an instrument. */
export const visit = pgTable(
  'visit',
  { ...entityColumns(), visit_number: text('visit_number'), ...runTimes() },
  (t) => entityIndexes('visit', t),
);

export const study = pgTable('study', { ...entityColumns() }, (t) => entityIndexes('study', t));

/** What relates two entities, with a role. One table: every kind has the same shape and the same way in. */
export const association = pgTable(
  'association',
  {
    id: uuid('id').primaryKey(),
    crate_version_id: uuid('crate_version_id')
      .notNull()
      .references(() => crateVersion.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<AssociationKind>().notNull(),
    /** Entity of the subject; the crate's id for `crate_*` kinds. */
    subject_entity_id: uuid('subject_entity_id').notNull(),
    object_entity_id: uuid('object_entity_id').notNull(),
    role: text('role'),
    position: smallint('position'),
    json_pointer: text('json_pointer').notNull(),
    facility: text('facility').notNull(),
    proposal_id: text('proposal_id'),
    current: boolean('current').notNull(),
  },
  (t) => [
    index('association_version').on(t.crate_version_id),
    index('association_subject').on(t.kind, t.subject_entity_id).where(sql`${t.current}`),
    index('association_object').on(t.kind, t.object_entity_id).where(sql`${t.current}`),
  ],
);

/** What a source says it does not say, and why. */
export const declaredMissing = pgTable(
  'declared_missing',
  {
    id: uuid('id').primaryKey(),
    crate_version_id: uuid('crate_version_id')
      .notNull()
      .references(() => crateVersion.id, { onDelete: 'cascade' }),
    /** Entity it is about; the crate's id for the root. */
    entity_id: uuid('entity_id').notNull(),
    field: text('field').notNull(),
    reason: text('reason'),
    blocks: text('blocks'),
    note: text('note'),
    json_pointer: text('json_pointer').notNull(),
    facility: text('facility').notNull(),
    proposal_id: text('proposal_id'),
    current: boolean('current').notNull(),
  },
  (t) => [
    index('declared_missing_version').on(t.crate_version_id),
    index('declared_missing_entity').on(t.entity_id).where(sql`${t.current}`),
  ],
);
