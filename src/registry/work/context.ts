import type { NotifyTarget } from '../changes-contract.ts';
import type { Queue } from '../queue/queue.ts';
import type { Store } from '../store.ts';

/** What registering and the work of pulls need beside rows: jobs, and who is told of changes. */
export interface WorkContext {
  readonly store: Store;
  readonly queue: Queue;
  readonly notify: readonly NotifyTarget[];
}

/** A source as every statement about its work names it. */
export interface SourceName {
  readonly facility: string;
  readonly source: string;
}
