import { and, asc, desc, eq } from 'drizzle-orm';
import { type Failure, failure, type Outcome, success } from '../model/failure.ts';
import type { PullItemReport, PullReport } from '../model/reports.ts';
import type { Registry } from './contract.ts';
import type { Database } from './database.ts';
import { isUuid } from './ids.ts';
import { rfc3339 } from './instants.ts';
import { pull, pullItem } from './tables/facts.ts';
import { countOutcomes } from './work/totals.ts';

interface PullState {
  readonly state: string;
  readonly report: PullReport;
}

/** A pull's state and report; of a running one, what is known so far. */
export async function readPull(db: Database, id: string): Promise<Outcome<PullState>> {
  if (!isUuid(id)) return unknownPull(id);
  const [row] = await db.select().from(pull).where(eq(pull.id, id));
  if (row === undefined) return unknownPull(id);
  const lines = await db
    .select()
    .from(pullItem)
    .where(eq(pullItem.pull_id, id))
    .orderBy(asc(pullItem.position));
  return success(await pullState(db, row, lines.flatMap(itemReport)));
}

/** The newest pulls, without their items. */
export async function listPulls(
  db: Database,
  { facility, source, limit }: Parameters<Registry['pulls']>[0],
): Promise<Outcome<readonly PullState[]>> {
  const rows = await db
    .select()
    .from(pull)
    .where(
      and(
        facility === undefined ? undefined : eq(pull.facility, facility),
        source === undefined ? undefined : eq(pull.source, source),
      ),
    )
    .orderBy(desc(pull.started_at), desc(pull.id))
    .limit(limit);
  const states: PullState[] = [];
  for (const row of rows) states.push(await pullState(db, row, []));
  return success(states);
}

async function pullState(
  db: Database,
  row: typeof pull.$inferSelect,
  items: readonly PullItemReport[],
): Promise<PullState> {
  // a running pull is counted when somebody looks
  const totals = row.state === 'running' ? await countOutcomes(db, row.id) : row;
  return {
    state: row.state,
    report: {
      id: row.id,
      source: `${row.facility}/${row.source}`,
      dry_run: row.dry_run,
      trigger: row.trigger,
      full: row.full ?? false,
      complete: row.complete ?? false,
      listed: totals.listed,
      registered: totals.registered,
      updated: totals.updated,
      unchanged: totals.unchanged,
      quarantined: totals.quarantined,
      failed: totals.failed,
      conflict: totals.conflict,
      withdrawn: totals.withdrawn,
      gone: row.gone,
      returned: row.returned,
      ...(row.held === null ? {} : { held: row.held }),
      bytes_referenced: totals.bytes_referenced,
      bytes_copied: 0,
      items,
      problems: row.problems,
      started_at: rfc3339(row.started_at),
      finished_at: rfc3339(row.finished_at),
      ...(row.error === null ? {} : { error: row.error }),
    },
  };
}

function itemReport(line: typeof pullItem.$inferSelect): readonly PullItemReport[] {
  if (line.outcome === null) return [];
  return [
    {
      url: line.url ?? line.crate,
      ...(line.parent === null ? {} : { parent: line.parent }),
      crate: line.crate,
      outcome: line.outcome,
      rows: line.rows,
      findings: line.findings,
      ...(line.error === null ? {} : { error: line.error }),
    },
  ];
}

function unknownPull(id: string): { readonly ok: false; readonly failure: Failure } {
  return failure('not_found', 'There is no pull with this id.', { found: id });
}
