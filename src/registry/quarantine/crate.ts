import { and, eq } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { QuarantinedCrate } from '../../model/quarantine.ts';
import type { Database } from '../database.ts';
import { isUuid } from '../ids.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { CRATE, seenBy, shown } from './columns.ts';

/** See `Curation.quarantinedCrate`. */
export async function quarantinedCrate(
  db: Database,
  id: string,
  caller: Caller,
): Promise<Outcome<QuarantinedCrate>> {
  if (!isUuid(id)) return unknown(id);
  const [found] = await db
    .select(CRATE)
    .from(crateVersion)
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(and(eq(crateVersion.id, id), eq(crateVersion.state, 'quarantined'), seenBy(caller)));
  return found === undefined ? unknown(id) : success(shown(found));
}

function unknown(id: string) {
  return failure('not_found', 'Nothing in quarantine has this id.', {
    found: id,
    expected: 'the id of a crate version, as `crate-bridge quarantine list` shows it',
  });
}
