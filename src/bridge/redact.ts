import { DEFAULT_LIMITS } from '../crate/contract.ts';
import { readGraph, resolveId } from '../crate/graph.ts';
import { parseDocument } from '../crate/parse.ts';
import { MAPPER_VERSION } from '../mapping/contract.ts';
import { type Caller, holdsFor } from '../model/caller.ts';
import type { RedactionReport, Tombstone } from '../model/curation.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import { identityUrl } from '../model/rebase.ts';
import { isUuid } from '../model/uuid.ts';
import { CHECKER_VERSION } from '../profiles/contract.ts';
import type { CrateSaying, KeptVersion } from '../registry/curation-contract.ts';
import type { BridgeContext } from './context.ts';
import { readCrate } from './read-crate.ts';
import { entityDigest } from './redacted-bytes.ts';
import { audit, denied, reasoned } from './withdraw.ts';

export interface RedactRequest {
  /** Id of an entity or of a file, or an IRI; with `crate` also an `@id` as that crate writes it. */
  readonly entity: string;
  /** Id or IRI of the one crate it is taken out of; null: of every crate that says it. */
  readonly crate: string | null;
  readonly because: string;
}

/**
 * Takes an entity out of every stored version of the crates that say it: the document is replaced by what is left of it, and
 * what is pulled later is redacted before it is read. One transaction a version; where this was broken off, asking again
 * finishes it. Needs `admin` for the facility of each crate. `usage` for a root, and for what is no entity of a document.
 */
export async function redact(
  context: BridgeContext,
  request: RedactRequest,
  caller: Caller,
): Promise<Outcome<RedactionReport>> {
  const asked = reasoned(caller, request.because);
  if (!asked.ok) return asked;
  const { registry } = context;
  const { entity } = request;
  const itself = await registry.cratesSaying(entity, entity);
  if (itself.ok) {
    return failure('usage', `${entity} is a crate itself; crate-bridge withdraw takes a whole crate away.`, {
      found: entity,
    });
  }
  const found = await registry.cratesSaying(entity, request.crate);
  if (!found.ok) return found;
  const crates = found.value.filter(({ facility }) => holdsFor(caller, 'admin', facility));
  if (found.value.some((one) => one.iris.length > 0 && !crates.includes(one))) return denied(caller);

  const said = new Set([...(isUuid(entity) ? [] : [entity]), ...crates.flatMap(({ iris }) => iris)]);
  const report = { tombstones: [] as { id: string; crate: string }[], versions: 0, removed: 0, dropped: 0 };
  for (const one of crates) {
    const done = await redactCrate(context, request, one, said, caller);
    if (!done.ok) return done;
    report.tombstones.push(...done.value.tombstones);
    report.versions += done.value.versions;
    report.removed += done.value.removed;
    report.dropped += done.value.dropped;
  }
  return report.tombstones.length === 0 ? nothingFound(request, crates) : success(report);
}

function nothingFound(request: RedactRequest, crates: readonly CrateSaying[]) {
  const { entity } = request;
  const rowed = crates.find(({ iris }) => iris.length > 0);
  if (rowed !== undefined) {
    const why = rowed.implied ? 'it is only what the root implies' : 'it has no @id there';
    return failure('usage', `${entity} cannot be taken out of ${rowed.crateIri}: ${why}.`, {
      found: entity,
      expected: 'an entity with an @id; crate-bridge withdraw takes a whole crate away',
    });
  }
  return failure('not_found', `No registered crate says ${entity}.`, {
    found: entity,
    expected: 'the id or IRI of an entity; with --crate also its @id as the crate writes it',
  });
}

