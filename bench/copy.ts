import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { PGlite } from '@electric-sql/pglite';
import { places } from '../src/registry/embedded/places.ts';
import type { BenchDatabase } from './pull.ts';

/** What COPY took for the rows that are in a registry. */
export interface Copied {
  readonly rows: number;
  readonly seconds: number;
}

/** A database as far as copying goes. */
interface Copier {
  names(): Promise<readonly string[]>;
  out(table: string): Promise<Uint8Array>;
  statement(text: string): Promise<void>;
  /** Copies into tables, in one transaction. */
  into(texts: ReadonlyMap<string, Uint8Array>): Promise<void>;
  close(): Promise<void>;
}

const TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename";

/**
 * Copies every row of a registry that nobody has open, as text in memory, into empty tables of the same columns, constraints
 * and indexes (without foreign keys), in one transaction: the least that writing these rows can cost.
 */
export async function copyRows(database: BenchDatabase): Promise<Copied> {
  const copier =
    database.databaseUrl === null ? await embedded(database.dataDir) : server(database.databaseUrl);
  try {
    const texts = new Map<string, Uint8Array>();
    let rows = 0;
    for (const name of await copier.names()) {
      const text = await copier.out(name);
      if (text.length === 0) continue;
      await copier.statement(`CREATE TABLE "copy_${name}" (LIKE "${name}" INCLUDING ALL)`);
      texts.set(`copy_${name}`, text);
      // text format: a row a line, line breaks in values escaped
      for (const byte of text) if (byte === 0x0a) rows += 1;
    }
    const started = performance.now();
    await copier.into(texts);
    return { rows, seconds: (performance.now() - started) / 1000 };
  } finally {
    await copier.close();
  }
}

/** By psql, as an administrator would. */
function server(url: string): Copier {
  return {
    names: async () =>
      String(await psql(url, [TABLES]))
        .split('\n')
        .filter((name) => name !== ''),
    out: (table) => psql(url, [`COPY "${table}" TO STDOUT`]),
    statement: async (text) => {
      await psql(url, [text]);
    },
    into: async (texts) => {
      const commands = [...texts.keys()].map((table) => `\\copy "${table}" FROM PSTDIN`);
      await psql(url, commands, function* () {
        for (const text of texts.values()) {
          yield text;
          yield Buffer.from('\\.\n');
        }
      });
    },
    close: async () => {},
  };
}

/** Commands in one transaction; what they print. */
async function psql(
  url: string,
  commands: readonly string[],
  input: () => Iterable<Uint8Array> = () => [],
): Promise<Buffer> {
  const options = commands.flatMap((command) => ['-c', command]);
  const child = spawn('psql', ['-XAtq', '-1', '-v', 'ON_ERROR_STOP=1', ...options, url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const printed: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  const ended = once(child, 'close');
  await pipeline(input, child.stdin);
  const [code] = await ended;
  if (code !== 0) throw new Error(`psql ended with ${code}`);
  return Buffer.concat(printed);
}

/** The engine itself: what comes through its socket cannot be copied from. */
async function embedded(dataDir: string): Promise<Copier> {
  const found = places(dataDir);
  if (!found.ok) throw new Error(found.failure.message);
  const db = await PGlite.create({ dataDir: found.value.database });
  return {
    names: async () => (await db.query<{ name: string }>(TABLES)).rows.map(({ name }) => name),
    out: async (table) => {
      const { blob } = await db.query(`COPY "${table}" TO '/dev/blob'`);
      return new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
    },
    statement: async (text) => {
      await db.exec(text);
    },
    into: async (texts) => {
      await db.transaction(async (tx) => {
        for (const [table, text] of texts) {
          await tx.query(`COPY "${table}" FROM '/dev/blob'`, [], { blob: new Blob([new Uint8Array(text)]) });
        }
      });
    },
    close: () => db.close(),
  };
}
