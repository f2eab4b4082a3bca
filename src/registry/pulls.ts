import { asc, eq } from 'drizzle-orm';
import { type Failure, failure, type Outcome, success } from '../model/failure.ts';
import type { PullItemReport, PullReport } from '../model/reports.ts';
import type { Registry } from './contract.ts';
import type { Database } from './database.ts';
import { isUuid } from './ids.ts';
import { insertRows } from './sets.ts';
import { pull, pullItem } from './tables/facts.ts';

/** Writes down that a pull runs. */
export async function startPull(
  db: Database,
  started: Parameters<Registry['startPull']>[0],
): Promise<Outcome<void>> {
  await db.insert(pull).values({
    id: started.id,
    facility: started.facility,
    source: started.source,
    state: 'running',
    dry_run: started.dryRun,
    caller: started.caller,
    started_at: started.at.toISOString(),
  });
  return success(undefined);
}

/** Writes down how a pull ended, with every crate's line. */
export async function finishPull(tx: Database, report: PullReport, at: Date): Promise<Outcome<void>> {
  const finished = await tx
    .update(pull)
    .set({
      state: report.error === undefined ? 'finished' : 'failed',
      finished_at: at.toISOString(),
      complete: report.complete,
      listed: report.listed,
      registered: report.registered,
      updated: report.updated,
      unchanged: report.unchanged,
      quarantined: report.quarantined,
      failed: report.failed,
      bytes_referenced: report.bytes_referenced,
      error: report.error ?? null,
    })
    .where(eq(pull.id, report.id))
    .returning({ id: pull.id });
  if (finished.length === 0) return unknownPull(report.id);
  await insertRows(tx, pullItem, items(report));
  return success(undefined);
}

function* items(report: PullReport) {
  for (const [position, item] of report.items.entries()) {
    yield {
      pull_id: report.id,
      position,
      crate: item.crate,
      outcome: item.outcome,
      rows: { ...item.rows },
      findings: [...item.findings],
      error: item.error ?? null,
    };
  }
}

/** A pull's state and report; of a running one, what is known so far. */
export async function readPull(
  db: Database,
  id: string,
): Promise<Outcome<{ readonly state: string; readonly report: PullReport }>> {
  if (!isUuid(id)) return unknownPull(id);
  const [row] = await db.select().from(pull).where(eq(pull.id, id));
  if (row === undefined) return unknownPull(id);
  const lines = await db
    .select()
    .from(pullItem)
    .where(eq(pullItem.pull_id, id))
    .orderBy(asc(pullItem.position));
  return success({
    state: row.state,
    report: {
      id: row.id,
      source: `${row.facility}/${row.source}`,
      dry_run: row.dry_run,
      complete: row.complete ?? false,
      listed: row.listed,
      registered: row.registered,
      updated: row.updated,
      unchanged: row.unchanged,
      quarantined: row.quarantined,
      failed: row.failed,
      bytes_referenced: row.bytes_referenced,
      bytes_copied: 0,
      items: lines.map(
        (line): PullItemReport => ({
          crate: line.crate,
          outcome: line.outcome,
          rows: line.rows,
          findings: line.findings,
          ...(line.error === null ? {} : { error: line.error }),
        }),
      ),
      ...(row.error === null ? {} : { error: row.error }),
    },
  });
}

function unknownPull(id: string): { readonly ok: false; readonly failure: Failure } {
  return failure('not_found', 'There is no pull with this id.', { found: id });
}
