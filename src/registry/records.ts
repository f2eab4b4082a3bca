import { type Outcome, success } from '../model/failure.ts';
import type { Verification } from '../model/pointer.ts';
import type { Registry } from './contract.ts';
import type { Database } from './database.ts';
import { audit, verification } from './tables/facts.ts';

/** Appends what came of reading a pointer's bytes. */
export async function recordVerification(db: Database, said: Verification): Promise<Outcome<void>> {
  await db.insert(verification).values({
    ...said,
    sha256_expected: said.sha256_expected === null ? null : Buffer.from(said.sha256_expected, 'hex'),
    sha256_found: said.sha256_found === null ? null : Buffer.from(said.sha256_found, 'hex'),
  });
  return success(undefined);
}

/** Appends who did what. */
export async function recordAudit(
  db: Database,
  entry: Parameters<Registry['recordAudit']>[0],
): Promise<Outcome<void>> {
  await db.insert(audit).values({ ...entry, at: entry.at.toISOString() });
  return success(undefined);
}
