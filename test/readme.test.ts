import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../src/config/load.ts';
import { type CliOptions, onDatabase, runCli, type Serving, serve } from './support/cli.ts';
import { type FreshDatabase, freshDatabase } from './support/database.ts';

const PROJECT = fileURLToPath(new URL('../', import.meta.url));
const readme = await readFile(join(PROJECT, 'README.md'), 'utf8');

function blocks(language: string): readonly string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (match) => match[1] ?? '',
  );
}

describe('the README', () => {
  let cwd = '';
  let serving: Serving | null = null;
  let database: FreshDatabase;
  let at: CliOptions;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-readme-'));
    await cp(join(PROJECT, 'crates'), join(cwd, 'crates'), { recursive: true });
    await writeFile(join(cwd, 'crate-bridge.json'), blocks('json')[0] ?? '');
    // The commands of the test then find the embedded database open.
    database = await freshDatabase();
    at = { cwd, env: onDatabase(database) };
    serving = await serve(at);
  });
  afterAll(async () => {
    await serving?.stop();
    await database.dispose();
    await rm(cwd, { recursive: true, force: true });
  });

  it('has configurations that hold', () => {
    expect(blocks('json').length).toBeGreaterThan(1);
    for (const block of blocks('json'))
      expect(parseConfig(block, join(cwd, 'crate-bridge.json'))).toMatchObject({ ok: true });
  });

  it('has commands that work as they stand', async () => {
    const commands = blocks('sh').flatMap((block) =>
      block.split('\n').filter((line) => line.startsWith('npx crate-bridge ')),
    );
    expect(commands.length).toBeGreaterThan(3);
    for (const command of commands) {
      const run = await runCli(command.split(/\s+/).slice(2), at);
      expect(run, command).toMatchObject({ code: 0 });
      expect(run.stdout.trim(), command).not.toBe('');
      expect(run.stdout, command).not.toMatch(/^no \w+ \(of/);
    }
  });

  it('names only commands and options that exist', async () => {
    const help = await runCli(['--help'], at);
    for (const match of readme.matchAll(/npx crate-bridge (\w+)/g))
      expect(help.stdout).toContain(`  ${match[1]}`);
  });
});
