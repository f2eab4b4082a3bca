import { failure, type Outcome, success } from '../model/failure.ts';
import type { NotifyTarget } from './changes-contract.ts';
import type { Registry } from './contract.ts';
import { openPool } from './database.ts';
import { openEmbedded } from './embedded/open.ts';
import { asFailure } from './errors.ts';
import { migratePostgresql, schemaStateOf } from './migrate.ts';
import { createQueue } from './queue/queue.ts';
import { createRegistry } from './registry.ts';
import { newerSchema } from './schema-state.ts';
import { Store } from './store.ts';

/** Connections to a PostgreSQL; to the embedded one, which answers one at a time. */
const POSTGRESQL_CONNECTIONS = 10;
const EMBEDDED_CONNECTIONS = 4;

/**
 * Opens the registry in the PostgreSQL at `databaseUrl`, or, when that is null, in the embedded one of the data folder,
 * which it starts unless another process runs it. The schema is brought up to date. `database_unavailable` when there is
 * no database to be had. For each of `notify` what changes is queued for delivery.
 */
export function openRegistry(options: {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly notify?: readonly NotifyTarget[];
}): Promise<Outcome<Registry>> {
  const { databaseUrl, dataDir, notify = [] } = options;
  return databaseUrl === null ? openInFolder(dataDir, notify) : openPostgresql(databaseUrl, notify);
}

async function openPostgresql(url: string, notify: readonly NotifyTarget[]): Promise<Outcome<Registry>> {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    return failure('config_invalid', 'DATABASE_URL is not a postgres:// URL.', { where: 'DATABASE_URL' });
  }
  const { host, pathname } = new URL(url);
  const where = `${host}${pathname}`;
  const address = { kind: 'postgresql', url } as const;
  try {
    const migrated = await migratePostgresql(address);
    if (!migrated.ok) return migrated;
  } catch (error) {
    return asFailure(error, where);
  }
  const pool = openPool(address, POSTGRESQL_CONNECTIONS);
  const store = new Store(pool.db, where, () => Promise.resolve(false));
  const queue = createQueue({ engine: 'postgresql', connect: () => openPool(address, 1) });
  return success(createRegistry({ engine: 'postgresql', store, queue, notify, close: () => pool.end() }));
}

async function openInFolder(dataDir: string, notify: readonly NotifyTarget[]): Promise<Outcome<Registry>> {
  const embedded = await openEmbedded(dataDir);
  if (!embedded.ok) return embedded;
  const { socket, revive, close } = embedded.value;
  const address = { kind: 'embedded', socket } as const;
  const pool = openPool(address, EMBEDDED_CONNECTIONS);
  const store = new Store(pool.db, dataDir, revive);
  const registry = createRegistry({
    engine: 'embedded',
    store,
    queue: createQueue({ engine: 'embedded', connect: () => openPool(address, 1) }),
    notify,
    close: async () => {
      await pool.end();
      await close();
    },
  });
  const checked = await store.run(async (db) => {
    const state = await schemaStateOf(db);
    if (state === 'current') return success(undefined);
    if (state === 'newer') return newerSchema();
    const message = `An older crate-bridge is running on ${dataDir}. Stop it; this one then upgrades the database.`;
    return failure('database_unavailable', message);
  });
  if (checked.ok) return success(registry);
  await registry.close();
  return checked;
}
