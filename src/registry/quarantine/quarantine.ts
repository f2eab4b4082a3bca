import type { Curation } from '../curation-contract.ts';
import type { Store } from '../store.ts';
import { quarantinedCrate } from './crate.ts';
import { createFindingsLink, findingsBehind } from './links.ts';
import { quarantined } from './list.ts';

type Quarantine = Pick<
  Curation,
  'quarantined' | 'quarantinedCrate' | 'createFindingsLink' | 'findingsBehind'
>;

/** The part of the registry that keeps what does not hold. */
export function quarantine(store: Store): Quarantine {
  return {
    quarantined: (filters, page, caller) => store.run((db) => quarantined(db, filters, page, caller)),
    quarantinedCrate: (id, caller) => store.run((db) => quarantinedCrate(db, id, caller)),
    createFindingsLink: (link) => store.transaction((tx) => createFindingsLink(tx, link), { once: true }),
    findingsBehind: (secret, now) => store.run((db) => findingsBehind(db, secret, now)),
  };
}
