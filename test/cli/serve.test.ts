import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileItem, Page, RunItem } from '../../src/model/items.ts';
import type { PullReport } from '../../src/model/reports.ts';
import { put, smallCrate } from '../support/bridge.ts';
import { type CliOptions, onDatabase, runCli, runJson, type Serving, serve } from '../support/cli.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const small = Buffer.from('q I sigma\n');
const large = randomBytes(2 * 1024 * 1024 + 17);
const rotten = randomBytes(2 * 1024 * 1024);

describe('crate-bridge serve', () => {
  let cwd = '';
  let database: FreshDatabase;
  let at: CliOptions;
  let served: Serving;
  let files: readonly FileItem[] = [];
  const file = (name: string) => files.find((f) => f.file_name === name);
  const content = (name: string) => `${served.url}/api/v1/files/${file(name)?.id}/content/${name}`;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'crate-bridge-serve-'));
    database = await freshDatabase();
    at = { cwd, env: onDatabase(database) };
    const config = (metadata: string) => ({ metadata, content: metadata });
    await writeFile(
      join(cwd, 'crate-bridge.json'),
      JSON.stringify({
        facilities: [
          {
            code: 'ALS',
            access: config('public'),
            sources: [{ name: 'open', kind: 'directory', path: 'open' }],
          },
          {
            code: 'SSRL',
            access: config('restricted'),
            sources: [{ name: 'closed', kind: 'directory', path: 'closed' }],
          },
        ],
      }),
    );
    const flipped = Buffer.from(rotten);
    flipped[1_000_000] = (flipped[1_000_000] ?? 0) ^ 1;
    const entity = (id: string, bytes: Uint8Array) => ({ id, sha256: digest(bytes), size: bytes.length });
    for (const [path, bytes] of [
      ['small.dat', small],
      ['large.mrc', large],
      ['rotten.mrc', flipped],
    ] as const) {
      await put(cwd, `open/c/${path}`, bytes);
    }
    await put(cwd, 'closed/c/secret.dat', small);
    const open = [entity('small.dat', small), entity('large.mrc', large), entity('rotten.mrc', rotten)];
    await put(cwd, 'open/c/ro-crate-metadata.json', JSON.stringify(smallCrate({ files: open })));
    const closed = [entity('secret.dat', small)];
    await put(
      cwd,
      'closed/c/ro-crate-metadata.json',
      JSON.stringify(smallCrate({ files: closed, sample: 'SECRET' })),
    );
    served = await serve(at);
  });
  afterAll(async () => {
    expect(await served?.stop()).toBe(0);
    await database.dispose();
    await rm(cwd, { recursive: true, force: true });
  });

  it('lets another process on the same data folder pull and query while it runs', async () => {
    const pulled = await runJson<{ pulls: PullReport[] }>(['pull'], at);
    expect(pulled.code).toBe(0);
    expect(pulled.json.pulls.map((p) => p.registered)).toEqual([1, 1]);
    files = (await runJson<Page<FileItem>>(['files'], at)).json.items;
    expect(files).toHaveLength(4);
  });

  it('shows a stranger what is public and nothing else', async () => {
    const runs: Page<RunItem> = JSON.parse(await (await fetch(`${served.url}/api/v1/runs`)).text());
    expect(runs.total).toBe(1);
    expect(JSON.stringify(await (await fetch(`${served.url}/api/v1/samples`)).json())).not.toContain(
      'SECRET',
    );
    expect((await fetch(`${served.url}/api/v1/files/${file('secret.dat')?.id}`)).status).toBe(404);
    expect((await fetch(content('secret.dat'))).status).toBe(404);
  });

  it('streams what is right, and never ends what is wrong', async () => {
    for (const [name, bytes] of [
      ['small.dat', small],
      ['large.mrc', large],
    ] as const) {
      const answer = await fetch(content(name));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('repr-digest')).toBe(
        `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`,
      );
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    }
    const wrong = await fetch(content('rotten.mrc'));
    await expect(wrong.arrayBuffer()).rejects.toThrow();
    expect((await fetch(content('large.mrc'), { headers: { range: 'bytes=0-9' } })).status).toBe(409);
  });

  it('gives a token its reach, and no more', async () => {
    const made = await runCli(
      [
        'token',
        'create',
        '--name',
        'ssrl',
        '--scope',
        'metadata:read,content:read',
        '--facility',
        'SSRL',
        '--expires',
        '1h',
      ],
      at,
    );
    expect(made.code).toBe(0);
    const token = made.stdout.trim();
    const headers = { authorization: `Bearer ${token}` };
    const samples = await (await fetch(`${served.url}/api/v1/samples`, { headers })).text();
    expect(samples).toContain('SECRET');
    expect(await (await fetch(content('secret.dat'), { headers })).text()).toBe(small.toString());
    const pull = await fetch(`${served.url}/api/v1/pulls`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(pull.status).toBe(403);
    expect(
      (await fetch(`${served.url}/api/v1/runs`, { headers: { authorization: 'Bearer cb_wrong' } })).status,
    ).toBe(401);
    expect((await runCli(['token', 'revoke', 'ssrl'], at)).code).toBe(0);
    expect((await fetch(`${served.url}/api/v1/runs`, { headers })).status).toBe(401);
  });

  it('serves the same commands to another machine, which proves the bytes itself', async () => {
    const made = await runCli(['token', 'create', '--name', 'remote', '--scope', 'admin'], at);
    const env = { CRATE_BRIDGE_URL: served.url, CRATE_BRIDGE_TOKEN: made.stdout.trim() };
    const elsewhere = await mkdtemp(join(tmpdir(), 'crate-bridge-remote-'));
    try {
      const remote = { cwd: elsewhere, env };
      const here = await runJson<Page<FileItem>>(['files'], at);
      const there = await runJson<Page<FileItem>>(['files'], remote);
      expect(there.json.items.map((f) => f.id)).toEqual(here.json.items.map((f) => f.id));

      expect(await runCli(['fetch', file('large.mrc')?.id ?? ''], remote)).toMatchObject({ code: 0 });
      expect((await readFile(join(elsewhere, 'large.mrc'))).equals(large)).toBe(true);
      expect(await runCli(['fetch', file('rotten.mrc')?.id ?? ''], remote)).toMatchObject({ code: 1 });
      expect(await readdir(elsewhere)).toEqual(['large.mrc']);

      const pulled = await runJson<{ pulls: PullReport[] }>(['pull'], remote);
      expect(pulled.json.pulls.map((p) => p.unchanged)).toEqual([1, 1]);
      expect(await runCli(['fetch', '00000000-0000-4000-8000-000000000000'], remote)).toMatchObject({
        code: 66,
      });
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });

  it('signs in the person at the terminal, once', async () => {
    const first = await fetch(served.signIn, { redirect: 'manual' });
    expect(first.status).toBe(303);
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
    const samples = await (await fetch(`${served.url}/api/v1/samples`, { headers: { cookie } })).text();
    expect(samples).toContain('SECRET');
    expect((await fetch(served.signIn, { redirect: 'manual' })).status).toBe(401);
  });

  it('refuses to be reachable from elsewhere while nobody has a token', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'crate-bridge-fresh-'));
    const empty = await freshDatabase();
    try {
      const refused = await runCli(['serve', '--host', '0.0.0.0', '--port', '0'], {
        cwd: fresh,
        env: onDatabase(empty),
      });
      expect(refused.code).toBe(64);
      expect(refused.stderr).toContain('token create');
    } finally {
      await empty.dispose();
      await rm(fresh, { recursive: true, force: true });
    }
  });
});
