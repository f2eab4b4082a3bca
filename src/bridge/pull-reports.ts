import { type Caller, holds, holdsFor } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { PullReport } from '../model/reports.ts';
import { chooseSources } from './choose-sources.ts';
import type { BridgeContext } from './context.ts';
import { withoutScope } from './without-scope.ts';

interface PullState {
  readonly state: string;
  readonly report: PullReport;
}

/** More than this are read from the newest on where a caller may not see all of them. */
const MOST = 1_000;

/** How a pull stands and what it did. Needs `pulls:write` for its facility; to others it does not exist. */
export async function pullReport(
  context: BridgeContext,
  id: string,
  caller: Caller,
): Promise<Outcome<PullState>> {
  const refused = mayRead(caller);
  if (!refused.ok) return refused;
  const found = await context.registry.pull(id);
  if (!found.ok || isTheirs(caller, found.value)) return found;
  return failure('not_found', 'There is no pull with this id.', { found: id });
}

/** The newest pulls the caller may see, without their items. */
export async function pulls(
  context: BridgeContext,
  { source, limit }: { readonly source?: string; readonly limit: number },
  caller: Caller,
): Promise<Outcome<readonly PullState[]>> {
  const refused = mayRead(caller);
  if (!refused.ok) return refused;
  if (source === undefined) {
    const all = await context.registry.pulls({ limit: caller.facilities === null ? limit : MOST });
    return all.ok ? success(all.value.filter((pull) => isTheirs(caller, pull)).slice(0, limit)) : all;
  }
  const chosen = chooseSources(context, [source]);
  if (!chosen.ok) return chosen;
  const found: PullState[] = [];
  for (const from of chosen.value) {
    const some = await context.registry.pulls({
      facility: from.facility.code,
      source: from.source.name,
      limit,
    });
    if (!some.ok) return some;
    found.push(...some.value.filter((pull) => isTheirs(caller, pull)));
  }
  const newest = found.toSorted((a, b) => Date.parse(b.report.started_at) - Date.parse(a.report.started_at));
  return success(newest.slice(0, limit));
}

function isTheirs(caller: Caller, { report }: PullState): boolean {
  return holdsFor(caller, 'pulls:write', report.source.split('/', 1)[0] ?? '');
}

function mayRead(caller: Caller): Outcome<void> {
  if (holds(caller, 'pulls:write')) return success(undefined);
  return withoutScope(caller, 'pulls:write', 'Reading a pull');
}
