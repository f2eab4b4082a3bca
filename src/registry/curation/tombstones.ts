import { and, desc, eq, isNull, or, sql } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import type { Tombstone } from '../../model/curation.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { Registration } from '../contract.ts';
import type { Redactions } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import { crateId, isUuid } from '../ids.ts';
import { rfc3339 } from '../instants.ts';
import { visible } from '../query/visibility.ts';
import { crate, crateLocation } from '../tables/documents.ts';
import { redactedId, redaction } from '../tables/facts.ts';

/** See `Curation.redactions`. */
export async function redactions(
  db: Database,
  question: { readonly crateIri: string; readonly facility: string; readonly sha256: string },
): Promise<Outcome<Redactions>> {
  const id = crateId(question.crateIri);
  const served = and(
    eq(redaction.kind, 'withdraw'),
    eq(redaction.facility, question.facility),
    sql`${redaction.documents} @> ${JSON.stringify([question.sha256.toLowerCase()])}::text::jsonb`,
    // a copy that was registered as a crate of its own before is another matter
    sql`NOT EXISTS (SELECT FROM ${crate} WHERE ${crate.id} = ${id})`,
  );
  const rows = await db
    .select()
    .from(redaction)
    .where(and(isNull(redaction.lifted_at), or(eq(redaction.crate_id, id), served)))
    .orderBy(redaction.id);
  const withdrawn = rows.find(({ kind }) => kind === 'withdraw');
  return success({
    withdrawn:
      withdrawn === undefined ? null : { because: withdrawn.because, at: rfc3339(withdrawn.redacted_at) },
    entities: rows.flatMap(({ entity_sha256: digest }) =>
      digest === null ? [] : [Buffer.from(digest).toString('hex')],
    ),
  });
}

/**
 * Whether a registration honours the tombstones that stand now, under the crate's lock: one may have been set while the
 * document was read.
 */
export async function asTombstonesStand(tx: Database, registration: Registration): Promise<Outcome<void>> {
  const { crateIri, context, location, without = [] } = registration;
  const { facility } = context;
  const standing = await redactions(tx, { crateIri, facility, sha256: location.sha256 });
  if (!standing.ok) return standing;
  const { withdrawn, entities } = standing.value;
  if (withdrawn !== null) return failure('withdrawn', 'The crate was withdrawn here.', { where: crateIri });
  return new Set(entities).symmetricDifference(new Set(without)).size === 0
    ? success(undefined)
    : failure('busy', 'What is taken out of the crate changed while it was read; read it again.', {
        where: crateIri,
      });
}

/** See `Curation.tombstones`. */
export async function tombstones(
  db: Database,
  kind: Tombstone['kind'],
): Promise<Outcome<readonly Tombstone[]>> {
  const rows = await db.select().from(redaction).where(eq(redaction.kind, kind)).orderBy(desc(redaction.id));
  return success(rows.map(tombstoneOf));
}

/**
 * Ends a tombstone. What its places were last served as is forgotten, so that the next pull reads the documents again
 * instead of finding them unchanged.
 */
export async function liftTombstone(
  tx: Database,
  kind: Tombstone['kind'],
  id: string,
  at: Date,
): Promise<Outcome<Tombstone>> {
  const [row] = /^\d{1,15}$/.test(id)
    ? await tx
        .select()
        .from(redaction)
        .where(and(eq(redaction.id, Number(id)), eq(redaction.kind, kind)))
        .for('update')
    : [];
  if (row === undefined) {
    const what = kind === 'withdraw' ? 'withdrawal' : 'redaction';
    return failure('not_found', `There is no ${what} ${id}.`, { found: id });
  }
  if (row.lifted_at !== null) return success(tombstoneOf(row));
  await tx
    .update(crateLocation)
    .set({ document_sha256: Buffer.alloc(32), etag: null, last_modified: null })
    .where(eq(crateLocation.crate_id, row.crate_id));
  const [lifted] = await tx
    .update(redaction)
    .set({ lifted_at: at.toISOString() })
    .where(eq(redaction.id, row.id))
    .returning();
  return success(tombstoneOf(lifted ?? row));
}

export function tombstoneOf(row: typeof redaction.$inferSelect): Tombstone {
  return {
    id: String(row.id),
    kind: row.kind,
    crate_id: row.crate_id,
    crate: row.iri,
    facility: row.facility,
    because: row.because,
    caller: row.caller,
    at: rfc3339(row.redacted_at),
    lifted_at: rfc3339(row.lifted_at),
  };
}

/**
 * What was found under an id; where nothing was, that it was taken away, when and why, to whoever could see it before. Who
 * did it is not told.
 */
export async function orTakenAway<T>(
  db: Database,
  id: string,
  caller: Caller,
  found: Outcome<T>,
): Promise<Outcome<T>> {
  if (found.ok || found.failure.code !== 'not_found') return found;
  const asked = isUuid(id)
    ? eq(redactedId.id, id)
    : and(eq(redaction.kind, 'withdraw'), eq(redactedId.id, crateId(id)));
  const [row] = await db
    .select({ kind: redaction.kind, because: redaction.because, at: redaction.redacted_at })
    .from(redactedId)
    .innerJoin(redaction, eq(redaction.id, redactedId.redaction_id))
    .where(and(asked, isNull(redaction.lifted_at), visible(redaction, caller.metadata)))
    .orderBy(desc(redaction.id))
    .limit(1);
  if (row === undefined) return found;
  const what = row.kind === 'withdraw' ? 'The crate was withdrawn' : 'It was taken out of its crate';
  return failure('withdrawn', `${what} on ${rfc3339(row.at).slice(0, 10)}: ${row.because}`, { found: id });
}
