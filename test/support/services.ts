/*
 * npm run test:services: the suites against a real PostgreSQL, the one CRATE_BRIDGE_TEST_DATABASE_URL names or the one on
 * this machine. Databases are made for the run and dropped after it; none that is there is touched.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onServer } from './global-setup.ts';

const DEFAULT_URL = 'postgres://postgres@127.0.0.1:5432/postgres';

const url = process.env['CRATE_BRIDGE_TEST_DATABASE_URL'] || DEFAULT_URL;
const { host } = new URL(url);

try {
  const version = await onServer(url, async (sql) => {
    const [row] = await sql<{ server_version_num: string }[]>`SHOW server_version_num`;
    return Number(row?.server_version_num ?? 0);
  });
  if (version < 150_000) throw new Error(`it is version ${version}, and 15 is the oldest that is supported`);
} catch (error) {
  const reason = error instanceof Error ? error.message || String(error) : String(error);
  console.error(`No PostgreSQL to test against at ${host}: ${reason}`);
  console.error('Start one, or set CRATE_BRIDGE_TEST_DATABASE_URL to a role that may create databases.');
  process.exit(1);
}

console.error(`Testing against the PostgreSQL at ${host}.`);
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const run = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, CRATE_BRIDGE_TEST_DATABASE_URL: url },
});
// the runner gets the terminal's signals itself and takes its databases away before it ends
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => run.kill(signal));
run.on('close', (code) => {
  process.exitCode = code ?? 1;
});
