import { and, eq, exists, inArray, notExists, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { crateLocation, crateVersionDocument, document } from '../tables/documents.ts';
import { change, pullItem } from '../tables/facts.ts';

/**
 * Takes out of what was recorded of a crate whatever may quote its documents: what its events told, and the findings and
 * messages in reports of pulls. That they happened stays.
 */
export async function scrubRecords(
  tx: Database,
  of: { readonly crateId: string; readonly crateIri: string },
): Promise<void> {
  await tx.update(change).set({ data: {} }).where(eq(change.crate_id, of.crateId));
  const itsPlace = tx
    .select({ one: sql`1` })
    .from(crateLocation)
    .where(and(eq(crateLocation.crate_id, of.crateId), eq(crateLocation.url, pullItem.url)));
  await tx
    .update(pullItem)
    .set({
      findings: [],
      error: sql`CASE WHEN ${pullItem.error} IS NULL THEN NULL
        ELSE jsonb_build_object('code', ${pullItem.error} ->> 'code', 'message', 'Forgotten: it may quote what was taken away.')
        END`,
    })
    .where(or(eq(pullItem.crate, of.crateIri), exists(itsPlace)));
}

/** Deletes stored documents, of those given, that no crate version has any more; answers how many. */
export async function dropUnused(tx: Database, documents: readonly Uint8Array[]): Promise<number> {
  if (documents.length === 0) return 0;
  const used: SQL = notExists(
    tx
      .select({ one: sql`1` })
      .from(crateVersionDocument)
      .where(eq(crateVersionDocument.document_sha256, document.sha256)),
  );
  const dropped = await tx
    .delete(document)
    .where(and(inArray(document.sha256, [...documents]), used))
    .returning({ sha256: document.sha256 });
  return dropped.length;
}
