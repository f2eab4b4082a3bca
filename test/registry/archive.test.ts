import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { is, sql } from 'drizzle-orm';
import { getTableConfig, type PgColumn, PgTable } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import type { NewChange } from '../../src/model/changes.ts';
import { readText, writeText } from '../../src/registry/archive/text.ts';
import type { DumpLine } from '../../src/registry/archive-contract.ts';
import type { Registry } from '../../src/registry/contract.ts';
import type { Database } from '../../src/registry/database.ts';
import { openRegistry } from '../../src/registry/open.ts';
import { RegistryError } from '../../src/registry/rebuild.ts';
import * as tables from '../../src/registry/tables/index.ts';
import { emptyDatabase, type FreshRegistry, freshRegistry } from '../support/database.ts';
import { failureOf, value } from './answers.ts';
import { settled } from './feed.ts';
import { onDatabase } from './sql.ts';

const AT = new Date('2026-08-12T10:00:00Z');
const RECOVERED: NewChange = {
  type: 'source.recovered',
  at: AT.toISOString(),
  facility: 'ALS',
  source: 'nightly',
  proposal_id: null,
  crate_id: null,
  crate_iri: null,
  crate_version_id: null,
  pull_id: null,
  data: {},
};
const TABLES = Object.values(tables).filter((table) => is(table, PgTable));

/** The database that is dumped, on the engine the run is for; an empty one of the same engine; and an embedded one. */
let source: FreshRegistry;
let target: FreshRegistry;
let embedded: FreshRegistry;

beforeAll(async () => {
  [source, target, embedded] = await Promise.all([freshRegistry(), freshRegistry(), embeddedRegistry()]);
});
afterEach(async () => {
  for (const one of [source, target]) await emptyDatabase(one);
});
afterAll(() => Promise.all([source, target, embedded].map((one) => one.dispose())));

