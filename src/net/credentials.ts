import { type Failure, failed, failure, type Outcome, success } from '../model/failure.ts';
import type { CredentialReference, SecretReference } from '../model/storage-rule.ts';
import type { Credential } from './contract.ts';
import type { OAuthReference } from './oauth.ts';
import { MACHINE, readSecret, type SecretStore, secretLabel, secretName } from './secrets.ts';

export { readSecret, type SecretStore };

/** RFC 9110 §5.6.2 token, and §5.5 field content without what could start another field. */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]+$/;

/** A reference whose secret is a header as it stands. */
type PlainReference = Extract<CredentialReference, { readonly kind: 'bearer' | 'basic' | 'header' }>;

/**
 * What a reference stands for, for one origin. Its secret is read anew each time; for an OAuth client a token is asked for,
 * or the one at hand used. `credential_missing` names the variable or file, never what it holds; a token endpoint that
 * refuses is `upstream_denied`. One that signs each request (s3) has no header of its own and is `config_invalid` here.
 */
export async function credentialFor(
  reference: CredentialReference,
  origin: string,
  store: SecretStore = MACHINE,
): Promise<Outcome<Credential>> {
  switch (reference.kind) {
    case 's3':
      return failure(
        'config_invalid',
        'An s3 credential signs the requests of s3 sources; it is of no use here.',
        {
          where: secretName(reference.accessKeyId),
          expected: 'a credential of kind bearer, basic, header or oauth-client',
        },
      );
    case 'oauth-client':
      return tokenCredential(reference, origin, store);
    default:
      return plainCredential(reference, origin, store);
  }
}

/**
 * Every credential that can be had for an origin, in the order of the configuration (newest first); empty where none is
 * configured. Where none can be had, the failure of the first. Those that sign (s3) are not among them: their secrets are
 * read by whoever signs.
 */
export async function credentialsFor(
  references: readonly CredentialReference[],
  origin: string,
  store: SecretStore = MACHINE,
): Promise<Outcome<readonly Credential[]>> {
  const credentials: Credential[] = [];
  let missing: Failure | null = null;
  for (const reference of references) {
    if (reference.kind === 's3') continue;
    const credential = await credentialFor(reference, origin, store);
    // An old secret that was taken away is no trouble while the new one is there, nor the other way round.
    if (credential.ok) credentials.push(credential.value);
    else missing ??= credential.failure;
  }
  return missing !== null && credentials.length === 0 ? failed(missing) : success(credentials);
}

/** Where the secrets of a reference are; all kinds but s3 have one. */
export function secretsOf(reference: CredentialReference): readonly SecretReference[] {
  switch (reference.kind) {
    case 's3': {
      const { accessKeyId, secretAccessKey, sessionToken } = reference;
      return [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
    }
    case 'oauth-client':
      return [reference.clientSecret];
    default:
      return [secretOf(reference)];
  }
}

function secretOf(reference: PlainReference): SecretReference {
  if (reference.kind === 'basic') {
    return 'passwordEnv' in reference ? { env: reference.passwordEnv } : { file: reference.passwordFile };
  }
  return 'env' in reference ? { env: reference.env } : { file: reference.file };
}

function plainCredential(reference: PlainReference, origin: string, store: SecretStore): Outcome<Credential> {
  const place = secretOf(reference);
  const secret = readSecret(place, store);
  if (!secret.ok) return secret;
  const [name, value] = headerOf(reference, secret.value);
  if (!FIELD_NAME.test(name) || !FIELD_VALUE.test(value)) {
    return failure(
      'credential_missing',
      `${secretLabel(place)} does not hold a value an HTTP header can carry.`,
      { where: secretName(place) },
    );
  }
  return success({ origin, headers: { [name]: value } });
}

function headerOf(reference: PlainReference, secret: string): readonly [string, string] {
  switch (reference.kind) {
    case 'bearer':
      return ['authorization', `Bearer ${secret}`];
    case 'basic':
      return ['authorization', `Basic ${Buffer.from(`${reference.username}:${secret}`).toString('base64')}`];
    case 'header':
      return [reference.header.toLowerCase(), secret];
  }
}

async function tokenCredential(
  reference: OAuthReference,
  origin: string,
  store: SecretStore,
): Promise<Outcome<Credential>> {
  const { tokens } = store;
  if (tokens === undefined) return failure('internal', 'Nothing here asks for OAuth tokens.');
  const secret = readSecret(reference.clientSecret, store);
  if (!secret.ok) return secret;
  const token = await tokens.token(reference, secret.value);
  if (!token.ok) return token;
  const made = (value: string): Credential => ({
    origin,
    headers: { authorization: `Bearer ${value}` },
    renew: async () => {
      const again = readSecret(reference.clientSecret, store);
      const next = again.ok ? await tokens.renewed(reference, again.value, value) : null;
      return next === null ? null : made(next);
    },
  });
  return success(made(token.value));
}
