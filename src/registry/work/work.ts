import { success } from '../../model/failure.ts';
import { pullQueue } from '../queue/settings.ts';
import type { PullWork } from '../work-contract.ts';
import { beginPull, pullProgress, runningPulls } from './begin.ts';
import type { WorkContext } from './context.ts';
import { declaredOf } from './declared.ts';
import { endPull } from './end.ts';
import { failListing, finishCrates, finishListing } from './finish.ts';
import { addItems } from './items.ts';
import { knownLocations } from './known.ts';
import { recordPull } from './record.ts';
import { recoverWork } from './recover.ts';
import { releaseWork, takeWork } from './take.ts';

/** The part of the registry that shares the work of pulls among processes. */
export function pullWork(context: WorkContext): PullWork {
  const { store, queue } = context;
  return {
    beginPull: (pull) =>
      store.run(async () => {
        await queue.prepare(pullQueue(pull.facility, pull.source));
        return store.transaction((tx) => beginPull(tx, queue, pull));
      }),
    recordPull: (report, caller) => store.transaction((tx) => recordPull(tx, report, caller), { once: true }),
    runningPulls: () => store.run((db) => runningPulls(db)),
    pullProgress: (id) => store.run((db) => pullProgress(db, id)),

    takeWork: (pull, max) => store.run((db) => takeWork(db, queue, pull, max)),
    keepWork: (pull, jobs) =>
      store.run(async () => success(await queue.keep(pullQueue(pull.facility, pull.source), jobs))),
    releaseWork: (pull, items) => store.run(() => releaseWork(queue, pull, items)),
    addCrates: (pull, crates) =>
      store.run(async () => {
        await queue.prepare(pullQueue(pull.facility, pull.source));
        return store.transaction(async (tx) => success(await addItems(tx, queue, pull.id, crates)));
      }),
    finishListing: (pull, job, listing, at) => finishListing(context, pull, job, listing, at),
    failListing: (pull, job, error, at) => failListing(context, pull, job, error, at),
    finishCrates: (pull, jobs, results, at) => finishCrates(context, pull, jobs, results, at),
    endPull: (pull, missing, at) => endPull(context, pull, missing, at),
    recoverWork: (at) => recoverWork(context, at),

    knownLocations: (facility, source, urls) =>
      store.run(async (db) => success(await knownLocations(db, { facility, source }, urls))),
    declaredDigests: (facility, source, url) =>
      store.run(async (db) => success((await declaredOf(db, { facility, source }, [url])).get(url) ?? [])),
  };
}
