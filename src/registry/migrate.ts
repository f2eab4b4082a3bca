import { sql } from 'drizzle-orm';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import type { Outcome } from '../model/failure.ts';
import { success } from '../model/failure.ts';
import { type Address, type Database, openPool } from './database.ts';
import { codeOf } from './errors.ts';
import {
  LATEST_APPLIED,
  MIGRATIONS_FOLDER,
  newerSchema,
  type SchemaState,
  schemaState,
} from './schema-state.ts';

/** Any constant of our own: whoever holds it migrates. */
const MIGRATION_LOCK = 7_203_355_641;

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
