import { and, desc, eq, inArray, or, sql } from 'drizzle-orm';
import type { WithdrawalReport } from '../../model/curation.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { appendChanges } from '../changes/append.ts';
import type { Curation } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import { isUuid } from '../ids.ts';
import { lockCrate } from '../register/stored.ts';
import { crate, crateLocation, crateVersion, crateVersionDocument } from '../tables/documents.ts';
import { redaction } from '../tables/facts.ts';
import type { WorkContext } from '../work/context.ts';
import { rememberIds } from './redacted-ids.ts';
import { dropUnused, scrubRecords } from './scrub.ts';

/** See `Curation.withdrawCrate`. One transaction. */
export async function withdrawCrate(
  tx: Database,
  { queue, notify }: WorkContext,
  withdrawal: Parameters<Curation['withdrawCrate']>[0],
): Promise<Outcome<WithdrawalReport>> {
  const { id: named } = withdrawal;
  const [found] = await tx
    .select()
    .from(crate)
    .where(or(isUuid(named) ? eq(crate.id, named) : undefined, eq(crate.iri, named)));
  if (found === undefined)
    return failure('not_found', 'There is no crate with this id or IRI.', { found: named });
  await lockCrate(tx, found.iri);

  const versions = await tx
    .select({ id: crateVersion.id, proposal: crateVersion.proposal_id })
    .from(crateVersion)
    .where(eq(crateVersion.crate_id, found.id))
    .orderBy(sql`${crateVersion.state} <> 'current'`, desc(crateVersion.number));
  const documents = await documentsOf(
    tx,
    versions.map(({ id }) => id),
  );
  const served = await tx
    .selectDistinct({ sha256: crateLocation.document_sha256 })
    .from(crateLocation)
    .where(eq(crateLocation.crate_id, found.id));
  const proposal = versions.find((version) => version.proposal !== null)?.proposal ?? null;
  const [tombstone] = await tx
    .insert(redaction)
    .values({
      kind: 'withdraw',
      crate_id: found.id,
      iri: found.iri,
      facility: found.facility,
      proposal_id: proposal,
      documents: [...new Set([...served.map(({ sha256 }) => sha256), ...documents.metadata].map(hex))],
      because: withdrawal.because,
      caller: withdrawal.caller,
      redacted_at: withdrawal.at.toISOString(),
    })
    .returning({ id: redaction.id });
  if (tombstone === undefined) return failure('internal', 'The tombstone was not written.');

  await rememberIds(tx, tombstone.id, { crateId: found.id, iri: null });
  await scrubRecords(tx, { crateId: found.id, crateIri: found.iri });
  // versions, rows and places go with it
  await tx.delete(crate).where(eq(crate.id, found.id));
  const dropped = await dropUnused(tx, documents.all);
  await appendChanges(
    tx,
    [
      {
        type: 'crate.withdrawn',
        at: withdrawal.at.toISOString(),
        facility: found.facility,
        source: found.source,
        proposal_id: proposal,
        crate_id: found.id,
        crate_iri: found.iri,
        crate_version_id: null,
        pull_id: null,
        data: { because: withdrawal.because },
      },
    ],
    notify,
    queue,
  );
  return success({
    id: String(tombstone.id),
    crate: found.iri,
    versions: versions.length,
    documents: dropped,
  });
}

async function documentsOf(tx: Database, versions: readonly string[]) {
  const rows =
    versions.length === 0
      ? []
      : await tx
          .selectDistinct({ role: crateVersionDocument.role, sha256: crateVersionDocument.document_sha256 })
          .from(crateVersionDocument)
          .where(and(inArray(crateVersionDocument.crate_version_id, [...versions])));
  return {
    all: rows.map(({ sha256 }) => sha256),
    metadata: rows.filter(({ role }) => role === 'metadata').map(({ sha256 }) => sha256),
  };
}

function hex(digest: Uint8Array): string {
  return Buffer.from(digest).toString('hex');
}
