import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { Database } from './database.ts';
import { rfc3339 } from './instants.ts';
import { pullQueue } from './queue/settings.ts';
import type { DueSource, SourceState, SourceStates } from './source-states-contract.ts';
import { sourceState } from './tables/facts.ts';
import { beginPull } from './work/begin.ts';
import type { WorkContext } from './work/context.ts';

/** Schedules and standing of sources over a database. */
export function sourceStatesOf(work: WorkContext): SourceStates {
  const { store } = work;
  return {
    sourceStates: () => store.run((db) => readStates(db)),
    setSchedule: (schedule) => store.run((db) => setSchedule(db, schedule)),
    claimDue: (now, next) => claimDue(work, now, next),
    pauseSource: (pause) => store.run((db) => pauseSource(db, pause)),
    resumeSource: (source) => store.run((db) => resumeSource(db, source), { once: true }),
    tellOnce: (trouble) => store.run((db) => tellOnce(db, trouble), { once: true }),
  };
}

/** Every source the database knows the standing of, in order of facility and name. */
async function readStates(db: Database): Promise<Outcome<readonly SourceState[]>> {
  const rows = await db
    .select()
    .from(sourceState)
    .orderBy(asc(sourceState.facility), asc(sourceState.source));
  return success(rows.map(({ told: _told, ...state }) => withInstants(state)));
}

/** Writes a schedule down where it differs; the run that is due stays due when the schedule stays. */
async function setSchedule(
  db: Database,
  schedule: Parameters<SourceStates['setSchedule']>[0],
): Promise<Outcome<void>> {
  const columns = {
    schedule: schedule.schedule,
    timezone: schedule.timezone,
    next_run_at: schedule.nextRunAt?.toISOString() ?? null,
  };
  await db
    .insert(sourceState)
    .values({ facility: schedule.facility, source: schedule.source, ...columns })
    .onConflictDoUpdate({
      target: [sourceState.facility, sourceState.source],
      set: columns,
      setWhere: sql`(${sourceState.schedule}, ${sourceState.timezone}) IS DISTINCT FROM (excluded.schedule, excluded.timezone)`,
    });
  return success(undefined);
}

/**
 * Claims the sources that are due: what another process is claiming is passed over, and the pulls begin in the transaction
 * that moves `next_run_at`, so that a process that dies here has claimed nothing.
 */
async function claimDue(
  { store, queue }: WorkContext,
  now: Date,
  next: (source: DueSource) => Date | null,
): Promise<Outcome<readonly DueSource[]>> {
  return store.run(async (db) => {
    // asked often, and mostly in vain: without taking anything
    const due = await dueSources(db, now);
    if (due.length === 0) return success([]);
    await queue.prepare(...due.map(({ facility, source }) => pullQueue(facility, source)));
    return store.transaction(async (tx) => {
      const claimed: DueSource[] = [];
      for (const source of await dueSources(tx, now, { lock: true })) {
        // one that came due between the two looks is for the next
        if (!due.some((one) => one.facility === source.facility && one.source === source.source)) continue;
        const begun = await beginPull(tx, queue, {
          facility: source.facility,
          source: source.source,
          trigger: 'schedule',
          acceptMissing: false,
          full: false,
          caller: 'scheduler',
          at: now,
        });
        if (!begun.ok) return begun;
        await moveOn(tx, source, next(source));
        claimed.push(source);
      }
      return success(claimed);
    });
  });
}

async function dueSources(db: Database, now: Date, { lock = false } = {}): Promise<readonly DueSource[]> {
  const due = db
    .select({
      facility: sourceState.facility,
      source: sourceState.source,
      scheduledFor: sourceState.next_run_at,
    })
    .from(sourceState)
    .where(and(lte(sourceState.next_run_at, now.toISOString()), isNull(sourceState.paused_at)))
    .orderBy(asc(sourceState.facility), asc(sourceState.source));
  const rows = await (lock ? due.for('update', { skipLocked: true }) : due);
  return rows.flatMap(({ scheduledFor, ...name }) =>
    scheduledFor === null ? [] : [{ ...name, scheduledFor: rfc3339(scheduledFor) }],
  );
}

async function moveOn(tx: Database, due: DueSource, next: Date | null): Promise<void> {
  await tx
    .update(sourceState)
    .set({ next_run_at: next?.toISOString() ?? null, last_scheduled_at: due.scheduledFor })
    .where(and(eq(sourceState.facility, due.facility), eq(sourceState.source, due.source)));
}

/** Stops the schedule of a source, until somebody resumes it. */
async function pauseSource(
  db: Database,
  pause: Parameters<SourceStates['pauseSource']>[0],
): Promise<Outcome<void>> {
  const columns = {
    paused_at: pause.at.toISOString(),
    paused_by: pause.caller,
    paused_because: pause.because,
  };
  await db
    .insert(sourceState)
    .values({ facility: pause.facility, source: pause.source, ...columns })
    .onConflictDoUpdate({ target: [sourceState.facility, sourceState.source], set: columns });
  return success(undefined);
}

/** Lets a paused source run again; what was missed meanwhile is caught up once. `not_found` when it is not paused. */
async function resumeSource(
  db: Database,
  { facility, source }: Parameters<SourceStates['resumeSource']>[0],
): Promise<Outcome<void>> {
  const resumed = await db
    .update(sourceState)
    .set({ paused_at: null, paused_by: null, paused_because: null })
    .where(
      and(
        eq(sourceState.facility, facility),
        eq(sourceState.source, source),
        sql`${sourceState.paused_at} IS NOT NULL`,
      ),
    )
    .returning({ source: sourceState.source });
  return resumed.length > 0
    ? success(undefined)
    : failure('not_found', `${facility}/${source} is not paused.`, { found: `${facility}/${source}` });
}

/** Whether the caller is the one to tell a trouble that began at `since`; null forgets it. */
async function tellOnce(
  db: Database,
  { facility, source, type, since }: Parameters<SourceStates['tellOnce']>[0],
): Promise<Outcome<boolean>> {
  const here = and(eq(sourceState.facility, facility), eq(sourceState.source, source));
  if (since === null) {
    const forgotten = await db
      .update(sourceState)
      .set({ told: sql`${sourceState.told} - ${type}::text` })
      .where(and(here, sql`${sourceState.told} ->> ${type}::text IS NOT NULL`))
      .returning({ source: sourceState.source });
    return success(forgotten.length > 0);
  }
  const told = await db
    .insert(sourceState)
    .values({ facility, source, told: { [type]: since } })
    .onConflictDoUpdate({
      target: [sourceState.facility, sourceState.source],
      set: { told: sql`${sourceState.told} || excluded.told` },
      setWhere: sql`${sourceState.told} ->> ${type}::text IS DISTINCT FROM ${since}::text`,
    })
    .returning({ source: sourceState.source });
  return success(told.length > 0);
}

type StateRow = Omit<typeof sourceState.$inferSelect, 'told'>;

function withInstants(row: StateRow): SourceState {
  return {
    ...row,
    next_run_at: rfc3339(row.next_run_at),
    last_scheduled_at: rfc3339(row.last_scheduled_at),
    paused_at: rfc3339(row.paused_at),
    last_full_at: rfc3339(row.last_full_at),
    last_success_at: rfc3339(row.last_success_at),
    last_change_at: rfc3339(row.last_change_at),
    failing_since: rfc3339(row.failing_since),
  };
}
