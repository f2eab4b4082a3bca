import { sql } from 'drizzle-orm';
import { type Failure, failure, type Outcome, success } from '../../model/failure.ts';
import type { DumpLine } from '../archive-contract.ts';
import type { Database } from '../database.ts';
import { codeOf } from '../errors.ts';
import { RegistryError } from '../rebuild.ts';
import { latestKnownSchema } from '../schema-state.ts';
import type { Store } from '../store.ts';
import { ARCHIVED, type ArchivedTable } from './tables.ts';

/** Bounds of one statement, so that memory follows them and not the size of the dump. */
const BATCH_ROWS = 5_000;
const BATCH_CHARACTERS = 4 * 1024 * 1024;

/** SQLSTATE classes of rows that are not what a dump holds: data exceptions, integrity violations. */
const NOT_A_DUMPS = /^(22|23)/;

type Header = Extract<DumpLine, { readonly kind: 'header' }>;
type Row = Readonly<Record<string, unknown>>;
interface Restored {
  readonly rows: number;
  readonly tables: number;
}

/**
 * Writes the lines of a dump into an empty registry, in one transaction: all or nothing. A pull that was running when the dump
 * was made is written as failed: its jobs are not in the dump. Changes keep their transaction ids, which are another server's:
 * the feed knows such rows (changes/position.ts) and goes on after them.
 */
export async function restore(store: Store, lines: AsyncIterable<DumpLine>): Promise<Outcome<Restored>> {
  const reader = lines[Symbol.asyncIterator]();
  try {
    const header = await readHeader(reader);
    if (!header.ok) return header;
    let begun = false;
    return await store.transaction(
      async (tx) => {
        if (begun) return failure('busy', 'The database undid the restore. Nothing was left; try again.');
        const empty = await lockAndLook(tx);
        if (!empty.ok) return empty;
        begun = true;
        return await writeAll(tx, header.value, reader);
      },
      { once: true },
    );
  } catch (error) {
    if (error instanceof RegistryError) return { ok: false, failure: error.failure };
    throw error;
  } finally {
    await reader.return?.();
  }
}

async function readHeader(reader: AsyncIterator<DumpLine>): Promise<Outcome<Header>> {
  const first = await reader.next();
  if (first.done === true || first.value.kind !== 'header') {
    return failure('unreadable', 'This is no dump of crate-bridge: its first line is no header.', {
      where: 'line 1',
    });
  }
  const header = first.value;
  const known = latestKnownSchema();
  if (header.schema === known) return success(header);
  const facts = { where: 'line 1', found: `schema ${header.schema}`, expected: `schema ${known}` };
  return header.schema > known
    ? failure(
        'usage',
        `The dump is of a newer crate-bridge (${header.version}); restore it with that.`,
        facts,
      )
    : failure(
        'usage',
        `The dump is of crate-bridge ${header.version}, whose tables were others. Restore it with that version; this one ` +
          'upgrades the database when it opens it.',
        facts,
      );
}

/** Nobody else may write until the end, and nobody may have written before. */
async function lockAndLook(tx: Database): Promise<Outcome<void>> {
  const names = ARCHIVED.map(({ name }) => sql`${sql.identifier(name)}`);
  await tx.execute(sql`LOCK TABLE ${sql.join(names, sql`, `)} IN SHARE ROW EXCLUSIVE MODE`);
  const looks = ARCHIVED.map(
    ({ name }) => sql`SELECT ${name}::text AS name WHERE EXISTS (SELECT FROM ${sql.identifier(name)})`,
  );
  const filled = await tx.execute<{ name: string }>(sql.join(looks, sql` UNION ALL `));
  if (filled.length === 0) return success(undefined);
  const found = filled.map(({ name }) => name).sort();
  const more = found.length > 3 ? ` and ${found.length - 3} other tables` : '';
  return failure(
    'usage',
    `The registry is not empty: it has rows of ${found.slice(0, 3).join(', ')}${more}.`,
    {
      expected: 'an empty database or data folder of its own (DATABASE_URL, --data)',
    },
  );
}

async function writeAll(
  tx: Database,
  header: Header,
  reader: AsyncIterator<DumpLine>,
): Promise<Outcome<Restored>> {
  const counts = new Map<string, number>(ARCHIVED.map(({ name }) => [name, 0]));
  let number = 1;
  let batch = new Batch();
  for (;;) {
    const next = await reader.next();
    number += 1;
    if (next.done === true) return notWhole('The dump ends before its last line.', number);
    const line = next.value;
    if (line.kind === 'header') return notWhole('The dump has a second header.', number);
    if (line.kind === 'end') {
      const written = await batch.write(tx);
      if (!written.ok) return written;
      const differing = difference(counts, line.rows);
      if (differing !== null) return notWhole(differing, number);
      break;
    }
    const table = ARCHIVED.find(({ name }) => name === line.table);
    const wrong = table === undefined ? `There is no table ${line.table}.` : columnsDiffer(table, line.row);
    if (table === undefined || wrong !== null) return notWhole(wrong ?? '', number);
    counts.set(table.name, (counts.get(table.name) ?? 0) + 1);
    if (!batch.takes(table)) {
      const written = await batch.write(tx);
      if (!written.ok) return written;
      batch = new Batch();
    }
    batch.add(table, line.row, number);
  }
  if ((await reader.next()).done !== true) return notWhole('The dump goes on after its end.', number + 1);
  await endPulls(tx, header.at);
  await continueNumbers(tx);
  const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return success({ rows, tables: ARCHIVED.length });
}

