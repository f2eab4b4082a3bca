import type { Caller } from '../model/caller.ts';
import type {
  RebaseItem,
  RebaseReport,
  RedactionReport,
  Tombstone,
  WithdrawalReport,
} from '../model/curation.ts';
import type { Outcome } from '../model/failure.ts';
import type { BridgeContext } from './context.ts';
import type { MoveProgress, RebaseRequest } from './rebase.ts';
import type { RedactRequest } from './redact.ts';
import type { WithdrawRequest } from './withdraw.ts';

/** What a curator does to what is registered. Each needs `admin` for the facility. */
export interface Curating {
  /** Moves what a facility renamed, hosts or mounts; a dry run only counts. Asking again finishes what was broken off. */
  rebase(request: RebaseRequest, caller: Caller): Promise<Outcome<RebaseReport>>;
  /** Ends a move and moves back what followed it. */
  undoRebase(
    request: { readonly id: string; readonly progress?: MoveProgress },
    caller: Caller,
  ): Promise<Outcome<RebaseReport>>;
  rebases(caller: Caller): Promise<Outcome<readonly RebaseItem[]>>;
  /** Takes an entity out of every stored document that has it, and out of what is pulled later. */
  redact(request: RedactRequest, caller: Caller): Promise<Outcome<RedactionReport>>;
  /** Takes a whole crate away; what is pulled of it later is not registered. */
  withdraw(request: WithdrawRequest, caller: Caller): Promise<Outcome<WithdrawalReport>>;
  tombstones(kind: Tombstone['kind'], caller: Caller): Promise<Outcome<readonly Tombstone[]>>;
  /** Ends a tombstone: the next pull brings back what is still published. */
  liftTombstone(kind: Tombstone['kind'], id: string, caller: Caller): Promise<Outcome<Tombstone>>;
}

/** The same on the database; loaded when first asked for, since it reads crates. */
export function curating(context: BridgeContext): Curating {
  return {
    rebase: async (request, caller) => (await import('./rebase.ts')).rebase(context, request, caller),
    undoRebase: async (request, caller) => (await import('./rebase.ts')).undoRebase(context, request, caller),
    rebases: async (caller) => (await import('./rebase.ts')).rebases(context, caller),
    redact: async (request, caller) => (await import('./redact.ts')).redact(context, request, caller),
    withdraw: async (request, caller) => (await import('./withdraw.ts')).withdraw(context, request, caller),
    tombstones: async (kind, caller) => (await import('./withdraw.ts')).tombstones(context, kind, caller),
    liftTombstone: async (kind, id, caller) =>
      (await import('./withdraw.ts')).liftTombstone(context, kind, id, caller),
  };
}