async function redactCrate(
  context: BridgeContext,
  request: RedactRequest,
  { crateIri, facility, iris, implied }: CrateSaying,
  said: ReadonlySet<string>,
  caller: Caller,
): Promise<Outcome<RedactionReport>> {
  const none: RedactionReport = { tombstones: [], versions: 0, removed: 0, dropped: 0 };
  if (implied && iris.length > 0) return success(none);
  const { registry } = context;
  const versions = await registry.versionsOfCrate(crateIri);
  if (!versions.ok) return versions;
  const standing = await registry.redactions({ crateIri, facility, sha256: '' });
  if (!standing.ok) return standing;

  // what is in a document, or was until this was asked before
  const wanted = new Set(iris.length > 0 ? iris : said);
  const there = new Set<string>();
  for (const id of versions.value) {
    const kept = await registry.keptVersion(id);
    if (!kept.ok) return kept;
    if (kept.value === null) continue;
    const { document, context: told } = kept.value;
    if (request.crate !== null && iris.length === 0) wanted.add(writtenIri(kept.value, request.entity));
    for (const iri of wanted) {
      const digest = entityDigest(iri);
      const { redacted } = await readCrate({
        bytes: document.bytes,
        context: told,
        profile: 'auto',
        map: false,
        without: [digest],
      });
      if ((redacted?.removed ?? 0) > 0 || standing.value.entities.includes(digest)) there.add(iri);
    }
  }
  if (there.size === 0) return success(none);

  const tombstones: Tombstone[] = [];
  for (const iri of there) {
    const recorded = await registry.recordRedaction({
      crateIri,
      entity: entityDigest(iri),
      iri,
      because: request.because.trim(),
      caller: caller.name,
      at: context.now(),
    });
    if (!recorded.ok) return recorded;
    tombstones.push(recorded.value);
  }
  const carried = await carryOut(context, crateIri, facility);
  if (!carried.ok) return carried;
  for (const { id, crate } of tombstones) {
    const audited = await audit(context, caller, 'crate.redacted', id, crate);
    if (!audited.ok) return audited;
  }
  return success({ ...carried.value, tombstones: tombstones.map(({ id, crate }) => ({ id, crate })) });
}

/** Replaces every version's document by what every tombstone of the crate leaves of it. */
async function carryOut(
  context: BridgeContext,
  crateIri: string,
  facility: string,
): Promise<Outcome<Omit<RedactionReport, 'tombstones'>>> {
  const { registry } = context;
  const standing = await registry.redactions({ crateIri, facility, sha256: '' });
  if (!standing.ok) return standing;
  const without = standing.value.entities;
  const versions = await registry.versionsOfCrate(crateIri);
  if (!versions.ok) return versions;
  const report = { versions: 0, removed: 0, dropped: 0 };
  for (const id of versions.value) {
    const kept = await registry.keptVersion(id);
    if (!kept.ok) return kept;
    if (kept.value === null) continue;
    const { document, context: told, records } = kept.value;
    const read = await readCrate({
      bytes: document.bytes,
      context: told,
      profile: 'auto',
      map: true,
      without,
    });
    const left = read.redacted ?? { bytes: document.bytes, removed: 0 };
    if (left.removed === 0 && left.bytes !== null && records.length === 0) continue;
    const replaced = await registry.redactVersion({
      crateVersionId: id,
      kept:
        left.bytes === null
          ? null
          : {
              bytes: left.bytes,
              profile: read.profile,
              conformant: read.conformant,
              verdicts: read.verdicts,
              findings: read.findings,
              checkerVersion: CHECKER_VERSION,
              mapperVersion: MAPPER_VERSION,
              rows: read.rows,
            },
    });
    if (!replaced.ok) return replaced;
    report.versions += 1;
    report.removed += left.removed;
    if (left.bytes === null) report.dropped += 1;
  }
  return success(report);
}

/** The IRI an `@id` has in a document: `#jane` is written in many. */
function writtenIri({ document, context }: KeptVersion, written: string): string {
  const { json } = parseDocument(document.bytes, DEFAULT_LIMITS);
  const graph = readGraph(json ?? null, { documentUrl: identityUrl(context) });
  return resolveId(graph, written).iri;
}
