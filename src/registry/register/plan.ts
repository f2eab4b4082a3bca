import type { Registration } from '../contract.ts';
import type { Judged } from './judged.ts';

/** What is stored of a crate when another registration of it comes. */
export interface StoredCrate {
  /** The source whose word counts for this crate, and whether any place it was found at still has it. */
  readonly facility: string;
  readonly source: string;
  readonly authorityPresent: boolean;
  /** That source passes on what another publishes. */
  readonly relayed: boolean;
  /** No place it was found at still has it. */
  readonly gone: boolean;
  readonly versions: readonly StoredVersionState[];
  /** Identity keys of rows that versions of this crate implied, with the version's number. */
  readonly implied: readonly ImpliedKey[];
}

export interface ImpliedKey {
  readonly number: number;
  readonly key: string;
}

export interface StoredVersionState {
  readonly id: string;
  readonly number: number;
  readonly state: 'current' | 'superseded' | 'quarantined';
  readonly admitted: boolean;
  readonly registeredAt: string;
  readonly sameChecker: boolean;
  /** Same mapper, told the same. */
  readonly sameMapping: boolean;
  /** Its bytes are not those that crates declared for it. */
  readonly notAsDeclared: boolean;
  /** Made of the very documents being registered. */
  readonly isThis: boolean;
}

/**
 * What registering does. `rows`: `write` makes them of the registration, `keep` leaves them as they are. `state` is the
 * version's afterwards. Every other version whose state is current (when this becomes current) or quarantined steps back
 * to superseded.
 */
export type Plan =
  | { readonly kind: 'conflict' }
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'change';
      readonly outcome: 'registered' | 'updated' | 'quarantined';
      readonly number: number;
      readonly isNew: boolean;
      readonly state: 'current' | 'superseded' | 'quarantined';
      readonly rows: 'write' | 'keep' | 'none';
      readonly stepBack: readonly StoredVersionState[];
    };

/** Decides what a registration does to what is stored; null means the crate was never seen. */
export function planFor(stored: StoredCrate | null, { registration, asDeclared }: Judged): Plan {
  const { facility, source } = registration.context;
  const versions = stored?.versions ?? [];
  const same = versions.find((version) => version.isThis) ?? null;
  const foreign = stored !== null && (stored.facility !== facility || stored.source !== source);
  // who only passes a crate on gives way to who publishes it
  const givesWay = stored?.relayed === true && !registration.relayed;
  if (foreign && stored.authorityPresent && !givesWay) {
    // a second place of the same documents, or another's differing word (design §3)
    return same !== null && same.state !== 'superseded' ? { kind: 'nothing' } : { kind: 'conflict' };
  }
  if (!asDeclared) return holdApart(versions, same);
  if (registration.rows === null) return quarantine(versions, same);
  // what only moved is no newer word than the one that waits in quarantine
  const waits = (version: StoredVersionState) => isRebased(registration) && version.state === 'quarantined';
  return admit(
    versions.filter((version) => version === same || !waits(version)),
    same,
    nextNumber(versions),
  );
}

function admit(versions: readonly StoredVersionState[], same: StoredVersionState | null, next: number): Plan {
  const others = versions.filter((version) => version !== same && version.state !== 'superseded');
  const upToDate = same?.admitted === true && same.sameMapping && same.sameChecker;
  if (upToDate && same.state === 'current' && others.length === 0) return { kind: 'nothing' };
  return {
    kind: 'change',
    outcome: versions.some((version) => version.admitted) ? 'updated' : 'registered',
    number: same?.number ?? next,
    isNew: same === null,
    state: 'current',
    rows: upToDate ? 'keep' : 'write',
    stepBack: others,
  };
}

/** Whether it is the document known before, as of where its facility moved things. */
export function isRebased({ moved }: Registration): boolean {
  return moved?.by === 'rebase';
}

/** Bad input never loses what was there: the current version stays, and so do the rows of one that was admitted. */
function quarantine(versions: readonly StoredVersionState[], same: StoredVersionState | null): Plan {
  const isHeld = same?.state === 'quarantined' || (same?.admitted === true && same.state === 'current');
  if (isHeld && same?.sameChecker === true && !same.notAsDeclared && isReadAlike(same))
    return { kind: 'nothing' };
  return {
    kind: 'change',
    outcome: 'quarantined',
    number: same?.number ?? nextNumber(versions),
    isNew: same === null,
    state: same?.admitted === true ? same.state : 'quarantined',
    rows: same?.admitted === true ? 'keep' : 'none',
    stepBack: versions.filter((version) => version !== same && version.state === 'quarantined'),
  };
}

/** Bytes that are not what crates declare are nobody's word: they are not shown, even where they were. */
function holdApart(versions: readonly StoredVersionState[], same: StoredVersionState | null): Plan {
  const isHeld = same?.state === 'quarantined' && same.notAsDeclared;
  if (isHeld && same.sameChecker && isReadAlike(same)) return { kind: 'nothing' };
  return {
    kind: 'change',
    outcome: 'quarantined',
    number: same?.number ?? nextNumber(versions),
    isNew: same === null,
    state: 'quarantined',
    rows: same?.admitted === true ? 'keep' : 'none',
    stepBack: versions.filter((version) => version !== same && version.state === 'quarantined'),
  };
}

/** What a document in quarantine names is known by the newest mapper; rows that are kept are those of theirs. */
function isReadAlike(same: StoredVersionState): boolean {
  return same.admitted || same.sameMapping;
}

function nextNumber(versions: readonly StoredVersionState[]): number {
  return Math.max(0, ...versions.map((version) => version.number)) + 1;
}

/** The keys a version of this number inherits: of rows that versions before it implied. */
export function inheritedKeys(implied: readonly ImpliedKey[], number: number): ReadonlySet<string> {
  return new Set(implied.filter((row) => row.number < number).map((row) => row.key));
}
