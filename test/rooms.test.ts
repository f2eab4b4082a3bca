import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** Which rooms a room may import (CONTRIBUTING.md); itself always. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  config: ['model'],
  net: ['model'],
  sources: ['model', 'net', 'crate'],
  crate: ['model'],
  profiles: ['model', 'crate'],
  mapping: ['model', 'crate'],
  registry: ['model'],
  storage: ['model', 'net'],
  bridge: ['model', 'config', 'net', 'sources', 'crate', 'profiles', 'mapping', 'registry', 'storage'],
  http: ['model', 'config', 'bridge'],
  // `serve` starts the other door.
  cli: ['model', 'config', 'bridge', 'http'],
};

/** Rooms without a clock, a network, a database or a file system: values in, values out. */
const PURE = ['model', 'crate', 'profiles', 'mapping'];
const REACHES_OUT =
  /^(node:(?!crypto$|buffer$)|undici$|postgres$|drizzle-orm|hono|@hono\/|@electric-sql\/|pino$)/;

async function sourceFiles(): Promise<readonly string[]> {
  const entries = await readdir(SRC, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile() && e.name.endsWith('.ts')).map((e) => join(e.parentPath, e.name));
}

function importsOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function roomOf(path: string): string {
  return relative(SRC, path).split(sep)[0] ?? '';
}

describe('the rooms', async () => {
  const files = await sourceFiles();

  it.each(Object.keys(MAY_IMPORT))('%s imports only what stands behind it', (room) => {
    const own = files.filter((file) => roomOf(file) === room);
    expect(own.length).toBeGreaterThan(0);
    const wrong = own.flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => resolve(dirname(file), name))
        .filter((target) => target.startsWith(SRC))
        .filter((target) => roomOf(target) !== room && !MAY_IMPORT[room]?.includes(roomOf(target)))
        .map((target) => `${relative(SRC, file)} imports ${relative(SRC, target)}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(PURE)('%s is pure', (room) => {
    const wrong = files
      .filter((file) => roomOf(file) === room)
      .flatMap((file) =>
        [
          ...importsOf(file).filter((name) => REACHES_OUT.test(name)),
          ...(readFileSync(file, 'utf8').match(
            /\b(?:Date\.now|new Date\(\)|Math\.random|fetch\(|process\.)/g,
          ) ?? []),
        ].map((what) => `${relative(SRC, file)}: ${what}`),
      );
    expect(wrong).toEqual([]);
  });

  it('has no room the table does not know', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
  });
});
