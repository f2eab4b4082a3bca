import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Finding, Verdict } from '../../model/finding.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { MappingContext, NestedDocument } from '../../model/rows.ts';
import { bytea, instant } from './column-types.ts';

/** Metadata documents, by content: kilobytes, compressed, original. File content never comes here (design rule 1). */
export const document = pgTable('document', {
  sha256: bytea('sha256').primaryKey(),
  media_type: text('media_type').notNull(),
  /** Bytes before compression. */
  size_bytes: integer('size_bytes').notNull(),
  encoding: text('encoding').$type<'gzip'>().notNull(),
  content: bytea('content').notNull(),
  stored_at: instant('stored_at').notNull(),
});

/** A crate, by its identity IRI (design §3). One source is authoritative for it. */
export const crate = pgTable(
  'crate',
  {
    /** UUIDv5 of the IRI. */
    id: uuid('id').primaryKey(),
    iri: text('iri').notNull().unique(),
    facility: text('facility').notNull(),
    source: text('source').notNull(),
    first_seen_at: instant('first_seen_at').notNull(),
    /** Whether the authoritative source passes on what another publishes: the publisher's own takes over. */
    relayed: boolean('relayed').notNull().default(false),
  },
  (t) => [index('crate_facility').on(t.facility, t.source)],
);

/** One set of documents of a crate, with its verdicts. A set that returns makes its version current again. */
export const crateVersion = pgTable(
  'crate_version',
  {
    /** UUIDv5 of the crate IRI and the document-set hash. */
    id: uuid('id').primaryKey(),
    crate_id: uuid('crate_id')
      .notNull()
      .references(() => crate.id, { onDelete: 'cascade' }),
    /** From 1, in order of first sight. */
    number: integer('number').notNull(),
    document_set_sha256: bytea('document_set_sha256').notNull(),
    state: text('state').$type<'current' | 'superseded' | 'quarantined'>().notNull(),
    profile: text('profile').$type<'lambda-core' | 'ro-crate'>().notNull(),
    conformant: boolean('conformant').notNull(),
    verdicts: jsonb('verdicts').$type<Verdict[]>().notNull(),
    findings: jsonb('findings').$type<Finding[]>().notNull(),
    checker_version: text('checker_version').notNull(),
    mapper_version: text('mapper_version').notNull(),
    /** What mapping was told, so that a rebuild is told the same. */
    mapping_context: jsonb('mapping_context').$type<MappingContext>().notNull(),
    registered_at: instant('registered_at').notNull(),
    /** Whether rows were ever made of it: a quarantined document has none. */
    admitted: boolean('admitted').notNull(),
    /** Rows by table name, and the sum of the sizes its distinct pointers declare: counted once, when written. */
    row_counts: jsonb('row_counts').$type<Record<string, number>>().notNull().default(sql`'{}'::jsonb`),
    bytes_referenced: bigint('bytes_referenced', { mode: 'number' }).notNull().default(0),
    // what the crate says of itself; null or empty for a quarantined one
    name: text('name'),
    description: text('description'),
    date_published: text('date_published'),
    license: text('license'),
    technique: text('technique'),
    facility_name: text('facility_name'),
    proposal_id: text('proposal_id'),
    package_tier: text('package_tier'),
    conditions_of_access: text('conditions_of_access'),
    collection_date: text('collection_date'),
    time_earliest: instant('time_earliest'),
    time_before: instant('time_before'),
    keywords: jsonb('keywords').$type<string[]>().notNull().default(sql`'[]'::jsonb`),
    identifiers: jsonb('identifiers').$type<string[]>().notNull().default(sql`'[]'::jsonb`),
    conforms_to: jsonb('conforms_to').$type<string[]>().notNull().default(sql`'[]'::jsonb`),
    publisher_iri: text('publisher_iri'),
    sufficiency: jsonb('sufficiency').$type<JsonValue>(),
    nested: jsonb('nested').$type<NestedDocument[]>().notNull().default(sql`'[]'::jsonb`),
    properties: jsonb('properties').$type<JsonObject>().notNull().default(sql`'{}'::jsonb`),
  },
  (t) => [
    unique('crate_version_documents').on(t.crate_id, t.document_set_sha256),
    unique('crate_version_number').on(t.crate_id, t.number),
    uniqueIndex('crate_version_one_current').on(t.crate_id).where(sql`${t.state} = 'current'`),
    index('crate_version_quarantined').on(t.registered_at).where(sql`${t.state} = 'quarantined'`),
    // which crates name a document, asked for every crate that is read
    index('crate_version_nested')
      .using('gin', t.nested.op('jsonb_path_ops'))
      .where(sql`${t.state} = 'current'`),
    index('crate_version_identifiers').using('gin', t.identifiers.op('jsonb_path_ops')),
  ],
);

/** Which documents make a crate version. */
export const crateVersionDocument = pgTable(
  'crate_version_document',
  {
    crate_version_id: uuid('crate_version_id')
      .notNull()
      .references(() => crateVersion.id, { onDelete: 'cascade' }),
    role: text('role').$type<'metadata' | 'schema_record'>().notNull(),
    iri: text('iri').notNull(),
    document_sha256: bytea('document_sha256')
      .notNull()
      .references(() => document.sha256),
    /** Of a schema record, with which it is asked for again; the metadata document's are in crate_location. */
    etag: text('etag'),
    last_modified: text('last_modified'),
  },
  (t) => [
    primaryKey({ columns: [t.crate_version_id, t.role, t.iri] }),
    index('crate_version_document_sha256').on(t.document_sha256),
  ],
);

/** Where a crate's metadata document was found, with the validators of its last fetch. */
export const crateLocation = pgTable(
  'crate_location',
  {
    crate_id: uuid('crate_id')
      .notNull()
      .references(() => crate.id, { onDelete: 'cascade' }),
    facility: text('facility').notNull(),
    source: text('source').notNull(),
    /** As the source lists it, or as the crate that names it says: of the document, of a zip, of a landing page. */
    url: text('url').notNull(),
    /** Of the bytes as they were served, before any redaction. */
    document_sha256: bytea('document_sha256').notNull(),
    /** Version those bytes are; null for a document registered before this was kept. */
    crate_version_id: uuid('crate_version_id').references(() => crateVersion.id, { onDelete: 'set null' }),
    etag: text('etag'),
    last_modified: text('last_modified'),
    /** Where the document itself was, when `url` only leads to it; the validators are of what is there. */
    document_url: text('document_url'),
    /** Listings in a row, complete and healthy, that did not name it. */
    misses: integer('misses').notNull().default(0),
    gone_at: instant('gone_at'),
  },
  (t) => [
    primaryKey({ columns: [t.crate_id, t.facility, t.source, t.url] }),
    index('crate_location_source').on(t.facility, t.source, t.url),
    index('crate_location_document').on(t.document_sha256),
  ],
);
