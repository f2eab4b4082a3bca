import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import type { Finding } from '../model/finding.ts';
import type { NestedDocument } from '../model/rows.ts';
import type { KeptRecord, SchemaRecordDocument } from '../registry/contract.ts';
import type { KnownLocation } from '../registry/work-contract.ts';
import type { CrateSource } from '../sources/contract.ts';
import { isPlace } from './nested-work.ts';

/** Records of one crate that are fetched, and their bytes together: a crate that names more is mistaken or worse. */
const MOST_RECORDS = 1_000;
const MOST_BYTES = 128 * 1024 * 1024;

/** Records of one crate in flight. */
const AT_ONCE = 4;

type KnownRecord = KnownLocation['records'][number];
type Named = NestedDocument & { readonly url: string };

/** The schema records of a crate, as they are now. */
export interface SchemaRecords {
  readonly fetched: readonly SchemaRecordDocument[];
  /** Stored already and still the same, or not to be had anew. */
  readonly kept: readonly KeptRecord[];
  readonly findings: readonly Finding[];
}

type OneRecord =
  | { readonly kind: 'fetched'; readonly record: SchemaRecordDocument }
  | { readonly kind: 'kept'; readonly record: KeptRecord }
  | { readonly kind: 'missing'; readonly finding: Finding };

/**
 * Fetches the schema records a crate points at. One that has not the sha256 the crate declares is not kept; nor is one that
 * cannot be had, unless it is stored from before. Both are warnings: the crate itself says what it says.
 */
export async function schemaRecords(
  nested: readonly NestedDocument[],
  by: { readonly fetch: CrateSource['fetch'] | null; readonly known: readonly KnownRecord[] },
): Promise<SchemaRecords> {
  const named = recordsNamed(nested);
  const limit = pLimit(AT_ONCE);
  let room = MOST_BYTES;
  const answers = await Promise.all(
    named.map((one, index) =>
      limit(async (): Promise<OneRecord> => {
        if (index >= MOST_RECORDS || room <= 0)
          return missing(one, 'The crate names more records than are kept.');
        const answer = await oneRecord(
          one,
          by.fetch,
          by.known.find((known) => known.url === one.url),
        );
        if (answer.kind === 'fetched') room -= answer.record.bytes.byteLength;
        return answer;
      }),
    ),
  );
  return {
    fetched: answers.flatMap((answer) => (answer.kind === 'fetched' ? [answer.record] : [])),
    kept: answers.flatMap((answer) => (answer.kind === 'kept' ? [answer.record] : [])),
    findings: answers.flatMap((answer) => (answer.kind === 'missing' ? [answer.finding] : [])),
  };
}

/** Whether everything a crate says of its records is stored, so that nothing need be asked but those without a digest. */
export function hasEveryRecord(known: Pick<KnownLocation, 'nested' | 'records'>): boolean {
  return known.nested.every(
    ({ kind, url, sha256 }) =>
      kind !== 'schema_record' ||
      known.records.some(
        (stored) => stored.url === url && (sha256 === null || isSame(stored.sha256, sha256)),
      ),
  );
}

/** Whether records whose bytes nobody declared are still those stored. Asked with their validators. */
export async function areRecordsSame(
  known: Pick<KnownLocation, 'nested' | 'records'>,
  fetch: CrateSource['fetch'],
): Promise<boolean> {
  const undeclared = new Set(
    known.nested.flatMap(({ kind, url, sha256 }) =>
      kind === 'schema_record' && sha256 === null ? [url] : [],
    ),
  );
  for (const stored of known.records.filter(({ url }) => undeclared.has(url))) {
    const answer = await fetch({ url: stored.url, record: true }, validatorsOf(stored));
    // what cannot be had today is what it was
    if (!answer.ok || answer.value.kind === 'not-modified') continue;
    if (digest(answer.value.bytes) !== stored.sha256) return false;
  }
  return true;
}

/** Each place once. */
function recordsNamed(nested: readonly NestedDocument[]): readonly Named[] {
  const byUrl = new Map<string, Named>();
  for (const one of nested) {
    const { kind, url } = one;
    if (kind === 'schema_record' && url !== null && isPlace(url) && !byUrl.has(url))
      byUrl.set(url, { ...one, url });
  }
  return [...byUrl.values()];
}

async function oneRecord(
  named: Named,
  fetch: CrateSource['fetch'] | null,
  stored: KnownRecord | undefined,
): Promise<OneRecord> {
  const { url, sha256 } = named;
  const isStored = stored !== undefined && (sha256 === null || isSame(stored.sha256, sha256));
  if (isStored && (sha256 !== null || fetch === null)) return kept(stored);
  if (fetch === null) return missing(named, 'It was not fetched.');
  const answer = await fetch({ url, record: true }, isStored ? validatorsOf(stored) : null);
  if (!answer.ok) return isStored ? kept(stored) : missing(named, answer.failure.message);
  if (answer.value.kind === 'not-modified') {
    return isStored ? kept(stored) : missing(named, 'The server did not send it.');
  }
  const { bytes, mediaType, etag, lastModified } = answer.value;
  const found = digest(bytes);
  if (sha256 !== null && !isSame(found, sha256)) return differs(named, sha256, found);
  if (isStored && stored.sha256 === found) return kept({ ...stored, etag, lastModified });
  return { kind: 'fetched', record: { iri: url, mediaType, bytes, etag, lastModified } };
}

function kept({ url, ...record }: KnownRecord): OneRecord {
  return { kind: 'kept', record: { iri: url, ...record } };
}

function missing(named: Named, why: string): OneRecord {
  return {
    kind: 'missing',
    finding: warning(named, 'record-unavailable', `The record ${named.url} could not be had: ${why}`),
  };
}

function differs(named: Named, declared: string, found: string): OneRecord {
  const message = `The record ${named.url} has the sha256 ${found}, but the crate declares ${declared}; it was not kept.`;
  return { kind: 'missing', finding: warning(named, 'record-not-as-declared', message) };
}

function warning({ iri, json_pointer: pointer }: Named, rule: string, message: string): Finding {
  return { layer: 'document', rule, severity: 'warning', profile: 'crate', pointer, entity: iri, message };
}

/** Validators to ask with; null where there are none. */
export function validatorsOf(stored: {
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly documentUrl?: string | null;
}): Parameters<CrateSource['fetch']>[1] {
  const { etag, lastModified, documentUrl = null } = stored;
  return etag === null && lastModified === null ? null : { etag, lastModified, documentUrl };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
