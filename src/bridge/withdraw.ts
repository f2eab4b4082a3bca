import { type Caller, holds, holdsFor } from '../model/caller.ts';
import type { Tombstone, WithdrawalReport } from '../model/curation.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { BridgeContext } from './context.ts';
import { withoutScope } from './without-scope.ts';

export interface WithdrawRequest {
  /** Id or IRI. */
  readonly crate: string;
  readonly because: string;
}

/**
 * Takes a whole crate away: its rows, versions, places and documents. What is pulled of it later is not registered. Needs
 * `admin` for its facility.
 */
export async function withdraw(
  context: BridgeContext,
  request: WithdrawRequest,
  caller: Caller,
): Promise<Outcome<WithdrawalReport>> {
  const asked = reasoned(caller, request.because);
  if (!asked.ok) return asked;
  const found = await context.registry.cratesSaying(request.crate, request.crate);
  if (!found.ok) return found;
  if (found.value.some(({ facility }) => !holdsFor(caller, 'admin', facility))) return denied(caller);
  const withdrawn = await context.registry.withdrawCrate({
    id: request.crate,
    because: request.because.trim(),
    caller: caller.name,
    at: context.now(),
  });
  if (!withdrawn.ok) return withdrawn;
  const audited = await audit(context, caller, 'crate.withdrawn', withdrawn.value.id, withdrawn.value.crate);
  return audited.ok ? withdrawn : audited;
}

/** Tombstones of facilities the caller administers, newest first. */
export async function tombstones(
  context: BridgeContext,
  kind: Tombstone['kind'],
  caller: Caller,
): Promise<Outcome<readonly Tombstone[]>> {
  if (!holds(caller, 'admin')) return denied(caller);
  const all = await context.registry.tombstones(kind);
  return all.ok ? success(all.value.filter(({ facility }) => holdsFor(caller, 'admin', facility))) : all;
}

/** Ends a tombstone: the next pull brings back what the facility still publishes. */
export async function liftTombstone(
  context: BridgeContext,
  kind: Tombstone['kind'],
  id: string,
  caller: Caller,
): Promise<Outcome<Tombstone>> {
  const own = await tombstones(context, kind, caller);
  if (!own.ok) return own;
  if (!own.value.some((one) => one.id === id)) {
    const what = kind === 'withdraw' ? 'withdrawal' : 'redaction';
    return failure('not_found', `There is no ${what} ${id}.`, { found: id });
  }
  const lifted = await context.registry.liftTombstone(kind, id, context.now());
  if (!lifted.ok) return lifted;
  const action = kind === 'withdraw' ? 'crate.withdrawn.lifted' : 'crate.redacted.lifted';
  const audited = await audit(context, caller, action, id, lifted.value.crate);
  return audited.ok ? lifted : audited;
}

/** Writes down who set or lifted a tombstone. */
export function audit(
  context: BridgeContext,
  caller: Caller,
  action: string,
  tombstone: string,
  crate: string,
) {
  const detail = { tombstone };
  return context.registry.recordAudit({
    caller: caller.name,
    action,
    subject: crate,
    detail,
    at: context.now(),
  });
}

/** Whether the caller may take something away, and says why. */
export function reasoned(caller: Caller, because: string): Outcome<void> {
  if (!holds(caller, 'admin')) return denied(caller);
  return because.trim() === ''
    ? failure('usage', 'A reason is needed: it is shown to whoever asks for what was taken away.', {
        where: 'reason',
        expected: 'why it is taken away, such as "consent withdrawn, ticket 4711"',
      })
    : success(undefined);
}

export function denied(caller: Caller) {
  return withoutScope(caller, 'admin', 'Taking something away', ' for its facility');
}
