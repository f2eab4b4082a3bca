import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Reach } from '../../model/caller.ts';
import type { Database } from '../database.ts';
import { dataFile } from '../tables/rows.ts';
import { grouped } from './links.ts';
import { counts } from './winners.ts';

const other = alias(dataFile, 'other_file');

/**
 * Other pointers of the same logical file, by pointer. One that says the same and more (a checksum where this has none) or
 * less is no disagreement.
 */
export async function disagreementsOf(
  db: Database,
  pointers: readonly string[],
  reach: Reach,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (pointers.length === 0) return new Map();
  const samePlace = sql`${other.storage_uri} IS NOT DISTINCT FROM ${dataFile.storage_uri}`;
  const sameOrUnsaid = (a: unknown, b: unknown) => sql`(${a} = ${b} OR ${a} IS NULL OR ${b} IS NULL)`;
  const refines = and(
    samePlace,
    sameOrUnsaid(other.sha256, dataFile.sha256),
    sameOrUnsaid(other.file_size_bytes, dataFile.file_size_bytes),
  );
  const rows = await db
    .selectDistinct({ pointer: dataFile.pointer_id, other: other.pointer_id })
    .from(dataFile)
    .innerJoin(other, and(eq(other.entity_id, dataFile.entity_id), ne(other.pointer_id, dataFile.pointer_id)))
    .where(
      and(
        inArray(dataFile.pointer_id, [...pointers]),
        counts(dataFile, reach),
        counts(other, reach),
        sql`NOT (${refines})`,
      ),
    )
    .orderBy(other.pointer_id);
  return grouped(
    rows,
    (row) => row.pointer,
    (row) => row.other,
  );
}

/** `{facility}/{source}` of every row that counts and says the pointer, by pointer. */
export async function sourcesOf(
  db: Database,
  pointers: readonly string[],
  reach: Reach,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (pointers.length === 0) return new Map();
  const rows = await db
    .selectDistinct({ pointer: dataFile.pointer_id, source: dataFile.source })
    .from(dataFile)
    .where(and(inArray(dataFile.pointer_id, [...pointers]), counts(dataFile, reach)))
    .orderBy(dataFile.source);
  return grouped(
    rows,
    (row) => row.pointer,
    (row) => row.source,
  );
}