async function embeddedRegistry(): Promise<FreshRegistry> {
  if (inject('registryTemplate').kind === 'embedded') return freshRegistry();
  const dataDir = await mkdtemp(join(tmpdir(), 'crate-bridge-archive-'));
  const registry = value(await openRegistry({ databaseUrl: null, dataDir }));
  return {
    registry,
    databaseUrl: null,
    dataDir,
    dispose: async () => {
      await registry.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

describe('dump and restore', () => {
  it('carry every column of every table, whatever is in it, from one engine to the other and back', async () => {
    await fill(source);
    const before = await contents(source);
    for (const { name } of TABLES.map(getTableConfig)) expect(before[name]?.length, name).toBeGreaterThan(1);

    const restored = value(await embedded.registry.restore(source.registry.dump(AT, '1.2.3')));
    expect(restored).toEqual({ rows: total(before), tables: TABLES.length });
    expect(await contents(embedded)).toEqual(before);

    value(await target.registry.restore(throughText(embedded.registry.dump(AT, '1.2.3'))));
    expect(await contents(target)).toEqual(before);
  });

  it('write a running pull as failed, with the counts of what it had done', async () => {
    const id = '0198a000-0000-7000-8000-000000000001';
    await onDatabase(source, async (db) => {
      await db.execute(sql`INSERT INTO pull (id, facility, source, state, caller, started_at)
        VALUES (${id}, 'ALS', 'nightly', 'running', 'operator', now())`);
      await db.execute(sql`INSERT INTO pull_item (pull_id, position, url, crate, outcome)
        VALUES (${id}, 0, 'https://a.example/', 'https://a.example/', 'registered'),
               (${id}, 1, 'https://b.example/', 'https://b.example/', NULL)`);
    });
    value(await target.registry.restore(source.registry.dump(AT, '1.2.3')));
    const [pull] = (await contents(target))['pull'] ?? [];
    expect(pull).toMatchObject({
      state: 'failed',
      registered: 1,
      failed: 1,
      error: { code: 'service_unavailable' },
    });
    expect(Date.parse(String(pull?.['finished_at']))).toBe(AT.getTime());
  });

  it('leave numbers and the order of changes going on where they were', async () => {
    // another cluster's transaction ids may be far beyond those of this one
    await onDatabase(source, (db) =>
      db.execute(sql`INSERT INTO change (id, transaction, at, type, facility, source) OVERRIDING SYSTEM VALUE
        VALUES (7, '900000000007', now(), 'source.outage', 'ALS', 'nightly'),
               (9, '900000000005', now(), 'source.outage', 'ALS', 'nightly')`),
    );
    const [first, second] = value(await source.registry.changes(null, 10, {}, OPERATOR)).changes;
    value(await target.registry.restore(source.registry.dump(AT, '1.2.3')));
    value(await target.registry.recordChange(RECOVERED));
    await settled(target);
    // who followed the other database goes on here, from where they were
    const followed = value(await target.registry.changes(first?.cursor ?? null, 10, {}, OPERATOR));
    expect(followed.changes).toEqual([second, expect.objectContaining(RECOVERED)]);
    const ids = await onDatabase(target, (db) =>
      db.execute<{ id: string }>(sql`SELECT max(id) AS id FROM change`),
    );
    expect(Number(ids[0]?.id)).toBe(10);
  });

  it('give the database back when the reader of a dump leaves early', async () => {
    await fill(source);
    for await (const line of source.registry.dump(AT, '1.2.3')) if (line.kind === 'row') break;
    value(await source.registry.recordAudit({ caller: 'a', action: 'b', subject: 'c', detail: {}, at: AT }));
  });
});

describe('a restore that cannot be', () => {
  it('is refused where there are rows, and says where', async () => {
    await fill(source);
    const refused = failureOf(await source.registry.restore(source.registry.dump(AT, '1.2.3')));
    expect(refused).toMatchObject({ code: 'usage', message: expect.stringContaining('api_token') });
    expect(refused.expected).toContain('--data');
  });

  it('is refused for tables of another version, and says which version restores it', async () => {
    for (const schema of [1, Number.MAX_SAFE_INTEGER]) {
      const lines = await linesOf(source.registry);
      const [header, ...rest] = lines;
      if (header?.kind !== 'header') throw new Error('no header');
      const refused = failureOf(await target.registry.restore(each([{ ...header, schema }, ...rest])));
      expect(refused).toMatchObject({ code: 'usage', message: expect.stringContaining('1.2.3') });
    }
  });

  it('leaves nothing behind when lines are missing, twice there, out of order or of no table', async () => {
    await fill(source);
    const lines = await linesOf(source.registry);
    const [header, ...others] = lines;
    const rows = others.slice(0, -1);
    const end = others.slice(-1);
    if (header === undefined) throw new Error('no header');
    const wrong: Readonly<Record<string, readonly DumpLine[]>> = {
      empty: [],
      'without a header': others,
      'with two headers': [header, ...lines],
      'without its end': [header, ...rows],
      'without a row': [header, ...rows.slice(1), ...end],
      'with a row twice': [header, ...rows.slice(0, 1), ...rows, ...end],
      'with a row after its end': [...lines, ...rows.slice(0, 1)],
      'with children before parents': [header, ...rows.toReversed(), ...end],
      'with a row of no table': [header, { kind: 'row', table: 'pg_authid', row: {} }, ...rows, ...end],
      'with a column too many': [header, ...rows.map((line) => withRow(line, { more: 1 })), ...end],
      'with a value of another type': [header, ...rows.map((line) => withRow(line, { id: 'x' })), ...end],
    };
    for (const [name, broken] of Object.entries(wrong)) {
      const refused = failureOf(await target.registry.restore(each(broken)));
      expect([name, refused.code], refused.message).toEqual([name, 'unreadable']);
      expect(total(await contents(target)), name).toBe(0);
    }
  });

  it('leaves nothing behind when any part of the text is cut off or changed', async () => {
    await fill(source);
    const text = Buffer.concat(await collected(writeText(source.registry.dump(AT, '1.2.3'))));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, flip, cut) => {
          const broken = Buffer.from(text.subarray(0, cut ? at : text.length));
          if (!cut) broken[at] = (broken[at] ?? 0) ^ flip;
          const refused = failureOf(await target.registry.restore(readText(each([broken]))));
          expect(['unreadable', 'usage']).toContain(refused.code);
          expect(await onDatabase(target, count)).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('hands on what the reading of the lines says', async () => {
    const gone = failureOf(await target.registry.restore(failing()));
    expect(gone).toEqual({ code: 'unreadable', message: 'the disk is gone' });
  });
});

async function* failing(): AsyncGenerator<DumpLine> {
  for (const line of await linesOf(source.registry)) if (line.kind === 'header') yield line;
  throw new RegistryError({ code: 'unreadable', message: 'the disk is gone' });
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

async function linesOf(registry: Registry): Promise<readonly DumpLine[]> {
  const lines: DumpLine[] = [];
  for await (const line of registry.dump(AT, '1.2.3')) lines.push(line);
  return lines;
}

async function collected(text: AsyncIterable<string>): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of text) pieces.push(Buffer.from(piece));
  return pieces;
}

/** As a file would be read: in pieces that end anywhere. */
async function* throughText(lines: AsyncIterable<DumpLine>): AsyncGenerator<DumpLine> {
  const text = Buffer.concat(await collected(writeText(lines)));
  const pieces = Array.from({ length: Math.ceil(text.length / 997) }, (_, n) =>
    text.subarray(n * 997, (n + 1) * 997),
  );
  yield* readText(each(pieces));
}

function withRow(line: DumpLine, row: Readonly<Record<string, unknown>>): DumpLine {
  return line.kind === 'row' ? { ...line, row: { ...line.row, ...row } } : line;
}

type Contents = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Every row of every table as the database writes it. */
function contents(fresh: FreshRegistry): Promise<Contents> {
  return onDatabase(fresh, async (db) => {
    const all: Record<string, Readonly<Record<string, unknown>>[]> = {};
    for (const { name } of TABLES.map(getTableConfig)) {
      const rows = await db.execute<{ row: Record<string, unknown> }>(
        sql`SELECT to_jsonb(t) AS row FROM ${sql.identifier(name)} AS t ORDER BY to_jsonb(t)::text`,
      );
      all[name] = rows.map(({ row }) => row);
    }
    return all;
  });
}

function total(all: Contents): number {
  return Object.values(all).reduce((sum, rows) => sum + rows.length, 0);
}

async function count(db: Database): Promise<number> {
  const counts = TABLES.map(getTableConfig).map(
    ({ name }) => sql`(SELECT count(*) FROM ${sql.identifier(name)})`,
  );
  const [row] = await db.execute<{ count: string }>(sql`SELECT ${sql.join(counts, sql` + `)} AS count`);
  return Number(row?.count);
}

/** Rows in every table: one with everything a column can hold, one with nothing where nothing may be. */
function fill(fresh: FreshRegistry): Promise<void> {
  return onDatabase(fresh, async (db) => {
    const written = new Map<string, readonly Record<string, unknown>[]>();
    const visit = async (table: PgTable): Promise<void> => {
      const { name, columns, foreignKeys } = getTableConfig(table);
      if (written.has(name)) return;
      const parents = new Map<string, { readonly table: string; readonly column: string }>();
      for (const key of foreignKeys) {
        const { columns: own, foreignTable, foreignColumns } = key.reference();
        await visit(foreignTable);
        const [column] = foreignColumns;
        if (own[0] === undefined || column === undefined) throw new Error(`odd key of ${name}`);
        parents.set(own[0].name, { table: getTableConfig(foreignTable).name, column: column.name });
      }
      const rows = [0, 1].map((n) => {
        const row: Record<string, unknown> = {};
        for (const column of columns) {
          const parent = parents.get(column.name);
          if (parent !== undefined) row[column.name] = written.get(parent.table)?.[n]?.[parent.column];
          else row[column.name] = n === 1 && !column.notNull ? null : sampleOf(name, column, n);
        }
        return row;
      });
      written.set(name, rows);
      await db.execute(sql`INSERT INTO ${sql.identifier(name)} OVERRIDING SYSTEM VALUE
        SELECT * FROM jsonb_populate_recordset(NULL::${sql.identifier(name)}, ${JSON.stringify(rows)}::text::jsonb)`);
    };
    for (const table of TABLES) await visit(table);
  });
}

/** JSON that a careless way through text, JavaScript or another encoding would not survive. */
const ODD_TEXT = 'Å \u2028\u2029 \\x00 "quoted", tab\t newline\n 🧪 </script> \u0001';
const ODD_JSON = {
  [ODD_TEXT]: [ODD_TEXT, null, true, 0.1, 1e300, -0.5, 9007199254740991, { deep: [[]] }],
  '': {},
};

/** A value of a column's type; `n` tells rows apart where they must differ. */
function sampleOf(table: string, column: PgColumn, n: number): unknown {
  const type = column.getSQLType();
  // two pulls of one source do not run at once, and a dump of one that runs is another test
  if (table === 'pull' && column.name === 'state') return 'finished';
  if (table === 'crate_version' && column.name === 'state') return 'superseded';
  if (type === 'uuid') return crypto.randomUUID();
  if (type === 'bytea') return `\\x00ff0${n}${Buffer.from(`${table}.${column.name}`).toString('hex')}`;
  if (type === 'jsonb') return ODD_JSON;
  if (type === 'boolean') return n === 0;
  if (type === 'xid8') return '5';
  if (type === 'bigint') return column.primary ? n + 3 : 9_007_199_254_740_991;
  if (type === 'smallint' || type === 'integer') return column.notNull ? n + 1 : -7;
  if (type.startsWith('timestamp')) return '2026-08-12T23:59:59.123456+02:00';
  if (type === 'text') return `${ODD_TEXT} ${n}`;
  throw new Error(`a column of type ${type} needs a sample`);
}
