import type { SourceConfig } from '../../model/source-config.ts';
import type { SourceState } from '../../registry/source-states-contract.ts';
import { nextRun } from '../schedule/next-run.ts';

/** What a listing is asked for: what is newer than a watermark, or everything. */
export interface ListingWindow {
  readonly since: string | null;
  readonly full: boolean;
}

const EVERYTHING: ListingWindow = { since: null, full: true };

/**
 * What to ask a source for. Only some kinds have windows; there everything is asked for when somebody wants it, when it never
 * was, and when a full sweep has become due by its own schedule since the last.
 */
export function windowOf(
  source: SourceConfig,
  state: Pick<SourceState, 'watermark' | 'last_full_at'> | null,
  asked: { readonly full: boolean; readonly now: Date },
): ListingWindow {
  if (source.kind !== 'lambda-search' || asked.full || state === null) return EVERYTHING;
  const { watermark, last_full_at: lastFull } = state;
  if (watermark === null || lastFull === null) return EVERYTHING;
  const sweep = nextRun({ cron: source.full_sweep, timezone: source.timezone }, new Date(lastFull));
  return sweep !== null && sweep <= asked.now ? EVERYTHING : { since: watermark, full: false };
}
