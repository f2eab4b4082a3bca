import type { Caller } from '../model/caller.ts';
import type { ChangeEvent, ChangeFilters, ChangePage, DriftReport, NewChange } from '../model/changes.ts';
import type { Outcome } from '../model/failure.ts';

/** Where events go, as far as the registry must know: which of them to queue. */
export interface NotifyTarget {
  readonly name: string;
  /** Types or `group.*`; null: every type. */
  readonly events: readonly string[] | null;
  readonly facilities: readonly string[] | null;
}

/** An event to deliver to one target. */
export interface Delivery {
  readonly job: string;
  readonly target: string;
  readonly event: ChangeEvent;
  /** Deliveries tried before. */
  readonly attempt: number;
}

/** What changed, in the order of commits, and what is told of it. */
export interface Changes {
  /** Appends a change that no registration makes (outage, overdue, credential), with its deliveries, in one transaction. */
  recordChange(change: NewChange): Promise<Outcome<void>>;
  /**
   * Changes after a cursor (null: from the first) in the order of commits, those the caller may see, up to `limit` (1 to
   * 1000). A change is never skipped: what a running transaction may still put in between is not shown yet. `usage` for a
   * cursor that is none, or that is ahead of the database, which happens when an older copy was restored.
   */
  changes(
    after: string | null,
    limit: number,
    filters: ChangeFilters,
    caller: Caller,
  ): Promise<Outcome<ChangePage>>;
  /** The cursor after everything so far that the caller may see. */
  changesEnd(caller: Caller): Promise<Outcome<string>>;
  takeDeliveries(max: number): Promise<Outcome<readonly Delivery[]>>;
  finishDelivery(job: string): Promise<Outcome<void>>;
  /** Tried again with backoff; given up after the queue's limit, and kept as failed: the answer says so. */
  failDelivery(
    delivery: Pick<Delivery, 'job' | 'attempt'>,
    reason: string,
  ): Promise<Outcome<{ readonly givenUp: boolean }>>;
  /**
   * Superseded, moved, gone, returned and conflicting crates and pointers of sources, by crate, the newest 1000 of each.
   * Gone is what is gone now; a conflict ends when the crate's own source has the same document.
   */
  drift(filters: ChangeFilters, caller: Caller): Promise<Outcome<DriftReport>>;
}
