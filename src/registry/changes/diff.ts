import { inArray, sql } from 'drizzle-orm';
import type { VersionDiff } from '../../model/changes.ts';
import type { Database } from '../database.ts';
import { crateVersion } from '../tables/documents.ts';
import { diffEntities, diffLinks, type Versions } from './diff-entities.ts';
import { diffPointers } from './diff-pointers.ts';

interface Version {
  readonly id: string;
  readonly number: number;
}

const NONE = { count: 0, examples: [] };
const NO_POINTERS = { added: NONE, gone: NONE, superseded: NONE, moved: NONE };
const NO_LINKS = { added: NONE, gone: NONE };

/**
 * Compares two versions of a crate by their rows, within a transaction. Everything is done in the database as sets, a
 * statement a table: what leaves it are counts and a few examples.
 */
export async function versionDiff(tx: Database, from: Version, to: Version): Promise<VersionDiff> {
  const versions = { from: from.id, to: to.id };
  // Nothing is known yet of rows written a moment ago; taking a hundred thousand for one, the planner would go through
  // one side for every row of the other.
  await tx.execute(sql`SET LOCAL enable_nestloop TO off`);
  const tables = await tablesWithRows(tx, versions);
  const diff: VersionDiff = {
    from_version: from.number,
    to_version: to.number,
    entities: await diffEntities(tx, versions, tables),
    pointers: tables.has('data_file') ? await diffPointers(tx, versions) : NO_POINTERS,
    links: tables.has('association') ? await diffLinks(tx, versions) : NO_LINKS,
  };
  await tx.execute(sql`SET LOCAL enable_nestloop TO DEFAULT`);
  return diff;
}

/** Tables in which at least one of the versions has a row: most crates use few. */
async function tablesWithRows(tx: Database, versions: Versions): Promise<ReadonlySet<string>> {
  const counted = await tx
    .select({ rows: crateVersion.row_counts })
    .from(crateVersion)
    .where(inArray(crateVersion.id, [versions.from, versions.to]));
  return new Set(counted.flatMap(({ rows }) => Object.keys(rows).filter((table) => (rows[table] ?? 0) > 0)));
}
