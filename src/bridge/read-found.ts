import { failure, type Outcome, success } from '../model/failure.ts';
import type { MappingContext } from '../model/rows.ts';
import type { CrateMove } from '../registry/curation-contract.ts';
import type { BridgeContext } from './context.ts';
import { keptContext, type PlacedDocument, placeDocument, sameTold, whereaboutsOf } from './moved.ts';
import type { PureLineResult } from './pure-line.ts';
import { readCrate } from './read-crate.ts';

/** A document with what was read of it. */
export interface Reading {
  /** As they are to be kept: without what was taken out. */
  readonly bytes: Uint8Array;
  readonly context: MappingContext;
  readonly read: PureLineResult;
  /**
   * The same with nothing taken out, where something was: whether the crate is admitted is the facility's doing, and what
   * was taken out of it is not.
   */
  readonly asServed: PureLineResult;
  /** Set where the crate was found to have moved. */
  readonly moved: CrateMove | null;
  /** What was taken out: sha256 (hex) of entities' IRIs. */
  readonly without: readonly string[];
}

/**
 * Reads a document as the crate it is: under the identity it had before it moved, and without what was taken away of it.
 * Fails with `withdrawn` for a crate somebody took away whole, with `unreadable` where something was taken out of the crate
 * and nobody can say whether it is in this document.
 */
export async function readFound(
  context: BridgeContext,
  found: PlacedDocument,
  bytes: Uint8Array,
): Promise<Outcome<Reading>> {
  const whereabouts = await whereaboutsOf(context, found);
  if (!whereabouts.ok) return whereabouts;
  const { context: first } = whereabouts.value;
  const read = await readCrate({ bytes, context: first, profile: 'auto', map: true });
  // what was withdrawn stays away from its place, whatever else the same bytes are
  const asFound = await takenOut(context, found, read);
  if (!asFound.ok) return asFound;
  const placed = await placeDocument(context, found, whereabouts.value, read);
  if (!placed.ok) return placed;
  const { context: told, moved } = placed.value;
  const asServed = sameTold(told, first)
    ? read
    : await readCrate({ bytes, context: told, profile: 'auto', map: true });

  const without = asServed.crateIri === read.crateIri ? asFound : await takenOut(context, found, asServed);
  if (!without.ok) return without;
  const entities = without.value;
  if (entities.length === 0) {
    return success({
      bytes,
      context: keptContext(told, asServed),
      read: asServed,
      asServed,
      moved,
      without: [],
    });
  }
  const clean = await readCrate({ bytes, context: told, profile: 'auto', map: true, without: entities });
  const left = clean.redacted?.bytes ?? null;
  if (left === null) {
    return failure(
      'unreadable',
      'The document is not JSON. Something was taken out of this crate, and whether it is in here cannot be said.',
      { where: found.place },
    );
  }
  return success({
    bytes: left,
    context: keptContext(told, clean),
    read: clean,
    asServed,
    moved,
    without: entities,
  });
}

/** What was taken out of a crate: sha256 (hex) of entities' IRIs. Fails with `withdrawn` where all of it was. */
async function takenOut(
  context: BridgeContext,
  found: PlacedDocument,
  { crateIri }: PureLineResult,
): Promise<Outcome<readonly string[]>> {
  const facility = found.from.facility.code;
  const standing = await context.registry.redactions({ crateIri, facility, sha256: found.sha256 });
  if (!standing.ok) return standing;
  const { withdrawn, entities } = standing.value;
  return withdrawn === null
    ? success(entities)
    : failure('withdrawn', `The crate was withdrawn here: ${withdrawn.because}`, { where: crateIri });
}
