import { join } from 'node:path';
import { type Address, type Database, openPool } from '../../src/registry/database.ts';
import type { FreshDatabase } from '../support/database.ts';

/** Where a fresh database is reached beside its registry. */
export function addressOf(fresh: FreshDatabase): Address {
  return fresh.databaseUrl === null
    ? { kind: 'embedded', socket: join(fresh.dataDir, 'postgresql.sock') }
    : { kind: 'postgresql', url: fresh.databaseUrl };
}

/** What an administrator with a SQL shell would do to the same database. */
export async function onDatabase<T>(fresh: FreshDatabase, work: (db: Database) => Promise<T>): Promise<T> {
  const pool = openPool(addressOf(fresh), 1);
  try {
    return await work(pool.db);
  } finally {
    await pool.end();
  }
}
