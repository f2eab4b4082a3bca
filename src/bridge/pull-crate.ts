import { createHash } from 'node:crypto';
import { MAPPER_VERSION } from '../mapping/contract.ts';
import type { Outcome } from '../model/failure.ts';
import type { PullItemReport } from '../model/reports.ts';
import type { MappingContext } from '../model/rows.ts';
import { CHECKER_VERSION } from '../profiles/contract.ts';
import type { Registered, Registration } from '../registry/contract.ts';
import type { CrateRef, CrateSource, FetchedCrate } from '../sources/contract.ts';
import { isAdmitted } from './admission.ts';
import type { BridgeContext, ConfiguredSource } from './context.ts';
import { readCrate } from './read-crate.ts';

/** One crate's way through a pull: its line in the report, and the bytes its pointers refer to. */
export interface PulledCrate {
  readonly item: PullItemReport;
  readonly bytesReferenced: number;
  readonly crateVersionId: string | null;
}

export interface PullCrateOptions {
  readonly dryRun: boolean;
  /** Crate IRI → document URL, of this pull: two documents of one source cannot both be one crate. */
  readonly claims: Map<string, string>;
}

/**
 * Fetches one crate, reads it and registers it. Never throws for what a facility can do: a failure is the crate's own line
 * and never stops another crate.
 */
export async function pullCrate(
  context: BridgeContext,
  from: ConfiguredSource,
  adapter: CrateSource,
  ref: CrateRef,
  options: PullCrateOptions,
): Promise<PulledCrate> {
  const fetched = await adapter.fetch(ref);
  if (!fetched.ok) return failedCrate(ref.url, fetched);
  const known = await knownCrate(context, from, fetched.value);
  if (known !== null) {
    options.claims.set(known.item.crate, fetched.value.url);
    return known;
  }

  const mapping = mappingContext(from, fetched.value.url);
  const read = await readCrate({ bytes: fetched.value.bytes, context: mapping, profile: 'auto', map: true });
  const other = options.claims.get(read.crateIri);
  if (other !== undefined && other !== fetched.value.url)
    return sameIdentity(read.crateIri, fetched.value.url, other);
  options.claims.set(read.crateIri, fetched.value.url);
  const registration: Registration = {
    crateIri: read.crateIri,
    context: mapping,
    location: { url: fetched.value.url, etag: fetched.value.etag, lastModified: fetched.value.lastModified },
    document: { iri: fetched.value.url, mediaType: fetched.value.mediaType, bytes: fetched.value.bytes },
    profile: read.profile,
    conformant: read.conformant,
    verdicts: read.verdicts,
    findings: read.findings,
    checkerVersion: CHECKER_VERSION,
    mapperVersion: MAPPER_VERSION,
    rows: isAdmitted(read, from.source.admission) ? read.rows : null,
    now: context.now(),
  };
  const registered = options.dryRun
    ? await context.registry.preview(registration)
    : await context.registry.register(registration);
  return registered.ok
    ? pulledCrate(read.crateIri, registered.value)
    : failedCrate(read.crateIri, registered);
}

/**
 * Two documents that would take turns as versions of one crate: URLs that differ in their query alone, or two detached
 * documents with one absolute root. The first one listed is registered; this one says why it is not.
 */
function sameIdentity(crateIri: string, url: string, other: string): PulledCrate {
  return {
    item: {
      crate: crateIri,
      outcome: 'conflict',
      rows: {},
      findings: [],
      error: {
        code: 'unreadable',
        message: `${url} is the same crate as ${other}: an identity has no query or fragment.`,
        where: url,
        expected: 'a path of its own for each crate, or an absolute root @id of its own',
      },
    },
    bytesReferenced: 0,
    crateVersionId: null,
  };
}

/** A document that is the one registered last time, under the same rules, is not parsed again. */
async function knownCrate(
  context: BridgeContext,
  from: ConfiguredSource,
  fetched: FetchedCrate,
): Promise<PulledCrate | null> {
  const known = await context.registry.knownDocument({
    facility: from.facility.code,
    source: from.source.name,
    url: fetched.url,
    sha256: createHash('sha256').update(fetched.bytes).digest('hex'),
    checkerVersion: CHECKER_VERSION,
    mapperVersion: MAPPER_VERSION,
    context: mappingContext(from, fetched.url),
  });
  if (!known.ok || known.value === null) return null;
  // A crate in quarantine is read again: the source's admission policy may have changed since.
  if (known.value.state === 'quarantined') return null;
  return {
    item: { crate: known.value.crateIri, outcome: 'unchanged', rows: {}, findings: [] },
    bytesReferenced: known.value.bytesReferenced,
    crateVersionId: known.value.crateVersionId,
  };
}

function mappingContext(from: ConfiguredSource, documentUrl: string): MappingContext {
  return {
    facility: from.facility.code,
    source: from.source.name,
    timezone: from.facility.timezone,
    document_url: documentUrl,
  };
}

function pulledCrate(crateIri: string, registered: Registered): PulledCrate {
  return {
    item: {
      crate: crateIri,
      outcome: registered.outcome,
      rows: registered.outcome === 'unchanged' ? {} : registered.rows,
      findings: registered.findings,
    },
    bytesReferenced: registered.bytesReferenced,
    crateVersionId: registered.crateVersionId,
  };
}

function failedCrate(crate: string, outcome: Extract<Outcome<never>, { ok: false }>): PulledCrate {
  return {
    item: { crate, outcome: 'failed', rows: {}, findings: [], error: outcome.failure },
    bytesReferenced: 0,
    crateVersionId: null,
  };
}
