import { z } from '@hono/zod-openapi';
import { stringify } from 'csv-stringify/sync';
import type { ListKind } from '../model/items.ts';
import { facilityItem, ITEMS } from './schemas/items.ts';

/** A column: the names that lead to its value, one or two deep. */
type Column = readonly [string] | readonly [string, string];

/** Every list a door can show. */
export type Listed = ListKind | 'facilities';

const COLUMNS: Readonly<Record<Listed, readonly Column[]>> = {
  facilities: columnsOf(facilityItem),
  crates: columnsOf(ITEMS.crates),
  instruments: columnsOf(ITEMS.instruments),
  runs: columnsOf(ITEMS.runs),
  samples: columnsOf(ITEMS.samples),
  files: columnsOf(ITEMS.files),
  workflows: columnsOf(ITEMS.workflows),
};

/** The header line of a list's CSV, always the same for one kind; a nested field is `crate.id`. */
export function csvHeader(kind: Listed): string {
  return stringify([COLUMNS[kind].map((column) => column.join('.'))]);
}

/**
 * Lines of CSV (RFC 4180, with line feeds). Nobody said: empty. Several values: their JSON. Text that a spreadsheet would
 * run as a formula gets a leading apostrophe, since crates come from others; NDJSON has every value exactly.
 */
export function csvLines(kind: Listed, items: readonly object[]): string {
  const columns = COLUMNS[kind];
  return stringify(
    items.map((item) => columns.map((column) => cell(valueAt(item, column)))),
    { escape_formulas: true },
  );
}

function columnsOf(schema: z.ZodObject): readonly Column[] {
  return Object.entries(schema.shape).flatMap(([name, field]): Column[] => {
    const inner = unwrapped(field);
    return inner instanceof z.ZodObject
      ? Object.keys(inner.shape).map((below): Column => [name, below])
      : [[name]];
  });
}

function unwrapped(schema: unknown): unknown {
  const wrapped = schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly;
  return wrapped ? unwrapped(schema.unwrap()) : schema;
}

function valueAt(item: object, [name, below]: Column): unknown {
  const value = member(item, name);
  return below === undefined ? value : member(value, below);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
}

function cell(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return JSON.stringify(value);
}
