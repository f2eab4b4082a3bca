import { sql } from 'drizzle-orm';
import { success } from '../model/failure.ts';
import { dump } from './archive/dump.ts';
import { restore } from './archive/restore.ts';
import { changes } from './changes/changes.ts';
import type { NotifyTarget } from './changes-contract.ts';
import type { Registry } from './contract.ts';
import { movesAndTombstones } from './curation/curation.ts';
import { orTakenAway } from './curation/tombstones.ts';
import { listPulls, readPull } from './pulls.ts';
import { quarantine } from './quarantine/quarantine.ts';
import { checkFilters } from './query/check-filters.ts';
import { crateDocument } from './query/crate-document.ts';
import { details } from './query/detail.ts';
import { lambdaSearch } from './query/lambda-search.ts';
import { list } from './query/list.ts';
import { pointerOrigins } from './query/origins.ts';
import { pointerById, pointersAt } from './query/pointers.ts';
import { runsByStatus } from './query/runs.ts';
import { sourceCounts } from './query/source-counts.ts';
import { facilityTotals } from './query/totals.ts';
import type { Queue } from './queue/queue.ts';
import { replaceRows, strayRows, versions } from './rebuild.ts';
import { recordAudit, recordVerification } from './records.ts';
import { preview, register } from './register/register.ts';
import { sourceStatesOf } from './source-states.ts';
import type { Store } from './store.ts';
import { createToken, grantFor, revokeToken, tokens } from './tokens.ts';
import { pullWork } from './work/work.ts';

/** The registry over a database that is open and migrated. */
export function createRegistry(over: {
  readonly engine: Registry['engine'];
  readonly store: Store;
  /** Closed with the registry. */
  readonly queue: Queue;
  /** Who is told of changes. */
  readonly notify: readonly NotifyTarget[];
  close(): Promise<void>;
}): Registry {
  const { engine, store, queue, notify } = over;
  return {
    engine,
    register: (registration) => register({ store, queue, notify }, registration),
    preview: (registration) => preview(store, registration),

    list: (kind, filters, page, caller) => store.run((db) => list(db, kind, filters, page, caller)),
    get: (kind, id, caller) =>
      store.run(async (db) => orTakenAway(db, id, caller, await details[kind](db, id, caller))),
    countRunsByStatus: (filters, caller) =>
      store.run(async (db) => {
        const checked = checkFilters(filters);
        return checked.ok ? success(await runsByStatus(db, checked.value, caller.metadata)) : checked;
      }),
    facilityTotals: (caller) => store.run(async (db) => success(await facilityTotals(db, caller.metadata))),
    lambdaSearch: (query, publicFacilities, caller) => lambdaSearch(store, query, publicFacilities, caller),
    crateDocument: (id, wanted, caller) =>
      store.run(async (db) => orTakenAway(db, id, caller, await crateDocument(db, id, wanted, caller))),
    pointer: (id, caller) =>
      store.run(async (db) => orTakenAway(db, id, caller, await pointerById(db, id, caller))),
    pointerOrigins: (id, caller) => store.run((db) => pointerOrigins(db, id, caller)),
    pointersAt: (storageUri, caller) => store.run((db) => pointersAt(db, storageUri, caller)),

    recordVerification: (verification) =>
      store.run((db) => recordVerification(db, verification), { once: true }),
    recordAudit: (entry) => store.run((db) => recordAudit(db, entry), { once: true }),
    pull: (id) => store.run((db) => readPull(db, id)),
    pulls: (filters) => store.run((db) => listPulls(db, filters)),
    ...pullWork({ store, queue, notify }),
    ...sourceStatesOf({ store, queue, notify }),
    sourceCounts: () => store.run((db) => sourceCounts(db)),

    createToken: (token, now) => store.transaction((tx) => createToken(tx, token, now), { once: true }),
    grantFor: (secret, now) => store.run((db) => grantFor(db, secret, now), { once: true }),
    tokens: () => store.run((db) => tokens(db)),
    revokeToken: (name, now) => store.run((db) => revokeToken(db, name, now)),

    versions: () => versions(store),
    replaceRows: (version, rows, options) => replaceRows(store, version, rows, options),
    strayRows: () => store.run((db) => strayRows(db)),

    dump: (now, version) => dump(store, now, version),
    restore: (lines) => restore(store, lines),

    ...changes(store, queue, notify),
    ...quarantine(store),
    ...movesAndTombstones({ store, queue, notify }),

    ping: () =>
      store.run(async (db) => {
        await db.execute(sql`SELECT 1`);
        return success(undefined);
      }),
    close: async () => {
      await queue.close();
      await over.close();
    },
  };
}
