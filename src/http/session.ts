import type { Bridge } from '../bridge/contract.ts';
import { type Caller, holds, type Reach } from '../model/caller.ts';

type NewToken = Parameters<Bridge['createToken']>[0];

/**
 * The session token of a browser that signed in as this caller: never more than the caller holds. Reach of both read
 * scopes is one grant, so a session that has both gets only what both cover.
 */
export function sessionFor(caller: Caller, name: string, expiresAt: Date): NewToken {
  const reaches = [
    ...(holds(caller, 'metadata:read') ? [caller.metadata] : []),
    ...(holds(caller, 'content:read') ? [caller.content] : []),
  ];
  const grant = reaches.length === 0 ? NOTHING : reaches.reduce(common);
  return {
    name,
    kind: 'session',
    scopes: caller.scopes,
    facilities: grant.kind === 'all' ? null : grant.facilities,
    proposals: grant.kind === 'all' ? [] : grant.proposals,
    expiresAt,
  };
}

const NOTHING: Reach = { kind: 'some', facilities: [], proposals: [] };

function common(a: Reach, b: Reach): Reach {
  if (a.kind === 'all') return b;
  if (b.kind === 'all') return a;
  return {
    kind: 'some',
    facilities: a.facilities.filter((code) => b.facilities.includes(code)),
    proposals: a.proposals.filter((one) =>
      b.proposals.some((other) => other.facility === one.facility && other.proposal === one.proposal),
    ),
  };
}
