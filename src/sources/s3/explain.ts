import type { Failure } from '../../model/failure.ts';
import type { S3SourceConfig } from '../../model/source-config.ts';
import type { StoreError } from './list-page.ts';

/** Whether the store's own words would say more about a failure than its status. */
export function isExplainable(reason: Failure): boolean {
  return (
    ['upstream_denied', 'upstream_missing', 'redirect_refused'].includes(reason.code) ||
    (reason.code === 'upstream_status' && ['400', '301'].includes(reason.found ?? ''))
  );
}

/** A failed listing in words an operator can act on, by what the store said of it. */
export function explained(reason: Failure, error: StoreError | null, config: S3SourceConfig): Failure {
  const where = reason.where === undefined ? {} : { where: reason.where };
  const found = error === null ? (reason.found ?? reason.code) : error.code;
  const { bucket, region } = config;
  switch (error?.code) {
    case 'NoSuchBucket':
      return {
        code: 'upstream_missing',
        message: `There is no bucket called ${bucket} at this endpoint.`,
        ...where,
        found,
      };
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
    case 'TemporaryRedirect':
    case 'IllegalLocationConstraintException':
      return elsewhere(error.region, region, { ...where, found });
    case 'InvalidAccessKeyId':
      return denied('The store does not know the access key.', { ...where, found });
    case 'SignatureDoesNotMatch':
      return denied('The secret key does not belong to the access key, or the region is another one.', {
        ...where,
        found,
        expected: `the secret of this access key, and the bucket's own region where it is not ${region}`,
      });
    case 'ExpiredToken':
    case 'InvalidToken':
    case 'TokenRefreshRequired':
      return denied('The session token has ended or is not valid.', { ...where, found });
    case 'RequestTimeTooSkewed':
      return denied("The clock of this machine and the store's are too far apart for a signature.", {
        ...where,
        found,
      });
    case 'AccessDenied':
    case 'AllAccessDisabled':
      return denied(
        `The store does not let ${config.credentials.length === 0 ? 'strangers' : 'this credential'} list the bucket.`,
        { ...where, found, expected: 's3:ListBucket on the bucket and s3:GetObject on what is in it' },
      );
    default:
      return reason.code === 'redirect_refused' ? elsewhere(null, region, { ...where, found }) : reason;
  }
}

function elsewhere(actual: string | null, configured: string, facts: Partial<Failure>): Failure {
  return {
    code: 'config_invalid',
    message: `The bucket is in another region than ${configured}${actual === null ? '' : `: ${actual}`}.`,
    ...facts,
    expected: `endpoint and region of the bucket${actual === null ? '' : `, region ${actual}`}`,
  };
}

function denied(message: string, facts: Partial<Failure>): Failure {
  return { code: 'upstream_denied', message, ...facts };
}
