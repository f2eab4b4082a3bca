import { createHash } from 'node:crypto';
import { MAPPER_VERSION } from '../mapping/contract.ts';
import type { Failure } from '../model/failure.ts';
import type { PullItemReport } from '../model/reports.ts';
import type { MappingContext } from '../model/rows.ts';
import { CHECKER_VERSION } from '../profiles/contract.ts';
import type { Registered, Registration } from '../registry/contract.ts';
import type { DeclaredDigest, KnownLocation, NewCrateWork } from '../registry/work-contract.ts';
import type { CrateSource, FetchedCrate } from '../sources/contract.ts';
import { isAdmitted } from './admission.ts';
import type { BridgeContext, ConfiguredSource } from './context.ts';
import { nestedWork } from './nested-work.ts';
import { readFound } from './read-found.ts';
import { schemaRecords } from './schema-records.ts';

/** A document that was found, and where: the place as its source lists it, or as the crate that names it says. */
export interface FoundDocument {
  readonly place: string;
  readonly document: FetchedCrate;
  /** Of the bytes as they were served (hex), where these are what was left of them. */
  readonly sha256?: string;
}

export interface RegisterOptions {
  /** The pull it is part of: registering writes its line. Null outside pulls and for a dry run. */
  readonly pull: string | null;
  /** Identity IRI of the crate that named it, and how deep below the listing it is. */
  readonly parent: string | null;
  readonly depth: number;
  /** Digests that crates not registered yet declare for it. */
  readonly declared: readonly DeclaredDigest[];
  /** How documents it names are fetched; null where nothing is to be fetched. */
  readonly fetch: CrateSource['fetch'] | null;
  /** What is known of the place. */
  readonly known: KnownLocation | null;
  /** Says what registering would do, and writes nothing. */
  readonly dryRun: boolean;
}

export interface RegisteredDocument {
  readonly item: PullItemReport;
  readonly bytesReferenced: number;
  readonly crateVersionId: string | null;
  /** Crates it names that are to be pulled as well. */
  readonly nested: readonly NewCrateWork[];
  /** Digests it declares for them, by place. */
  readonly declares: ReadonlyMap<string, DeclaredDigest>;
  /** Registering has written the line of the pull. */
  readonly written: boolean;
}

/**
 * The way of one fetched document: read, as the crate it is and without what was taken away of it → records → admit →
 * register, and what is to be said of it. A failure is the document's own line and never stops another.
 */
export async function registerDocument(
  context: BridgeContext,
  from: ConfiguredSource,
  found: FoundDocument,
  options: RegisterOptions,
): Promise<RegisteredDocument> {
  const sha256 = found.sha256 ?? sha256Hex(found.document.bytes);
  const { known, parent, pull } = options;
  const { url, documentUrl = null } = found.document;
  const placed = { from, place: found.place, url, documentUrl, sha256, known, parent, pull };
  const reading = await readFound(context, placed, found.document.bytes);
  if (!reading.ok) {
    const { failure: reason } = reading;
    return unregistered({ url: found.place, parent, crate: known?.crateIri ?? found.place }, reason);
  }
  const { read, asServed, moved, without } = reading.value;
  const nested = read.rows?.crate.nested ?? [];
  // a record is kept as it is: of a crate something was taken out of, nobody can say what its records repeat
  const named = without.length > 0 ? [] : nested;
  const records = await schemaRecords(named, { fetch: options.fetch, known: known?.records ?? [] });
  const work = nestedWork(nested, {
    parent: read.crateIri,
    place: found.place,
    depth: options.depth,
    most: from.source.nested_depth,
  });
  const registration: Registration = {
    crateIri: read.crateIri,
    context: reading.value.context,
    location: {
      url: found.place,
      etag: found.document.etag,
      lastModified: found.document.lastModified,
      documentUrl,
      sha256,
    },
    document: { iri: found.document.url, mediaType: found.document.mediaType, bytes: reading.value.bytes },
    records: records.fetched,
    recordsKept: records.kept,
    relayed: isRelay(from),
    pull: options.pull === null ? null : { id: options.pull, url: found.place, nested: work },
    nested,
    declared: options.declared,
    moved,
    without,
    profile: read.profile,
    conformant: read.conformant,
    verdicts: read.verdicts,
    findings: [...read.findings, ...records.findings],
    checkerVersion: CHECKER_VERSION,
    mapperVersion: MAPPER_VERSION,
    rows: isAdmitted(asServed, from.source.admission) ? read.rows : null,
    now: context.now(),
  };
  const registered = options.dryRun
    ? await context.registry.preview(registration)
    : await context.registry.register(registration);
  const at = { url: found.place, parent: options.parent, crate: read.crateIri };
  if (!registered.ok) return unregistered(at, registered.failure);
  return {
    item: itemOf(at, registered.value),
    bytesReferenced: registered.value.bytesReferenced,
    crateVersionId: registered.value.crateVersionId,
    nested: registered.value.outcome === 'conflict' ? [] : work,
    declares: declaredBy(registration, registered.value),
    written: !options.dryRun && options.pull !== null,
  };
}

/** The line of a document that could not be registered, or not even fetched. */
export function unregistered(
  at: { readonly url: string; readonly parent: string | null; readonly crate: string },
  error: Failure,
): RegisteredDocument {
  return {
    item: {
      ...placeOf(at),
      outcome: error.code === 'withdrawn' ? 'withdrawn' : 'failed',
      rows: {},
      findings: [],
      error,
    },
    bytesReferenced: 0,
    crateVersionId: null,
    nested: [],
    declares: new Map(),
    written: false,
  };
}

/** What mapping is told of a document of a source. */
export function mappingContext(from: ConfiguredSource, documentUrl: string): MappingContext {
  return {
    facility: from.facility.code,
    source: from.source.name,
    timezone: from.facility.timezone,
    document_url: documentUrl,
  };
}

/** Whether a source passes on what another publishes. */
export function isRelay({ source }: ConfiguredSource): boolean {
  return source.kind === 'lambda-search' && source.relay;
}

type Place = Parameters<typeof unregistered>[0];

function placeOf({ url, parent, crate }: Place) {
  return { url, ...(parent === null ? {} : { parent }), crate };
}

function itemOf(at: Place, registered: Registered): PullItemReport {
  return {
    ...placeOf(at),
    outcome: registered.outcome,
    rows: registered.outcome === 'unchanged' ? {} : registered.rows,
    findings: registered.findings,
    ...(registered.error === undefined ? {} : { error: registered.error }),
  };
}

/** Only the word of a crate that is shown counts. */
function declaredBy(
  registration: Registration,
  { outcome }: Registered,
): ReadonlyMap<string, DeclaredDigest> {
  if (registration.rows === null || outcome === 'conflict' || outcome === 'quarantined') return new Map();
  return new Map(
    registration.nested.flatMap(({ kind, url, sha256 }) =>
      kind === 'nested_crate' && url !== null && sha256 !== null
        ? [[url, { sha256, by: registration.crateIri }] as const]
        : [],
    ),
  );
}

/** sha256 of bytes, 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
