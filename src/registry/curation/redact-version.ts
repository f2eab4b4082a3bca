import { and, eq, ne, sql } from 'drizzle-orm';
import { type Outcome, success } from '../../model/failure.ts';
import type { RedactedVersion } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import { DerivedRows } from '../derive.ts';
import { crateVersionId } from '../ids.ts';
import { pack } from '../packed.ts';
import { inheritedKeys } from '../register/plan.ts';
import { documentSetSha256, impliedKeys, lockCrate, sha256Hex } from '../register/stored.ts';
import { crateColumns, dropRows, updateVersion } from '../register/write.ts';
import { crate, crateLocation, crateVersion, crateVersionDocument, document } from '../tables/documents.ts';
import { change, findingsLink } from '../tables/facts.ts';
import { dropUnused } from './scrub.ts';

type VersionRow = typeof crateVersion.$inferSelect;
type Kept = NonNullable<RedactedVersion['kept']>;

/** The stronger of two versions that are the same once something was taken out of both. */
const STRENGTH = { current: 0, quarantined: 1, superseded: 2 } as const;

/**
 * Replaces a version's document by what is left of it, and with it the version's id, rows and findings; the bytes that were
 * there go unless another crate has them. See `Curation.redactVersion`; one transaction.
 */
export async function redactVersion(tx: Database, redacted: RedactedVersion): Promise<Outcome<void>> {
  const [found] = await tx
    .select({ version: crateVersion, iri: crate.iri })
    .from(crateVersion)
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(eq(crateVersion.id, redacted.crateVersionId));
  if (found === undefined) return success(undefined);
  await lockCrate(tx, found.iri);
  const { version } = found;
  const documents = await documentsOf(tx, version.id);
  if (redacted.kept === null) await dropVersion(tx, version.id, null);
  else await replace(tx, found, redacted.kept);
  await dropUnused(tx, documents);
  return success(undefined);
}

async function replace(
  tx: Database,
  { version, iri }: { readonly version: VersionRow; readonly iri: string },
  kept: Kept,
): Promise<void> {
  const sha256 = sha256Hex(kept.bytes);
  const documentSet = documentSetSha256([{ role: 'metadata', sha256 }], version.mapping_context.rebases);
  const id = crateVersionId(iri, documentSet);
  const [twin] = await tx
    .select()
    .from(crateVersion)
    .where(and(eq(crateVersion.id, id), ne(crateVersion.id, version.id)));
  if (twin !== undefined) {
    if (STRENGTH[twin.state] <= STRENGTH[version.state]) return dropVersion(tx, version.id, twin.id);
    const documents = await documentsOf(tx, twin.id);
    await dropVersion(tx, twin.id, version.id);
    await dropUnused(tx, documents);
  }

  const [metadata] = await tx
    .select({ iri: crateVersionDocument.iri, mediaType: document.media_type })
    .from(crateVersionDocument)
    .innerJoin(document, eq(document.sha256, crateVersionDocument.document_sha256))
    .where(
      and(eq(crateVersionDocument.crate_version_id, version.id), eq(crateVersionDocument.role, 'metadata')),
    );
  await dropRows(tx, version.id);
  await tx.delete(crateVersionDocument).where(eq(crateVersionDocument.crate_version_id, version.id));
  await rename(tx, version, id, documentSet);
  const derived =
    kept.rows === null || !version.admitted
      ? null
      : new DerivedRows(kept.rows, {
          crateId: version.crate_id,
          versionId: id,
          crateIri: iri,
          facility: version.mapping_context.facility,
          source: version.mapping_context.source,
          registeredAt: version.registered_at,
          current: version.state === 'current',
          inherited: inheritedKeys(await impliedKeys(tx, version.crate_id), version.number),
        });
  await derived?.write(tx);
  await updateVersion(tx, id, {
    ...crateColumns(version.admitted ? (kept.rows?.crate ?? null) : null),
    nested: [...(kept.rows?.crate.nested ?? [])],
    row_counts: derived?.counts() ?? {},
    bytes_referenced: derived?.bytesReferenced() ?? 0,
    profile: kept.profile,
    conformant: kept.conformant,
    verdicts: [...kept.verdicts],
    findings: [...kept.findings],
    checker_version: kept.checkerVersion,
    mapper_version: kept.mapperVersion,
  });
  await tx
    .insert(document)
    .values({
      sha256: Buffer.from(sha256, 'hex'),
      media_type: metadata?.mediaType ?? 'application/ld+json',
      size_bytes: kept.bytes.byteLength,
      encoding: 'gzip',
      content: await pack(kept.bytes),
      stored_at: version.registered_at,
    })
    .onConflictDoNothing();
  await tx.insert(crateVersionDocument).values({
    crate_version_id: id,
    role: 'metadata',
    iri: metadata?.iri ?? version.mapping_context.document_url,
    document_sha256: Buffer.from(sha256, 'hex'),
  });
}

/** Gives a version that has neither rows nor documents left another id, and whatever names it the new one. */
async function rename(tx: Database, version: VersionRow, id: string, documentSet: string): Promise<void> {
  const places = await tx
    .update(crateLocation)
    .set({ crate_version_id: null })
    .where(eq(crateLocation.crate_version_id, version.id))
    .returning({ source: crateLocation.source, url: crateLocation.url, facility: crateLocation.facility });
  // made for findings that quote what went
  await tx.delete(findingsLink).where(eq(findingsLink.crate_version_id, version.id));
  await tx
    .update(crateVersion)
    .set({ id, document_set_sha256: Buffer.from(documentSet, 'hex') })
    .where(eq(crateVersion.id, version.id));
  await tx.execute(sql`
    UPDATE ${crateLocation} AS l SET crate_version_id = ${id}
    FROM jsonb_to_recordset(${JSON.stringify(places)}::text::jsonb) AS x(facility text, source text, url text)
    WHERE l.crate_id = ${version.crate_id} AND l.facility = x.facility AND l.source = x.source AND l.url = x.url`);
  await tx.update(change).set({ crate_version_id: id }).where(eq(change.crate_version_id, version.id));
}

/** Takes a version away; what named it names another from now on, or nothing. */
async function dropVersion(tx: Database, id: string, successor: string | null): Promise<void> {
  await tx
    .update(crateLocation)
    .set({ crate_version_id: successor })
    .where(eq(crateLocation.crate_version_id, id));
  await tx.update(change).set({ crate_version_id: successor }).where(eq(change.crate_version_id, id));
  await tx.delete(crateVersion).where(eq(crateVersion.id, id));
}

async function documentsOf(tx: Database, versionId: string): Promise<readonly Uint8Array[]> {
  const rows = await tx
    .select({ sha256: crateVersionDocument.document_sha256 })
    .from(crateVersionDocument)
    .where(eq(crateVersionDocument.crate_version_id, versionId));
  return rows.map(({ sha256 }) => sha256);
}
