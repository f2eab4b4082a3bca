import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { type SQL, sql } from 'drizzle-orm';
import { drizzle as overPglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import { drizzle as overPostgres } from 'drizzle-orm/postgres-js';
import { migrate as migratePostgres } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createLocalBridge, type LocalBridge } from '../src/bridge/local.ts';
import { parseConfig } from '../src/config/load.ts';
import { directoryPrefix } from '../src/model/arcp.ts';
import { OPERATOR } from '../src/model/caller.ts';
import type { ListKind } from '../src/model/items.ts';
import { ARCHIVED } from '../src/registry/archive/tables.ts';
import { openRegistry } from '../src/registry/open.ts';
import { put, valueFrom } from './support/bridge.ts';
import { databaseAt, onServer } from './support/global-setup.ts';

/*
 * test/fixtures/release-0.1.0.json.gz was written by crate-bridge 0.1.0: its example crates pulled from folders, one of them
 * changed and pulled again, one that does not hold in quarantine, two files read (one of them corrupt), tokens, and a pull
 * whose process was killed. Rows are as `to_jsonb` gives them; `said` is what its own lists printed. Releases from the next on
 * can write theirs with `crate-bridge dump`.
 */
interface Release {
  readonly release: string;
  readonly migrations: readonly { readonly created_at: string }[];
  readonly tables: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly token: string;
  readonly said: Readonly<Record<'files' | 'runs' | 'samples' | 'instruments' | 'crates', readonly Said[]>>;
}
type Said = Readonly<Record<string, unknown>> & { readonly id: string; readonly proof?: string | null };

const DRIZZLE = fileURLToPath(new URL('../drizzle', import.meta.url));

const release: Release = JSON.parse(
  gunzipSync(await readFile(new URL('./fixtures/release-0.1.0.json.gz', import.meta.url))).toString('utf8'),
);

/** Folders of the release's sources, as its configuration had them. */
const SOURCES = [
  ['ALS', 'sibyls', 'als'],
  ['SSRL', 'bl12-1', 'ssrl'],
  ['EMSL', 'krios', 'emsl'],
] as const;

