import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { openRegistry } from '../../src/registry/open.ts';

/** What every suite's database is a copy of: a data folder, or a database on the server the environment names. */
export type RegistryTemplate =
  | { readonly kind: 'embedded'; readonly folder: string }
  | { readonly kind: 'postgresql'; readonly url: string; readonly prefix: string; readonly database: string };

declare module 'vitest' {
  export interface ProvidedContext {
    readonly registryTemplate: RegistryTemplate;
  }
}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Makes the migrated template, which takes seconds, before any suite; takes away what suites left behind. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env['CRATE_BRIDGE_TEST_DATABASE_URL'];
  if (url === undefined || url === '') {
    project.provide('registryTemplate', { kind: 'embedded', folder: await embeddedTemplate() });
    return async () => {};
  }
  const prefix = `crate_bridge_test_${randomUUID().slice(0, 8)}`;
  const database = `${prefix}_template`;
  await onServer(url, (sql) => sql`CREATE DATABASE ${sql(database)}`);
  await makeTemplate(databaseAt(url, database), tmpdir());
  project.provide('registryTemplate', { kind: 'postgresql', url, prefix, database });
  return () => dropDatabases(url, prefix);
}

/** The same server's URL with another database. */
export function databaseAt(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** Runs statements on a connection of their own. */
export async function onServer<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  await onServer(url, async (sql) => {
    const left = await sql<{ datname: string }[]>`
      SELECT datname FROM pg_database WHERE starts_with(datname, ${prefix})`;
    for (const { datname } of left) await sql`DROP DATABASE IF EXISTS ${sql(datname)} WITH (FORCE)`;
  });
}

/** A data folder kept between runs, under a name that changes with the migrations and the engine. */
async function embeddedTemplate(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(join(PROJECT, 'drizzle'))).sort()) {
    if (name.endsWith('.sql')) hash.update(await readFile(join(PROJECT, 'drizzle', name)));
  }
  hash.update(await readFile(join(PROJECT, 'drizzle', 'meta', '_journal.json')));
  for (const part of ['@electric-sql/pglite', 'pg-boss']) {
    hash.update(await readFile(join(PROJECT, 'node_modules', part, 'package.json')));
  }
  const cache = join(PROJECT, 'node_modules', '.cache', 'crate-bridge-tests');
  const folder = join(cache, hash.digest('hex').slice(0, 16));
  if (await exists(folder)) return folder;
  const making = await mkdtemp(join(tmpdir(), 'crate-bridge-template-'));
  await makeTemplate(null, making);
  await rm(cache, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  const beside = `${folder}.${randomUUID()}`;
  await cp(making, beside, { recursive: true });
  await rm(making, { recursive: true, force: true });
  // another run may have been faster; its folder is as good
  await rename(beside, folder).catch(() => rm(beside, { recursive: true, force: true }));
  return folder;
}

async function makeTemplate(databaseUrl: string | null, dataDir: string): Promise<void> {
  const opened = await openRegistry({ databaseUrl, dataDir });
  if (!opened.ok) throw new Error(opened.failure.message);
  // makes the queue's own tables, which is done at first use
  const recovered = await opened.value.recoverWork(new Date());
  if (!recovered.ok) throw new Error(recovered.failure.message);
  await opened.value.close();
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
