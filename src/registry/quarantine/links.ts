import { randomBytes, randomUUID } from 'node:crypto';
import { and, eq, gt, lt } from 'drizzle-orm';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { QuarantinedCrate } from '../../model/quarantine.ts';
import type { Curation } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import { sha256Hex } from '../register/stored.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { findingsLink } from '../tables/facts.ts';
import { CRATE, shown } from './columns.ts';

/** Starts every secret, so that one found in a log is known for what it is. */
const PREFIX = 'cbf_';

/** See `Curation.createFindingsLink`. Links that ended are forgotten. */
export async function createFindingsLink(
  tx: Database,
  link: Parameters<Curation['createFindingsLink']>[0],
): Promise<Outcome<{ readonly secret: string }>> {
  const known = await tx
    .select({ id: crateVersion.id })
    .from(crateVersion)
    .where(eq(crateVersion.id, link.crateVersionId))
    .for('share');
  if (known.length === 0) {
    return failure('not_found', 'No crate version has this id.', { found: link.crateVersionId });
  }
  await tx.delete(findingsLink).where(lt(findingsLink.expires_at, link.now.toISOString()));
  // 32 random bytes need no slow hash: a sha256 of them cannot be guessed back
  const secret = PREFIX + randomBytes(32).toString('base64url');
  await tx.insert(findingsLink).values({
    id: randomUUID(),
    sha256: digest(secret),
    crate_version_id: link.crateVersionId,
    caller: link.caller,
    created_at: link.now.toISOString(),
    expires_at: link.expiresAt.toISOString(),
  });
  return success({ secret });
}

/** See `Curation.findingsBehind`. */
export async function findingsBehind(
  db: Database,
  secret: string,
  now: Date,
): Promise<Outcome<QuarantinedCrate>> {
  const [found] = await db
    .select(CRATE)
    .from(findingsLink)
    .innerJoin(crateVersion, eq(crateVersion.id, findingsLink.crate_version_id))
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(and(eq(findingsLink.sha256, digest(secret)), gt(findingsLink.expires_at, now.toISOString())));
  return found === undefined
    ? failure('not_found', 'This link has ended, or there never was one like it. Ask for a new one.')
    : success(shown(found));
}

function digest(secret: string): Uint8Array {
  return Buffer.from(sha256Hex(secret), 'hex');
}
