import { getTableName, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { DERIVED_TABLES } from '../derive.ts';
import { dataFile, redactedId } from '../tables/index.ts';

/** Tables whose rows are about something that has an id of its own at a door. */
const { association: _association, declared_missing: _missing, ...ENTITY_TABLES } = DERIVED_TABLES;

/** Rows of entities, as one relation: crate version, entity, its IRI, and whether the root only implies it. */
export function entityRows(): SQL {
  const parts = Object.values(ENTITY_TABLES).map(
    (table) =>
      sql`SELECT crate_version_id, entity_id, iri, implied FROM ${sql.identifier(getTableName(table))}`,
  );
  return sql.join(parts, sql` UNION ALL `);
}

/**
 * Remembers the ids under which something answered: of the entities and pointers in rows of these versions (one IRI's alone,
 * where one is given).
 */
export async function rememberIds(
  tx: Database,
  redactionId: number,
  of: { readonly crateId: string; readonly iri: string | null },
): Promise<void> {
  const versions = sql`(SELECT id FROM crate_version WHERE crate_id = ${of.crateId} AND admitted)`;
  const only = of.iri === null ? sql`` : sql`AND iri = ${of.iri}`;
  const crate =
    of.iri === null
      ? sql`UNION SELECT crate_id FROM crate_version WHERE crate_id = ${of.crateId} AND admitted`
      : sql``;
  await tx.execute(sql`
    INSERT INTO ${redactedId} (id, redaction_id)
    SELECT found.id, ${redactionId} FROM (
      SELECT entity_id AS id FROM (${entityRows()}) AS e WHERE crate_version_id IN ${versions} ${only}
      UNION SELECT pointer_id FROM ${dataFile} WHERE crate_version_id IN ${versions} ${only}
      ${crate}) AS found
    ON CONFLICT DO NOTHING`);
}
