import { and, eq, sql } from 'drizzle-orm';
import { type Outcome, success } from '../../model/failure.ts';
import type { PullReport } from '../../model/reports.ts';
import type { Database } from '../database.ts';
import { insertRows } from '../sets.ts';
import { pull, pullItem, sourceState } from '../tables/facts.ts';
import type { SourceName } from './context.ts';
import { storableJson } from './items.ts';

/**
 * Writes down a pull the queue has no part in, with its lines as a set: a dry run, or what somebody pushed. Without
 * `finished_at` it goes on, and is written once more when it is over.
 */
export async function recordPull(tx: Database, report: PullReport, caller: string): Promise<Outcome<void>> {
  const [facility = '', source = ''] = report.source.split('/');
  const isOver = report.finished_at !== null;
  const columns = {
    state: report.error !== undefined ? 'failed' : isOver ? 'finished' : 'running',
    full: report.full,
    listed_at: report.error === undefined && isOver ? report.started_at : null,
    finished_at: report.finished_at,
    complete: report.complete,
    listed: report.listed,
    registered: report.registered,
    updated: report.updated,
    unchanged: report.unchanged,
    quarantined: report.quarantined,
    failed: report.failed,
    conflict: report.conflict,
    withdrawn: report.withdrawn,
    gone: report.gone,
    returned: report.returned,
    bytes_referenced: report.bytes_referenced,
    held: report.held ?? null,
    problems: [...report.problems],
    error: report.error ?? null,
  } satisfies Partial<typeof pull.$inferInsert>;
  await tx
    .insert(pull)
    .values({
      ...columns,
      id: report.id,
      facility,
      source,
      trigger: report.trigger,
      dry_run: report.dry_run,
      caller,
      started_at: report.started_at,
    })
    .onConflictDoUpdate({ target: pull.id, set: columns, setWhere: eq(pull.state, 'running') });
  if (!isOver) await endLost(tx, { facility, source }, report.started_at);
  else await insertRows(tx, pullItem, lines(report));
  if (isOver && report.trigger === 'push') await stand(tx, { facility, source }, report);
  return success(undefined);
}

/** Dry runs of the source whose process ended before they did: none takes a day. */
async function endLost(tx: Database, { facility, source }: SourceName, now: string): Promise<void> {
  await tx
    .update(pull)
    .set({ state: 'failed', finished_at: now })
    .where(
      and(
        eq(pull.facility, facility),
        eq(pull.source, source),
        eq(pull.dry_run, true),
        eq(pull.state, 'running'),
        sql`${pull.started_at} < ${now}::timestamptz - interval '1 day'`,
      ),
    );
}

/** What arrives by itself is what its source is doing. */
async function stand(tx: Database, at: SourceName, report: PullReport): Promise<void> {
  const isChange = report.registered + report.updated > 0;
  const columns = {
    last_pull_id: report.id,
    last_success_at: report.finished_at,
    ...(isChange ? { last_change_at: report.finished_at } : {}),
  };
  await tx
    .insert(sourceState)
    .values({ ...at, ...columns })
    .onConflictDoUpdate({ target: [sourceState.facility, sourceState.source], set: columns });
}

function* lines(report: PullReport): Generator<typeof pullItem.$inferInsert> {
  for (const [position, item] of report.items.entries()) {
    const row: typeof pullItem.$inferInsert = JSON.parse(
      storableJson({
        position,
        url: item.url,
        crate: item.crate,
        parent: item.parent ?? null,
        outcome: item.outcome,
        rows: item.rows,
        findings: item.findings,
        error: item.error ?? null,
      }),
    );
    yield { ...row, pull_id: report.id, finished_at: report.finished_at };
  }
}
