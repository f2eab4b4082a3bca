import { and, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { ListFilters } from '../../model/items.ts';
import { isUuid } from '../ids.ts';
import { statusChange } from '../tables/facts.ts';

/** What a run is at now: the last recorded change, else what its crate says. */
export function effectiveStatus(run: {
  readonly entity_id: PgColumn;
  readonly processing_status: PgColumn;
}): SQL<string | null> {
  return sql<string | null>`coalesce((SELECT ${statusChange.processing_status} FROM ${statusChange}
    WHERE ${statusChange.run_entity_id} = ${run.entity_id} ORDER BY ${statusChange.id} DESC LIMIT 1),
    ${run.processing_status})`;
}

/** One of the values is the row's id, or equals one of its columns whatever the case. */
export function isNamed(id: PgColumn, columns: readonly PgColumn[], values: readonly string[]): SQL {
  const ids = values.filter(isUuid);
  const lowered = sql.join(
    values.map((value) => sql`lower(${value})`),
    sql`, `,
  );
  return (
    or(
      ...(ids.length > 0 ? [inArray(id, ids)] : []),
      ...columns.map((column) => sql`lower(${column}) IN (${lowered})`),
    ) ?? sql`FALSE`
  );
}

/** One of the values is the row's id, or equals the column as it is. */
export function isExactly(id: PgColumn, column: PgColumn, values: readonly string[]): SQL {
  const ids = values.filter(isUuid);
  return or(...(ids.length > 0 ? [inArray(id, ids)] : []), inArray(column, [...values])) ?? sql`FALSE`;
}

/** The text stands somewhere in one of the columns, whatever the case. */
export function contains(columns: readonly (PgColumn | SQL)[], text: string): SQL {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return or(...columns.map((column) => sql`${column} ILIKE ${pattern}`)) ?? sql`FALSE`;
}

export function hasStatus(run: Parameters<typeof effectiveStatus>[0], values: readonly string[]): SQL {
  const status = effectiveStatus(run);
  const declared = values.filter((value) => value !== 'undeclared');
  return (
    or(
      ...(declared.length > 0 ? [inArray(status, declared)] : []),
      ...(declared.length < values.length ? [isNull(status)] : []),
    ) ?? sql`FALSE`
  );
}

/** Whether a run may have happened within what was asked; nobody knows of one without a time. */
export function mayHaveHappened(
  run: { readonly time_earliest: PgColumn; readonly time_before: PgColumn },
  { date_start, date_end }: Pick<ListFilters, 'date_start' | 'date_end'>,
): readonly SQL[] {
  return [
    ...(date_start === undefined ? [] : [sql`${run.time_before} > ${date_start}::timestamptz`]),
    ...(date_end === undefined ? [] : [sql`${run.time_earliest} < ${date_end}::timestamptz`]),
  ];
}

export function isFile(
  file: { readonly sha256: PgColumn; readonly storage_uri: PgColumn },
  { sha256, storage_uri }: Pick<ListFilters, 'sha256' | 'storage_uri'>,
): SQL | undefined {
  return and(
    sha256 === undefined
      ? undefined
      : sql`${file.sha256} IN (${sql.join(
          sha256.map((hex) => sql`decode(${hex}, 'hex')`),
          sql`, `,
        )})`,
    storage_uri === undefined ? undefined : inArray(file.storage_uri, [...storage_uri]),
  );
}
