import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { CredentialReference } from '../model/storage-rule.ts';
import type { Credential } from './contract.ts';

/** Where secrets are looked up. */
export interface SecretStore {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file; throws like `fs.readFileSync`. */
  readonly readFile: (path: string) => string;
}

const MACHINE: SecretStore = { env: process.env, readFile: (path) => readFileSync(path, 'utf8') };

/** RFC 9110 §5.6.2 token, and §5.5 field content without what could start another field. */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]+$/;

/**
 * The secret behind a reference, for one origin. Read anew each time, so that a rotated secret counts at once; white
 * space around it is dropped. `credential_missing` names the variable or file, never what it holds.
 */
export function credentialFor(
  reference: CredentialReference,
  origin: string,
  store: SecretStore = MACHINE,
): Outcome<Credential> {
  const source = sourceOf(reference);
  const secret = read(source, store);
  if (secret === null || secret === '') {
    return failure('credential_missing', `${source.label} is not set or empty; put the credential there.`, {
      where: source.where,
    });
  }
  const [name, value] = headerOf(reference, secret);
  if (!FIELD_NAME.test(name) || !FIELD_VALUE.test(value)) {
    return failure('credential_missing', `${source.label} does not hold a value an HTTP header can carry.`, {
      where: source.where,
    });
  }
  return success({ origin, headers: { [name]: value } });
}

type Source =
  | { readonly kind: 'env'; readonly where: string; readonly label: string }
  | { readonly kind: 'file'; readonly path: string; readonly where: string; readonly label: string };

function sourceOf(reference: CredentialReference): Source {
  if (reference.kind === 'bearer' && 'file' in reference) {
    // The name is enough to find it in the configuration; paths of the service stay out of messages.
    const name = basename(reference.file);
    return { kind: 'file', path: reference.file, where: name, label: `The credential file ${name}` };
  }
  const name = reference.kind === 'basic' ? reference.passwordEnv : reference.env;
  return { kind: 'env', where: name, label: `The environment variable ${name}` };
}

function read(source: Source, store: SecretStore): string | null {
  if (source.kind === 'env') return store.env[source.where]?.trim() ?? null;
  try {
    return store.readFile(source.path).trim();
  } catch {
    return null;
  }
}

function headerOf(reference: CredentialReference, secret: string): readonly [string, string] {
  switch (reference.kind) {
    case 'bearer':
      return ['authorization', `Bearer ${secret}`];
    case 'basic':
      return ['authorization', `Basic ${Buffer.from(`${reference.username}:${secret}`).toString('base64')}`];
    case 'header':
      return [reference.header.toLowerCase(), secret];
  }
}
