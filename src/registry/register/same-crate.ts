import { and, eq, isNull, sql } from 'drizzle-orm';
import { type Failure, failure } from '../../model/failure.ts';
import type { Registration } from '../contract.ts';
import type { Database } from '../database.ts';
import { crateId } from '../ids.ts';
import { crateLocation, crateVersion } from '../tables/documents.ts';
import { pullItem } from '../tables/facts.ts';

/**
 * Why a document must not be registered as a crate that another document of the same source and pull is: the two would take
 * turns as its versions. The other one counts where it has been registered in this pull, and where it is the one shown and
 * this one is not. The same bytes elsewhere are a second place. Null: nothing stands against it. Asked under the crate's lock.
 */
export async function sameCrateInPull(tx: Database, registration: Registration): Promise<Failure | null> {
  const { pull, crateIri, context, location } = registration;
  if (pull === null) return null;
  const places = await tx
    .select({
      url: crateLocation.url,
      sha256: sql<string>`encode(${crateLocation.document_sha256}, 'hex')`,
      outcome: pullItem.outcome,
      item: pullItem.url,
      shown: sql<boolean>`coalesce(${crateVersion.state} = 'current', false)`,
    })
    .from(crateLocation)
    .leftJoin(pullItem, and(eq(pullItem.pull_id, pull.id), eq(pullItem.url, crateLocation.url)))
    .leftJoin(crateVersion, eq(crateVersion.id, crateLocation.crate_version_id))
    .where(
      and(
        eq(crateLocation.crate_id, crateId(crateIri)),
        eq(crateLocation.facility, context.facility),
        eq(crateLocation.source, context.source),
        isNull(crateLocation.gone_at),
      ),
    );
  const isShown = places.some((place) => place.url === location.url && place.shown);
  const other = places.find(
    (place) =>
      place.url !== location.url &&
      place.item !== null &&
      place.sha256 !== location.sha256 &&
      (place.outcome === null ? place.shown && !isShown : REGISTERED.includes(place.outcome)),
  );
  return other === undefined ? null : taken(location.url, other.url);
}

const REGISTERED: readonly string[] = ['registered', 'updated', 'unchanged', 'quarantined'];

function taken(url: string, other: string): Failure {
  const message = `${url} is the same crate as ${other}: an identity has no query or fragment.`;
  return failure('unreadable', message, {
    where: url,
    expected: 'a path of its own for each crate, or an absolute root @id of its own',
  }).failure;
}
