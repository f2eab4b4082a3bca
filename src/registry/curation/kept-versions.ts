import { and, asc, eq, sql } from 'drizzle-orm';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { KeptVersion } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import { crateId, isUuid } from '../ids.ts';
import { unpack } from '../packed.ts';
import { crate, crateLocation, crateVersion, crateVersionDocument, document } from '../tables/documents.ts';

/** See `Curation.versionsOfCrate`. */
export async function versionsOfCrate(db: Database, crateIri: string): Promise<Outcome<readonly string[]>> {
  const rows = await db
    .select({ id: crateVersion.id })
    .from(crateVersion)
    .where(eq(crateVersion.crate_id, crateId(crateIri)))
    .orderBy(asc(crateVersion.number));
  return success(rows.map(({ id }) => id));
}

/** See `Curation.keptVersion`. */
export async function keptVersion(db: Database, id: string): Promise<Outcome<KeptVersion | null>> {
  const [version] = isUuid(id)
    ? await db
        .select({
          crateVersionId: crateVersion.id,
          crateIri: crate.iri,
          number: crateVersion.number,
          state: crateVersion.state,
          relayed: crate.relayed,
          context: crateVersion.mapping_context,
        })
        .from(crateVersion)
        .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
        .where(eq(crateVersion.id, id))
    : [];
  if (version === undefined) return success(null);
  const [metadata] = await db
    .select({
      iri: crateVersionDocument.iri,
      mediaType: document.media_type,
      content: document.content,
      size: document.size_bytes,
    })
    .from(crateVersionDocument)
    .innerJoin(document, eq(document.sha256, crateVersionDocument.document_sha256))
    .where(partOf(id, 'metadata'));
  if (metadata === undefined) {
    return failure('internal', 'A stored crate version has no document.', { where: version.crateIri });
  }
  const { content, iri, mediaType, size } = metadata;
  return success({
    ...version,
    document: { iri, mediaType, bytes: await unpack(content, size) },
    records: await db
      .select({
        iri: crateVersionDocument.iri,
        sha256: sql<string>`encode(${crateVersionDocument.document_sha256}, 'hex')`,
        etag: crateVersionDocument.etag,
        lastModified: crateVersionDocument.last_modified,
      })
      .from(crateVersionDocument)
      .where(partOf(id, 'schema_record'))
      .orderBy(asc(crateVersionDocument.iri)),
    locations: await locationsOf(db, version.crateIri, version.context),
  });
}

function partOf(versionId: string, role: 'metadata' | 'schema_record') {
  return and(eq(crateVersionDocument.crate_version_id, versionId), eq(crateVersionDocument.role, role));
}

async function locationsOf(
  db: Database,
  crateIri: string,
  context: KeptVersion['context'],
): Promise<KeptVersion['locations']> {
  return await db
    .select({
      source: crateLocation.source,
      url: crateLocation.url,
      etag: crateLocation.etag,
      lastModified: crateLocation.last_modified,
      documentUrl: crateLocation.document_url,
      sha256: sql<string>`encode(${crateLocation.document_sha256}, 'hex')`,
      gone: sql<boolean>`${crateLocation.gone_at} IS NOT NULL`,
    })
    .from(crateLocation)
    .where(and(eq(crateLocation.crate_id, crateId(crateIri)), eq(crateLocation.facility, context.facility)))
    .orderBy(
      sql`${crateLocation.source} <> ${context.source}`,
      sql`${crateLocation.gone_at} IS NOT NULL`,
      asc(crateLocation.url),
    );
}
