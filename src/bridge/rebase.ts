import { resolveReference } from '../crate/reference.ts';
import { type Caller, holds, holdsFor } from '../model/caller.ts';
import type { RebaseCounts, RebaseItem, RebaseReport } from '../model/curation.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import { overlap } from '../model/rebase.ts';
import type { Rebase } from '../model/rows.ts';
import { closest } from '../model/spelling.ts';
import { ruleFor } from '../storage/rules.ts';
import { type BridgeContext, storageRules } from './context.ts';
import { moveCrate } from './move-crate.ts';
import { withoutScope } from './without-scope.ts';

/** What a door shows while crates are moved. */
export interface MoveProgress {
  total(crates: number): void;
  done(): void;
}

export interface RebaseRequest {
  readonly facility: string;
  /** URI prefixes, with or without the slash at their end. */
  readonly from: string;
  readonly to: string;
  readonly because: string | null;
  /** Only counts. */
  readonly dryRun: boolean;
  readonly progress?: MoveProgress;
}

/** Crates asked for at once; they are moved one by one. */
const BATCH = 200;

/**
 * Moves what a facility renamed, hosts or mounts: its crates' places, and what their pointers lead to. Identities stay, and
 * pointers of before stay known, superseded by those of now. Each crate is one transaction; where this was broken off,
 * asking again finishes it. Needs `admin` for the facility; `usage` for prefixes that are none, or that cross an earlier
 * move.
 */
export async function rebase(
  context: BridgeContext,
  request: RebaseRequest,
  caller: Caller,
): Promise<Outcome<RebaseReport>> {
  const { facility, dryRun } = request;
  const allowed = mayMove(context, facility, caller);
  if (!allowed.ok) return allowed;
  const prefixes = readPrefixes(request.from, request.to);
  if (!prefixes.ok) return prefixes;
  const counts = await context.registry.countRebase(facility, prefixes.value);
  if (!counts.ok) return counts;
  const report = { ...prefixes.value, ...counts.value, facility, ...readBy(context, prefixes.value.to) };
  if (dryRun) return success({ ...report, id: null, dry_run: true, undo: false, moved: 0, failed: [] });
  const recorded = await context.registry.recordRebase({
    facility,
    rebase: prefixes.value,
    because: request.because,
    caller: caller.name,
    at: context.now(),
  });
  if (!recorded.ok) return recorded;
  request.progress?.total(counts.value.crates - counts.value.taken);
  const moved = await moveAll(context, recorded.value, request.progress);
  if (!moved.ok) return moved;
  return success({ ...report, id: recorded.value.id, dry_run: false, undo: false, ...moved.value });
}

/** Ends a move and moves back what followed it. Where this was broken off, asking again finishes it. */
export async function undoRebase(
  context: BridgeContext,
  request: { readonly id: string; readonly progress?: MoveProgress },
  caller: Caller,
): Promise<Outcome<RebaseReport>> {
  const all = await rebases(context, caller);
  if (!all.ok) return all;
  const known = all.value.find(({ id }) => id === request.id);
  if (known === undefined) {
    return failure('not_found', `There is no rebase ${request.id}.`, { found: request.id });
  }
  const ended = await context.registry.endRebase(known.id, context.now());
  if (!ended.ok) return ended;
  const { from, to, facility, id } = ended.value;
  const nothing: RebaseCounts = { crates: 0, locations: 0, pointers: 0, taken: 0 };
  const moved = await moveAll(context, ended.value, request.progress);
  if (!moved.ok) return moved;
  return success({
    ...nothing,
    crates: moved.value.moved,
    from,
    to,
    facility,
    ...readBy(context, from),
    id,
    dry_run: false,
    undo: true,
    ...moved.value,
  });
}

/** Every move there ever was of facilities the caller may move, newest first. */
export async function rebases(
  context: BridgeContext,
  caller: Caller,
): Promise<Outcome<readonly RebaseItem[]>> {
  if (!holds(caller, 'admin')) return denied(caller);
  const all = await context.registry.rebaseItems();
  if (!all.ok) return all;
  return success(all.value.filter(({ facility }) => holdsFor(caller, 'admin', facility)));
}

function mayMove(context: BridgeContext, facility: string, caller: Caller): Outcome<void> {
  if (!holdsFor(caller, 'admin', facility)) return denied(caller);
  const codes = context.config.facilities.map(({ code }) => code);
  if (codes.includes(facility)) return success(undefined);
  const near = closest(facility, codes);
  const hint = near === null ? '' : ` Did you mean ${near}?`;
  return failure('usage', `No facility ${facility} is configured.${hint}`, {
    where: 'facility',
    found: facility,
    expected: codes.join(', ') || 'a configured facility; there are none',
  });
}

function denied(caller: Caller) {
  return withoutScope(caller, 'admin', 'Moving crates', ' for their facility');
}

function readPrefixes(from: string, to: string): Outcome<Rebase> {
  const read = { from: readPrefix('from', from), to: readPrefix('to', to) };
  if (!read.from.ok) return read.from;
  if (!read.to.ok) return read.to;
  const prefixes = { from: read.from.value, to: read.to.value };
  if (!overlap(prefixes.from, prefixes.to)) return success(prefixes);
  return failure(
    'usage',
    `${prefixes.from} and ${prefixes.to} lie in one another: what moved would move again.`,
    {
      where: 'to',
      found: prefixes.to,
      expected: 'a prefix beside the old one',
    },
  );
}

/** A prefix ends in a slash, so that `https://a.org/data` never takes `https://a.org/data2` along. */
function readPrefix(where: string, written: string): Outcome<string> {
  const expected = 'an absolute URI such as https://data.facility.org/crates/ or file:///mnt/data/';
  const refused = (why: string) =>
    failure('usage', `${written} is no prefix of places: ${why}.`, { where, found: written, expected });
  const read = resolveReference(written.trim(), 'urn:x-none/');
  if (read.kind === 'unsafe') return refused(read.reason);
  if (read.kind !== 'absolute') return refused('it is no absolute URI');
  if (read.iri.includes('?')) return refused('it has a query');
  return success(read.iri.endsWith('/') ? read.iri : `${read.iri}/`);
}

function readBy(context: BridgeContext, prefix: string): Pick<RebaseReport, 'storage_rule'> {
  return { storage_rule: ruleFor(storageRules(context.config), prefix)?.prefix ?? null };
}

type Moved = Pick<RebaseReport, 'moved' | 'failed'>;

/** Moves every version that still has to, one transaction each; what cannot be moved is named and stays as it was. */
async function moveAll(
  context: BridgeContext,
  item: RebaseItem,
  progress: MoveProgress | undefined,
): Promise<Outcome<Moved>> {
  const failed: { crate: string; message: string }[] = [];
  let moved = 0;
  let after: string | null = null;
  for (;;) {
    const batch: Awaited<ReturnType<BridgeContext['registry']['cratesToRebase']>> =
      await context.registry.cratesToRebase(item, after, BATCH);
    if (!batch.ok) return batch;
    for (const { crateId, versions } of batch.value) {
      const one = await moveCrate(context, item, versions);
      if (!one.ok && one.failure.code === 'database_unavailable') return one;
      if (one.ok) moved += one.value ? 1 : 0;
      else failed.push({ crate: one.failure.where ?? crateId, message: one.failure.message });
      progress?.done();
    }
    after = batch.value.at(-1)?.crateId ?? null;
    if (after === null) return success({ moved, failed });
  }
}
