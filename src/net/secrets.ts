import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { SecretReference } from '../model/storage-rule.ts';
import type { TokenSource } from './oauth.ts';

/** Where secrets are looked up. */
export interface SecretStore {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file; throws like `fs.readFileSync`. */
  readonly readFile: (path: string) => string;
  /** What asks for OAuth tokens; without it a reference that needs one fails. */
  readonly tokens?: TokenSource;
}

/** The process's own environment and files, without OAuth. */
export const MACHINE: SecretStore = { env: process.env, readFile: (path) => readFileSync(path, 'utf8') };

/** The name a secret is known by in messages: a variable's, or a file's without its folders, which stay in the service. */
export function secretName(reference: SecretReference): string {
  return 'env' in reference ? reference.env : basename(reference.file);
}

/** How a message begins about the place of a secret. */
export function secretLabel(reference: SecretReference): string {
  const kind = 'env' in reference ? 'environment variable' : 'credential file';
  return `The ${kind} ${secretName(reference)}`;
}

/**
 * The secret behind a reference. Read anew each time, so that a rotated secret counts at once; white space around it is
 * dropped. `credential_missing` names the variable or file, never what it holds.
 */
export function readSecret(reference: SecretReference, store: SecretStore = MACHINE): Outcome<string> {
  const secret = textOf(reference, store)?.trim() ?? '';
  if (secret !== '') return success(secret);
  return failure(
    'credential_missing',
    `${secretLabel(reference)} is not set or empty; put the credential there.`,
    { where: secretName(reference) },
  );
}

function textOf(reference: SecretReference, store: SecretStore): string | null {
  if ('env' in reference) return store.env[reference.env] ?? null;
  try {
    return store.readFile(reference.file);
  } catch {
    return null;
  }
}
