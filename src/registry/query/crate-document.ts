import { and, eq, sql } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { CrateDocument } from '../contract.ts';
import type { Database } from '../database.ts';
import { isUuid } from '../ids.ts';
import { unpack } from '../packed.ts';
import { crate, crateVersion, crateVersionDocument, document } from '../tables/documents.ts';
import { visible } from './visibility.ts';

/**
 * The metadata document of a crate's current version, byte for byte as it is stored. One statement, so that the digest is of
 * these bytes whatever is registered meanwhile. `not_found` for a crate that is unknown, without a current version, or not
 * the caller's to see.
 */
export async function crateDocument(
  db: Database,
  id: string,
  { content }: { readonly content: boolean },
  caller: Caller,
): Promise<Outcome<CrateDocument>> {
  const scope = { facility: crate.facility, proposal_id: crateVersion.proposal_id };
  const [found] = isUuid(id)
    ? await db
        .select({
          sha256: document.sha256,
          size: document.size_bytes,
          mediaType: document.media_type,
          context: crateVersion.mapping_context,
          content: content ? document.content : sql<null>`NULL`,
        })
        .from(crate)
        .innerJoin(crateVersion, and(eq(crateVersion.crate_id, crate.id), eq(crateVersion.state, 'current')))
        .innerJoin(
          crateVersionDocument,
          and(
            eq(crateVersionDocument.crate_version_id, crateVersion.id),
            eq(crateVersionDocument.role, 'metadata'),
          ),
        )
        .innerJoin(document, eq(document.sha256, crateVersionDocument.document_sha256))
        .where(and(eq(crate.id, id), visible(scope, caller.metadata)))
    : [];
  if (found === undefined) {
    return failure('not_found', 'There is no registered crate with this id among those you may see.', {
      found: id,
    });
  }
  return success({
    sha256: Buffer.from(found.sha256).toString('hex'),
    size: found.size,
    mediaType: found.mediaType,
    original: found.context.document_url,
    bytes: found.content === null ? null : await unpack(found.content, found.size),
  });
}
