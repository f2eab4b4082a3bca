import { failure, type Outcome, success } from '../model/failure.ts';
import type { HttpClient, RequestLimits } from '../net/contract.ts';
import { displayUrl } from '../net/display.ts';
import { contentEncoding, declaredLength, isIdentity } from '../net/document.ts';
import type { Origin, StorageScheme } from './contract.ts';

/**
 * Reads over http(s). Only a plain 200 in its stored form is an origin: a part (206) or an encoded body would be hashed
 * as something else than the file. `limits` may bound silence and attempts; a stream has no deadline of its own.
 */
export function httpScheme(http: HttpClient, limits: Partial<RequestLimits> = {}): StorageScheme {
  return {
    async open(target, signal): Promise<Outcome<Origin>> {
      if (target.kind !== 'http') return failure('internal', `The http scheme cannot open a ${target.kind}.`);
      const credential = target.credential === undefined ? {} : { credential: target.credential };
      const answer = await http.request({ url: target.url, signal, limits, ...credential });
      if (!answer.ok) return answer;
      const { status, headers, url, body } = answer.value;
      const where = displayUrl(url);
      if (status !== 200) {
        body.on('error', () => {}).destroy();
        return failure('upstream_status', `The storage answered ${status} instead of the whole file.`, {
          where,
          expected: '200',
          found: String(status),
          retryable: false,
        });
      }
      if (!isIdentity(answer.value)) {
        body.on('error', () => {}).destroy();
        return failure('content_encoded', 'The storage encoded the file although that was declined.', {
          where,
          expected: 'identity',
          found: contentEncoding(answer.value),
        });
      }
      return success({
        body,
        contentLength: declaredLength(headers),
        etag: headers['etag'] ?? null,
        lastModified: headers['last-modified'] ?? null,
      });
    },
  };
}
