import { type Caller, holds, holdsFor } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { PullReport } from '../model/reports.ts';
import type { SourceItem } from '../model/sources.ts';
import { credentialWarnings } from '../net/expiry.ts';
import type { SourceState } from '../registry/source-states-contract.ts';
import { chooseSources } from './choose-sources.ts';
import { type BridgeContext, type ConfiguredSource, configuredSources } from './context.ts';
import { overdueShift } from './schedule/overdue.ts';
import { withoutScope } from './without-scope.ts';

const NO_CRATES = { current: 0, quarantined: 0, gone: 0 };

/**
 * Every configured source the caller may know of, in the configuration's order: schedule, last pull, troubles, crates. What a
 * source holds is not told by proposal, so only who may see the whole facility sees its sources.
 */
export async function sources(
  context: BridgeContext,
  caller: Caller,
): Promise<Outcome<readonly SourceItem[]>> {
  const reach = caller.metadata;
  const seen = configuredSources(context.config).filter(
    ({ facility }) => reach.kind === 'all' || reach.facilities.includes(facility.code),
  );
  const [states, counts] = await Promise.all([
    context.registry.sourceStates(),
    context.registry.sourceCounts(),
  ]);
  if (!states.ok) return states;
  if (!counts.ok) return counts;
  const items: SourceItem[] = [];
  for (const from of seen) {
    const here = { facility: from.facility.code, source: from.source.name };
    const last = await context.registry.pulls({ ...here, limit: 1 });
    if (!last.ok) return last;
    const isHere = (row: typeof here) => row.facility === here.facility && row.source === here.source;
    const { current, quarantined, gone } = counts.value.find(isHere) ?? NO_CRATES;
    items.push({
      ...standing(context, from, states.value.find(isHere)),
      last_pull: lastPull(last.value[0]),
      credential_warnings: holds(caller, 'pulls:write')
        ? credentialWarnings(from.source.credentials, context.secrets, context.now()).map(
            ({ message }) => message,
          )
        : [],
      crates: { current, quarantined, gone },
    });
  }
  return success(items);
}

function standing(
  context: BridgeContext,
  { id, facility, source }: ConfiguredSource,
  state: SourceState | undefined,
): Omit<SourceItem, 'last_pull' | 'credential_warnings' | 'crates'> {
  return {
    id,
    facility: facility.code,
    name: source.name,
    kind: source.kind,
    schedule: source.schedule ?? null,
    timezone: source.timezone,
    next_run_at: state?.schedule === source.schedule ? (state?.next_run_at ?? null) : null,
    paused:
      state === undefined || state.paused_at === null
        ? null
        : { at: state.paused_at, by: state.paused_by, because: state.paused_because },
    last_success_at: state?.last_success_at ?? null,
    last_change_at: state?.last_change_at ?? null,
    failures: state?.failures ?? 0,
    failing_since: state?.failing_since ?? null,
    failure_code: state?.failure_code ?? null,
    overdue_since:
      state === undefined ? null : overdueShift(state, source.expect_within_hours, context.now()),
  };
}

function lastPull(
  pull: { readonly state: string; readonly report: PullReport } | undefined,
): SourceItem['last_pull'] {
  if (pull === undefined) return null;
  const { items: _items, ...report } = pull.report;
  return { ...report, state: pull.state };
}

/** Stops a source's schedule. Pulls that somebody asks for still run. Needs `pulls:write`. */
export async function pauseSource(
  context: BridgeContext,
  name: string,
  because: string | null,
  caller: Caller,
): Promise<Outcome<void>> {
  const from = oneSource(context, name, caller);
  if (!from.ok) return from;
  const { facility, source } = from.value;
  const pause = { facility: facility.code, source: source.name, because, caller: caller.name };
  return context.registry.pauseSource({ ...pause, at: context.now() });
}

/** Lets a paused source run by its schedule again. Needs `pulls:write`. */
export async function resumeSource(
  context: BridgeContext,
  name: string,
  caller: Caller,
): Promise<Outcome<void>> {
  const from = oneSource(context, name, caller);
  if (!from.ok) return from;
  const { facility, source } = from.value;
  return context.registry.resumeSource({ facility: facility.code, source: source.name });
}

function oneSource(context: BridgeContext, name: string, caller: Caller): Outcome<ConfiguredSource> {
  // asked first, so that a stranger does not learn which sources there are
  if (!holds(caller, 'pulls:write')) return mayNotPause(caller);
  const chosen = chooseSources(context, [name]);
  if (!chosen.ok) return chosen;
  const [first, ...more] = chosen.value;
  if (first === undefined || more.length > 0) {
    return failure('usage', `${name} names several sources.`, {
      found: name,
      expected: chosen.value.map(({ id }) => id).join(' or '),
    });
  }
  return holdsFor(caller, 'pulls:write', first.facility.code) ? success(first) : mayNotPause(caller);
}

function mayNotPause(caller: Caller) {
  return withoutScope(caller, 'pulls:write', 'Pausing and resuming a source', ' for its facility');
}
