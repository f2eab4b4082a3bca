import type { S3SourceConfig } from '../../model/source-config.ts';
import { pathSegment } from '../path-segment.ts';

/** Where a bucket is, as a URL that ends in a slash: `https://endpoint/bucket/`, or `https://bucket.endpoint/`. */
export function bucketUrl(config: Pick<S3SourceConfig, 'endpoint' | 'bucket' | 'path_style'>): string {
  const url = new URL(`${config.endpoint}/`);
  if (config.path_style) url.pathname += `${pathSegment(config.bucket)}/`;
  else url.hostname = `${config.bucket}.${url.hostname}`;
  return url.href;
}

/**
 * The URL of an object, which also names the crate. Null for a key with a segment `.` or `..`: HTTP has no way to ask for it,
 * since such segments are resolved before a request is sent, in any spelling (URL standard, "path state").
 */
export function objectUrl(bucket: string, key: string): string | null {
  const segments = key.split('/');
  const unaskable = segments.some((segment) => segment === '.' || segment === '..') || !key.isWellFormed();
  return unaskable ? null : bucket + segments.map(pathSegment).join('/');
}

/** URL of one page of the bucket's listing (ListObjectsV2): the first, or the one a token of the page before names. */
export function listUrl(bucket: string, prefix: string, token: string | null): string {
  const query: readonly (readonly [string, string])[] = [
    ['list-type', '2'],
    // Keys may hold characters that XML has no way to write.
    ['encoding-type', 'url'],
    ...(prefix === '' ? [] : [['prefix', prefix] as const]),
    ...(token === null ? [] : [['continuation-token', token] as const]),
  ];
  // The bucket itself has no slash after it, unless it is a host.
  const place = new URL(bucket).pathname === '/' ? bucket : bucket.slice(0, -1);
  // By hand: a space must be %20, for that is what is signed; URLSearchParams would write a plus sign.
  return `${place}?${query.map(([name, value]) => `${name}=${pathSegment(value)}`).join('&')}`;
}
