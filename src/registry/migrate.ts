import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import type { Failure, Outcome } from '../model/failure.ts';
import { failure, success } from '../model/failure.ts';
import { type Address, type Database, openPool } from './database.ts';
import { codeOf } from './errors.ts';

/** `drizzle/` beside `src/` and `dist/`. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../drizzle', import.meta.url));

/** Where drizzle's migrator keeps what it applied. */
export const LATEST_APPLIED =
  'SELECT created_at FROM drizzle.__drizzle_migrations ORDER BY created_at DESC LIMIT 1';

/** Any constant of our own: whoever holds it migrates. */
const MIGRATION_LOCK = 7_203_355_641;

export type SchemaState = 'current' | 'behind' | 'newer';

/** How the database's schema stands to this program's; `null` for one without any. */
export function schemaState(latestApplied: number | null): SchemaState {
  const latestKnown = readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).at(-1)?.folderMillis ?? 0;
  if (latestApplied === null || latestApplied < latestKnown) return 'behind';
  return latestApplied === latestKnown ? 'current' : 'newer';
}

/** What to say to a program older than its database. */
export function newerSchema(): { readonly ok: false; readonly failure: Failure } {
  return failure(
    'database_unavailable',
    'The database was written by a newer crate-bridge. Upgrade this one, or point it at another database.',
    { retryable: false },
  );
}

/**
 * Brings a PostgreSQL up to date. One process migrates at a time, under an advisory lock of one connection; a role that
 * may not create anything is fine where nothing is to be done. Throws the driver's error.
 */
export async function migratePostgresql(address: Address): Promise<Outcome<void>> {
  const { db, end } = openPool(address, 1);
  try {
    let state = await schemaStateOf(db);
    if (state === 'behind') {
      await db.execute(sql`SET lock_timeout = '120s'`);
      await db.execute(sql`SELECT pg_advisory_lock(${MIGRATION_LOCK}::bigint)`);
      state = await schemaStateOf(db);
      if (state === 'behind') await migrate(db, { migrationsFolder: MIGRATIONS_FOLDER });
      await db.execute(sql`SELECT pg_advisory_unlock(${MIGRATION_LOCK}::bigint)`);
    }
    return state === 'newer' ? newerSchema() : success(undefined);
  } finally {
    await end();
  }
}

/** How the schema of a database stands to this program's. Throws the driver's error. */
export async function schemaStateOf(db: Database): Promise<SchemaState> {
  try {
    const [row] = await db.execute<{ created_at: string }>(sql.raw(LATEST_APPLIED));
    return schemaState(row === undefined ? null : Number(row.created_at));
  } catch (error) {
    // no such schema or table: nothing was ever applied
    if (['3F000', '42P01'].includes(codeOf(error))) return schemaState(null);
    throw error;
  }
}
