import { sql } from 'drizzle-orm';
import { failure, success } from '../../model/failure.ts';
import type { DumpLine } from '../archive-contract.ts';
import type { Database } from '../database.ts';
import { RegistryError } from '../rebuild.ts';
import { latestKnownSchema } from '../schema-state.ts';
import type { Store } from '../store.ts';
import { handedOver } from './handed-over.ts';
import { ARCHIVED } from './tables.ts';

interface Batch {
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Every row of every table, as one transaction sees them that changes nothing. On the embedded engine, which has one session,
 * others wait until the last row is read. Throws `RegistryError` when the database goes away.
 */
export async function* dump(store: Store, now: Date, version: string): AsyncGenerator<DumpLine> {
  yield {
    kind: 'header',
    format: 'crate-bridge-dump/1',
    version,
    schema: latestKnownSchema(),
    at: now.toISOString(),
  };
  const counts: Record<string, number> = Object.fromEntries(ARCHIVED.map(({ name }) => [name, 0]));
  for await (const { table, rows } of handedOver<Batch>((give) => snapshot(store, give))) {
    counts[table] = (counts[table] ?? 0) + rows.length;
    for (const row of rows) yield { kind: 'row', table, row };
  }
  yield { kind: 'end', rows: counts };
}

async function snapshot(store: Store, give: (batch: Batch) => Promise<void>): Promise<void> {
  let begun = false;
  const read = await store.run(
    async (db) => {
      // what was given cannot be taken back, and another transaction sees other rows
      if (begun) return failure('database_unavailable', 'The database went away in the middle of the dump.');
      await db.transaction(
        (tx) =>
          readAll(tx, (batch) => {
            begun = true;
            return give(batch);
          }),
        { isolationLevel: 'repeatable read', accessMode: 'read only' },
      );
      return success(undefined);
    },
    { once: true },
  );
  if (!read.ok) throw new RegistryError(read.failure);
}

async function readAll(tx: Database, give: (batch: Batch) => Promise<void>): Promise<void> {
  for (const { name, batch } of ARCHIVED) {
    await tx.execute(
      sql`DECLARE archived NO SCROLL CURSOR FOR SELECT to_jsonb(t) AS row FROM ${sql.identifier(name)} AS t`,
    );
    for (;;) {
      const read = await tx.execute<{ row: Record<string, unknown> }>(
        sql`FETCH FORWARD ${sql.raw(String(batch))} FROM archived`,
      );
      if (read.length > 0) await give({ table: name, rows: read.map(({ row }) => row) });
      if (read.length < batch) break;
    }
    await tx.execute(sql`CLOSE archived`);
  }
}
