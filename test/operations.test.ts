import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../src/cli/program.ts';
import { parseConfig } from '../src/config/load.ts';
import { OPERATOR } from '../src/model/caller.ts';
import { onDatabase } from './registry/sql.ts';
import { put, smallCrate, testBridge, valueFrom } from './support/bridge.ts';

const text = await readFile(new URL('../docs/operations.md', import.meta.url), 'utf8');
const scaling = await readFile(new URL('../docs/scaling.md', import.meta.url), 'utf8');

/** Code blocks of a language. */
function blocks(language: string): readonly string[] {
  const found = text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'));
  return [...found].map(([, block]) => block ?? '');
}

/** Commands of the shell blocks, and those named in the prose of both documents. */
const COMMANDS = [
  ...blocks('sh').flatMap((block) => block.trim().split('\n')),
  ...[...`${text}${scaling}`.matchAll(/`(crate-bridge [a-z][^`\n]*)`/g)].map(([, command]) => command ?? ''),
];

describe('docs/operations.md', () => {
  it.each([...new Set(COMMANDS)])('%s is a command as it is written', (line) => {
    const words = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
    expect(misfits(words.filter((word) => !/^[A-Z_]+=/.test(word)).slice(1))).toEqual([]);
  });

  it.each(blocks('json').map((block, index) => [index + 1, block] as const))(
    'its configuration %i holds',
    (_index, block) => {
      valueFrom(parseConfig(block, '/etc/crate-bridge.json'));
    },
  );

  it('takes lines of unchanged crates away, and keeps the counts', async () => {
    const [statement = ''] = blocks('sql');
    const sources = [{ name: 'a', kind: 'directory', path: 'crates' }];
    const test = await testBridge({ facilities: [{ code: 'ALS', sources }] });
    const pull = async () => valueFrom(await test.bridge.pull({ sources: [], dryRun: false }, OPERATOR))[0];
    await put(test.dir, 'crates/ro-crate-metadata.json', JSON.stringify(smallCrate({ files: [] })));
    const [first, old, recent] = [await pull(), await pull(), await pull()];
    await onDatabase(test.database, async (db) => {
      const then = sql`now() - interval '100 days'`;
      await db.execute(sql`UPDATE pull SET finished_at = ${then} WHERE id IN (${first?.id}, ${old?.id})`);
      await db.execute(sql.raw(statement));
    });
    const left = [];
    for (const report of [first, old, recent]) {
      const kept = valueFrom(await test.bridge.pullReport(String(report?.id), OPERATOR)).report;
      left.push([kept.registered, kept.unchanged, kept.items.length]);
    }
    expect(left).toEqual([
      [1, 0, 1],
      [0, 1, 0],
      [0, 1, 1],
    ]);
    await test.dispose();
  });
});

/** What of a command line the program does not know. */
function misfits(words: readonly string[]): readonly string[] {
  const program = createProgram();
  let command: Command = program;
  const wrong: string[] = [];
  const positional: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const below = positional.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
    if (below !== undefined) command = below;
    else if (word.startsWith('-') && word !== '-') {
      const option = [...command.options, ...program.options].find(
        ({ short, long }) => word === short || word === long,
      );
      if (option === undefined) wrong.push(`${command.name()} has no ${word}`);
      else if (option.required || option.optional) at += 1;
    } else positional.push(word);
  }
  const takes = command.registeredArguments;
  if (command === program || command.commands.length > 0) wrong.push('a command is missing');
  if (positional.length > takes.length && takes.at(-1)?.variadic !== true) wrong.push('too many arguments');
  return wrong;
}
