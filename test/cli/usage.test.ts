import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

describe('the command line', () => {
  let cwd = '';
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-usage-'));
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it('explains itself', async () => {
    const help = await runCli(['--help'], { cwd });
    expect(help.code).toBe(0);
    for (const command of [
      'demo',
      'serve',
      'pull',
      'validate',
      'runs',
      'files',
      'fetch',
      'token',
      'rebuild',
    ]) {
      expect(help.stdout).toContain(command);
    }
    const one = await runCli(['runs', '--help'], { cwd });
    expect(one).toMatchObject({ code: 0, stdout: expect.stringContaining('--processing-status') });
    expect(one.stdout).toContain('--json');
  });

  it.each([
    [['pul'], /Did you mean pull\?/],
    [['runs', '--tecnique', 'saxs'], /--technique/],
    [['runs', '--limit', '0'], /whole number from 1 to 1000/],
    [['files', '--sha256', 'abc'], /64 hexadecimal digits/],
    [['token', 'create', '--name', 'x', '--scope', 'metadata:raed'], /did you mean metadata:read\?/],
    [['validate'], /missing required argument/],
    [['serve', '--port', '99999'], /whole number/],
  ])('%j exits 64 and says what would be right', async (args, message) => {
    const run = await runCli(args, { cwd });
    expect(run.code).toBe(64);
    expect(run.stderr).toMatch(message);
    expect(run.stderr).not.toMatch(/at .*\.ts:\d+/);
  });

  it('a wrong configuration exits 64 with the place, what was found and what is expected', async () => {
    await writeFile(join(cwd, 'wrong.json'), '{"facilities":[{"code":"ALS","timezon":"UTC","sources":[]}]}');
    const run = await runCli(['runs', '--config', 'wrong.json'], { cwd });
    expect(run.code).toBe(64);
    expect(run.stderr).toContain(
      '/facilities/0/timezon: found unknown property "timezon"; expected did you mean timezone?',
    );
  });

  it('a database that is not there exits 69 without its password', async () => {
    const env = { DATABASE_URL: 'postgres://someone:hunter2@127.0.0.1:1/none' };
    const run = await runCli(['runs', '--json'], { cwd, env });
    expect(run.code).toBe(69);
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'database_unavailable' } });
    expect(run.stdout + run.stderr).not.toContain('hunter2');
  });

  it('a service that is not there exits 69', async () => {
    const run = await runCli(['runs'], {
      cwd,
      env: { CRATE_BRIDGE_URL: 'http://127.0.0.1:1', CRATE_BRIDGE_TOKEN: 'cb_x' },
    });
    expect(run.code).toBe(69);
    expect(run.stderr).not.toContain('cb_x');
  });
});
