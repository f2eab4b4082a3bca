import { Worker } from 'node:worker_threads';
import { type PureLineRequest, type PureLineResult, runPureLine } from './pure-line.ts';
import type { PureLineMessage } from './pure-line-worker.ts';

/** Documents larger than this are read in a worker thread: parsing one blocks an event loop for longer than a request may wait. */
export const WORKER_ABOVE_BYTES = 8 * 1024 * 1024;

const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './pure-line-worker.ts' : './pure-line-worker.js',
  import.meta.url,
);

/**
 * The pure line (parse → findings → rows) over one document: here when it is small, whole in a worker thread when it is
 * large, with the same result either way. Rejects only when the worker itself dies (out of memory).
 */
export async function readCrate(request: PureLineRequest): Promise<PureLineResult> {
  return request.bytes.byteLength > WORKER_ABOVE_BYTES ? readInWorker(request) : runPureLine(request);
}

/** The same in a worker thread, whatever the size. Row lists arrive in batches and are put together here. */
export function readInWorker(request: PureLineRequest): Promise<PureLineResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER_URL, { workerData: request });
    const lists = new Map<string, unknown[]>();
    worker.on('message', (message: PureLineMessage) => {
      if (message.kind === 'rows') {
        const list = lists.get(message.list) ?? [];
        for (const row of message.rows) list.push(row);
        lists.set(message.list, list);
        return;
      }
      const { result } = message;
      resolve(
        result.rows === null ? result : { ...result, rows: { ...result.rows, ...Object.fromEntries(lists) } },
      );
    });
    worker.on('error', reject);
    worker.on('exit', (code) =>
      reject(new Error(`The reader thread ended with code ${code} before it answered.`)),
    );
  });
}
