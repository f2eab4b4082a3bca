import { and, eq, inArray, sql } from 'drizzle-orm';
import type { CrateFacts } from '../../model/rows.ts';
import type { KeptRecord, Registration } from '../contract.ts';
import type { Database } from '../database.ts';
import { DERIVED_TABLES } from '../derive.ts';
import { crateId } from '../ids.ts';
import { refuseUnstorable } from '../sets.ts';
import { crate, crateLocation, crateVersion, crateVersionDocument, document } from '../tables/documents.ts';

type VersionColumns = typeof crateVersion.$inferInsert;

/** Columns of a crate version that say what the crate says of itself: derived, like rows. */
export function crateColumns(facts: CrateFacts | null) {
  return {
    name: facts?.name ?? null,
    description: facts?.description ?? null,
    date_published: facts?.date_published ?? null,
    license: facts?.license ?? null,
    technique: facts?.technique ?? null,
    facility_name: facts?.facility_name ?? null,
    proposal_id: facts?.proposal_id ?? null,
    package_tier: facts?.package_tier ?? null,
    conditions_of_access: facts?.conditions_of_access ?? null,
    collection_date: facts?.collection_date?.text ?? null,
    time_earliest: facts?.collection_date?.earliest ?? null,
    time_before: facts?.collection_date?.before ?? null,
    keywords: [...(facts?.keywords ?? [])],
    identifiers: [...(facts?.identifiers ?? [])],
    conforms_to: [...(facts?.conforms_to ?? [])],
    publisher_iri: facts?.publisher_iri ?? null,
    sufficiency: facts?.sufficiency ?? null,
    nested: [...(facts?.nested ?? [])],
    properties: facts?.properties ?? {},
  } satisfies Partial<VersionColumns>;
}

/** Columns that say how the documents were judged. */
export function verdictColumns(registration: Registration) {
  return {
    profile: registration.profile,
    conformant: registration.conformant,
    verdicts: [...registration.verdicts],
    findings: [...registration.findings],
    checker_version: registration.checkerVersion,
  } satisfies Partial<VersionColumns>;
}

/** The crate, where it is new; its authority, where that moves. */
export async function writeCrate(
  tx: Database,
  registration: Registration,
  takesOver: boolean,
): Promise<void> {
  const { facility, source } = registration.context;
  const row = {
    id: crateId(registration.crateIri),
    iri: registration.crateIri,
    facility,
    source,
    relayed: registration.relayed,
    first_seen_at: registration.now.toISOString(),
  };
  refuseUnstorable(row);
  const insert = tx.insert(crate).values(row);
  const { relayed } = registration;
  await (takesOver
    ? insert.onConflictDoUpdate({ target: crate.id, set: { facility, source, relayed } })
    : insert.onConflictDoNothing());
}

export async function writeVersion(tx: Database, columns: VersionColumns): Promise<void> {
  refuseUnstorable(columns);
  await tx.insert(crateVersion).values(columns);
}

export async function updateVersion(
  tx: Database,
  id: string,
  columns: Partial<VersionColumns>,
): Promise<void> {
  refuseUnstorable(columns);
  await tx.update(crateVersion).set(columns).where(eq(crateVersion.id, id));
}

/** A document as it is stored. */
export interface StoredDocument {
  readonly role: 'metadata' | 'schema_record';
  readonly iri: string;
  /** Hex, of the bytes. */
  readonly sha256: string;
  readonly mediaType: string;
  readonly size: number;
  readonly compressed: Uint8Array;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** Documents, each once whatever crates it is in, and their part in the version. */
export async function writeDocuments(
  tx: Database,
  versionId: string,
  documents: readonly StoredDocument[],
  kept: readonly KeptRecord[],
  now: Date,
): Promise<void> {
  const rows = documents.map((document) => ({
    sha256: Buffer.from(document.sha256, 'hex'),
    media_type: document.mediaType,
    size_bytes: document.size,
    encoding: 'gzip' as const,
    content: document.compressed,
    stored_at: now.toISOString(),
  }));
  refuseUnstorable(
    documents.map(({ iri, mediaType, etag, lastModified }) => [iri, mediaType, etag, lastModified]),
  );
  await tx.insert(document).values(rows).onConflictDoNothing();
  const parts = [...documents, ...kept.map((record) => ({ ...record, role: 'schema_record' as const }))];
  await tx.insert(crateVersionDocument).values(
    parts.map((part) => ({
      crate_version_id: versionId,
      role: part.role,
      iri: part.iri,
      document_sha256: Buffer.from(part.sha256, 'hex'),
      etag: part.etag,
      last_modified: part.lastModified,
    })),
  );
}

/** Where the document was found; a place known with the same validators is not written again. */
export async function writeLocation(
  tx: Database,
  registration: Registration,
  versionId: string,
): Promise<void> {
  const { location, context } = registration;
  const found = {
    document_sha256: Buffer.from(location.sha256, 'hex'),
    crate_version_id: versionId,
    etag: location.etag,
    last_modified: location.lastModified,
    document_url: location.documentUrl ?? null,
    misses: 0,
    gone_at: null,
  };
  await tx
    .insert(crateLocation)
    .values({
      crate_id: crateId(registration.crateIri),
      facility: context.facility,
      source: context.source,
      url: location.url,
      ...found,
    })
    .onConflictDoUpdate({
      target: [crateLocation.crate_id, crateLocation.facility, crateLocation.source, crateLocation.url],
      set: found,
      setWhere: sql`(${crateLocation.document_sha256}, ${crateLocation.etag}, ${crateLocation.last_modified},
        ${crateLocation.document_url}, ${crateLocation.crate_version_id}, ${crateLocation.misses},
        ${crateLocation.gone_at})
        IS DISTINCT FROM (excluded.document_sha256, excluded.etag, excluded.last_modified,
        excluded.document_url, excluded.crate_version_id, excluded.misses, excluded.gone_at)`,
    });
}

/** Puts versions out of what is shown: their rows stay, so that old pointers keep answering. */
export async function stepBack(
  tx: Database,
  versions: readonly { readonly id: string; readonly admitted: boolean }[],
): Promise<void> {
  if (versions.length === 0) return;
  await tx
    .update(crateVersion)
    .set({ state: 'superseded' })
    .where(
      inArray(
        crateVersion.id,
        versions.map(({ id }) => id),
      ),
    );
  for (const { id, admitted } of versions) if (admitted) await markRows(tx, id, false);
}

/** Sets `current` on every row of a version. */
export async function markRows(tx: Database, versionId: string, current: boolean): Promise<void> {
  for (const table of Object.values(DERIVED_TABLES)) {
    await tx
      .update(table)
      .set({ current })
      .where(and(eq(table.crate_version_id, versionId), eq(table.current, !current)));
  }
}

/** Drops every row of a version. */
export async function dropRows(tx: Database, versionId: string): Promise<void> {
  for (const table of Object.values(DERIVED_TABLES)) {
    await tx.delete(table).where(eq(table.crate_version_id, versionId));
  }
}
