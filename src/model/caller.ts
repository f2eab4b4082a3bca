/** What a token or session may do. Reading is further limited by facility and proposal (`Reach`). */
export type Scope = 'metadata:read' | 'content:read' | 'pulls:write' | 'crates:push' | 'runs:write' | 'admin';

export const SCOPES: readonly Scope[] = [
  'metadata:read',
  'content:read',
  'pulls:write',
  'crates:push',
  'runs:write',
  'admin',
];

/** A proposal is a code of one facility; the same code elsewhere is another proposal. */
export interface ProposalRef {
  readonly facility: string;
  readonly proposal: string;
}

/**
 * Which rows a caller may reach. Everything a query counts, lists or finds stays inside it. A row is inside when
 * its facility is in `facilities`, or its facility and proposal are in `proposals`.
 */
export type Reach =
  | { readonly kind: 'all' }
  | {
      readonly kind: 'some';
      readonly facilities: readonly string[];
      readonly proposals: readonly ProposalRef[];
    };

/** Who asks. Every registry query takes one (design rule 9). */
export interface Caller {
  readonly kind: 'operator' | 'token' | 'session' | 'anonymous';
  /** Shown in audits and verifications: a token's name, `operator`, `anonymous`. Never a secret. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly metadata: Reach;
  readonly content: Reach;
  /** Facilities the caller may write for; null: every facility. */
  readonly facilities: readonly string[] | null;
}

/** Access default of a facility; `restricted` rows need a token that names the facility or the proposal. */
export type AccessLevel = 'public' | 'restricted';

/** Metadata and content access of one facility, from the config. */
export interface FacilityAccess {
  readonly facility: string;
  readonly metadata: AccessLevel;
  readonly content: AccessLevel;
}

/** What a valid token grants, as stored. `facilities: null` means every facility. */
export interface Grant {
  readonly name: string;
  readonly kind: 'token' | 'session';
  readonly scopes: readonly Scope[];
  readonly facilities: readonly string[] | null;
  readonly proposals: readonly ProposalRef[];
}

/** The person at the machine that owns the data folder: the command line without a service in between. */
export const OPERATOR: Caller = {
  kind: 'operator',
  name: 'operator',
  scopes: SCOPES,
  metadata: { kind: 'all' },
  content: { kind: 'all' },
  facilities: null,
};

/**
 * The caller for a grant (null: nobody signed in) under the facilities' access defaults. A grant without the
 * read scope reaches only what is public; a grant with proposals reaches only those proposals beyond that.
 */
export function callerFor(grant: Grant | null, access: readonly FacilityAccess[]): Caller {
  return {
    kind: grant?.kind ?? 'anonymous',
    name: grant?.name ?? 'anonymous',
    scopes: grant?.scopes ?? [],
    facilities: grant === null ? [] : grant.facilities,
    metadata: reachFor(
      grant,
      'metadata:read',
      access.filter((a) => a.metadata === 'public'),
    ),
    content: reachFor(
      grant,
      'content:read',
      access.filter((a) => a.content === 'public'),
    ),
  };
}

function reachFor(grant: Grant | null, scope: Scope, open: readonly FacilityAccess[]): Reach {
  const publicFacilities = open.map((a) => a.facility);
  if (grant === null || !(grant.scopes.includes(scope) || grant.scopes.includes('admin'))) {
    return { kind: 'some', facilities: publicFacilities, proposals: [] };
  }
  if (grant.proposals.length > 0) {
    return { kind: 'some', facilities: publicFacilities, proposals: grant.proposals };
  }
  if (grant.facilities === null) return { kind: 'all' };
  return {
    kind: 'some',
    facilities: [...new Set([...publicFacilities, ...grant.facilities])],
    proposals: [],
  };
}

/** Whether a row of this facility and proposal is inside the reach. */
export function reaches(reach: Reach, facility: string, proposal: string | null): boolean {
  if (reach.kind === 'all') return true;
  return (
    reach.facilities.includes(facility) ||
    reach.proposals.some((p) => p.facility === facility && p.proposal === proposal)
  );
}

/** Whether the caller holds the scope; `admin` holds every scope. */
export function holds(caller: Caller, scope: Scope): boolean {
  return caller.scopes.includes(scope) || caller.scopes.includes('admin');
}

/** Whether the caller holds the scope for this facility. */
export function holdsFor(caller: Caller, scope: Scope, facility: string): boolean {
  return holds(caller, scope) && (caller.facilities === null || caller.facilities.includes(facility));
}
