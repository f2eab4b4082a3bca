import { randomUUID } from 'node:crypto';
import { type Caller, holds, holdsFor } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { PullReport } from '../model/reports.ts';
import { chooseSources } from './choose-sources.ts';
import { type BridgeContext, type ConfiguredSource, configuredSources } from './context.ts';
import type { PullRequest } from './contract.ts';
import { withoutScope } from './without-scope.ts';
import type { WatchedPull, Worker } from './work/worker.ts';

interface Started extends WatchedPull {
  readonly from: ConfiguredSource;
}

/**
 * Pulls and waits for it, helping with the work. A source that is being pulled is joined. One source's failure is in its
 * report and never stops another.
 */
export async function pull(
  context: BridgeContext,
  worker: Worker,
  request: PullRequest,
  caller: Caller,
): Promise<Outcome<readonly PullReport[]>> {
  const chosen = sourcesToPull(context, request, caller);
  if (!chosen.ok) return chosen;
  if (request.dryRun) {
    return dryRuns(
      context,
      chosen.value.map((from) => ({ id: randomUUID(), source: from.id, from })),
      request,
      caller,
    );
  }
  const begun = await beginPulls(context, chosen.value, request, caller);
  if (!begun.ok) return begun;
  const drained = await worker.drain(begun.value, request.progress);
  if (!drained.ok) return drained;
  const reports: PullReport[] = [];
  for (const { id } of begun.value) {
    const ended = await context.registry.pull(id);
    if (!ended.ok) return ended;
    reports.push(ended.value.report);
  }
  return success(reports);
}

/** Begins pulls and answers with their ids at once; `running` is what goes on in this process. */
export async function startPulls(
  context: BridgeContext,
  worker: Worker,
  request: PullRequest,
  caller: Caller,
): Promise<Outcome<{ readonly started: readonly WatchedPull[]; readonly running: Promise<unknown> }>> {
  const chosen = sourcesToPull(context, request, caller);
  if (!chosen.ok) return chosen;
  if (request.dryRun) {
    const runs = chosen.value.map((from) => ({ id: randomUUID(), source: from.id, from }));
    const { beginDryRun } = await import('./dry-run.ts');
    for (const run of runs) {
      const begun = await beginDryRun(context, run.from, run.id, caller);
      if (!begun.ok) return begun;
    }
    return success({ started: runs.map(watched), running: dryRuns(context, runs, request, caller) });
  }
  const begun = await beginPulls(context, chosen.value, request, caller);
  if (!begun.ok) return begun;
  return success({ started: begun.value.map(watched), running: worker.drain(begun.value, undefined) });
}

function watched({ id, source }: Started): WatchedPull {
  return { id, source };
}

async function beginPulls(
  context: BridgeContext,
  sources: readonly ConfiguredSource[],
  request: PullRequest,
  caller: Caller,
): Promise<Outcome<readonly Started[]>> {
  const begun: Started[] = [];
  for (const from of sources) {
    const pulling = await context.registry.beginPull({
      facility: from.facility.code,
      source: from.source.name,
      trigger: 'request',
      acceptMissing: request.acceptMissing === true,
      full: request.full === true,
      caller: caller.name,
      at: context.now(),
    });
    if (!pulling.ok) return pulling;
    begun.push({ id: pulling.value.id, source: from.id, from });
  }
  return success(begun);
}

async function dryRuns(
  context: BridgeContext,
  runs: readonly Started[],
  request: PullRequest,
  caller: Caller,
): Promise<Outcome<readonly PullReport[]>> {
  const { dryRun } = await import('./dry-run.ts');
  const reports: PullReport[] = [];
  for (const { id, from } of runs) {
    const report = await dryRun(context, from, id, request, caller);
    if (!report.ok) return report;
    reports.push(report.value);
  }
  return success(reports);
}

/**
 * The sources a request names; without names every one that can be pulled and whose facility the caller may pull. Fails with
 * `denied` without the scope `pulls:write`, with `usage` for a source that is not configured or only receives crates.
 */
function sourcesToPull(
  context: BridgeContext,
  { sources }: PullRequest,
  caller: Caller,
): Outcome<readonly ConfiguredSource[]> {
  if (!holds(caller, 'pulls:write')) return denied(caller);
  if (sources.length > 0) {
    const chosen = chooseSources(context, sources);
    if (!chosen.ok) return chosen;
    if (chosen.value.some((from) => !mayPull(caller, from))) return denied(caller);
    const receiving = chosen.value.find(({ source }) => source.kind === 'push');
    return receiving === undefined
      ? chosen
      : failure(
          'usage',
          `${receiving.id} is never pulled: the facility sends its crates (crate-bridge push).`,
          {
            found: receiving.id,
          },
        );
  }
  const all = configuredSources(context.config).filter(
    (from) => from.source.kind !== 'push' && mayPull(caller, from),
  );
  if (all.length > 0) return success(all);
  return failure(
    'usage',
    'No source is configured: name facilities and their sources in crate-bridge.json.',
    {
      expected: 'a configuration with at least one source that can be pulled (--config PATH)',
    },
  );
}

function mayPull(caller: Caller, { facility }: ConfiguredSource): boolean {
  return holdsFor(caller, 'pulls:write', facility.code);
}

function denied(caller: Caller): Outcome<never> {
  return withoutScope(caller, 'pulls:write', 'Pulling', ' for the facility');
}
