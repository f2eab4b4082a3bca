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
import type { PullHold, PullOutcome, PullTrigger } from '../../model/reports.ts';
import { bytea, instant, transactionId } from './column-types.ts';
import { crateVersion } from './documents.ts';

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
export const redaction = pgTable(
  'redaction',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** `withdraw` takes a whole crate, `redact` one entity out of every version of it. */
    kind: text('kind').$type<'withdraw' | 'redact'>().notNull(),
    /** UUIDv5 of the crate's IRI, so that the tombstone holds before and after the crate's own rows. */
    crate_id: uuid('crate_id').notNull(),
    /** Of the crate. */
    iri: text('iri').notNull(),
    facility: text('facility').notNull(),
    /** Of the crate, so that who saw it is told that it was taken away, and nobody else. */
    proposal_id: text('proposal_id'),
    /** sha256 of the entity's IRI, which may itself be what had to go; null for a whole crate. */
    entity_sha256: bytea('entity_sha256'),
    /** sha256 (hex) of the documents a withdrawn crate was served as: it stays away wherever it turns up. */
    documents: jsonb('documents').$type<string[]>().notNull().default(sql`'[]'::jsonb`),
    because: text('because').notNull(),
    caller: text('caller').notNull(),
    redacted_at: instant('redacted_at').notNull(),
    /** Ended, never deleted. */
    lifted_at: instant('lifted_at'),
  },
  (t) => [index('redaction_crate').on(t.crate_id)],
);

/** Ids that answered before something was taken away, and now say so. */
export const redactedId = pgTable(
  'redacted_id',
  {
    id: uuid('id').notNull(),
    redaction_id: bigint('redaction_id', { mode: 'number' })
      .notNull()
      .references(() => redaction.id, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.id, t.redaction_id] })],
);

/** A facility renamed its host or its mounts: what began with one prefix begins with another. Ended, never deleted. */
export const rebase = pgTable('rebase', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  facility: text('facility').notNull(),
  from_prefix: text('from_prefix').notNull(),
  to_prefix: text('to_prefix').notNull(),
  because: text('because'),
  caller: text('caller').notNull(),
  recorded_at: instant('recorded_at').notNull(),
  ended_at: instant('ended_at'),
});

/** A secret address under which a facility reads the findings of one crate version without an account. */
export const findingsLink = pgTable('findings_link', {
  id: uuid('id').primaryKey(),
  sha256: bytea('sha256').notNull().unique(),
  crate_version_id: uuid('crate_version_id')
    .notNull()
    .references(() => crateVersion.id, { onDelete: 'cascade' }),
  caller: text('caller').notNull(),
  created_at: instant('created_at').notNull(),
  expires_at: instant('expires_at').notNull(),
});

/** Everything that changed, in order: what the feed shows and what events are made of. Append-only. */
export const change = pgTable(
  'change',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    /** Ids are given before they are seen; only below the oldest running transaction is their order final. */
    transaction: transactionId('transaction').notNull().default(sql`pg_current_xact_id()`),
    /** Goes up where transaction ids begin anew: the rows before were restored from another server. */
    timeline: integer('timeline').notNull().default(0),
    at: instant('at').notNull(),
    /** Such as `crate.updated`, `source.overdue`. */
    type: text('type').notNull(),
    facility: text('facility').notNull(),
    source: text('source').notNull(),
    /** Of the crate, so that a reader of one proposal sees what is theirs. */
    proposal_id: text('proposal_id'),
    crate_id: uuid('crate_id'),
    crate_iri: text('crate_iri'),
    crate_version_id: uuid('crate_version_id'),
    pull_id: uuid('pull_id'),
    data: jsonb('data').$type<JsonObject>().notNull().default(sql`'{}'::jsonb`),
  },
  (t) => [
    index('change_order').on(t.timeline, t.transaction, t.id),
    index('change_source').on(t.facility, t.source, t.id),
    index('change_crate').on(t.crate_id, t.id),
  ],
);

