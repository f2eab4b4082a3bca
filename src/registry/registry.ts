import { sql } from 'drizzle-orm';
import { success } from '../model/failure.ts';
import type { Registry } from './contract.ts';
import { knownDocument } from './known-document.ts';
import { finishPull, readPull, startPull } from './pulls.ts';
import { checkFilters } from './query/check-filters.ts';
import { details } from './query/detail.ts';
import { list } from './query/list.ts';
import { pointerById, pointersAt } from './query/pointers.ts';
import { runsByStatus } from './query/runs.ts';
import { facilityTotals } from './query/totals.ts';
import { replaceRows, strayRows, versions } from './rebuild.ts';
import { recordAudit, recordVerification } from './records.ts';
import { preview, register } from './register/register.ts';
import type { Store } from './store.ts';
import { createToken, grantFor, revokeToken, tokens } from './tokens.ts';

/** The registry over a database that is open and migrated. */
export function createRegistry(over: {
  readonly engine: Registry['engine'];
  readonly store: Store;
  close(): Promise<void>;
}): Registry {
  const { engine, store } = over;
  return {
    engine,
    register: (registration) => register(store, registration),
    preview: (registration) => preview(store, registration),
    knownDocument: (question) => store.run((db) => knownDocument(db, question)),

    list: (kind, filters, page, caller) => store.run((db) => list(db, kind, filters, page, caller)),
    get: (kind, id, caller) => store.run((db) => details[kind](db, id, caller)),
    countRunsByStatus: (filters, caller) =>
      store.run(async (db) => {
        const checked = checkFilters(filters);
        return checked.ok ? success(await runsByStatus(db, checked.value, caller.metadata)) : checked;
      }),
    facilityTotals: (caller) => store.run(async (db) => success(await facilityTotals(db, caller.metadata))),
    pointer: (id, caller) => store.run((db) => pointerById(db, id, caller)),
    pointersAt: (storageUri, caller) => store.run((db) => pointersAt(db, storageUri, caller)),

    recordVerification: (verification) =>
      store.run((db) => recordVerification(db, verification), { once: true }),
    recordAudit: (entry) => store.run((db) => recordAudit(db, entry), { once: true }),
    startPull: (pull) => store.run((db) => startPull(db, pull), { once: true }),
    finishPull: (report, at) => store.transaction((tx) => finishPull(tx, report, at), { once: true }),
    pull: (id) => store.run((db) => readPull(db, id)),

    createToken: (token, now) => store.transaction((tx) => createToken(tx, token, now), { once: true }),
    grantFor: (secret, now) => store.run((db) => grantFor(db, secret, now), { once: true }),
    tokens: () => store.run((db) => tokens(db)),
    revokeToken: (name, now) => store.run((db) => revokeToken(db, name, now)),

    versions: () => versions(store),
    replaceRows: (version, rows, options) => replaceRows(store, version, rows, options),
    strayRows: () => store.run((db) => strayRows(db)),

    ping: () =>
      store.run(async (db) => {
        await db.execute(sql`SELECT 1`);
        return success(undefined);
      }),
    close: () => over.close(),
  };
}
