import { type Failure, failure, type Outcome } from '../../model/failure.ts';
import type { RunningPull } from '../../registry/work-contract.ts';
import type { CrateRef, CrateSource } from '../../sources/contract.ts';
import type { BridgeContext, ConfiguredSource } from '../context.ts';
import { isPlace } from '../nested-work.ts';
import { windowOf } from './window.ts';

/** Crates added in one transaction. */
const BATCH = 5_000;

/**
 * The listing of a pull: asks the source, adds every crate it names, and says how complete it was. Done once more from the
 * start by another worker when this one dies; what was added already is not added again.
 */
export async function listSource(
  context: BridgeContext,
  from: ConfiguredSource,
  adapter: CrateSource,
  pull: RunningPull,
  job: string,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const { registry } = context;
  const states = await registry.sourceStates();
  if (!states.ok) return states;
  const state = states.value.find((s) => s.facility === pull.facility && s.source === pull.source) ?? null;
  const { since, full } = windowOf(from.source, state, { full: pull.full, now: context.now() });
  const listing = await adapter.list({ since, signal });
  if (signal.aborted) return failure('busy', 'The listing was broken off.');
  if (!listing.ok) return registry.failListing(pull, job, listing.failure, context.now());
  const { refs, complete, problems, watermark = null } = listing.value;
  const places = refs.filter(({ url }) => isPlace(url));
  for (let at = 0; at < places.length; at += BATCH) {
    const added = await registry.addCrates(pull, places.slice(at, at + BATCH).map(newCrate));
    if (!added.ok) return added;
  }
  const others = unusable(refs.length - places.length);
  return registry.finishListing(
    pull,
    job,
    { complete: complete && others.length === 0, full, watermark, problems: [...problems, ...others] },
    context.now(),
  );
}

function newCrate({ url, validators }: CrateRef) {
  return {
    url,
    parent: null,
    depth: 0,
    etag: validators?.etag ?? null,
    lastModified: validators?.lastModified ?? null,
  };
}

function unusable(count: number): readonly Failure[] {
  if (count === 0) return [];
  const message = `${count} places of the listing are longer than any that can be kept, or no text at all.`;
  return [failure('unreadable', message, { expected: 'URLs of at most 2000 bytes' }).failure];
}

/** What a worker says of a listing that broke off with a defect. */
export function brokenListing(error: unknown): Failure {
  const said = error instanceof Error ? error.message : String(error);
  return failure('internal', `Listing the source broke off: ${said}`).failure;
}