/** How a source stands between its pulls. */
export const sourceState = pgTable(
  'source_state',
  {
    facility: text('facility').notNull(),
    source: text('source').notNull(),
    /** As configured when `next_run_at` was computed; a changed schedule is computed anew. */
    schedule: text('schedule'),
    timezone: text('timezone'),
    next_run_at: instant('next_run_at'),
    last_scheduled_at: instant('last_scheduled_at'),
    paused_at: instant('paused_at'),
    paused_by: text('paused_by'),
    paused_because: text('paused_because'),
    /** Newest date a windowed listing saw, as the source writes it. */
    watermark: text('watermark'),
    last_full_at: instant('last_full_at'),
    last_pull_id: uuid('last_pull_id'),
    /** Last pull whose listing was good, and last one that registered or updated something. */
    last_success_at: instant('last_success_at'),
    last_change_at: instant('last_change_at'),
    /** Listings in a row that failed, and since when; the code of the last failure. */
    failures: integer('failures').notNull().default(0),
    failing_since: instant('failing_since'),
    failure_code: text('failure_code'),
    /** Troubles already told, by event type with their instant, so that each is told once. */
    told: jsonb('told').$type<Record<string, string>>().notNull().default(sql`'{}'::jsonb`),
  },
  (t) => [primaryKey({ columns: [t.facility, t.source] }), index('source_state_due').on(t.next_run_at)],
);

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

/** One pull of one source. A running one is the source's lease: there is one at a time. */
export const pull = pgTable(
  'pull',
  {
    id: uuid('id').primaryKey(),
    facility: text('facility').notNull(),
    source: text('source').notNull(),
    state: text('state').$type<'running' | 'finished' | 'failed'>().notNull(),
    trigger: text('trigger').$type<PullTrigger>().notNull().default('request'),
    dry_run: boolean('dry_run').notNull().default(false),
    /** The caller vouches that what the listing no longer names is gone: nothing is held. */
    accept_missing: boolean('accept_missing').notNull().default(false),
    /** Null until the source was listed: whether everything was asked for. */
    full: boolean('full'),
    watermark: text('watermark'),
    caller: text('caller').notNull(),
    started_at: instant('started_at').notNull(),
    /** Every crate of the listing is a pull_item from here on. */
    listed_at: instant('listed_at'),
    finished_at: instant('finished_at'),
    complete: boolean('complete'),
    listed: integer('listed').notNull().default(0),
    registered: integer('registered').notNull().default(0),
    updated: integer('updated').notNull().default(0),
    unchanged: integer('unchanged').notNull().default(0),
    quarantined: integer('quarantined').notNull().default(0),
    failed: integer('failed').notNull().default(0),
    conflict: integer('conflict').notNull().default(0),
    withdrawn: integer('withdrawn').notNull().default(0),
    gone: integer('gone').notNull().default(0),
    returned: integer('returned').notNull().default(0),
    bytes_referenced: bigint('bytes_referenced', { mode: 'number' }).notNull().default(0),
    held: jsonb('held').$type<PullHold>(),
    problems: jsonb('problems').$type<Failure[]>().notNull().default(sql`'[]'::jsonb`),
    error: jsonb('error').$type<Failure>(),
  },
  (t) => [
    index('pull_source').on(t.facility, t.source, t.started_at),
    uniqueIndex('pull_lease')
      .on(t.facility, t.source)
      .where(sql`${t.state} = 'running' AND NOT ${t.dry_run}`),
  ],
);

/** One crate of a pull: what is to be done, and what came of it. */
export const pullItem = pgTable(
  'pull_item',
  {
    pull_id: uuid('pull_id')
      .notNull()
      .references(() => pull.id, { onDelete: 'cascade' }),
    /** From 0: the listing's order, then crates that crates name. */
    position: integer('position').notNull(),
    /** Where it is found. Null in pulls recorded before this was kept. */
    url: text('url'),
    /** Identity IRI of the crate; the URL until it is known. */
    crate: text('crate').notNull(),
    /** Identity IRI of the crate that named it, and how deep below the listing that is. */
    parent: text('parent'),
    depth: integer('depth').notNull().default(0),
    /** What the listing itself said of the document. */
    etag: text('etag'),
    last_modified: text('last_modified'),
    /** Null while it is still to be done. */
    outcome: text('outcome').$type<PullOutcome>(),
    rows: jsonb('rows').$type<Record<string, number>>().notNull().default(sql`'{}'::jsonb`),
    bytes_referenced: bigint('bytes_referenced', { mode: 'number' }).notNull().default(0),
    findings: jsonb('findings').$type<Finding[]>().notNull().default(sql`'[]'::jsonb`),
    error: jsonb('error').$type<Failure>(),
    finished_at: instant('finished_at'),
  },
  (t) => [
    primaryKey({ columns: [t.pull_id, t.position] }),
    uniqueIndex('pull_item_url').on(t.pull_id, t.url),
    index('pull_item_waiting').on(t.pull_id).where(sql`${t.outcome} IS NULL`),
    index('pull_item_crate').on(t.pull_id, t.crate),
  ],
);
