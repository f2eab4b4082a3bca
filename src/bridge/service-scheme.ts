import { success } from '../model/failure.ts';
import { declaredLength, readDocument } from '../net/document.ts';
import type { StorageScheme } from '../storage/contract.ts';
import { parseJson, problemFailure, type ServiceClient } from './service-client.ts';

const MAX_PROBLEM_BYTES = 64 * 1024;

/** Bytes as a running service streams them: a refusal is the service's own problem document, not a bare status. */
export function serviceScheme(service: ServiceClient): StorageScheme {
  return {
    open: async (target, signal) => {
      if (target.kind !== 'http') throw new TypeError('A service is read over HTTP.');
      const answer = await service.http.request({
        url: target.url,
        signal,
        answerErrors: true,
        // The stream has its own end: the service breaks it when the bytes are wrong or stall.
        limits: { deadline: null },
        ...(target.credential === undefined ? {} : { credential: target.credential }),
      });
      if (!answer.ok) return answer;
      if (answer.value.status !== 200) {
        const { status } = answer.value;
        const document = await readDocument(answer.value, MAX_PROBLEM_BYTES, 'any status');
        const problem = document.ok ? parseJson(document.value.bytes) : null;
        return { ok: false, failure: problemFailure(problem, status) };
      }
      const { headers, body } = answer.value;
      return success({
        body,
        contentLength: declaredLength(headers),
        etag: headers['etag'] ?? null,
        lastModified: headers['last-modified'] ?? null,
      });
    },
  };
}
