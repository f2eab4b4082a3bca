import { MAPPER_VERSION } from '../mapping/contract.ts';
import type { RebaseItem } from '../model/curation.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import { identityUrl, isBeneath, rebased, sameRebases } from '../model/rebase.ts';
import type { MappingContext, Rebase } from '../model/rows.ts';
import { CHECKER_VERSION } from '../profiles/contract.ts';
import type { Registration } from '../registry/contract.ts';
import type { KeptVersion, MovedPlace } from '../registry/curation-contract.ts';
import type { BridgeContext } from './context.ts';
import { contextAt, keptContext, sameTold } from './moved.ts';
import { readCrate } from './read-crate.ts';

/**
 * Moves versions of one crate with their facility, or back where the move has ended; false where nothing of them moved. Each
 * is read again from what is stored and registered as of where it is now.
 */
export async function moveCrate(
  context: BridgeContext,
  item: RebaseItem,
  versions: readonly string[],
): Promise<Outcome<boolean>> {
  let moved = false;
  for (const id of versions) {
    const one = await moveVersion(context, item, id);
    if (!one.ok) return one;
    moved ||= one.value;
  }
  return success(moved);
}

/** Reads a version again as of where it is now and registers it; false where nothing of it moved. */
async function moveVersion(context: BridgeContext, item: RebaseItem, id: string): Promise<Outcome<boolean>> {
  const kept = await context.registry.keptVersion(id);
  if (!kept.ok) return kept;
  const version = kept.value;
  const place = version?.locations.find(({ gone }) => !gone);
  if (version === null || place === undefined) return success(false);
  const move = item.ended_at === null ? movedOn(version, item) : movedBack(version, item);
  if (move.places.length === 0 && sameTold(move.context, version.context)) return success(false);

  const { crateIri, document } = version;
  const { facility } = move.context;
  const standing = await context.registry.redactions({ crateIri, facility, sha256: place.sha256 });
  if (!standing.ok) return standing;
  const without = standing.value.entities;
  const read = await readCrate({
    bytes: document.bytes,
    context: move.context,
    profile: 'auto',
    map: true,
    without,
  });
  const bytes = read.redacted === null ? document.bytes : read.redacted.bytes;
  if (bytes === null || (version.state === 'current' && read.rows === null)) {
    return failure('unreadable', 'Its stored document can no longer be read.', { where: crateIri });
  }
  const now = move.places.find(({ source, from }) => source === place.source && from === place.url);
  const registration: Registration = {
    crateIri,
    context: keptContext(move.context, read),
    location: {
      url: now?.to ?? place.url,
      etag: place.etag,
      lastModified: place.lastModified,
      documentUrl: now === undefined ? place.documentUrl : now.documentUrl,
      sha256: place.sha256,
    },
    document: { ...document, iri: move.context.document_url, bytes },
    records: [],
    recordsKept: version.records,
    relayed: version.relayed,
    pull: null,
    nested: read.rows?.crate.nested ?? [],
    declared: [],
    moved: { by: 'rebase', sameDocument: true, places: move.places },
    without,
    profile: read.profile,
    conformant: read.conformant,
    verdicts: read.verdicts,
    findings: read.findings,
    checkerVersion: CHECKER_VERSION,
    mapperVersion: MAPPER_VERSION,
    rows: version.state === 'current' ? read.rows : null,
    now: context.now(),
  };
  const registered = await context.registry.register(registration);
  if (!registered.ok) {
    return { ok: false, failure: { ...registered.failure, where: registered.failure.where ?? crateIri } };
  }
  return success(true);
}

/** What mapping is told of a crate, and its places, once it is elsewhere. */
interface Move {
  readonly context: MappingContext;
  readonly places: readonly MovedPlace[];
}

function movedOn({ context, locations }: KeptVersion, { from, to }: Rebase): Move {
  const move = { from, to };
  const follow = (uri: string) => rebased(uri, [move]);
  const followed = (context.rebases ?? []).filter((other) => !sameRebases([other], [move]));
  return {
    context: contextAt(context, placed(context, follow), {
      identity: identityUrl(context),
      rebases: [...followed, move],
    }),
    places: placesMoved(locations, follow),
  };
}

/**
 * The way back. A crate that was where it is before anything moved there is named after that place, and stays; it only
 * points where it pointed.
 */
function movedBack({ context, locations }: KeptVersion, { from, to }: Rebase): Move {
  const move = { from, to };
  const rest = (context.rebases ?? []).filter((other) => !sameRebases([other], [move]));
  const cameHere =
    context.identity_url !== undefined &&
    isBeneath(context.document_url, to) &&
    (rest.length < (context.rebases ?? []).length || isBeneath(context.identity_url, from));
  const back = (uri: string) => (cameHere ? rebased(uri, [{ from: to, to: from }]) : uri);
  return {
    context: contextAt(context, placed(context, back), { identity: identityUrl(context), rebases: rest }),
    places: placesMoved(locations, back),
  };
}

function placed(context: MappingContext, follow: (uri: string) => string) {
  const url = follow(context.document_url);
  return { url, place: context.found_at === undefined ? url : follow(context.found_at) };
}

function placesMoved(
  locations: KeptVersion['locations'],
  follow: (uri: string) => string,
): readonly MovedPlace[] {
  return locations.flatMap(({ source, url, documentUrl }) => {
    const to = { url: follow(url), documentUrl: documentUrl === null ? null : follow(documentUrl) };
    return to.url === url && to.documentUrl === documentUrl
      ? []
      : [{ source, from: url, to: to.url, documentUrl: to.documentUrl }];
  });
}
