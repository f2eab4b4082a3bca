import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { inject } from 'vitest';
import type { Registry } from '../../src/registry/contract.ts';
import { type Address, openPool } from '../../src/registry/database.ts';
import { places } from '../../src/registry/embedded/places.ts';
import { openRegistry } from '../../src/registry/open.ts';
import { databaseAt, onServer } from './global-setup.ts';

export interface FreshDatabase {
  /** Null for the embedded database. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  dispose(): Promise<void>;
}

export interface FreshRegistry extends FreshDatabase {
  readonly registry: Registry;
}

/**
 * An empty, migrated database of its own, a copy of the run's template, on the engine the run is for: a folder, or with
 * CRATE_BRIDGE_TEST_DATABASE_URL a database on that server.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const template = inject('registryTemplate');
  const dataDir = await mkdtemp(join(tmpdir(), 'crate-bridge-data-'));
  const removeFolder = () => rm(dataDir, { recursive: true, force: true });
  if (template.kind === 'embedded') {
    await cp(template.folder, dataDir, { recursive: true });
    return { databaseUrl: null, dataDir, dispose: removeFolder };
  }
  const name = `${template.prefix}_${randomUUID().slice(0, 8)}`;
  await onServer(template.url, async (sql) => {
    await sql`CREATE DATABASE ${sql(name)} TEMPLATE ${sql(template.database)}`;
    // no test crashes the server, and waiting for the disk is most of their time
    await sql`ALTER DATABASE ${sql(name)} SET synchronous_commit TO off`;
  });
  return {
    databaseUrl: databaseAt(template.url, name),
    dataDir,
    dispose: async () => {
      await onServer(template.url, (sql) => sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`);
      await removeFolder();
    },
  };
}

/** The same with its registry open; `dispose` closes it. */
export async function freshRegistry(): Promise<FreshRegistry> {
  const database = await freshDatabase();
  const opened = await openRegistry(database);
  if (!opened.ok) throw new Error(opened.failure.message);
  return {
    ...database,
    registry: opened.value,
    dispose: async () => {
      await opened.value.close();
      await database.dispose();
    },
  };
}

/** Empties every table of a database, which is much faster than another database. Migrations and queues stay, without jobs. */
export async function emptyDatabase(database: FreshDatabase): Promise<void> {
  const pool = openPool(addressOf(database), 1);
  try {
    await pool.db.execute(sql`
      DO $$ BEGIN EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' CASCADE'
        FROM pg_tables WHERE schemaname = 'public'
      ); IF to_regclass('pgboss.job') IS NOT NULL THEN TRUNCATE pgboss.job; END IF; END $$`);
  } finally {
    await pool.end();
  }
}

function addressOf({ databaseUrl, dataDir }: FreshDatabase): Address {
  if (databaseUrl !== null) return { kind: 'postgresql', url: databaseUrl };
  const found = places(dataDir);
  if (!found.ok) throw new Error(found.failure.message);
  return { kind: 'embedded', socket: found.value.socket };
}
