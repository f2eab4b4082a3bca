import { Cron } from 'croner';

/** When something is to happen, over and over: a five-field cron expression in an IANA zone. */
export interface CronSchedule {
  readonly cron: string;
  readonly timezone: string;
}

/**
 * The first instant after `after` that the schedule names, null when there is none (30 February). Wall-clock times are those
 * of the zone on that day: in the hour that daylight saving skips, the run is at its end; in the one it repeats, once.
 */
export function nextRun(schedule: CronSchedule, after: Date): Date | null {
  return new Cron(schedule.cron, { timezone: schedule.timezone }).nextRun(after);
}

/** The next few runs, to be shown. */
export function nextRuns(schedule: CronSchedule, after: Date, count: number): readonly Date[] {
  return new Cron(schedule.cron, { timezone: schedule.timezone }).nextRuns(count, after);
}
