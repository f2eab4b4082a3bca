import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import type { FileItem } from '../../src/model/items.ts';
import type { PullReport } from '../../src/model/reports.ts';
import { put, smallCrate, valueFrom } from '../support/bridge.ts';
import { type CliOptions, onDatabase, runCli, runJson } from '../support/cli.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';

const CRATES = fileURLToPath(new URL('../../crates', import.meta.url));
const BYTES = 'q I sigma\n0.01 12.5 0.1\n';

describe('dump and restore', () => {
  let cwd = '';
  let first: FreshRegistry;
  let second: FreshRegistry;
  let here: CliOptions;
  let there: CliOptions;
  let secret = '';
  const dump = () => join(cwd, 'all.ndjson.gz');

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-dump-'));
    [first, second] = await Promise.all([freshRegistry(), freshRegistry()]);
    here = { cwd, env: onDatabase(first) };
    there = { cwd, env: onDatabase(second) };
    await cp(CRATES, join(cwd, 'crates'), { recursive: true });
    await put(cwd, 'crates/small/curve.dat', BYTES);
    const sha256 = createHash('sha256').update(BYTES).digest('hex');
    const small = smallCrate({ files: [{ id: 'curve.dat', sha256, size: BYTES.length }] });
    await put(cwd, 'crates/small/ro-crate-metadata.json', JSON.stringify(small));
    await put(cwd, 'crates/bad/ro-crate-metadata.json', '{"@graph": []}');
    const sources = [{ name: 'all', kind: 'directory', path: 'crates' }];
    await writeFile(
      join(cwd, 'crate-bridge.json'),
      JSON.stringify({ facilities: [{ code: 'ALS', timezone: 'America/Los_Angeles', sources }] }),
    );
    await runCli(['pull'], here);
    const made = await first.registry.createToken(
      {
        name: 'pipeline',
        kind: 'token',
        scopes: ['admin'],
        facilities: null,
        proposals: [],
        expiresAt: null,
      },
      new Date(),
    );
    secret = valueFrom(made).secret;
  });
  afterAll(async () => {
    await Promise.all([first.dispose(), second.dispose()]);
    await rm(cwd, { recursive: true, force: true });
  });

  it('carry the registry to another database, where everything is as it was', async () => {
    const file = (await files(first)).find(({ file_name }) => file_name === 'curve.dat');
    expect((await runCli(['fetch', String(file?.id), '-o', 'out.dat'], here)).code).toBe(0);

    const dumped = await runJson<{ rows: Record<string, number>; file: string }>(['dump', dump()], here);
    expect(dumped.code).toBe(0);
    expect(dumped.json).toMatchObject({ file: dump(), rows: { crate: 5, verification: 1, api_token: 1 } });
    // whoever has it has what every token may see
    expect((await stat(dump())).mode & 0o077).toBe(0);

    const restored = await runJson<{ rows: Record<string, number> }>(['restore', dump()], there);
    expect(restored.code).toBe(0);
    expect(restored.json.rows).toEqual(dumped.json.rows);
    expect(await files(second)).toEqual(await files(first));
    expect((await runCli(['rebuild', '--check'], there)).code).toBe(0);

    const grant = valueFrom(await second.registry.grantFor(secret, new Date()));
    expect(grant).toMatchObject({ name: 'pipeline', scopes: ['admin'] });

    const again = await runJson<{ pulls: readonly PullReport[] }>(['pull'], there);
    expect(again.json.pulls[0]).toMatchObject({ listed: 5, registered: 0, updated: 0, failed: 0 });
  });

  it('goes through a pipe as well, plain, with the report on stderr', async () => {
    const piped = await runCli(['dump', '-'], here);
    expect(piped.code).toBe(0);
    const lines = piped.stdout.trimEnd().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ kind: 'header', format: 'crate-bridge-dump/1' });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ kind: 'end', rows: { crate: 5 } });
    expect(piped.stderr).toContain('dumped');
    // secrets are in it as the digests the database holds
    expect(piped.stdout).not.toContain(secret);
    expect(piped.stdout).toContain(createHash('sha256').update(secret).digest('hex'));
  });

  it('replace no file unless told to, and leave none that is not whole', async () => {
    const before = await readFile(dump());
    const refused = await runJson(['dump', dump()], here);
    expect([refused.code, refused.json]).toEqual([64, { error: expect.objectContaining({ code: 'usage' }) }]);
    expect(await readFile(dump())).toEqual(before);
    expect((await runCli(['dump', dump(), '--force'], here)).code).toBe(0);
    expect((await runCli(['dump', join(cwd, 'no', 'such', 'folder')], here)).code).toBe(2);
    expect((await readdir(cwd)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('refuse a registry that has rows, and what is no whole dump', async () => {
    const full = await runCli(['restore', dump()], there);
    expect([full.code, full.stderr]).toEqual([64, expect.stringContaining('not empty')]);
    const cut = join(cwd, 'cut.ndjson.gz');
    await cp(dump(), cut);
    await truncate(cut, (await stat(cut)).size - 200);
    const third = await freshRegistry();
    try {
      const empty = { cwd, env: onDatabase(third) };
      for (const path of [cut, 'crate-bridge.json', 'nowhere.ndjson']) {
        const broken = await runJson(['restore', path], empty);
        expect([broken.code, broken.json]).toEqual([
          2,
          { error: expect.objectContaining({ code: 'unreadable' }) },
        ]);
      }
      // only an empty one takes it
      expect((await runCli(['restore', dump()], empty)).code).toBe(0);
    } finally {
      await third.dispose();
    }
  });
});

async function files({ registry }: FreshRegistry): Promise<readonly FileItem[]> {
  const page = { limit: 1000, cursor: null };
  return valueFrom(await registry.list('files', {}, page, OPERATOR)).items;
}
