import { and, desc, eq, exists, gte, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import { type Caller, reaches } from '../../model/caller.ts';
import { type Outcome, success } from '../../model/failure.ts';
import type { Verification } from '../../model/pointer.ts';
import type { PointerOrigin } from '../../model/why.ts';
import type { Database } from '../database.ts';
import { isUuid } from '../ids.ts';
import { rfc3339 } from '../instants.ts';
import { type PointerOrigins, SHOWN_ORIGINS } from '../origins-contract.ts';
import { unpack } from '../packed.ts';
import { crate, crateVersion, crateVersionDocument, document } from '../tables/documents.ts';
import { pull, pullItem, verification } from '../tables/facts.ts';
import { dataFile } from '../tables/rows.ts';
import { unknownId } from './detail.ts';
import { visible } from './visibility.ts';
import { bestFirst, subquery } from './winners.ts';

/** See `Origins.pointerOrigins`. */
export async function pointerOrigins(
  db: Database,
  pointerId: string,
  caller: Caller,
): Promise<Outcome<PointerOrigins>> {
  if (!isUuid(pointerId)) return unknownId('files', pointerId);
  const rows = await db
    .select({
      file: dataFile,
      version: crateVersion,
      crate: { id: crate.id, iri: crate.iri },
      sha256: document.sha256,
      media_type: document.media_type,
      size: document.size_bytes,
      stored_at: document.stored_at,
      total: sql<number>`count(*) OVER ()`.mapWith(Number),
    })
    .from(dataFile)
    .innerJoin(crateVersion, eq(crateVersion.id, dataFile.crate_version_id))
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .innerJoin(
      crateVersionDocument,
      and(
        eq(crateVersionDocument.crate_version_id, crateVersion.id),
        eq(crateVersionDocument.role, 'metadata'),
      ),
    )
    .innerJoin(document, eq(document.sha256, crateVersionDocument.document_sha256))
    .where(and(eq(dataFile.pointer_id, pointerId), visible(dataFile, caller.metadata)))
    .orderBy(desc(dataFile.current), sql`${bestFirst(dataFile)}`)
    .limit(SHOWN_ORIGINS);
  const [best, ...others] = rows;
  if (best === undefined) return unknownId('files', pointerId);
  const [stored] = await db
    .select({ content: document.content, size: document.size_bytes })
    .from(document)
    .where(eq(document.sha256, best.sha256));
  if (stored === undefined) return unknownId('files', pointerId);
  const first = await originOf(db, best, caller);
  const rest: PointerOrigin[] = [];
  for (const other of others) rest.push(await originOf(db, other, caller));
  return success({
    origins: [first, ...rest],
    total: best.total,
    document: await unpack(stored.content, stored.size),
    verification: await lastVerification(db, pointerId),
  });
}

interface OriginRow {
  readonly file: typeof dataFile.$inferSelect;
  readonly version: typeof crateVersion.$inferSelect;
  readonly crate: { readonly id: string; readonly iri: string };
  readonly sha256: Uint8Array;
  readonly media_type: string;
  readonly size: number;
  readonly stored_at: string;
}

async function originOf(db: Database, row: OriginRow, caller: Caller): Promise<PointerOrigin> {
  const { file, version } = row;
  const context = version.mapping_context;
  return {
    facility: context.facility,
    source: context.source,
    proposal_id: file.proposal_id,
    crate: { ...row.crate, name: version.name },
    version: {
      id: version.id,
      number: version.number,
      state: version.state,
      conformant: version.conformant,
      profile: version.profile,
      checker_version: version.checker_version,
      mapper_version: version.mapper_version,
      registered_at: rfc3339(version.registered_at),
    },
    document: {
      url: context.document_url,
      sha256: Buffer.from(row.sha256).toString('hex'),
      media_type: row.media_type,
      size: row.size,
      stored_at: rfc3339(row.stored_at),
    },
    // pulls are a facility's own affair, not each proposal's
    pull: reaches(caller.metadata, context.facility, null) ? await pullOf(db, row) : null,
    entity_iri: file.iri,
    json_pointer: file.json_pointer,
    implied: file.implied,
    storage_uri_written: file.storage_uri_written,
    declared_digest: file.declared_digest,
    checksum_source: file.checksum_source,
    rebases: context.rebases ?? [],
  };
}

/** The pull of its source that was under way when the version was registered, and wrote something of its crate. */
async function pullOf(db: Database, { version, crate: of }: OriginRow): Promise<PointerOrigin['pull']> {
  const { facility, source } = version.mapping_context;
  const [found] = await db
    .select({ id: pull.id, trigger: pull.trigger, started_at: pull.started_at })
    .from(pull)
    .where(
      and(
        eq(pull.facility, facility),
        eq(pull.source, source),
        lte(pull.started_at, version.registered_at),
        or(gte(pull.finished_at, version.registered_at), isNull(pull.finished_at)),
        exists(
          subquery
            .select({ one: sql`1` })
            .from(pullItem)
            .where(
              and(
                eq(pullItem.pull_id, pull.id),
                eq(pullItem.crate, of.iri),
                inArray(pullItem.outcome, ['registered', 'updated', 'quarantined']),
              ),
            ),
        ),
      ),
    )
    .orderBy(desc(pull.started_at))
    .limit(1);
  return found === undefined ? null : { ...found, started_at: rfc3339(found.started_at) };
}

async function lastVerification(db: Database, pointerId: string): Promise<Verification | null> {
  const [row] = await db
    .select()
    .from(verification)
    .where(eq(verification.pointer_id, pointerId))
    .orderBy(desc(verification.id))
    .limit(1);
  if (row === undefined) return null;
  const { id: _, ...said } = row;
  return {
    ...said,
    sha256_expected: hex(row.sha256_expected),
    sha256_found: hex(row.sha256_found),
    started_at: rfc3339(row.started_at),
    finished_at: rfc3339(row.finished_at),
  };
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('hex');
}
