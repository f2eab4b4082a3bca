import { and, eq, inArray } from 'drizzle-orm';
import { type Outcome, success } from '../model/failure.ts';
import type { KnownDocument, Registry } from './contract.ts';
import type { Database } from './database.ts';
import { documentSetSha256, sameContext } from './register/stored.ts';
import { crate, crateLocation, crateVersion } from './tables/documents.ts';

/** The crate a document at a URL is known as, when registering it again would change nothing. */
export async function knownDocument(
  db: Database,
  question: Parameters<Registry['knownDocument']>[0],
): Promise<Outcome<KnownDocument | null>> {
  const sha256 = question.sha256.toLowerCase();
  const documents = Buffer.from(documentSetSha256([{ role: 'metadata', sha256 }]), 'hex');
  const rows = await db
    .select({
      crateId: crate.id,
      crateIri: crate.iri,
      crateVersionId: crateVersion.id,
      state: crateVersion.state,
      rows: crateVersion.row_counts,
      bytesReferenced: crateVersion.bytes_referenced,
      checker: crateVersion.checker_version,
      mapper: crateVersion.mapper_version,
      context: crateVersion.mapping_context,
    })
    .from(crateLocation)
    .innerJoin(crate, eq(crate.id, crateLocation.crate_id))
    .innerJoin(crateVersion, eq(crateVersion.crate_id, crate.id))
    .where(
      and(
        eq(crateLocation.facility, question.facility),
        eq(crateLocation.source, question.source),
        eq(crateLocation.url, question.url),
        eq(crateLocation.document_sha256, Buffer.from(sha256, 'hex')),
        eq(crateVersion.document_set_sha256, documents),
        inArray(crateVersion.state, ['current', 'quarantined']),
      ),
    );
  const [known] = rows.filter(
    ({ checker, mapper, context }) =>
      checker === question.checkerVersion &&
      mapper === question.mapperVersion &&
      sameContext(context, question.context),
  );
  if (known === undefined || known.state === 'superseded') return success(null);
  const { crateId, crateIri, crateVersionId, state, rows: counts, bytesReferenced } = known;
  return success({ crateId, crateIri, crateVersionId, state, rows: counts, bytesReferenced });
}