let folder: string;
let old: OldDatabase;
let bridge: LocalBridge;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crate-bridge-upgrade-'));
  old = await asReleased(folder);
  await putCratesBack(folder);
  const config = {
    facilities: SOURCES.map(([code, name, path]) => ({
      code,
      timezone: 'America/Los_Angeles',
      sources: [{ name, kind: 'directory', path }],
    })),
  };
  bridge = createLocalBridge({
    config: valueFrom(parseConfig(JSON.stringify(config), join(folder, 'crate-bridge.json'))),
    registry: valueFrom(await openRegistry(old)),
    env: {},
    cwd: folder,
  });
});
afterAll(async () => {
  await bridge.close();
  await old.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe(`a database of crate-bridge ${release.release}`, () => {
  it('says after the upgrade what it said before: the same ids, places, checksums and proofs', async () => {
    await expectSame();
  });

  it('lets its tokens in, and not the one that was revoked', async () => {
    const caller = valueFrom(await bridge.authenticate(release.token));
    expect(caller).toMatchObject({ name: 'pipeline', metadata: { facilities: ['ALS'] } });
    const tokens = valueFrom(await bridge.tokens(OPERATOR));
    expect(tokens.map(({ name, revoked_at }) => [name, revoked_at !== null])).toContainEqual(['gone', true]);
  });

  it('holds no lease for the pull whose process was killed', async () => {
    const killed = release.tables['pull']?.find(({ state }) => state === 'running');
    const pull = valueFrom(await bridge.pullReport(String(killed?.['id']), OPERATOR));
    expect(pull.state).toBe('failed');
  });

  it('knows its crates when they are pulled again: no new version, the same ids', async () => {
    const reports = valueFrom(await bridge.pull({ sources: [], dryRun: false }, OPERATOR));
    for (const report of reports) {
      expect(report).toMatchObject({ complete: true, failed: 0, gone: 0, conflict: 0, registered: 0 });
    }
    const outcomes = reports.flatMap(({ items }) => items.map(({ crate, outcome }) => [crate, outcome]));
    expect(outcomes).toHaveLength(4);
    expect(Object.fromEntries(outcomes)).toMatchObject({
      'arcp://name,bl12-1.ssrl/without-licence/': 'quarantined',
    });
    await expectSame();
  });

  it('comes out the same when everything is built again', async () => {
    const rebuilt = valueFrom(await bridge.rebuild({ check: false }));
    expect(rebuilt.crate_versions).toBe(4);
    expect(valueFrom(await bridge.rebuild({ check: true })).differences).toEqual([]);
    await expectSame();
  });

  it('can be dumped, and read into an empty one', async () => {
    const path = join(folder, 'dump.ndjson.gz');
    const dumped = valueFrom(await bridge.dump({ target: { path, force: false } }));
    expect(dumped.rows).toMatchObject({ crate: 4, crate_version: 5, verification: 2 });
  });
});

/** Every list, compared by the fields the release printed. */
async function expectSame(): Promise<void> {
  for (const [kind, before] of Object.entries(release.said)) {
    const listKind = kind as ListKind;
    const { items } = valueFrom(await bridge.list(listKind, {}, { limit: 1000, cursor: null }, OPERATOR));
    const now = items.map((item) => ({
      ...item,
      ...('verification' in item ? { proof: item.verification?.outcome ?? null } : {}),
    }));
    const shown = before.map((said) => ({
      said,
      now: Object.fromEntries(
        Object.entries(now.find(({ id }) => id === said.id) ?? {}).filter(([key]) => key in said),
      ),
    }));
    for (const one of shown) expect(one.now, kind).toEqual(one.said);
    expect(now, kind).toHaveLength(before.length);
  }
}

interface OldDatabase {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  dispose(): Promise<void>;
}

/** A database with the release's tables and rows, on the engine the run is for. */
async function asReleased(parent: string): Promise<OldDatabase> {
  const template = inject('registryTemplate');
  const dataDir = join(parent, 'data');
  const migrationsFolder = await migrationsOfThen(parent);
  if (template.kind === 'embedded') {
    await put(dataDir, 'made', '');
    const db = await PGlite.create({ dataDir: join(dataDir, 'database') });
    await migratePglite(overPglite(db), { migrationsFolder });
    await fill((statement) => overPglite(db).execute(statement));
    await db.close();
    return { databaseUrl: null, dataDir, dispose: async () => {} };
  }
  const name = `${template.prefix}_old_${randomUUID().slice(0, 8)}`;
  await onServer(template.url, (server) => server`CREATE DATABASE ${server(name)}`);
  const databaseUrl = databaseAt(template.url, name);
  const client = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await migratePostgres(overPostgres(client), { migrationsFolder });
  await fill((statement) => overPostgres(client).execute(statement));
  await client.end();
  return {
    databaseUrl,
    dataDir,
    dispose: async () => {
      await onServer(template.url, (server) => server`DROP DATABASE IF EXISTS ${server(name)} WITH (FORCE)`);
    },
  };
}

/** The migrations the release had: those of today without the later ones. */
async function migrationsOfThen(parent: string): Promise<string> {
  const then = join(parent, 'drizzle');
  await cp(DRIZZLE, then, { recursive: true });
  const journalPath = join(then, 'meta', '_journal.json');
  const journal: { entries: { when: number }[] } = JSON.parse(await readFile(journalPath, 'utf8'));
  const applied = release.migrations.map(({ created_at }) => Number(created_at));
  const entries = journal.entries.filter(({ when }) => applied.includes(when));
  expect(entries).toHaveLength(applied.length);
  await writeFile(journalPath, JSON.stringify({ ...journal, entries }));
  return then;
}

async function fill(execute: (statement: SQL) => PromiseLike<unknown>): Promise<void> {
  for (const { name, identity } of ARCHIVED) {
    const rows = release.tables[name];
    if (rows === undefined) continue;
    const table = sql.identifier(name);
    await execute(sql`INSERT INTO ${table} OVERRIDING SYSTEM VALUE
      SELECT * FROM jsonb_populate_recordset(NULL::${table}, ${JSON.stringify(rows)}::text::jsonb)`);
    if (identity === null) continue;
    await execute(sql`SELECT setval(pg_get_serial_sequence(${name}, ${identity}),
      (SELECT coalesce(max(${sql.identifier(identity)}), 0) + 1 FROM ${table}), false)`);
  }
}

/** The documents as the release's folders held them last, out of the database. */
async function putCratesBack(parent: string): Promise<void> {
  for (const location of release.tables['crate_location'] ?? []) {
    const url = String(location['url']);
    const document = release.tables['document']?.find((d) => d['sha256'] === location['document_sha256']);
    const bytes = gunzipSync(Buffer.from(String(document?.['content']).slice(2), 'hex'));
    for (const [code, name, path] of SOURCES) {
      const prefix = directoryPrefix(code, name);
      if (url.startsWith(prefix)) await put(join(parent, path), url.slice(prefix.length), bytes);
    }
  }
}
