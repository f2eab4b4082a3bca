import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openRegistry } from '../../src/registry/open.ts';
import { freshDatabase } from '../support/database.ts';
import { databaseAt, onServer } from '../support/global-setup.ts';
import { failureOf, namesIn, registerAll, value } from './answers.ts';
import { crate } from './crates.ts';

const at = (databaseUrl: string) => openRegistry({ databaseUrl, dataDir: '/nonexistent' });

describe('a PostgreSQL that is not there', () => {
  it('is said with its host and without its password', async () => {
    const listening = createServer();
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await new Promise((resolve) => listening.close(resolve));
    for (const host of [`127.0.0.1:${port}`, 'no-such-host.invalid:5432']) {
      const failure = failureOf(await at(`postgres://user:hunter2@${host}/crates?sslmode=prefer`));
      expect(failure).toMatchObject({ code: 'database_unavailable', where: `${host}/crates` });
      expect(failure.message).toContain(host);
      expect(JSON.stringify(failure)).not.toContain('hunter2');
    }
  });

  it('is said when the server hangs up on us', async () => {
    const rude = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const address = rude.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const failure = failureOf(await at(`postgres://user:hunter2@127.0.0.1:${port}/crates`));
    expect(failure.code).toBe('database_unavailable');
    await new Promise((resolve) => rude.close(resolve));
  });

  it('is a mistake in the configuration when the URL is none', async () => {
    for (const url of ['', 'crates', 'http://user:hunter2@host/', 'mysql://host/']) {
      const failure = failureOf(await at(url));
      expect(failure.code).toBe('config_invalid');
      expect(JSON.stringify(failure)).not.toContain('hunter2');
    }
  });
});

const server = process.env['CRATE_BRIDGE_TEST_DATABASE_URL'];

describe.skipIf(server === undefined)('a PostgreSQL (with CRATE_BRIDGE_TEST_DATABASE_URL only)', () => {
  it('is migrated by one of many that start at once', async () => {
    const fresh = await freshDatabase();
    const empty = new URL(fresh.databaseUrl ?? '');
    const name = `${empty.pathname.slice(1)}_empty`;
    const url = databaseAt(server ?? '', name);
    await onServer(server ?? '', (sql) => sql`CREATE DATABASE ${sql(name)}`);
    const opened = await Promise.all(Array.from({ length: 6 }, () => at(url)));
    const [first, ...others] = opened.map(value);
    if (first === undefined) throw new Error('none opened');
    await registerAll(first, crate({ name: 'x' }));
    for (const other of others) expect(await namesIn(other, 'crates')).toEqual(['x']);
    for (const registry of [first, ...others]) await registry.close();
    await onServer(server ?? '', (sql) => sql`DROP DATABASE ${sql(name)}`);
    await fresh.dispose();
  });

  it('is opened by a role that may create nothing, once it is migrated', async () => {
    const fresh = await freshDatabase();
    const role = `reader_${Math.random().toString(36).slice(2)}`;
    const url = new URL(fresh.databaseUrl ?? '');
    await onServer(url.href, async (sql) => {
      await sql`CREATE ROLE ${sql(role)} LOGIN PASSWORD 'hunter2'`;
      await sql`GRANT USAGE ON SCHEMA drizzle, public TO ${sql(role)}`;
      await sql`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA drizzle, public TO ${sql(role)}`;
    });
    url.username = role;
    url.password = 'hunter2';
    const registry = value(await at(url.href));
    await registerAll(registry, crate({ name: 'x', files: [{ name: 'a' }] }));
    expect(await namesIn(registry, 'files')).toEqual(['a']);
    await registry.close();
    await onServer(fresh.databaseUrl ?? '', async (sql) => {
      await sql`DROP OWNED BY ${sql(role)}`;
      await sql`DROP ROLE ${sql(role)}`;
    });
    await fresh.dispose();
  });

  it('is asked again when it dropped the connections', async () => {
    const fresh = await freshDatabase();
    const registry = value(await at(fresh.databaseUrl ?? ''));
    value(await registry.ping());
    const name = new URL(fresh.databaseUrl ?? '').pathname.slice(1);
    await onServer(
      server ?? '',
      (sql) => sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`,
    );
    value(await registry.ping());
    await registry.close();
    await fresh.dispose();
  });

  it('is said when the database is not there, or the password is wrong', async () => {
    const missing = failureOf(await at(databaseAt(server ?? '', 'crate_bridge_no_such_database')));
    expect(missing).toMatchObject({ code: 'database_unavailable' });
  });
});
