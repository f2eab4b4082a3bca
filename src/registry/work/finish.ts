import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Failure } from '../../model/failure.ts';
import { type Outcome, success } from '../../model/failure.ts';
import { appendChanges, prepareDeliveries } from '../changes/append.ts';
import type { Database } from '../database.ts';
import { crateId } from '../ids.ts';
import { pullQueue } from '../queue/settings.ts';
import { crateLocation } from '../tables/documents.ts';
import { pull, pullItem } from '../tables/facts.ts';
import type { CrateResult, PullWork, RunningPull } from '../work-contract.ts';
import type { WorkContext } from './context.ts';
import { afterListing } from './housekeeping.ts';
import { addItems, storableJson, writeItems } from './items.ts';
import { lockStanding, writeStanding } from './standing.ts';
import { countOutcomes } from './totals.ts';

/** The source was listed, once. */
export async function finishListing(
  context: WorkContext,
  at: RunningPull,
  job: string,
  listing: Parameters<PullWork['finishListing']>[2],
  now: Date,
): Promise<Outcome<void>> {
  const { store, queue } = context;
  const totals = await store.run(async (db) => success(await countOutcomes(db, at.id)));
  if (!totals.ok) return totals;
  await afterListing(context, totals.value.listed);
  return store.transaction(async (tx) => {
    await tx
      .update(pull)
      .set({
        listed_at: now.toISOString(),
        complete: listing.complete,
        full: listing.full,
        watermark: listing.watermark,
        problems: [...listing.problems],
      })
      .where(and(eq(pull.id, at.id), eq(pull.state, 'running'), isNull(pull.listed_at)));
    await queue.finish(pullQueue(at.facility, at.source), [job], tx);
    return success(undefined);
  });
}

/**
 * The source could not be listed: the pull ends here, and so does what a listing before a worker's end had found of it. No
 * place is missing for it, and how the source stands is told once.
 */
export async function failListing(
  { store, queue, notify }: WorkContext,
  at: RunningPull,
  job: string,
  error: Failure,
  now: Date,
): Promise<Outcome<void>> {
  return store.run(async () => {
    await prepareDeliveries(notify, queue);
    return store.transaction(async (tx) => {
      const before = await lockStanding(tx, at);
      const ended = await tx
        .update(pull)
        .set({ state: 'failed', finished_at: now.toISOString(), complete: false, error })
        .where(and(eq(pull.id, at.id), eq(pull.state, 'running'), isNull(pull.listed_at)))
        .returning({ id: pull.id });
      await queue.finish(pullQueue(at.facility, at.source), [job], tx);
      if (ended.length === 0) return success(undefined);
      await tx
        .update(pullItem)
        .set({ outcome: 'failed', error, finished_at: now.toISOString() })
        .where(and(eq(pullItem.pull_id, at.id), isNull(pullItem.outcome)));
      const totals = await countOutcomes(tx, at.id);
      await tx.update(pull).set(totals).where(eq(pull.id, at.id));
      const changes = await writeStanding(tx, before, {
        pullId: at.id,
        at: now,
        failure: error,
        denied: null,
        held: null,
        changed: totals.registered + totals.updated > 0,
        watermark: null,
        fullAt: null,
      });
      await appendChanges(tx, changes, notify, queue);
      return success(undefined);
    });
  });
}

/** Writes what came of crates that were not registered, and ends jobs. */
export function finishCrates(
  { store, queue }: WorkContext,
  at: RunningPull,
  jobs: readonly string[],
  results: readonly CrateResult[],
  now: Date,
): Promise<Outcome<void>> {
  return store.run(async () => {
    const name = pullQueue(at.facility, at.source);
    await queue.prepare(name);
    return store.transaction(async (tx) => {
      if (results.length > 0) {
        const lines = results.map((result) => ({ ...result, rows: {} }));
        const written = new Set(await writeItems(tx, at.id, lines, now));
        const fresh = results.filter(({ url }) => written.has(url));
        await renewValidators(tx, at, fresh);
        await addItems(
          tx,
          queue,
          at.id,
          fresh.flatMap(({ nested }) => nested),
        );
      }
      await queue.finish(name, jobs, tx);
      return success(undefined);
    });
  });
}

/** The same bytes under other validators are asked for by those from now on. */
async function renewValidators(
  tx: Database,
  at: RunningPull,
  results: readonly CrateResult[],
): Promise<void> {
  const renewed = results.flatMap(({ url, crate, validators }) =>
    validators === undefined
      ? []
      : [
          {
            crate_id: crateId(crate),
            url,
            etag: validators.etag,
            last_modified: validators.lastModified,
            document_url: validators.documentUrl,
          },
        ],
  );
  if (renewed.length === 0) return;
  await tx.execute(sql`
    UPDATE ${crateLocation} AS l SET etag = x.etag, last_modified = x.last_modified, document_url = x.document_url
    FROM jsonb_to_recordset(${storableJson(renewed)}::text::jsonb) AS x(
      crate_id uuid, url text, etag text, last_modified text, document_url text)
    WHERE l.crate_id = x.crate_id AND l.facility = ${at.facility} AND l.source = ${at.source} AND l.url = x.url`);
}
