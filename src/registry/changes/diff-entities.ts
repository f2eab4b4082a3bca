import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm';
import type { VersionDiff } from '../../model/changes.ts';
import type { Database } from '../database.ts';
import { DERIVED_TABLES } from '../derive.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { association } from '../tables/rows.ts';
import { firstOf, type PartRow, partOf } from './diff-parts.ts';

/** Versions of one crate, by id. */
export interface Versions {
  readonly from: string;
  readonly to: string;
}

const { association: _links, declared_missing: _missing, ...ENTITY_TABLES } = DERIVED_TABLES;

type EntityTable = (typeof ENTITY_TABLES)[keyof typeof ENTITY_TABLES];

/** Columns that say which row it is, of which version, found where and whose: not what the crate says of the entity. */
const NOT_CONTENT = [
  'id',
  'crate_version_id',
  'entity_id',
  'identity_key',
  'identity',
  'iri',
  'json_pointer',
  'facility',
  'proposal_id',
  'current',
  'precedence',
  'asserted_at',
];

/** Columns of a file that say its bytes and where they are: compared as its pointer. */
const OF_POINTER = [
  'pointer_id',
  'storage_uri',
  'storage_uri_written',
  'sha256',
  'file_size_bytes',
  'checksum_source',
  'declared_digest',
  'source',
];

/** What the crate says of itself. */
const OF_CRATE = [
  'name',
  'description',
  'date_published',
  'license',
  'technique',
  'facility_name',
  'proposal_id',
  'package_tier',
  'conditions_of_access',
  'collection_date',
  'keywords',
  'identifiers',
  'conforms_to',
  'publisher_iri',
  'sufficiency',
  'properties',
];

/** Entities of two versions compared, the crate itself among them; only in these tables there are any. */
export async function diffEntities(
  tx: Database,
  versions: Versions,
  tables: ReadonlySet<string>,
): Promise<VersionDiff['entities']> {
  const answers = [await diffCrate(tx, versions)];
  for (const [kind, table] of Object.entries(ENTITY_TABLES)) {
    if (tables.has(kind)) answers.push(await diffTable(tx, kind, table, versions));
  }
  return {
    added: partOf('added', ...answers),
    gone: partOf('gone', ...answers),
    changed: partOf('changed', ...answers),
  };
}

/** What relates the entities of two versions. Examples name the ends by their ids. */
export async function diffLinks(tx: Database, versions: Versions): Promise<VersionDiff['links']> {
  const links = (version: string) => sql`
    SELECT kind, subject_entity_id, object_entity_id, role FROM ${association} WHERE crate_version_id = ${version}`;
  const rows = await tx.execute<PartRow & Record<string, unknown>>(sql`
    WITH parts AS (
      SELECT 'added' AS part, * FROM (${links(versions.to)} EXCEPT ${links(versions.from)}) AS added
      UNION ALL
      SELECT 'gone', * FROM (${links(versions.from)} EXCEPT ${links(versions.to)}) AS gone)
    ${firstOf(
      sql`jsonb_build_object('kind', kind, 'subject', subject_entity_id, 'object', object_entity_id, 'role', role)`,
      sql`kind, subject_entity_id, object_entity_id, role`,
    )}`);
  return { added: partOf('added', rows), gone: partOf('gone', rows) };
}

async function diffCrate(tx: Database, versions: Versions): Promise<readonly PartRow[]> {
  const said = (version: string) => sql`SELECT ${names(OF_CRATE)} FROM ${crateVersion} WHERE id = ${version}`;
  return await tx.execute<PartRow & Record<string, unknown>>(sql`
    SELECT 'changed' AS part, '1' AS count, jsonb_build_object('kind', 'crate', 'iri', iri) AS example
    FROM ${crate} WHERE id = (SELECT crate_id FROM ${crateVersion} WHERE id = ${versions.to})
      AND EXISTS (${said(versions.from)} EXCEPT ${said(versions.to)})`);
}

/** An entity is changed where a row of it on either side has no equal on the other: one may have several rows. */
async function diffTable(
  tx: Database,
  kind: string,
  table: EntityTable,
  versions: Versions,
): Promise<readonly PartRow[]> {
  const ignored = kind === 'data_file' ? [...NOT_CONTENT, ...OF_POINTER] : NOT_CONTENT;
  const content = Object.values(getTableColumns(table))
    .map((column) => column.name)
    .filter((name) => !ignored.includes(name));
  const side = (version: string) => sql`
    SELECT entity_id, iri, ${names(content)} FROM ${sql.identifier(getTableName(table))}
    WHERE crate_version_id = ${version}`;
  return await tx.execute<PartRow & Record<string, unknown>>(sql`
    WITH old AS MATERIALIZED (${side(versions.from)}), new AS MATERIALIZED (${side(versions.to)}),
    differing AS (
      SELECT entity_id, iri FROM new AS a WHERE ${none(sql`old`, content)}
      UNION ALL
      SELECT entity_id, iri FROM old AS a WHERE ${none(sql`new`, content)}),
    parts AS (
      SELECT CASE WHEN n.entity_id IS NULL THEN 'gone' WHEN o.entity_id IS NULL THEN 'added' ELSE 'changed' END AS part,
             d.iri
      FROM (SELECT entity_id, min(iri) AS iri FROM differing GROUP BY entity_id) AS d
      LEFT JOIN (SELECT DISTINCT entity_id FROM old) AS o USING (entity_id)
      LEFT JOIN (SELECT DISTINCT entity_id FROM new) AS n USING (entity_id))
    ${firstOf(sql`jsonb_build_object('kind', ${kind}::text, 'iri', iri)`, sql`iri COLLATE "C"`)}`);
}

/** That the other side has no row of the entity with the same content. */
function none(other: SQL, content: readonly string[]): SQL {
  return sql`NOT EXISTS (
    SELECT FROM ${other} AS b WHERE b.entity_id = a.entity_id
      AND (${names(content, 'b')}) IS NOT DISTINCT FROM (${names(content, 'a')}))`;
}

function names(columns: readonly string[], of?: string): SQL {
  const list = columns.map((name) =>
    of === undefined ? sql.identifier(name) : sql`${sql.identifier(of)}.${sql.identifier(name)}`,
  );
  return sql.join(list, sql`, `);
}
