import type { PgDatabase } from 'drizzle-orm/pg-core';
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { socketFactory } from './sockets.ts';

/** What a query runs on: a pool, or a transaction of one. */
export type Database = PgDatabase<PostgresJsQueryResultHKT>;

/** A pool of connections and drizzle over it. */
export interface Pool {
  readonly db: PostgresJsDatabase;
  end(): Promise<void>;
}

/** Where a pool connects: a PostgreSQL by URL, or an embedded one by its Unix socket. */
export type Address =
  | { readonly kind: 'postgresql'; readonly url: string }
  | { readonly kind: 'embedded'; readonly socket: string };

/** Seconds to wait for a connection: an unreachable database is said, never waited for. */
const CONNECT_TIMEOUT = 10;

/** Opens a pool; the first query connects. Never throws: a wrong URL has been refused before. */
export function openPool(address: Address, max: number): Pool {
  const common = {
    max,
    connect_timeout: CONNECT_TIMEOUT,
    // drizzle binds unnamed statements; nothing needs array types, which is what fetching types is for
    prepare: false,
    fetch_types: false,
    onnotice: () => {},
    socket: socketFactory(),
  };
  const client =
    address.kind === 'postgresql'
      ? postgres(address.url, {
          ...common,
          connection: { application_name: 'crate-bridge', TimeZone: 'UTC', DateStyle: 'ISO, MDY' },
        })
      : postgres({ ...common, path: address.socket, user: 'postgres', database: 'postgres' });
  return { db: drizzle(client), end: () => client.end({ timeout: 5 }) };
}
