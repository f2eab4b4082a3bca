import { getTableColumns, getTableName, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Database } from './database.ts';

/** Bounds of one statement, so that memory follows them and not the size of a crate. */
const BATCH_ROWS = 5_000;
const BATCH_CHARACTERS = 4 * 1024 * 1024;

/** Text PostgreSQL cannot hold: NUL, half of a surrogate pair. Has been a finding long before (design §6). */
export class UnstorableText extends Error {}

/** A JSON text may spell NUL or a lone surrogate; only then are its values looked at. */
const SUSPECT = /\\u(0000|d[89a-f]..)/;

/**
 * Inserts rows as sets: one JSON parameter a batch into jsonb_to_recordset, which is several times faster than values and
 * the same on both engines. Every row has the keys of the first. Returns how many were inserted.
 */
export async function insertRows<T extends PgTable>(
  tx: Database,
  table: T,
  rows: Iterable<T['$inferInsert']>,
): Promise<number> {
  let count = 0;
  let insert: ((json: string) => Promise<void>) | null = null;
  const byteKeys = Object.entries(getTableColumns(table))
    .filter(([, column]) => column.getSQLType() === 'bytea')
    .map(([key]) => key);
  let batch: string[] = [];
  let characters = 0;
  for (const row of rows) {
    insert ??= insertOf(tx, table, Object.keys(row));
    const json = asJson(row, byteKeys);
    batch.push(json);
    characters += json.length;
    count += 1;
    if (batch.length >= BATCH_ROWS || characters >= BATCH_CHARACTERS) {
      await insert(`[${batch.join(',')}]`);
      batch = [];
      characters = 0;
    }
  }
  if (insert !== null && batch.length > 0) await insert(`[${batch.join(',')}]`);
  return count;
}

/** The statement for a table and the columns given; others take their default. */
function insertOf(tx: Database, table: PgTable, keys: readonly string[]): (json: string) => Promise<void> {
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => keys.includes(key));
  const list = (parts: readonly ReturnType<typeof sql>[]) => sql.join([...parts], sql`, `);
  const names = list(columns.map(([, column]) => sql`${sql.identifier(column.name)}`));
  const values = list(
    columns.map(([, column]) => {
      const name = sql`x.${sql.identifier(column.name)}`;
      return column.getSQLType() === 'bytea' ? sql`decode(${name}, 'hex')` : name;
    }),
  );
  const record = list(
    columns.map(([, column]) => {
      const type = column.getSQLType() === 'bytea' ? 'text' : column.getSQLType();
      return sql`${sql.identifier(column.name)} ${sql.raw(type)}`;
    }),
  );
  return async (json) => {
    await tx.execute(
      sql`INSERT INTO ${sql.identifier(getTableName(table))} (${names})
          SELECT ${values} FROM jsonb_to_recordset(${json}::text::jsonb) AS x(${record})`,
    );
  };
}

/** Bytes as hex: JSON has none, and a Buffer would say itself as an object. */
function asJson(row: Readonly<Record<string, unknown>>, byteKeys: readonly string[]): string {
  const written: Record<string, unknown> = { ...row };
  for (const key of byteKeys) {
    const bytes = written[key];
    if (bytes instanceof Uint8Array) written[key] = Buffer.from(bytes).toString('hex');
  }
  const json = JSON.stringify(written);
  if (SUSPECT.test(json)) refuseUnstorable(written);
  return json;
}

/** Throws `UnstorableText` where a string or key in the value is none PostgreSQL can hold. */
export function refuseUnstorable(value: unknown): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed()) throw new UnstorableText('NUL or a lone surrogate');
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      refuseUnstorable(key);
      refuseUnstorable(member);
    }
  }
}
