import type { QueueOptions } from 'pg-boss';

/** How the jobs of a queue are treated, beside what all queues have in common. */
export interface QueueSettings extends QueueOptions {
  /** Seconds without a word of the worker after which its jobs are given to another. */
  readonly heartbeatSeconds: number;
  /** Queue that gets what was tried to the end; without one it stays in its queue, failed. */
  readonly deadLetter?: string;
}

/** Jobs that outlived every worker that took them. */
export const LOST_PULL_JOBS = 'lost-pull-jobs';

/** Events to deliver. */
export const DELIVERIES = 'deliveries';

/** The queue of a source: one each, so that a slow or dead facility never stands before another. */
export function pullQueue(facility: string, source: string): string {
  return `pull/${facility}/${source}`;
}

/** Whether somebody works on a job is told by the heartbeat alone: a listing may take hours. */
const LONGEST_JOB = 24 * 60 * 60;

/** A job that waits is never thrown away: its pull would wait for it for ever. */
const KEPT = 10 * 365 * 24 * 60 * 60;

const PULL: QueueSettings = {
  heartbeatSeconds: 10,
  expireInSeconds: LONGEST_JOB,
  retentionSeconds: KEPT,
  retryLimit: 5,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 30,
  deadLetter: LOST_PULL_JOBS,
};

/** A receiver that is down for a night still gets its events: tried for about a day. */
const DELIVERY: QueueSettings = {
  heartbeatSeconds: 60,
  expireInSeconds: LONGEST_JOB,
  retryLimit: 30,
  retryDelay: 5,
  retryBackoff: true,
  retryDelayMax: 60 * 60,
};

/** The settings of a queue, by what its name begins with. */
export function settingsOf(queue: string): QueueSettings {
  return queue === DELIVERIES ? DELIVERY : queue.startsWith('pull/') ? PULL : { heartbeatSeconds: 60 };
}
