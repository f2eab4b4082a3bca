import { randomUUID } from 'node:crypto';
import { v5 as uuidOf } from 'uuid';
import { DEFAULT_LIMITS } from '../crate/contract.ts';
import { type Caller, holds, holdsFor } from '../model/caller.ts';
import { failed, failure, type Outcome, success } from '../model/failure.ts';
import type { PullItemReport, PullOutcome, PullReport } from '../model/reports.ts';
import type { NewCrateWork } from '../registry/work-contract.ts';
import type { FetchedCrate } from '../sources/contract.ts';
import { zipInMemory } from '../sources/zip/bytes.ts';
import { readZippedMetadata } from '../sources/zip/metadata.ts';
import { type BridgeContext, type ConfiguredSource, configuredSources } from './context.ts';
import type { PushRequest } from './contract.ts';
import { detachedDocument, pushedDocument } from './push-place.ts';
import { readCrate } from './read-crate.ts';
import { mappingContext, registerDocument } from './register-document.ts';
import { openSource } from './sources.ts';
import { stillHeld } from './still-held.ts';
import { withoutScope } from './without-scope.ts';
import type { WatchedPull } from './work/worker.ts';

/** The finding of a conflict, which names the other source. */
const OTHER_SOURCE = 'another-source-is-authoritative';

/** What came of a push, and the crates it names, which are still to be followed. */
export interface Pushed {
  readonly from: ConfiguredSource;
  readonly item: PullItemReport;
  readonly nested: readonly NewCrateWork[];
}

/**
 * Registers a crate that a facility sends. Who may is decided before the body is read; from there on it goes the way of a
 * crate that was fetched, and is written down as a pull of one crate that is over.
 */
export async function push(
  context: BridgeContext,
  request: PushRequest,
  caller: Caller,
): Promise<Outcome<Pushed>> {
  const chosen = pushSource(context, request.source, caller);
  if (!chosen.ok) return chosen;
  const from = chosen.value;
  const startedAt = context.now();
  const body = await request.read();
  if (!body.ok) return body;
  const found = await documentOf(from, request, body.value);
  if (!found.ok) return found;
  const { url: place } = found.value;
  const { facility, source } = from;
  const known = await context.registry.knownLocations(facility.code, source.name, [place]);
  if (!known.ok) return known;
  const adapter = await openSource(context, facility, source);
  const registered = await registerDocument(
    context,
    from,
    { place, document: found.value },
    {
      pull: null,
      parent: null,
      depth: 0,
      declared: [],
      fetch: (ref, validators) => adapter.fetch(ref, validators),
      known: known.value.get(place) ?? null,
      dryRun: false,
    },
  );
  const item = await stillHeld(context, registered);
  const report = reportOf(from, item, registered.bytesReferenced, startedAt, context.now());
  const recorded = await context.registry.recordPull(report, caller.name);
  return recorded.ok ? success({ from, item: forSender(item, caller), nested: registered.nested }) : recorded;
}

/** Which other source speaks for a crate is told to who sees every source; a sender only learns that there is one. */
function forSender(item: PullItemReport, caller: Caller): PullItemReport {
  if (item.outcome !== 'conflict' || caller.metadata.kind === 'all') return item;
  const message =
    'Another source speaks for this crate, and its document differs. Nothing of this copy was registered.';
  return {
    ...item,
    findings: item.findings.map((finding) =>
      finding.rule === OTHER_SOURCE ? { ...finding, message } : finding,
    ),
  };
}

/**
 * The push source a caller means, among those of facilities they may send for. `denied` for another facility, whether or
 * not it has such a source; `usage` for a name nobody has, one that several have, and a source that is pulled.
 */
function pushSource(context: BridgeContext, name: string, caller: Caller): Outcome<ConfiguredSource> {
  if (!holds(caller, 'crates:push')) return denied(caller, null);
  const slash = name.indexOf('/');
  if (slash !== -1 && !holdsFor(caller, 'crates:push', name.slice(0, slash))) {
    return denied(caller, name.slice(0, slash));
  }
  const own = configuredSources(context.config).filter(({ facility }) =>
    holdsFor(caller, 'crates:push', facility.code),
  );
  const pushed = own.filter(({ source }) => source.kind === 'push').map(({ id }) => id);
  const expected = pushed.join(', ') || 'a source of kind push in the configuration; there is none';
  const [only, ...more] = own.filter(({ id, source }) => id === name || source.name === name);
  const found = name.slice(0, 200).toWellFormed();
  if (only === undefined) return failure('usage', `No source is called ${found}.`, { found, expected });
  if (more.length > 0) {
    const ids = [only, ...more].map(({ id }) => id).join(', ');
    return failure('usage', `${found} names several sources.`, { found, expected: ids });
  }
  if (only.source.kind === 'push') return success(only);
  return failure('usage', `${only.id} is pulled (${only.source.kind}); nothing is sent to it.`, {
    found: only.id,
    expected,
  });
}

