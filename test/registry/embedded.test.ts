import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import { openPool } from '../../src/registry/database.ts';
import { openRegistry } from '../../src/registry/open.ts';
import { failureOf, listAll, namesIn, value } from './answers.ts';
import { crate, rowsOf } from './crates.ts';

const FAST_START = new URL('../../bin/fast-start.js', import.meta.url).href;
const OTHER_PROCESS = fileURLToPath(new URL('./other-process.ts', import.meta.url));

let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'crate-bridge-embedded-'));
  await migrated(dataDir);
});

/** Fills a folder with what making a database there would, where the run has that at hand. */
async function migrated(folder: string): Promise<void> {
  const template = inject('registryTemplate');
  if (template.kind === 'embedded') await cp(template.folder, folder, { recursive: true });
}

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(dataDir, { recursive: true, force: true });
});

/** A process on the data folder, and the lines it says. */
function process_(task: string, prefix = 'p', folder = dataDir) {
  const child = spawn(process.execPath, ['--import', FAST_START, OTHER_PROCESS, folder, task, prefix], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => said.push(line));
  return {
    child,
    said,
    async until(enough: (said: readonly string[]) => boolean): Promise<readonly string[]> {
      while (!enough(said)) await once(lines, 'line');
      return said;
    },
    async ended(): Promise<void> {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

const open = (folder = dataDir) => openRegistry({ databaseUrl: null, dataDir: folder });
const has = (line: string) => (said: readonly string[]) => said.includes(line);

describe('the embedded database', () => {
  it('is made once, also where that was begun and killed, and its owner’s alone to read', async () => {
    const folder = join(dataDir, 'made', 'here');
    await mkdir(join(folder, 'database.new', 'base'), { recursive: true });
    await writeFile(join(folder, 'database.new', 'PG_VERSION'), '18');
    await chmod(folder, 0o755);
    const registry = value(await open(folder));
    value(await registry.register(crate({ name: 'kept' })));
    await registry.close();
    expect((await stat(folder)).mode & 0o077).toBe(0);
    const again = value(await open(folder));
    expect(await namesIn(again, 'crates')).toEqual(['kept']);
    await again.close();
  });

  it('serves other processes while its owner runs, and one of them afterwards', async () => {
    const owner = process_('wait');
    await owner.until(has('open'));
    const registry = value(await open());
    value(await registry.register(crate({ name: 'by the second' })));
    const third = process_('register-once', 'by-the-third');
    await third.until(has('closed'));
    expect(third.said).toContain('registered by-the-third');
    expect(await namesIn(registry, 'crates')).toEqual(['by the second', 'by-the-third']);

    owner.child.stdin?.write('close\n');
    await owner.until(has('closed'));
    await owner.ended();
    // the first question may meet the connection that broke; none waits, and the next one is answered
    await registry.ping();
    expect(await namesIn(registry, 'crates')).toEqual(['by the second', 'by-the-third']);
    const fourth = process_('register-once', 'by-the-fourth');
    await fourth.until(has('closed'));
    await registry.close();
    const last = value(await open());
    expect(await namesIn(last, 'crates')).toEqual(['by the second', 'by-the-fourth', 'by-the-third']);
    await last.close();
  });

  it('has one owner when many start at once', async () => {
    const many = Array.from({ length: 3 }, (_, index) => process_('register-once', `p${index}`));
    for (const each of many) await each.until(has('closed'));
    expect(many.map(({ said }) => said[1])).toEqual(many.map((_, index) => `registered p${index}`));
    const registry = value(await open());
    expect(await namesIn(registry, 'crates')).toEqual(['p0', 'p1', 'p2']);
    await registry.close();
  });

  it('loses nothing it has answered when its process is killed, and has no crate in part', async () => {
    const answered: string[] = [];
    for (const prefix of ['first', 'second']) {
      const victim = process_('register', prefix);
      const bystander = process_('wait');
      await victim.until((said) => said.filter((line) => line.startsWith('registered')).length >= 5);
      victim.child.kill('SIGKILL');
      await victim.ended();
      answered.push(...victim.said.filter((line) => line.startsWith('registered')).map((l) => l.slice(11)));
      bystander.child.kill('SIGKILL');
      await bystander.ended();
    }
    const registry = value(await open());
    const { items } = await listAll(registry, 'crates');
    const names = items.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(answered));
    for (const item of items) {
      const files = await listAll(registry, 'files', { crate: [item.id] });
      expect([item.files, item.runs, files.items.length], item.name ?? '').toEqual([40, 1, 40]);
    }
    for await (const version of registry.versions()) {
      const rows = rowsOf(version.crateIri, JSON.parse(Buffer.from(version.document).toString('utf8')));
      expect(value(await registry.replaceRows(version, rows, { check: true })).differences).toEqual([]);
    }
    await registry.close();
  });

  it('says that it is unavailable when nobody can own it', async () => {
    const owner = process_('wait');
    await owner.until(has('open'));
    const registry = value(await open());
    owner.child.kill('SIGKILL');
    await owner.ended();
    await rm(dataDir, { recursive: true, force: true });
    await writeFile(dataDir, 'no folder');
    expect(failureOf(await registry.ping()).code).toBe('database_unavailable');
    expect(failureOf(await registry.register(crate({ name: 'x' }))).code).toBe('database_unavailable');
    await registry.close();
    expect(failureOf(await open()).code).toBe('database_unavailable');
  });

  it('puts its socket where its name fits', async () => {
    const folder = join(dataDir, 'a'.repeat(60), 'b'.repeat(60));
    await mkdir(folder, { recursive: true });
    await migrated(folder);
    const registry = value(await open(folder));
    const second = process_('register-once', 'x', folder);
    await second.until(has('closed'));
    expect(second.said).toContain('registered x');
    expect(await namesIn(registry, 'crates')).toEqual(['x']);
    await registry.close();
    expect(await readdir(folder)).not.toContain('postgresql.sock');
  });

  it('is left alone by a program older than what wrote it', async () => {
    const registry = value(await open());
    const pool = openPool({ kind: 'embedded', socket: join(dataDir, 'postgresql.sock') }, 1);
    await pool.db.execute(
      sql`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('later', 9999999999999)`,
    );
    await pool.end();
    expect(failureOf(await open())).toMatchObject({ code: 'database_unavailable', retryable: false });
    await registry.close();
    expect(failureOf(await open()).message).toContain('newer');
  });
});

describe('its socket', () => {
  it('undoes the transaction of a client that goes away, and the next one has its turn', async () => {
    const registry = value(await open());
    const socket = join(dataDir, 'postgresql.sock');
    const quitter = openPool({ kind: 'embedded', socket }, 1);
    const began = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    const left = quitter.db
      .transaction(async (tx) => {
        await tx.execute(sql`INSERT INTO audit (at, caller, action, subject) VALUES (now(), 'x', 'x', 'x')`);
        began.resolve();
        await never.promise;
      })
      .catch(() => {});
    await began.promise;
    const waiting = registry.list('crates', {}, { limit: 1, cursor: null }, OPERATOR);
    await quitter.end();
    expect(value(await waiting).total).toBe(0);
    never.resolve();
    await left;
    const pool = openPool({ kind: 'embedded', socket }, 1);
    expect(await pool.db.execute(sql`SELECT 1 FROM audit`)).toHaveLength(0);
    await pool.end();
    await registry.close();
  });

  it('closes on bytes that are no protocol, and goes on for others', async () => {
    const registry = value(await open());
    for (const bytes of [
      Buffer.alloc(64),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from([0, 0, 0, 8, 4, 210, 22, 46]),
    ]) {
      const client = connect(join(dataDir, 'postgresql.sock'));
      client.on('error', () => {});
      client.write(bytes);
      if (bytes.length === 64) await once(client, 'close');
      else client.destroy();
      value(await registry.ping());
    }
    await registry.close();
  });
});
