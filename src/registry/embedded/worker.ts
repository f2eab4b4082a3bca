import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { LATEST_APPLIED, MIGRATIONS_FOLDER, schemaState } from '../schema-state.ts';
import { serve } from './server.ts';

/** What the thread is started with. */
export interface WorkerInput {
  readonly database: string;
  readonly socket: string;
}

/** What the thread says once: it serves, or why it never will. */
export type WorkerSays =
  | { readonly kind: 'serving' }
  | { readonly kind: 'newer' }
  | { readonly kind: 'failed'; readonly message: string };

/** What the thread is told once: to close. It ends by itself afterwards. */
export type WorkerHears = 'close';

/** A PostgreSQL of its own thread: opened, migrated, served. Runs only as the owner of the data folder. */
async function main(input: WorkerInput, say: (message: WorkerSays) => void): Promise<void> {
  const db = await openDatabase(input.database);
  const state = schemaState(await latestApplied(db));
  if (state === 'newer') {
    await db.close();
    return say({ kind: 'newer' });
  }
  if (state === 'behind') await migrateDatabase(db);
  // a killed owner leaves its socket's name behind
  rmSync(input.socket, { force: true });
  const server = await serve(db, input.socket, (error) => {
    throw error;
  });
  parentPort?.once('message', async () => {
    await server.close();
    await db.close();
    process.exit();
  });
  say({ kind: 'serving' });
}

/** A half-made data directory never stands under its name: a new one is made beside and renamed when it is whole. */
async function openDatabase(path: string): Promise<PGlite> {
  if (!existsSync(path)) {
    const folder = dirname(path);
    const unfinished = `${basename(path)}.new`;
    for (const name of readdirSync(folder)) {
      if (name === unfinished) rmSync(join(folder, name), { recursive: true, force: true });
    }
    const made = await PGlite.create({ dataDir: join(folder, unfinished) });
    await made.close();
    renameSync(join(folder, unfinished), path);
  }
  return await PGlite.create({ dataDir: path });
}

/** Loads the migrator only where there is something to do: loading it takes longer than opening a database. */
async function migrateDatabase(db: PGlite): Promise<void> {
  const { drizzle } = await import('drizzle-orm/pglite');
  const { migrate } = await import('drizzle-orm/pglite/migrator');
  await migrate(drizzle(db), { migrationsFolder: MIGRATIONS_FOLDER });
}

async function latestApplied(db: PGlite): Promise<number | null> {
  const there = await db.query<{ there: boolean }>(
    "SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS there",
  );
  if (there.rows[0]?.there !== true) return null;
  const latest = await db.query<{ created_at: number }>(LATEST_APPLIED);
  return latest.rows[0] === undefined ? null : Number(latest.rows[0].created_at);
}

function isInput(data: unknown): data is WorkerInput {
  return typeof data === 'object' && data !== null && 'database' in data && 'socket' in data;
}

if (parentPort !== null && isInput(workerData)) {
  const port = parentPort;
  main(workerData, (message) => port.postMessage(message)).catch((error: unknown) => {
    port.postMessage({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    port.close();
  });
}
