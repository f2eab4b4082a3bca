import type { PullItemReport, PullOutcome, PullReport } from '../model/reports.ts';

/** The counts of a report, by the outcomes of its items. */
export function pullTotals(
  items: readonly PullItemReport[],
): Pick<PullReport, PullOutcome | 'listed' | 'items'> {
  const count = (outcome: PullOutcome) => items.filter((item) => item.outcome === outcome).length;
  return {
    listed: items.length,
    registered: count('registered'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    quarantined: count('quarantined'),
    conflict: count('conflict'),
    withdrawn: count('withdrawn'),
    failed: count('failed'),
    items,
  };
}
