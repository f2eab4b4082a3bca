import { success } from '../../model/failure.ts';
import type { Changes, NotifyTarget } from '../changes-contract.ts';
import type { Queue } from '../queue/queue.ts';
import type { Store } from '../store.ts';
import { appendChanges, prepareDeliveries } from './append.ts';
import { failDelivery, finishDelivery, takeDeliveries } from './deliveries.ts';
import { drift } from './drift.ts';
import { readChanges, readEnd } from './feed.ts';

/** The part of the registry that says what changed and what is to be told of it. */
export function changes(store: Store, queue: Queue, targets: readonly NotifyTarget[]): Changes {
  return {
    recordChange: (change) =>
      store.run(
        async () => {
          await prepareDeliveries(targets, queue);
          return store.transaction(
            async (tx) => {
              await appendChanges(tx, [change], targets, queue);
              return success(undefined);
            },
            { once: true },
          );
        },
        { once: true },
      ),
    changes: (after, limit, filters, caller) =>
      store.run((db) => readChanges(db, after, limit, filters, caller)),
    changesEnd: (caller) => store.run((db) => readEnd(db, caller)),
    takeDeliveries: (max) => store.run((db) => takeDeliveries(db, queue, max), { once: true }),
    finishDelivery: (job) => store.run(() => finishDelivery(queue, job)),
    failDelivery: (delivery, reason) =>
      store.run(() => failDelivery(queue, delivery, reason), { once: true }),
    drift: (filters, caller) => store.run((db) => drift(db, filters, caller)),
  };
}
