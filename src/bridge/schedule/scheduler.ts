import { setTimeout as wait } from 'node:timers/promises';
import type { Failure } from '../../model/failure.ts';
import { type BridgeContext, configuredSources } from '../context.ts';
import { tellExpiring } from './expiring.ts';
import { nextRun } from './next-run.ts';
import { findOverdue } from './overdue.ts';

/** How often the clock is looked at: a run begins at most this much late. */
const TICK_MS = 5_000;

export interface Scheduler {
  start(): void;
  /** Lets a running look at the clock end. */
  stop(): Promise<void>;
}

/**
 * Begins the pulls whose time has come. Any number of processes may run one on the same database: each due run is claimed
 * once, and a process that dies claims nothing. What was missed while every process was down is caught up by one pull.
 * `troubled` hears of what went wrong with the database; the next look at the clock tries again.
 */
export function createScheduler(
  context: BridgeContext,
  options: { readonly troubled: (failure: Failure) => void; readonly tickMs?: number },
): Scheduler {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const ticked = await tick(context);
      if (!ticked.ok) options.troubled(ticked.failure);
      await wait(options.tickMs ?? TICK_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  return {
    start: () => {
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/**
 * One look at the clock: schedules as configured are written down, due sources are claimed, overdue ones and credentials
 * that end soon are told.
 */
export async function tick(context: BridgeContext) {
  const written = await writeSchedules(context);
  if (!written.ok) return written;
  const now = context.now();
  const sources = configuredSources(context.config);
  const claimed = await context.registry.claimDue(now, ({ facility, source }) => {
    const from = sources.find((s) => s.facility.code === facility && s.source.name === source);
    const cron = from?.source.schedule;
    // from now and not from when it was due: runs missed meanwhile are one
    return cron === undefined ? null : nextRun({ cron, timezone: from?.source.timezone ?? 'UTC' }, now);
  });
  if (!claimed.ok) return claimed;
  const overdue = await findOverdue(context);
  return overdue.ok ? tellExpiring(context) : overdue;
}

/**
 * Brings what is written down in line with the configuration. Also for sources it no longer has: they are never due. A
 * source that has become due while nobody looked stays due.
 */
export async function writeSchedules(context: BridgeContext) {
  const states = await context.registry.sourceStates();
  if (!states.ok) return states;
  const sources = configuredSources(context.config);
  for (const { facility, source } of sources) {
    const state = states.value.find((s) => s.facility === facility.code && s.source === source.name);
    const schedule = source.schedule ?? null;
    const timezone = schedule === null ? null : source.timezone;
    if ((state?.schedule ?? null) === schedule && (state?.timezone ?? null) === timezone) continue;
    const nextRunAt =
      schedule === null ? null : nextRun({ cron: schedule, timezone: source.timezone }, context.now());
    const set = await context.registry.setSchedule({
      facility: facility.code,
      source: source.name,
      schedule,
      timezone,
      nextRunAt,
    });
    if (!set.ok) return set;
  }
  const known = new Set(sources.map(({ id }) => id));
  for (const state of states.value) {
    if (state.schedule === null || known.has(`${state.facility}/${state.source}`)) continue;
    const { facility, source } = state;
    const ended = { facility, source, schedule: null, timezone: null, nextRunAt: null };
    const set = await context.registry.setSchedule(ended);
    if (!set.ok) return set;
  }
  return states;
}
