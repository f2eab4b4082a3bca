import type { Outcome } from '../model/failure.ts';

/** How a source stands between its pulls. Instants are RFC 3339. */
export interface SourceState {
  readonly facility: string;
  readonly source: string;
  readonly schedule: string | null;
  readonly timezone: string | null;
  readonly next_run_at: string | null;
  readonly last_scheduled_at: string | null;
  readonly paused_at: string | null;
  readonly paused_by: string | null;
  readonly paused_because: string | null;
  readonly watermark: string | null;
  readonly last_full_at: string | null;
  readonly last_pull_id: string | null;
  readonly last_success_at: string | null;
  readonly last_change_at: string | null;
  readonly failures: number;
  readonly failing_since: string | null;
  readonly failure_code: string | null;
}

/** A source whose time has come. */
export interface DueSource {
  readonly facility: string;
  readonly source: string;
  /** When it should have run: earlier than now where the service was down. */
  readonly scheduledFor: string;
}

/** Schedules and standing of sources, shared by every process on the database. */
export interface SourceStates {
  sourceStates(): Promise<Outcome<readonly SourceState[]>>;
  /** Writes down the schedule of a source and when it is next due, where that differs from what is written. */
  setSchedule(schedule: {
    readonly facility: string;
    readonly source: string;
    readonly schedule: string | null;
    readonly timezone: string | null;
    readonly nextRunAt: Date | null;
  }): Promise<Outcome<void>>;
  /**
   * Claims sources that are due: each is claimed by one process once, its `next_run_at` moved on by `next` in the same
   * transaction that begins its pull. A run missed while everything was down is caught up once.
   */
  claimDue(now: Date, next: (source: DueSource) => Date | null): Promise<Outcome<readonly DueSource[]>>;
  pauseSource(source: {
    readonly facility: string;
    readonly source: string;
    readonly because: string | null;
    readonly caller: string;
    readonly at: Date;
  }): Promise<Outcome<void>>;
  resumeSource(source: { readonly facility: string; readonly source: string }): Promise<Outcome<void>>;
  /** Marks a trouble as told, once: true for the process that is to tell it. `null` as `since` clears it. */
  tellOnce(source: {
    readonly facility: string;
    readonly source: string;
    readonly type: string;
    readonly since: string | null;
  }): Promise<Outcome<boolean>>;
}
