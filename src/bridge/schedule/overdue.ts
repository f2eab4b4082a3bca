import { type Outcome, success } from '../../model/failure.ts';
import type { SourceState } from '../../registry/source-states-contract.ts';
import { type BridgeContext, type ConfiguredSource, configuredSources } from '../context.ts';

const HOUR_MS = 3_600_000;

/** Marks in `source_state.told`: the look that is taken before anybody is alarmed, and the alarm. */
const LOOK = 'overdue-look';
const EVENT = 'source.overdue';

/**
 * Tells of sources from which nothing new came although a shift has ended: once a shift, and only after one more pull at the
 * end of the time allowed, since a crate that came in between is not overdue but unseen.
 */
export async function findOverdue(context: BridgeContext): Promise<Outcome<void>> {
  const states = await context.registry.sourceStates();
  if (!states.ok) return states;
  for (const from of configuredSources(context.config)) {
    const state = states.value.find(
      (s) => s.facility === from.facility.code && s.source === from.source.name,
    );
    if (state === undefined) continue;
    const shift = overdueShift(state, from.source.expect_within_hours, context.now());
    if (shift === null) continue;
    const told = await lookOrTell(context, from, state, shift);
    if (!told.ok) return told;
  }
  return success(undefined);
}

/** The scheduled run after which a crate should have come and did not; null while there is time, or where silence is normal. */
export function overdueShift(
  state: Pick<SourceState, 'schedule' | 'paused_at' | 'last_scheduled_at' | 'last_change_at'>,
  expectWithinHours: number | null,
  now: Date,
): string | null {
  const { schedule, paused_at: paused, last_scheduled_at: shift, last_change_at: change } = state;
  if (schedule === null || expectWithinHours === null || paused !== null || shift === null) return null;
  if (now.getTime() < Date.parse(shift) + expectWithinHours * HOUR_MS) return null;
  return change === null || Date.parse(change) < Date.parse(shift) ? shift : null;
}

async function lookOrTell(
  context: BridgeContext,
  from: ConfiguredSource,
  state: SourceState,
  shift: string,
): Promise<Outcome<void>> {
  const here = { facility: from.facility.code, source: from.source.name };
  const looks = await context.registry.tellOnce({ ...here, type: LOOK, since: shift });
  if (!looks.ok) return looks;
  if (looks.value) {
    const pull = {
      ...here,
      trigger: 'schedule',
      acceptMissing: false,
      full: false,
      caller: 'scheduler',
    } as const;
    const begun = await context.registry.beginPull({ ...pull, at: context.now() });
    return begun.ok ? success(undefined) : begun;
  }
  const pulls = await context.registry.runningPulls();
  if (!pulls.ok) return pulls;
  const looking = pulls.value.some((p) => p.facility === here.facility && p.source === here.source);
  if (looking) return success(undefined);
  const tells = await context.registry.tellOnce({ ...here, type: EVENT, since: shift });
  if (!tells.ok || !tells.value) return tells.ok ? success(undefined) : tells;
  return context.registry.recordChange({
    ...here,
    type: EVENT,
    at: context.now().toISOString(),
    proposal_id: null,
    crate_id: null,
    crate_iri: null,
    crate_version_id: null,
    pull_id: state.last_pull_id,
    data: {
      scheduled_at: shift,
      expect_within_hours: from.source.expect_within_hours,
      last_change_at: state.last_change_at,
      failing_since: state.failing_since,
      failure_code: state.failure_code,
    },
  });
}
