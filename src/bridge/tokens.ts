import { type Caller, callerFor, holds, type Scope } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { NewToken, TokenInfo } from '../registry/contract.ts';
import { type BridgeContext, facilityAccess } from './context.ts';
import { withoutScope } from './without-scope.ts';

/** The caller a secret stands for; nobody without one. Fails with `unauthenticated`, never saying what was wrong with it. */
export async function authenticate(context: BridgeContext, secret: string | null): Promise<Outcome<Caller>> {
  const access = facilityAccess(context.config);
  if (secret === null) return success(callerFor(null, access));
  const grant = await context.registry.grantFor(secret, context.now());
  if (!grant.ok) return grant;
  if (grant.value === null) {
    return failure('unauthenticated', 'The token is unknown, expired or revoked.', {
      expected: 'a token made with crate-bridge token create',
    });
  }
  return success(callerFor(grant.value, access));
}

/** Makes a token. Nobody grants more than they hold; only `admin` makes tokens for others. */
export async function createToken(
  context: BridgeContext,
  token: NewToken,
  caller: Caller,
): Promise<Outcome<{ readonly id: string; readonly secret: string }>> {
  const refused = needs(caller, 'admin');
  if (refused !== null) return refused;
  const known = new Set(context.config.facilities.map((f) => f.code));
  const named = [...(token.facilities ?? []), ...token.proposals.map((p) => p.facility)];
  const unknown = named.find((code) => !known.has(code));
  if (unknown !== undefined) {
    return failure('usage', `No facility ${unknown} is configured.`, {
      found: unknown,
      expected: [...known].join(', ') || 'a configured facility',
    });
  }
  return context.registry.createToken(token, context.now());
}

export async function tokens(context: BridgeContext, caller: Caller): Promise<Outcome<readonly TokenInfo[]>> {
  return needs(caller, 'admin') ?? context.registry.tokens();
}

export async function revokeToken(
  context: BridgeContext,
  name: string,
  caller: Caller,
): Promise<Outcome<void>> {
  return needs(caller, 'admin') ?? context.registry.revokeToken(name, context.now());
}

function needs(caller: Caller, scope: Scope): Outcome<never> | null {
  if (holds(caller, scope)) return null;
  return withoutScope(caller, scope, 'This');
}