function denied(caller: Caller, facility: string | null) {
  const place = facility === null ? '' : ` for ${facility.slice(0, 100).toWellFormed()}`;
  return withoutScope(caller, 'crates:push', 'Sending a crate', place);
}

/** The metadata document of a body, and the IRI that is its place. */
async function documentOf(
  from: ConfiguredSource,
  request: PushRequest,
  body: Uint8Array,
): Promise<Outcome<FetchedCrate>> {
  const place =
    request.path === null ? null : pushedDocument(from.facility.code, from.source.name, request.path);
  if (place !== null && !place.ok) return place;
  const zipped = isZip(request.mediaType);
  const bytes = zipped ? await unzipped(body) : success(body);
  if (!bytes.ok) return bytes;
  const url = place ?? (await placeOfDetached(from, bytes.value));
  if (!url.ok) return url;
  return success({
    kind: 'document',
    bytes: bytes.value,
    mediaType: zipped ? 'application/ld+json' : request.mediaType,
    url: url.value,
    etag: null,
    lastModified: null,
  });
}

function isZip(mediaType: string): boolean {
  return mediaType.split(';', 1)[0]?.trim().toLowerCase() === 'application/zip';
}

async function unzipped(body: Uint8Array): Promise<Outcome<Uint8Array>> {
  const bytes = zipInMemory(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  const metadata = await readZippedMetadata(bytes, 'the zip', DEFAULT_LIMITS.maxBytes);
  return metadata.ok ? success(metadata.value.bytes) : metadata;
}

/** Without a path only an absolute root says which crate it is. It is read twice, which few crates are. */
async function placeOfDetached(from: ConfiguredSource, bytes: Uint8Array): Promise<Outcome<string>> {
  const { facility, source } = from;
  const nowhere = detachedDocument(facility.code, source.name, 'root');
  const context = mappingContext(from, nowhere);
  const { crateIri } = await readCrate({ bytes, context, profile: 'auto', map: false });
  if (nowhere.startsWith(crateIri)) {
    return failure(
      'usage',
      'The crate has no absolute root @id that would say which it is, so it needs a path.',
      {
        where: '?path',
        expected: "the crate's folder in its source, such as 2026/run-7",
      },
    );
  }
  return success(detachedDocument(facility.code, source.name, uuidOf(crateIri, uuidOf.URL)));
}

function reportOf(
  from: ConfiguredSource,
  item: PullItemReport,
  bytesReferenced: number,
  startedAt: Date,
  finishedAt: Date,
): PullReport {
  const count = (outcome: PullOutcome) => (item.outcome === outcome ? 1 : 0);
  return {
    id: randomUUID(),
    source: from.id,
    dry_run: false,
    trigger: 'push',
    full: false,
    complete: false,
    listed: 1,
    registered: count('registered'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    quarantined: count('quarantined'),
    failed: count('failed'),
    conflict: count('conflict'),
    withdrawn: count('withdrawn'),
    gone: 0,
    returned: 0,
    bytes_referenced: bytesReferenced,
    bytes_copied: 0,
    items: [item],
    problems: [],
    started_at: startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
  };
}

/** Attempts at a pull of the source that ends just when it is joined. */
const ATTEMPTS = 5;

/**
 * Queues the crates a pushed one names by http(s), as a pull of its source; null where there are none. Those beneath its own
 * place are sent by themselves.
 */
export async function queueNested(
  context: BridgeContext,
  pushed: Pushed,
  caller: Caller,
): Promise<Outcome<WatchedPull | null>> {
  const { from } = pushed;
  const nested = pushed.nested.filter(({ url }) => /^https?:/i.test(url));
  if (nested.length === 0) return success(null);
  const { registry } = context;
  const place = { facility: from.facility.code, source: from.source.name };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const begun = await registry.beginPull({
      ...place,
      trigger: 'push',
      acceptMissing: false,
      full: false,
      caller: caller.name,
      at: context.now(),
    });
    if (!begun.ok) return begun;
    const { id } = begun.value;
    const added = await registry.addCrates({ ...place, id, listed: false, full: false }, nested);
    if (!added.ok) return added;
    const progress = await registry.pullProgress(id);
    if (!progress.ok) return failed(progress.failure);
    // Nothing was added to a pull that had ended meanwhile; to one that runs, what was not added is part of it already.
    if (added.value > 0 || progress.value.state === 'running') return success({ id, source: from.id });
  }
  return failure('busy', `The pulls of ${from.id} end as fast as they begin; try again.`);
}
