import { Worker } from 'node:worker_threads';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { newerSchema } from '../schema-state.ts';
import { type Ownership, takeOwnership } from './ownership.ts';
import { type Places, unusable } from './places.ts';
import type { WorkerHears, WorkerInput, WorkerSays } from './worker.ts';

/** An embedded database this process runs. */
export interface Owner {
  /** False once the thread has ended, also by itself. */
  running(): boolean;
  /** Finishes what runs, closes every connection, flushes, and gives the ownership back. */
  close(): Promise<void>;
}

/** Runs the embedded database in a thread of this process; null when another living process runs it. */
export async function own(places: Places): Promise<Outcome<Owner | null>> {
  let ownership: Ownership | null;
  try {
    ownership = await takeOwnership(places);
  } catch (error) {
    return unusable(places.owners, error);
  }
  if (ownership === null) return success(null);
  const taken = ownership;
  const input: WorkerInput = { database: places.database, socket: places.socket };
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
    workerData: input,
    // flags of a test runner or of `node --test` are not meant for it
    execArgv: [],
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  // also when the engine breaks: connections drop, callers hear `database_unavailable`, the next process may own it
  let running = true;
  ended.then(() => {
    running = false;
    taken.release();
  });
  const said = await new Promise<WorkerSays>((resolve) => {
    worker.once('message', (message: WorkerSays) => resolve(message));
    worker.on('error', (error) => resolve({ kind: 'failed', message: String(error) }));
    worker.once('exit', () => resolve({ kind: 'failed', message: 'the thread ended' }));
  });
  if (said.kind === 'serving') {
    return success({
      running: () => running,
      close: async () => {
        worker.postMessage('close' satisfies WorkerHears);
        await ended;
      },
    });
  }
  await ended;
  if (said.kind === 'newer') return newerSchema();
  return failure(
    'database_unavailable',
    `The embedded database in ${places.database} cannot be opened: ${said.message}`,
    { retryable: false },
  );
}
