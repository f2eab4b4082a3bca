import { resolve } from 'node:path';
import type { CredentialReference, SecretReference } from '../model/storage-rule.ts';

/** A secret's file with its path made absolute: like every path of a configuration, it starts at the configuration file. */
export function withSecretFile(reference: SecretReference, folder: string): SecretReference {
  return 'file' in reference ? { file: resolve(folder, reference.file) } : reference;
}

/** The same for every file a credential names. */
export function withCredentialFiles(reference: CredentialReference, folder: string): CredentialReference {
  switch (reference.kind) {
    case 'bearer':
    case 'header':
      return 'file' in reference ? { ...reference, file: resolve(folder, reference.file) } : reference;
    case 'basic':
      return 'passwordFile' in reference
        ? { ...reference, passwordFile: resolve(folder, reference.passwordFile) }
        : reference;
    case 'oauth-client':
      return { ...reference, clientSecret: withSecretFile(reference.clientSecret, folder) };
    case 's3': {
      const { accessKeyId, secretAccessKey, sessionToken } = reference;
      return {
        ...reference,
        accessKeyId: withSecretFile(accessKeyId, folder),
        secretAccessKey: withSecretFile(secretAccessKey, folder),
        ...(sessionToken === undefined ? {} : { sessionToken: withSecretFile(sessionToken, folder) }),
      };
    }
  }
}
