import { type SQL, sql } from 'drizzle-orm';
import type { VersionDiff } from '../../model/changes.ts';
import type { Database } from '../database.ts';
import { dataFile } from '../tables/rows.ts';
import type { Versions } from './diff-entities.ts';
import { firstOf, type PartRow, partOf } from './diff-parts.ts';

/**
 * Pointers of two versions compared. Those that only one side has are paired, each at most once: first the same file with
 * the same bytes at another place (moved), then the same file with other bytes (superseded), then the same bytes at another
 * place under another file (moved). What is left was added or is gone. Bytes of which no checksum is known are the same only
 * as long as the file is.
 */
export async function diffPointers(tx: Database, versions: Versions): Promise<VersionDiff['pointers']> {
  const rows = await tx.execute<PartRow & Record<string, unknown>>(sql`
    WITH old AS MATERIALIZED (${pointersOf(versions.from)}),
    new AS MATERIALIZED (${pointersOf(versions.to)}),
    was AS MATERIALIZED (${onlyIn('old', 'new')}),
    now AS MATERIALIZED (${onlyIn('new', 'old')}),
    elsewhere AS MATERIALIZED (${pairs('was', 'now', ['entity_id', 'sha256', 'size'])}),
    was_rest AS MATERIALIZED (${unpaired('was', 'was_id', 'elsewhere')}),
    now_rest AS MATERIALIZED (${unpaired('now', 'now_id', 'elsewhere')}),
    rewritten AS MATERIALIZED (${pairs('was_rest', 'now_rest', ['entity_id'])}),
    was_left AS MATERIALIZED (${unpaired('was_rest', 'was_id', 'rewritten')}),
    now_left AS MATERIALIZED (${unpaired('now_rest', 'now_id', 'rewritten')}),
    renamed AS MATERIALIZED (
      ${pairs('was_left', 'now_left', ['sha256', 'size'])} WHERE was.uri IS DISTINCT FROM now.uri),
    parts AS (
      SELECT 'moved' AS part, * FROM elsewhere
      UNION ALL SELECT 'moved', * FROM renamed
      UNION ALL SELECT 'superseded', * FROM rewritten
      UNION ALL
      SELECT 'gone', iri, pointer_id, uri, sha256, size, NULL, NULL, NULL, NULL
      FROM (${unpaired('was_left', 'was_id', 'renamed')}) AS gone
      UNION ALL
      SELECT 'added', iri, NULL, NULL, NULL, NULL, pointer_id, uri, sha256, size
      FROM (${unpaired('now_left', 'now_id', 'renamed')}) AS added)
    ${firstOf(
      sql`jsonb_strip_nulls(jsonb_build_object('iri', iri, 'was', ${said('was')}, 'is', ${said('now')}))`,
      sql`iri COLLATE "C", was_id, now_id`,
    )}`);
  return {
    added: partOf('added', rows),
    gone: partOf('gone', rows),
    superseded: partOf('superseded', rows),
    moved: partOf('moved', rows),
  };
}

function pointersOf(version: string): SQL {
  return sql`
    SELECT pointer_id, entity_id, iri, storage_uri AS uri, sha256, file_size_bytes AS size
    FROM ${dataFile} WHERE crate_version_id = ${version}`;
}

/** Pointers, each once: a crate may say one twice. */
function onlyIn(one: string, other: string): SQL {
  return sql`
    SELECT DISTINCT ON (pointer_id) a.* FROM ${sql.identifier(one)} AS a
    WHERE NOT EXISTS (SELECT FROM ${sql.identifier(other)} AS b WHERE b.pointer_id = a.pointer_id)
    ORDER BY pointer_id, iri COLLATE "C"`;
}

/** The first of the one side with the first of the other that agrees in the columns, the second with the second. */
function pairs(one: string, other: string, columns: readonly string[]): SQL {
  const [first = '', ...rest] = columns.map((name) => sql.identifier(name));
  const numbered = (side: string) => sql`
    SELECT *, row_number() OVER (
      PARTITION BY ${sql.join([first, ...rest], sql`, `)} ORDER BY uri COLLATE "C", pointer_id) AS place
    FROM ${sql.identifier(side)}`;
  // the first column by =, so that the sides can be hashed: where it is unknown nothing agrees
  const agree = rest.map((column) => sql` AND was.${column} IS NOT DISTINCT FROM now.${column}`);
  return sql`
    SELECT now.iri, was.pointer_id AS was_id, was.uri AS was_uri, was.sha256 AS was_sha256, was.size AS was_size,
           now.pointer_id AS now_id, now.uri AS now_uri, now.sha256 AS now_sha256, now.size AS now_size
    FROM (${numbered(one)}) AS was
    JOIN (${numbered(other)}) AS now
      ON was.${first} = now.${first} AND was.place = now.place${sql.join(agree)}`;
}

function unpaired(side: string, id: 'was_id' | 'now_id', paired: string): SQL {
  return sql`
    SELECT a.* FROM ${sql.identifier(side)} AS a
    WHERE NOT EXISTS (SELECT FROM ${sql.identifier(paired)} AS p WHERE p.${sql.identifier(id)} = a.pointer_id)`;
}

/** A pointer as an example shows it; null for the side that has none. */
function said(side: 'was' | 'now'): SQL {
  const column = (name: string) => sql.identifier(`${side}_${name}`);
  return sql`CASE WHEN ${column('id')} IS NOT NULL THEN jsonb_build_object(
    'id', ${column('id')}, 'storage_uri', ${column('uri')}, 'sha256', encode(${column('sha256')}, 'hex'),
    'file_size_bytes', ${column('size')}) END`;
}
