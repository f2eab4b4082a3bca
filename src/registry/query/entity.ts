import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Reach } from '../../model/caller.ts';
import type { DeclaredMissing } from '../../model/items.ts';
import type { Database } from '../database.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { declaredMissing } from '../tables/rows.ts';
import { type Claim, type ClaimTable, counts, subquery } from './winners.ts';

/** How many other rows that count say something of the same entity. */
export function otherClaims(row: Claim, other: ClaimTable, reach: Reach): SQL<number> {
  const rows = subquery
    .select({ n: sql`count(*)` })
    .from(other)
    .where(and(eq(other.entity_id, row.entity_id), sql`${other.id} <> ${row.id}`, counts(other, reach)));
  return sql`(${rows})`.mapWith(Number);
}

/** What every item shows of the crate whose row won; its query joins crate and crate_version. */
export const ITS_CRATE = {
  crate_id: crate.id,
  crate_name: crateVersion.name,
  crate_iri: crate.iri,
  conformant: crateVersion.conformant,
} as const;

/** The fields every item has, of a row selected with `ITS_CRATE` and its own columns. */
export function entityFields(row: {
  readonly entity_id: string;
  readonly facility: string;
  readonly proposal_id: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly iri: string;
  readonly implied: boolean;
  readonly crate_id: string;
  readonly crate_name: string | null;
  readonly crate_iri: string;
  readonly conformant: boolean;
  readonly other_claims: number;
}) {
  return {
    id: row.entity_id,
    facility: row.facility,
    proposal_id: row.proposal_id,
    name: row.name,
    description: row.description,
    iri: row.iri,
    implied: row.implied,
    crate: { id: row.crate_id, name: row.crate_name, iri: row.crate_iri },
    conformant: row.conformant,
    other_claims: row.other_claims,
  };
}

/** What a crate version says it does not say of an entity. */
export async function missingOf(
  db: Database,
  entityId: string,
  versionId: string,
): Promise<readonly DeclaredMissing[]> {
  return await db
    .select({
      field: declaredMissing.field,
      reason: declaredMissing.reason,
      blocks: declaredMissing.blocks,
      note: declaredMissing.note,
    })
    .from(declaredMissing)
    .where(
      and(inArray(declaredMissing.entity_id, [entityId]), eq(declaredMissing.crate_version_id, versionId)),
    )
    .orderBy(declaredMissing.json_pointer, declaredMissing.field);
}

/** `coalesce` of columns: the first of a row's names that somebody gave. */
export function firstOf(...columns: readonly [PgColumn, ...PgColumn[]]): SQL<string> {
  return sql<string>`coalesce(${sql.join([...columns], sql`, `)})`;
}
