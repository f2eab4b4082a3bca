import { sql } from 'drizzle-orm';
import { boolean, jsonb, smallint, text, uuid } from 'drizzle-orm/pg-core';
import type { JsonObject } from '../../model/json.ts';
import type { IdentityKey } from '../../model/rows.ts';
import { instant } from './column-types.ts';
import { crateVersion } from './documents.ts';

/**
 * The columns every derived row has. One row is what one crate version says of one entity; which row wins among several
 * is decided at query time among current rows the caller may see, by `(precedence, asserted_at desc, id)`.
 */
export const entityColumns = () => ({
  /** UUIDv5 of crate version, kind and JSON pointer: the same after a rebuild. */
  id: uuid('id').primaryKey(),
  crate_version_id: uuid('crate_version_id')
    .notNull()
    .references(() => crateVersion.id, { onDelete: 'cascade' }),
  /** UUIDv5 of `identity_key`: rows of several crates about one thing share it. */
  entity_id: uuid('entity_id').notNull(),
  identity_key: text('identity_key').notNull(),
  /** All candidates, strongest first, as mapping offered them. */
  identity: jsonb('identity').$type<IdentityKey[]>().notNull(),
  iri: text('iri').notNull(),
  json_pointer: text('json_pointer').notNull(),
  /** The config's code of the facility whose source said this. */
  facility: text('facility').notNull(),
  /** Proposal the row belongs to, for access; null when the crate names none. */
  proposal_id: text('proposal_id'),
  /** Copied from the crate version's state, so that one index serves every list. */
  current: boolean('current').notNull(),
  /** Lower wins: explicit before implied, a facility's own word before another's. */
  precedence: smallint('precedence').notNull(),
  asserted_at: instant('asserted_at').notNull(),
  implied: boolean('implied').notNull().default(false),
  name: text('name'),
  description: text('description'),
  properties: jsonb('properties').$type<JsonObject>().notNull().default(sql`'{}'::jsonb`),
});
