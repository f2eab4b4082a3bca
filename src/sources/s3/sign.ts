import { AwsV4Signer } from 'aws4fetch';
import { type Failure, failed, type Outcome, success } from '../../model/failure.ts';
import type { S3SourceConfig } from '../../model/source-config.ts';
import type { CredentialReference } from '../../model/storage-rule.ts';
import type { Credential } from '../../net/contract.ts';
import type { SourceEnvironment } from '../contract.ts';

type KeyReference = Extract<CredentialReference, { readonly kind: 's3' }>;

/**
 * The environment in which a source's requests are signed, each for itself (AWS Signature Version 4), once with every access
 * key of the source in its order. Without an access key it is the environment as it is: anonymous, or a gateway's own header.
 */
export function signing(environment: SourceEnvironment, config: S3SourceConfig): SourceEnvironment {
  const references = config.credentials.filter((reference) => reference.kind === 's3');
  if (references.length === 0) return environment;
  return {
    ...environment,
    async credentialsFor(origin, request) {
      const credentials: Credential[] = [];
      let missing: Failure | null = null;
      for (const reference of references) {
        const key = accessKey(reference, environment);
        if (key.ok)
          credentials.push(await signature(key.value, config.region, origin, request, environment.now()));
        else missing ??= key.failure;
      }
      // An old key that was taken away is no trouble while the new one is there, nor the other way round.
      return missing !== null && credentials.length === 0 ? failed(missing) : success(credentials);
    },
  };
}

interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

function accessKey(reference: KeyReference, environment: SourceEnvironment): Outcome<AccessKey> {
  const accessKeyId = environment.secret(reference.accessKeyId);
  if (!accessKeyId.ok) return accessKeyId;
  const secretAccessKey = environment.secret(reference.secretAccessKey);
  if (!secretAccessKey.ok) return secretAccessKey;
  const key = { accessKeyId: accessKeyId.value, secretAccessKey: secretAccessKey.value };
  if (reference.sessionToken === undefined) return success(key);
  const sessionToken = environment.secret(reference.sessionToken);
  return sessionToken.ok ? success({ ...key, sessionToken: sessionToken.value }) : sessionToken;
}

async function signature(
  key: AccessKey,
  region: string,
  origin: string,
  request: { readonly url: string; readonly method?: string },
  now: Date,
): Promise<Credential> {
  const signer = new AwsV4Signer({
    ...key,
    method: request.method ?? 'GET',
    url: request.url,
    service: 's3',
    region,
    datetime: now.toISOString().replace(/[:-]|\.\d{3}/g, ''),
  });
  const { headers } = await signer.sign();
  return { origin, headers: Object.fromEntries(headers) };
}
