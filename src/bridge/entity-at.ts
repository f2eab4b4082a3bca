import { Worker } from 'node:worker_threads';
import type { JsonObject } from '../model/json.ts';
import { objectAt } from './json-at.ts';
import { WORKER_ABOVE_BYTES } from './read-crate.ts';

const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './entity-at-worker.ts' : './entity-at-worker.js',
  import.meta.url,
);

/** What is asked of the worker. */
export interface EntityAt {
  readonly bytes: Uint8Array;
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
}

/** The entity at a place of a stored document; null where there is none. A large document is parsed in a worker thread. */
export async function entityAt(asked: EntityAt): Promise<JsonObject | null> {
  if (asked.bytes.byteLength <= WORKER_ABOVE_BYTES) return objectAt(asked.bytes, asked.pointer);
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER_URL, { workerData: asked });
    worker.once('message', (entity: JsonObject | null) => resolve(entity));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The reader thread ended with code ${code}.`)));
  });
}
