import { createHash } from 'node:crypto';
import { DEFAULT_LIMITS } from '../crate/contract.ts';
import { parseDocument } from '../crate/parse.ts';
import { redactDocument } from '../crate/redact.ts';

/** What is left of a document's bytes. */
export interface RedactedBytes {
  /** The bytes to be kept; null where the document cannot be read, so that nobody knows what it says. */
  readonly bytes: Uint8Array | null;
  /** Entities, references and copies taken out. */
  readonly removed: number;
}

/** What a tombstone knows an entity by: the sha256 of its IRI, 64 hex digits. */
export function entityDigest(iri: string): string {
  return createHash('sha256').update(iri).digest('hex');
}

/**
 * The bytes of a metadata document without the entities whose digests are given. The same document and digests always
 * leave the same bytes; a document that has none of them keeps its own.
 */
export async function redactedBytes(
  bytes: Uint8Array,
  documentUrl: string,
  without: readonly string[],
): Promise<RedactedBytes> {
  if (without.length === 0) return { bytes, removed: 0 };
  const { json } = parseDocument(bytes, DEFAULT_LIMITS);
  if (json === undefined) return { bytes: null, removed: 0 };
  const gone = new Set(without);
  const redacted = await redactDocument(json, { documentUrl }, (iri) => gone.has(entityDigest(iri)));
  return redacted.removed === 0
    ? { bytes, removed: 0 }
    : { bytes: Buffer.from(JSON.stringify(redacted.json)), removed: redacted.removed };
}