/** Rows of one table that are written as one set. */
class Batch {
  #table: ArchivedTable | null = null;
  #rows: string[] = [];
  #characters = 0;
  #firstLine = 0;
  #lastLine = 0;

  /** Whether a row of this table may still be added. */
  takes(table: ArchivedTable): boolean {
    if (this.#table === null) return true;
    return this.#table === table && this.#rows.length < BATCH_ROWS && this.#characters < BATCH_CHARACTERS;
  }

  add(table: ArchivedTable, row: Row, line: number): void {
    const json = JSON.stringify(row);
    if (this.#table === null) this.#firstLine = line;
    this.#table = table;
    this.#lastLine = line;
    this.#rows.push(json);
    this.#characters += json.length;
  }

  async write(tx: Database): Promise<Outcome<void>> {
    const table = this.#table;
    if (table === null) return success(undefined);
    const columns = sql.join(
      [...table.columns].map((column) => sql`${sql.identifier(column)}`),
      sql`, `,
    );
    const name = sql.identifier(table.name);
    try {
      await tx.execute(
        sql`INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE
            SELECT ${columns} FROM jsonb_populate_recordset(NULL::${name}, ${`[${this.#rows.join(',')}]`}::text::jsonb)`,
      );
      return success(undefined);
    } catch (error) {
      const code = codeOf(error);
      if (!NOT_A_DUMPS.test(code)) throw error;
      return failure(
        'unreadable',
        `The database refuses rows of ${table.name} (${code}): not as they were dumped.`,
        {
          where: `lines ${this.#firstLine} to ${this.#lastLine}`,
        },
      );
    }
  }
}

/** What is wrong with a row's columns; null when they are the table's. */
function columnsDiffer(table: ArchivedTable, row: Row): string | null {
  const found = Object.keys(row);
  const unknown = found.find((column) => !table.columns.has(column));
  if (unknown !== undefined)
    return `A row of ${table.name} has a column ${unknown}, which the table has not.`;
  const missing = [...table.columns].find((column) => !Object.hasOwn(row, column));
  return missing === undefined ? null : `A row of ${table.name} has no column ${missing}.`;
}

function difference(
  counts: ReadonlyMap<string, number>,
  said: Readonly<Record<string, number>>,
): string | null {
  const names = new Set([...counts.keys(), ...Object.keys(said)]);
  for (const name of names) {
    const read = counts.get(name) ?? 0;
    if (read !== said[name]) {
      return `The dump has ${read} rows of ${name}, and says at its end that there were ${said[name] ?? 'none'}.`;
    }
  }
  return null;
}

function notWhole(message: string, line: number): { readonly ok: false; readonly failure: Failure } {
  return failure('unreadable', `${message} Nothing was restored.`, { where: `line ${line}` });
}

/** What a pull had still to do is left to the next one, and its counts are those of what it did. */
async function endPulls(tx: Database, at: string): Promise<void> {
  const error: Failure = {
    code: 'service_unavailable',
    message:
      'The pull was under way when the registry was dumped; the next one goes on with what it had not done.',
  };
  const json = JSON.stringify(error);
  await tx.execute(sql`
    UPDATE pull_item SET outcome = 'failed', error = ${json}::text::jsonb, finished_at = ${at}::text::timestamptz
    WHERE outcome IS NULL AND pull_id IN (SELECT id FROM pull WHERE state = 'running')`);
  const count = (outcome: string) =>
    sql`(SELECT count(*) FROM pull_item i WHERE i.pull_id = pull.id AND i.outcome = ${outcome})`;
  await tx.execute(sql`
    UPDATE pull SET state = 'failed', finished_at = ${at}::text::timestamptz, error = ${json}::text::jsonb,
      registered = ${count('registered')}, updated = ${count('updated')}, unchanged = ${count('unchanged')},
      quarantined = ${count('quarantined')}, failed = ${count('failed')}, conflict = ${count('conflict')},
      withdrawn = ${count('withdrawn')}
    WHERE state = 'running'`);
}

/** What the database numbers itself goes on after the highest number restored. */
async function continueNumbers(tx: Database): Promise<void> {
  for (const { name, identity } of ARCHIVED) {
    if (identity === null) continue;
    await tx.execute(
      sql`SELECT setval(pg_get_serial_sequence(${name}, ${identity}),
            (SELECT coalesce(max(${sql.identifier(identity)}), 0) + 1 FROM ${sql.identifier(name)}), false)`,
    );
  }
}
