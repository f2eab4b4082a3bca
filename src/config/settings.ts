import { resolve } from 'node:path';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { Settings } from './contract.ts';

/** Data folder when neither `--data` nor `CRATE_BRIDGE_DATA` names one. */
export const DEFAULT_DATA_DIR = '.crate-bridge';

/**
 * What the environment and the global options say. `--data` wins over `CRATE_BRIDGE_DATA`. Fails with `usage` for a
 * `DATABASE_URL` or `CRATE_BRIDGE_URL` that is no URL of its kind; the message never repeats the value, which may hold a
 * password.
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  options: { readonly data?: string; readonly cwd: string },
): Outcome<Settings> {
  const databaseUrl = filled(env['DATABASE_URL']);
  if (databaseUrl !== null && !isUrl(databaseUrl, /^postgres(ql)?:$/)) {
    return failure('usage', 'DATABASE_URL is not a PostgreSQL connection URL.', {
      where: 'DATABASE_URL',
      expected: 'postgresql://user@host:5432/database',
    });
  }
  const serviceUrl = filled(env['CRATE_BRIDGE_URL']);
  if (serviceUrl !== null && !isUrl(serviceUrl, /^https?:$/)) {
    return failure('usage', 'CRATE_BRIDGE_URL is not an http or https URL.', {
      where: 'CRATE_BRIDGE_URL',
      expected: 'http://127.0.0.1:8787',
    });
  }
  return success({
    dataDir: resolve(options.cwd, options.data ?? filled(env['CRATE_BRIDGE_DATA']) ?? DEFAULT_DATA_DIR),
    databaseUrl,
    serviceUrl,
    serviceToken: filled(env['CRATE_BRIDGE_TOKEN']),
  });
}

function filled(value: string | undefined): string | null {
  return value === undefined || value.trim() === '' ? null : value.trim();
}

function isUrl(text: string, protocol: RegExp): boolean {
  return URL.canParse(text) && protocol.test(new URL(text).protocol);
}
