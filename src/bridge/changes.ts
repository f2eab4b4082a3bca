import type { Caller } from '../model/caller.ts';
import type { ChangeFilters, ChangePage, DriftReport } from '../model/changes.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import { chooseSources } from './choose-sources.ts';
import type { BridgeContext } from './context.ts';
import type { FeedPoller } from './feed-poller.ts';

/** Longest time an answer is held back, in seconds. */
export const LONGEST_WAIT = 60;

export interface ChangesRequest {
  /** A cursor; null: from the first; `now`: from the end. */
  readonly after: string | null;
  /** 1 to 1000. */
  readonly limit: number;
  readonly filters: ChangeFilters;
  /** Seconds to wait for something to come where nothing is there, up to 60. */
  readonly waitSeconds: number;
  /** Ends the waiting: whoever asked is gone. */
  readonly signal?: AbortSignal;
}

/** Changes the caller may see, after a cursor; held until something comes or the time is over. */
export async function changes(
  context: BridgeContext,
  poller: FeedPoller,
  request: ChangesRequest,
  caller: Caller,
): Promise<Outcome<ChangePage>> {
  const { waitSeconds, filters, limit, signal = null } = request;
  if (!(waitSeconds >= 0 && waitSeconds <= LONGEST_WAIT)) {
    return failure('usage', `An answer is held for 0 to ${LONGEST_WAIT} seconds.`, {
      where: 'wait',
      found: String(waitSeconds),
    });
  }
  const sources = knownSources(context, filters, caller);
  if (!sources.ok) return sources;
  const end = request.after === 'now' ? await context.registry.changesEnd(caller) : success(request.after);
  if (!end.ok) return end;
  let after = end.value;
  const until = performance.now() + waitSeconds * 1000;
  for (;;) {
    const mark = poller.mark();
    const page = await context.registry.changes(after, limit, filters, caller);
    const left = until - performance.now();
    const waits = page.ok && page.value.changes.length === 0 && left > 0 && signal?.aborted !== true;
    if (!waits || poller.stopped()) return page;
    after = page.value.next;
    await poller.moved(mark, left, signal);
  }
}

/** What is no longer as it was. */
export async function drift(
  context: BridgeContext,
  filters: ChangeFilters,
  caller: Caller,
): Promise<Outcome<DriftReport>> {
  const sources = knownSources(context, filters, caller);
  return sources.ok ? context.registry.drift(filters, caller) : sources;
}

/** Who may see everything is told of a source that is not configured; to others its name says nothing. */
function knownSources(context: BridgeContext, filters: ChangeFilters, caller: Caller): Outcome<unknown> {
  return caller.metadata.kind === 'all' ? chooseSources(context, filters.source ?? []) : success(undefined);
}
