import { is } from 'drizzle-orm';
import { getTableConfig, type PgColumn, PgTable } from 'drizzle-orm/pg-core';
import * as tables from '../tables/index.ts';

/** A table as the archive sees it. */
export interface ArchivedTable {
  readonly name: string;
  readonly columns: ReadonlySet<string>;
  /** Of the column numbered by the database, where there is one. */
  readonly identity: string | null;
  /** Rows read at once, so that memory follows the batch: fewer where one row may hold megabytes. */
  readonly batch: number;
}

const BATCH_ROWS = 1_000;

/** Documents, and the findings of a crate, may be megabytes each. */
const WIDE: Readonly<Record<string, number>> = { document: 8, crate_version: 50, pull_item: 200 };

/** Every table of the registry, each after those it refers to. The queue's tables are not among them. */
export const ARCHIVED: readonly ArchivedTable[] = referredFirst(
  Object.values(tables).filter((value) => is(value, PgTable)),
).map((table) => {
  const { name, columns } = getTableConfig(table);
  return {
    name,
    columns: new Set(columns.map((column) => column.name)),
    identity: columns.find(isIdentity)?.name ?? null,
    batch: WIDE[name] ?? BATCH_ROWS,
  };
});

function isIdentity(column: PgColumn): boolean {
  return column.generatedIdentity !== undefined;
}

function referredFirst(all: readonly PgTable[]): readonly PgTable[] {
  const ordered: PgTable[] = [];
  const visit = (table: PgTable) => {
    if (ordered.includes(table)) return;
    for (const key of getTableConfig(table).foreignKeys) visit(key.reference().foreignTable);
    ordered.push(table);
  };
  for (const table of all) visit(table);
  return ordered;
}
