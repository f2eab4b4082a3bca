import { createHash } from 'node:crypto';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { sameRebases } from '../../model/rebase.ts';
import type { MappingContext, Rebase } from '../../model/rows.ts';
import type { Registration } from '../contract.ts';
import type { Database } from '../database.ts';
import { crateId } from '../ids.ts';
import { crate, crateLocation, crateVersion } from '../tables/documents.ts';
import { experimentRun } from '../tables/rows.ts';
import { NOT_AS_DECLARED } from '../work/declared.ts';
import type { ImpliedKey, StoredCrate } from './plan.ts';

const NOT_DECLARED = JSON.stringify([{ rule: NOT_AS_DECLARED }]);

/** sha256 of the bytes, 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * What a version is told apart by: the roles and digests of its documents, whatever their order, and what moved of that which
 * they point at. The same documents after a move are another version, so that the pointers of before are still known.
 */
export function documentSetSha256(
  documents: readonly { readonly role: string; readonly sha256: string }[],
  rebases: readonly Rebase[] = [],
): string {
  const lines = documents.map(({ role, sha256 }) => `${role} ${sha256}\n`).sort();
  lines.push(...rebases.map(({ from, to }) => `rebase ${JSON.stringify([from, to])}\n`));
  return sha256Hex(lines.join(''));
}

/** Whether mapping would be told the same. The URL is not compared: a crate at two places is one crate. */
export function sameContext(a: MappingContext, b: MappingContext): boolean {
  return (
    a.facility === b.facility &&
    a.source === b.source &&
    a.timezone === b.timezone &&
    sameRebases(a.rebases, b.rebases)
  );
}

/** Makes registrations of one crate wait for one another, also of a crate nobody has seen. */
export async function lockCrate(tx: Database, crateIri: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${crateId(crateIri)}, 0))`);
}

/** What is stored of the registration's crate; null when it was never seen. */
export async function readStored(
  tx: Database,
  registration: Registration,
  documentSet: string,
): Promise<StoredCrate | null> {
  const id = crateId(registration.crateIri);
  const [known] = await tx.select().from(crate).where(eq(crate.id, id));
  if (known === undefined) return null;
  const isAuthority = and(eq(crateLocation.facility, known.facility), eq(crateLocation.source, known.source));
  const [places] = await tx
    .select({
      ofAuthority: sql<boolean>`coalesce(bool_or(${isNull(crateLocation.gone_at)} AND ${isAuthority}), false)`,
      gone: sql<boolean>`coalesce(bool_and(${crateLocation.gone_at} IS NOT NULL), false)`,
    })
    .from(crateLocation)
    .where(eq(crateLocation.crate_id, id));
  const versions = await tx
    .select({
      id: crateVersion.id,
      number: crateVersion.number,
      state: crateVersion.state,
      admitted: crateVersion.admitted,
      registeredAt: crateVersion.registered_at,
      checker: crateVersion.checker_version,
      mapper: crateVersion.mapper_version,
      context: crateVersion.mapping_context,
      documents: crateVersion.document_set_sha256,
      notAsDeclared: sql<boolean>`${crateVersion.findings} @> ${NOT_DECLARED}::text::jsonb`,
    })
    .from(crateVersion)
    .where(eq(crateVersion.crate_id, id));
  return {
    facility: known.facility,
    source: known.source,
    authorityPresent: places?.ofAuthority ?? false,
    relayed: known.relayed,
    gone: places?.gone ?? false,
    implied: await impliedKeys(tx, id),
    versions: versions.map((version) => ({
      id: version.id,
      number: version.number,
      state: version.state,
      admitted: version.admitted,
      registeredAt: version.registeredAt,
      sameChecker: version.checker === registration.checkerVersion,
      sameMapping:
        version.mapper === registration.mapperVersion && sameContext(version.context, registration.context),
      notAsDeclared: version.notAsDeclared,
      isThis: Buffer.from(version.documents).toString('hex') === documentSet,
    })),
  };
}

/** Keys of the runs that versions of a crate implied: a run is the one kind whose implied key a later explicit row offers too. */
export async function impliedKeys(tx: Database, crateId: string): Promise<readonly ImpliedKey[]> {
  return await tx
    .selectDistinct({ number: crateVersion.number, key: experimentRun.identity_key })
    .from(experimentRun)
    .innerJoin(crateVersion, eq(crateVersion.id, experimentRun.crate_version_id))
    .where(and(eq(crateVersion.crate_id, crateId), eq(experimentRun.implied, true)));
}
