import { setTimeout as wait } from 'node:timers/promises';
import { crateIdentity } from '../crate/identity.ts';
import { type Outcome, success } from '../model/failure.ts';
import { identityUrl, mergedRebases, rebased, sameRebases, unrebased } from '../model/rebase.ts';
import type { MappingContext, Rebase } from '../model/rows.ts';
import type { CrateMove, KnownPlace, SameCrate } from '../registry/curation-contract.ts';
import type { KnownLocation } from '../registry/work-contract.ts';
import type { BridgeContext, ConfiguredSource } from './context.ts';
import type { PureLineResult } from './pure-line.ts';

/** How often, and for how long, a listing that is still being written down is waited for, where a move depends on it. */
const PENDING_MS = 250;
const PENDING_ATTEMPTS = 240;

/** A document and the place it was found at. */
export interface PlacedDocument {
  readonly from: ConfiguredSource;
  /** The place, as it is listed or named. */
  readonly place: string;
  /** What the document is registered under (`FetchedCrate.url`). */
  readonly url: string;
  /** Where the document itself was, when the place only leads there. */
  readonly documentUrl: string | null;
  /** Of the bytes as served, hex. */
  readonly sha256: string;
  /** What is known of the place. */
  readonly known: KnownLocation | null;
  /** Identity IRI of the crate that names it. */
  readonly parent: string | null;
  /** Null outside pulls. */
  readonly pull: string | null;
}

/** What a document is to be read with. */
export interface Whereabouts {
  readonly context: MappingContext;
  /** Moves that stand for the facility. */
  readonly standing: readonly Rebase[];
}

/**
 * What mapping is told of a document before it was read. A place keeps the identity it has; one that nobody knows is named
 * after where it would have been before its facility, or the crate that names it, moved.
 */
export async function whereaboutsOf(
  context: BridgeContext,
  found: PlacedDocument,
): Promise<Outcome<Whereabouts>> {
  const { known } = found;
  const moves = await context.registry.rebases(
    found.from.facility.code,
    known === null ? found.parent : null,
  );
  if (!moves.ok) return moves;
  const { standing, parent } = moves.value;
  if (known !== null) {
    const followed = known.context.rebases;
    const at = { identity: identityUrl(known.context), rebases: mergedRebases(followed, standing) };
    return success({ context: contextAt(toldOf(found), found, at), standing });
  }
  const rebases = mergedRebases(parent, standing);
  const at = { identity: unrebased(found.url, rebases), rebases };
  return success({ context: contextAt(toldOf(found), found, at), standing });
}

function toldOf({ from: { facility, source } }: PlacedDocument) {
  return { facility: facility.code, source: source.name, timezone: facility.timezone };
}

/** What becomes of a document that was read. */
export interface Placing {
  /** What it is to be mapped with; another than it was read with where the crate is known by another name. */
  readonly context: MappingContext;
  readonly moved: CrateMove | null;
}

/**
 * Whether a document is a crate that is known elsewhere. Where the place it was reckoned from is named no more by a
 * complete listing, the crate has moved and keeps its identity. Where that place still has it, or nobody can say, this is
 * a further place of it, mapped as it is; another document that only declares the same DOI is a crate of its own.
 */
export async function placeDocument(
  context: BridgeContext,
  found: PlacedDocument,
  { context: readWith, standing }: Whereabouts,
  read: PureLineResult,
): Promise<Outcome<Placing>> {
  const asRead = success({ context: readWith, moved: null });
  if (isAtHome(found, read)) return asRead;
  const asked = await sameCrate(context, found, read);
  if (!asked.ok || asked.value === null) return asked.ok ? asRead : asked;
  const same = asked.value;
  if (isHomeThere(found, same)) {
    if (same.by === 'identifier') return asRead;
    return success({ context: { ...same.context, source: found.from.source.name }, moved: null });
  }
  const identity = identityUrl(same.context);
  const rebases = mergedRebases(same.context.rebases, standing);
  return success({
    context: contextAt(toldOf(found), found, { identity, rebases }),
    moved: moveOf(found, same),
  });
}

async function sameCrate(
  context: BridgeContext,
  found: PlacedDocument,
  read: PureLineResult,
): Promise<Outcome<SameCrate | null>> {
  const question = {
    facility: found.from.facility.code,
    source: found.from.source.name,
    url: found.place,
    crateIri: read.crateIri,
    sha256: found.sha256,
    identifiers: read.rows?.crate.identifiers ?? [],
    pull: found.pull,
  };
  for (let attempt = 1; ; attempt++) {
    const same = await context.registry.sameCrateElsewhere(question);
    if (!same.ok || same.value?.pending !== true || attempt === PENDING_ATTEMPTS) return same;
    await wait(PENDING_MS);
  }
}

/** Whether the crate's places are reckoned from this one: then nothing has moved. */
function isAtHome({ known, place }: PlacedDocument, read: PureLineResult): boolean {
  if (known === null || known.crateIri !== read.crateIri || known.state === 'superseded') return false;
  return homeOf(known.context) === place;
}

/** Whether the place that the crate's places are reckoned from may still have it. */
function isHomeThere({ place }: PlacedDocument, { context, places }: SameCrate): boolean {
  const home = homeOf(context);
  if (home === place) return false;
  const known = places.filter(({ url }) => url === home);
  return (known.length > 0 ? known : places).some(mayStillHave);
}

function homeOf(context: MappingContext): string {
  return context.found_at ?? context.document_url;
}

function mayStillHave({ gone, listed }: KnownPlace): boolean {
  return !gone && listed !== false;
}

function moveOf(found: PlacedDocument, { by, places, sameDocument }: SameCrate): CrateMove | null {
  const source = found.from.source.name;
  const own = places
    .filter((place) => place.source === source && !mayStillHave(place))
    .map(({ url }) => ({ source, from: url, to: found.place, documentUrl: found.documentUrl }));
  return own.length === 0 ? null : { by, sameDocument, places: own };
}

/**
 * What mapping is told of a document that is named after `identity` and lies where it was found. Whatever moved before,
 * relative paths end up beside the document.
 */
export function contextAt(
  of: Pick<MappingContext, 'facility' | 'source' | 'timezone'>,
  { place, url }: Pick<PlacedDocument, 'place' | 'url'>,
  at: { readonly identity: string; readonly rebases: readonly Rebase[] },
): MappingContext {
  const there = rebased(folderOf(at.identity), at.rebases);
  const here = folderOf(url);
  const rebases = there === here ? at.rebases : [...at.rebases, { from: there, to: here }];
  return {
    facility: of.facility,
    source: of.source,
    timezone: of.timezone,
    document_url: url,
    ...(place === url ? {} : { found_at: place }),
    ...(at.identity === url ? {} : { identity_url: at.identity }),
    ...(rebases.length === 0 ? {} : { rebases }),
  };
}

/** The context as it is kept: with the moves that took something of the crate along, and no others. */
export function keptContext(context: MappingContext, read: PureLineResult): MappingContext {
  const { rebases: _, ...rest } = context;
  return read.rebases.length === 0 ? rest : { ...rest, rebases: read.rebases };
}

/** Whether mapping would be told the very same. */
export function sameTold(a: MappingContext, b: MappingContext): boolean {
  return (
    identityUrl(a) === identityUrl(b) &&
    a.facility === b.facility &&
    a.timezone === b.timezone &&
    sameRebases(a.rebases, b.rebases)
  );
}

function folderOf(url: string): string {
  return crateIdentity(url, null).baseIri;
}
