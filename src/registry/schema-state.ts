import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { type Failure, failure } from '../model/failure.ts';

/** `drizzle/` beside `src/` and `dist/`. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../drizzle', import.meta.url));

/** Where drizzle's migrator keeps what it applied. */
export const LATEST_APPLIED =
  'SELECT created_at FROM drizzle.__drizzle_migrations ORDER BY created_at DESC LIMIT 1';

export type SchemaState = 'current' | 'behind' | 'newer';

/** The newest migration this program knows, by the number drizzle gives it. */
export function latestKnownSchema(): number {
  return readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).at(-1)?.folderMillis ?? 0;
}

/** How the database's schema stands to this program's; `null` for one without any. */
export function schemaState(latestApplied: number | null): SchemaState {
  const latestKnown = latestKnownSchema();
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
