import { DrizzleQueryError, sql } from 'drizzle-orm';
import type { Db } from 'pg-boss';
import type { Database } from '../database.ts';

type Row = Record<string, unknown>;

/**
 * A connection or a transaction as pg-boss speaks to it. pg-boss sends `$1` texts with values, and texts of several
 * statements without any, which go by the simple protocol and answer with a list of results.
 */
export function bossDatabase(db: Database): Db {
  return {
    executeSql: async (text, values = []) => {
      try {
        return { rows: rowsOf([...(await db.execute<Row>(statement(text, values)))]) };
      } catch (error) {
        // pg-boss reads the code and the message of the driver's own error
        throw error instanceof DrizzleQueryError && error.cause !== undefined ? error.cause : error;
      }
    },
  };
}

/** The text with its values in the places of `$1`…`$n`, each as often as it stands there. */
function statement(text: string, values: readonly unknown[]) {
  const parts = text.split(/\$(\d+)/);
  return sql.join(
    parts.map((part, index) =>
      index % 2 === 0 ? sql.raw(part) : sql`${sql.param(asText(values[Number(part) - 1]))}`,
    ),
  );
}

/** A value in PostgreSQL's text form: the driver has no array types, since it does not fetch types. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return `{${value.map(arrayElement).join(',')}}`;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

/** PostgreSQL manual, "Array Input and Output Syntax". */
function arrayElement(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Rows of one statement, or of all of several. */
function rowsOf(answer: readonly (Row | readonly Row[])[]): Row[] {
  return answer.flatMap((rowOrRows) => (isRows(rowOrRows) ? [...rowOrRows] : [rowOrRows]));
}

function isRows(answer: Row | readonly Row[]): answer is readonly Row[] {
  return Array.isArray(answer);
}
