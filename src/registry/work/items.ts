import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import type { JsonObject } from '../../model/json.ts';
import type { PullOutcome } from '../../model/reports.ts';
import type { Database } from '../database.ts';
import type { Queue } from '../queue/queue.ts';
import { pullQueue } from '../queue/settings.ts';
import { pull, pullItem } from '../tables/facts.ts';
import type { NewCrateWork } from '../work-contract.ts';
import type { SourceName } from './context.ts';

/** Rows of one statement. */
const BATCH = 5_000;

/** A job of a pull; a listing's has no URL. */
export interface PullJob extends JsonObject {
  readonly pull: string;
  readonly url: string | null;
}

/** Before crates: until a source is listed nothing else of it can be done. */
export const LISTING_PRIORITY = 10;

/** What came of one crate: its line of the report. */
export interface ItemLine {
  readonly url: string;
  readonly crate: string;
  readonly outcome: PullOutcome;
  readonly rows: Readonly<Record<string, number>>;
  readonly bytesReferenced: number;
  readonly findings: readonly Finding[];
  readonly error?: Failure;
}

/**
 * Adds crates to a pull that still runs, with a job each, in the order given; a place that is part of it already is not added
 * again, so that crates which name each other end. Answers how many were added. The source's queue has been prepared.
 */
export async function addItems(
  tx: Database,
  queue: Queue,
  pullId: string,
  crates: readonly NewCrateWork[],
): Promise<number> {
  if (crates.length === 0) return 0;
  // whoever adds holds the pull: positions are given one after another, and none to a pull that has ended
  const [running] = await tx
    .select({ facility: pull.facility, source: pull.source })
    .from(pull)
    .where(and(eq(pull.id, pullId), eq(pull.state, 'running')))
    .for('update');
  if (running === undefined) return 0;
  const byUrl = new Map<string, NewCrateWork>();
  for (const crate of crates) if (!byUrl.has(crate.url)) byUrl.set(crate.url, crate);
  const distinct = [...byUrl.values()];
  let added = 0;
  for (let from = 0; from < distinct.length; from += BATCH) {
    const urls = await insertItems(tx, pullId, distinct.slice(from, from + BATCH));
    await sendCrates(tx, queue, { ...running, id: pullId }, urls);
    added += urls.length;
  }
  return added;
}

async function insertItems(
  tx: Database,
  pullId: string,
  crates: readonly NewCrateWork[],
): Promise<readonly string[]> {
  const rows = crates.map(({ url, parent, depth, etag = null, lastModified = null }, index) => ({
    index,
    url,
    parent,
    depth,
    etag,
    last_modified: lastModified,
  }));
  const inserted = await tx.execute<{ url: string }>(sql`
    INSERT INTO ${pullItem} (pull_id, position, url, crate, parent, depth, etag, last_modified)
    SELECT ${pullId}::uuid,
           (SELECT coalesce(max(position) + 1, 0) FROM ${pullItem} WHERE pull_id = ${pullId})
             + row_number() OVER (ORDER BY x.index) - 1,
           x.url, x.url, x.parent, x.depth, x.etag, x.last_modified
    FROM jsonb_to_recordset(${storableJson(rows)}::text::jsonb) AS x(
      index integer, url text, parent text, depth integer, etag text, last_modified text)
    WHERE NOT EXISTS (SELECT 1 FROM ${pullItem} AS i WHERE i.pull_id = ${pullId} AND i.url = x.url)
    ORDER BY x.index
    RETURNING url`);
  return inserted.map(({ url }) => url);
}

/** Queues crates of a pull. */
async function sendCrates(
  tx: Database,
  queue: Queue,
  { id, facility, source }: SourceName & { readonly id: string },
  urls: readonly string[],
): Promise<void> {
  const jobs = urls.map((url) => ({ data: { pull: id, url } satisfies PullJob }));
  await queue.send(tx, pullQueue(facility, source), jobs);
}

/**
 * Writes what came of crates of a pull, as a set, and answers the URLs of those that still waited: a line is written once,
 * whoever is first.
 */
export async function writeItems(
  tx: Database,
  pullId: string,
  lines: readonly ItemLine[],
  at: Date,
): Promise<readonly string[]> {
  const rows = lines.map(({ bytesReferenced, error = null, ...line }) => ({
    ...line,
    bytes_referenced: bytesReferenced,
    error,
  }));
  const written = await tx.execute<{ url: string }>(sql`
    UPDATE ${pullItem} AS i
    SET crate = x.crate, outcome = x.outcome, rows = x.rows, bytes_referenced = x.bytes_referenced,
        findings = x.findings, error = x.error, finished_at = ${at.toISOString()}
    FROM jsonb_to_recordset(${storableJson(rows)}::text::jsonb) AS x(
      url text, crate text, outcome text, rows jsonb, bytes_referenced bigint, findings jsonb, error jsonb)
    WHERE i.pull_id = ${pullId} AND i.url = x.url AND i.outcome IS NULL
    RETURNING i.url`);
  return written.map(({ url }) => url);
}

/** Lets crates of a running pull that were done be done once more. */
export async function redoItems(
  tx: Database,
  queue: Queue,
  pullId: string,
  urls: readonly string[],
): Promise<void> {
  if (urls.length === 0) return;
  const [running] = await tx
    .select({ facility: pull.facility, source: pull.source })
    .from(pull)
    .where(and(eq(pull.id, pullId), eq(pull.state, 'running')))
    .for('update');
  if (running === undefined) return;
  const again = await tx.execute<{ url: string }>(sql`
    UPDATE ${pullItem} SET outcome = NULL, finished_at = NULL, error = NULL
    WHERE pull_id = ${pullId} AND outcome IS NOT NULL
      AND url IN (SELECT jsonb_array_elements_text(${JSON.stringify(urls)}::text::jsonb))
    RETURNING url`);
  await sendCrates(
    tx,
    queue,
    { ...running, id: pullId },
    again.map(({ url }) => url),
  );
}

/** Whether something of a pull is still to be done. */
export async function isWaiting(db: Database, pullId: string): Promise<boolean> {
  const [waiting] = await db
    .select({ position: pullItem.position })
    .from(pullItem)
    .where(and(eq(pullItem.pull_id, pullId), isNull(pullItem.outcome)))
    .limit(1);
  return waiting !== undefined;
}

/** JSON the database can hold: what a server said is shown, and no reason to lose a whole set of lines. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'string' ? member.toWellFormed().replaceAll('\0', '\ufffd') : member,
  );
}
