import pLimit from 'p-limit';
import type { Caller } from '../model/caller.ts';
import { type Outcome, success } from '../model/failure.ts';
import type { PullItemReport, PullOutcome, PullReport } from '../model/reports.ts';
import type { BridgeContext, ConfiguredSource } from './context.ts';
import type { PullProgress } from './contract.ts';
import type { PreparedPull } from './prepare-pulls.ts';
import { type PulledCrate, pullCrate } from './pull-crate.ts';
import { openSource } from './sources.ts';

/** Crates of one source in flight: enough to hide a facility's latency, few enough to bound memory by documents. */
const CRATES_AT_ONCE = 4;

/** Runs one prepared pull to its report, which is also recorded. A facility's failure is in the report, never thrown. */
export async function runPull(
  context: BridgeContext,
  prepared: PreparedPull,
  options: { readonly dryRun: boolean; readonly progress?: PullProgress; readonly caller: Caller },
): Promise<Outcome<PullReport>> {
  const { from, id } = prepared;
  const started = await context.registry.startPull({
    id,
    facility: from.facility.code,
    source: from.source.name,
    dryRun: options.dryRun,
    caller: options.caller.name,
    at: context.now(),
  });
  if (!started.ok) return started;
  const report = await pullSource(context, prepared, options);
  const finished = await context.registry.finishPull(report, context.now());
  return finished.ok ? success(report) : finished;
}

async function pullSource(
  context: BridgeContext,
  { id, from }: PreparedPull,
  options: { readonly dryRun: boolean; readonly progress?: PullProgress },
): Promise<PullReport> {
  const adapter = await openSource(context, from.facility, from.source);
  const listing = await adapter.list(null);
  if (!listing.ok) return summarise(id, from, options.dryRun, false, [], listing.failure);
  options.progress?.listed(from.id, listing.value.refs.length);
  const claims = new Map<string, string>();
  const limit = pLimit(CRATES_AT_ONCE);
  const crates = await Promise.all(
    listing.value.refs.map((ref) =>
      limit(async () => {
        const pulled = await pullCrate(context, from, adapter, ref, { dryRun: options.dryRun, claims });
        options.progress?.item(from.id, pulled.item);
        return pulled;
      }),
    ),
  );
  return summarise(id, from, options.dryRun, listing.value.complete, crates);
}

function summarise(
  id: string,
  from: ConfiguredSource,
  dryRun: boolean,
  complete: boolean,
  crates: readonly PulledCrate[],
  error?: PullReport['error'],
): PullReport {
  const items: readonly PullItemReport[] = crates.map((c) => c.item);
  const count = (...outcomes: readonly PullOutcome[]) =>
    items.filter((i) => outcomes.includes(i.outcome)).length;
  return {
    id,
    source: from.id,
    dry_run: dryRun,
    complete,
    listed: items.length,
    registered: count('registered'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    quarantined: count('quarantined'),
    // A conflict is not registered either: somebody must decide which source speaks for the crate.
    failed: count('failed', 'conflict'),
    bytes_referenced: crates.reduce((sum, c) => sum + c.bytesReferenced, 0),
    bytes_copied: 0,
    items,
    ...(error === undefined ? {} : { error }),
  };
}
