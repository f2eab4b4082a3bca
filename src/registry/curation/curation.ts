import type { Outcome } from '../../model/failure.ts';
import { prepareDeliveries } from '../changes/append.ts';
import type { Curation } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import type { WorkContext } from '../work/context.ts';
import { keptVersion, versionsOfCrate } from './kept-versions.ts';
import { countRebase, cratesToRebase } from './rebase-work.ts';
import { endRebase, rebaseItems, rebases, recordRebase } from './rebases.ts';
import { cratesSaying, recordRedaction } from './redact.ts';
import { redactVersion } from './redact-version.ts';
import { sameCrateElsewhere } from './same-crate.ts';
import { liftTombstone, redactions, tombstones } from './tombstones.ts';
import { withdrawCrate } from './withdraw.ts';

/** What of `Curation` is about moves and tombstones. */
export type MovesAndTombstones = Pick<
  Curation,
  | 'sameCrateElsewhere'
  | 'rebases'
  | 'rebaseItems'
  | 'countRebase'
  | 'recordRebase'
  | 'endRebase'
  | 'cratesToRebase'
  | 'keptVersion'
  | 'redactions'
  | 'tombstones'
  | 'liftTombstone'
  | 'withdrawCrate'
  | 'cratesSaying'
  | 'versionsOfCrate'
  | 'recordRedaction'
  | 'redactVersion'
>;

/** The part of the registry that moves crates and takes things away. */
export function movesAndTombstones(context: WorkContext): MovesAndTombstones {
  const { store, queue, notify } = context;
  /** A transaction that tells of what it did. */
  const telling = <T>(work: (tx: Database) => Promise<Outcome<T>>): Promise<Outcome<T>> =>
    store.run(
      async () => {
        await prepareDeliveries(notify, queue);
        return store.transaction(work, { once: true });
      },
      { once: true },
    );
  return {
    sameCrateElsewhere: (question) => store.run((db) => sameCrateElsewhere(db, question)),
    rebases: (facility, parentIri) => store.run((db) => rebases(db, facility, parentIri)),
    rebaseItems: () => store.run((db) => rebaseItems(db)),
    countRebase: (facility, rebase) => store.run((db) => countRebase(db, facility, rebase)),
    recordRebase: (rebase) => store.transaction((tx) => recordRebase(tx, rebase), { once: true }),
    endRebase: (id, at) => store.transaction((tx) => endRebase(tx, id, at)),
    cratesToRebase: (rebase, after, limit) => store.run((db) => cratesToRebase(db, rebase, after, limit)),
    keptVersion: (id) => store.run((db) => keptVersion(db, id)),

    redactions: (question) => store.run((db) => redactions(db, question)),
    tombstones: (kind) => store.run((db) => tombstones(db, kind)),
    liftTombstone: (kind, id, at) => store.transaction((tx) => liftTombstone(tx, kind, id, at)),
    withdrawCrate: (withdrawal) => telling((tx) => withdrawCrate(tx, context, withdrawal)),
    cratesSaying: (entity, crate) => store.run((db) => cratesSaying(db, entity, crate)),
    versionsOfCrate: (crateIri) => store.run((db) => versionsOfCrate(db, crateIri)),
    recordRedaction: (redaction) => telling((tx) => recordRedaction(tx, context, redaction)),
    redactVersion: (version) => store.transaction((tx) => redactVersion(tx, version)),
  };
}
