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
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { ProposalRef, Scope } from '../../model/caller.ts';
import type { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Verification } from '../../model/pointer.ts';
import type { PullOutcome } from '../../model/reports.ts';
import { bytea, instant } from './column-types.ts';

/*
 * Facts: recorded, never derived. Keyed by identity, so that they survive a rebuild of every row.
 */

/** Every attempt to read a pointer's bytes. Append-only. */
export const verification = pgTable(
  'verification',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    pointer_id: uuid('pointer_id').notNull(),
    storage_uri: text('storage_uri').notNull(),
    outcome: text('outcome').$type<Verification['outcome']>().notNull(),
    sha256_expected: bytea('sha256_expected'),
    sha256_found: bytea('sha256_found'),
    size_expected: bigint('size_expected', { mode: 'number' }),
    bytes_read: bigint('bytes_read', { mode: 'number' }).notNull(),
    failure_code: text('failure_code'),
    caller: text('caller').notNull(),
    door: text('door').$type<Verification['door']>().notNull(),
    started_at: instant('started_at').notNull(),
    finished_at: instant('finished_at').notNull(),
  },
  (t) => [index('verification_pointer').on(t.pointer_id, t.id)],
);

/** A checksum first learnt by a full read here, for a pointer whose source declared none. */
export const pin = pgTable('pin', {
  pointer_id: uuid('pointer_id').primaryKey(),
  sha256: bytea('sha256').notNull(),
  file_size_bytes: bigint('file_size_bytes', { mode: 'number' }).notNull(),
  pinned_at: instant('pinned_at').notNull(),
  caller: text('caller').notNull(),
});

/** sha256 of every block of a pointer's bytes, from a pass whose whole sha256 matched. */
export const blockHashes = pgTable('block_hashes', {
  pointer_id: uuid('pointer_id').primaryKey(),
  block_size: integer('block_size').notNull(),
  /** 32 bytes a block, in order. */
  hashes: bytea('hashes').notNull(),
  etag: text('etag'),
  recorded_at: instant('recorded_at').notNull(),
});

/** What is known of one place a pointer can be read from. */
export const replicaState = pgTable(
  'replica_state',
  {
    pointer_id: uuid('pointer_id').notNull(),
    replica: text('replica').notNull(),
    state: text('state').$type<'good' | 'suspicious' | 'bad'>().notNull(),
    changed_at: instant('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.pointer_id, t.replica] })],
);

/** A pipeline's or curator's change of a run's processing status, with history. */
export const statusChange = pgTable(
  'status_change',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    run_entity_id: uuid('run_entity_id').notNull(),
    processing_status: text('processing_status').notNull(),
    caller: text('caller').notNull(),
    changed_at: instant('changed_at').notNull(),
  },
  (t) => [index('status_change_run').on(t.run_entity_id, t.id)],
);

/** A curator's link between two identity keys; ended, never deleted. */
export const sameAs = pgTable('same_as', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  identity_key_a: text('identity_key_a').notNull(),
  identity_key_b: text('identity_key_b').notNull(),
  because: text('because').notNull(),
  caller: text('caller').notNull(),
  linked_at: instant('linked_at').notNull(),
  ended_at: instant('ended_at'),
});

/** Who belongs to a proposal. */
export const membership = pgTable(
  'membership',
  {
    subject: text('subject').notNull(),
    facility: text('facility').notNull(),
    proposal_id: text('proposal_id').notNull(),
    source: text('source').notNull(),
    since: instant('since').notNull(),
  },
  (t) => [primaryKey({ columns: [t.subject, t.facility, t.proposal_id] })],
);

export const embargo = pgTable(
  'embargo',
  {
    facility: text('facility').notNull(),
    proposal_id: text('proposal_id').notNull(),
    until: instant('until').notNull(),
    because: text('because').notNull(),
    recorded_at: instant('recorded_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.facility, t.proposal_id] })],
);

/** A tombstone: what was taken away, by whom and why; survives the next pull. */
export const redaction = pgTable('redaction', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  iri: text('iri').notNull(),
  because: text('because').notNull(),
  caller: text('caller').notNull(),
  redacted_at: instant('redacted_at').notNull(),
});

/** API tokens: 32 random bytes shown once, of which only the sha256 is stored. */
export const apiToken = pgTable(
  'api_token',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    sha256: bytea('sha256').notNull().unique(),
    kind: text('kind').$type<'token' | 'session' | 'sign-in'>().notNull(),
    scopes: jsonb('scopes').$type<Scope[]>().notNull(),
    /** Null: every facility. */
    facilities: jsonb('facilities').$type<string[]>(),
    proposals: jsonb('proposals').$type<ProposalRef[]>().notNull().default(sql`'[]'::jsonb`),
    created_at: instant('created_at').notNull(),
    expires_at: instant('expires_at'),
    revoked_at: instant('revoked_at'),
    last_used_at: instant('last_used_at'),
  },
  // a revoked token gives its name back, so that one can be rotated
  (t) => [uniqueIndex('api_token_live_name').on(t.name).where(sql`${t.revoked_at} IS NULL`)],
);

/** Who did what: content reads without proof, writes, refusals. */
export const audit = pgTable(
  'audit',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at').notNull(),
    caller: text('caller').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    detail: jsonb('detail').$type<JsonObject>().notNull().default(sql`'{}'::jsonb`),
  },
  (t) => [index('audit_at').on(t.at)],
);

/** One pull of one source. */
export const pull = pgTable(
  'pull',
  {
    id: uuid('id').primaryKey(),
    facility: text('facility').notNull(),
    source: text('source').notNull(),
    state: text('state').$type<'running' | 'finished' | 'failed'>().notNull(),
    dry_run: boolean('dry_run').notNull().default(false),
    caller: text('caller').notNull(),
    started_at: instant('started_at').notNull(),
    finished_at: instant('finished_at'),
    complete: boolean('complete'),
    listed: integer('listed').notNull().default(0),
    registered: integer('registered').notNull().default(0),
    updated: integer('updated').notNull().default(0),
    unchanged: integer('unchanged').notNull().default(0),
    quarantined: integer('quarantined').notNull().default(0),
    failed: integer('failed').notNull().default(0),
    bytes_referenced: bigint('bytes_referenced', { mode: 'number' }).notNull().default(0),
    error: jsonb('error').$type<Failure>(),
  },
  (t) => [index('pull_source').on(t.facility, t.source, t.started_at)],
);

/** What came of one crate of a pull. */
export const pullItem = pgTable(
  'pull_item',
  {
    pull_id: uuid('pull_id')
      .notNull()
      .references(() => pull.id, { onDelete: 'cascade' }),
    /** From 0, in the report's order. */
    position: integer('position').notNull(),
    /** Identity IRI of the crate, or the URL it was listed under. */
    crate: text('crate').notNull(),
    outcome: text('outcome').$type<PullOutcome>().notNull(),
    rows: jsonb('rows').$type<Record<string, number>>().notNull().default(sql`'{}'::jsonb`),
    findings: jsonb('findings').$type<Finding[]>().notNull().default(sql`'[]'::jsonb`),
    error: jsonb('error').$type<Failure>(),
  },
  (t) => [primaryKey({ columns: [t.pull_id, t.position] })],
);
