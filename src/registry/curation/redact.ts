import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Tombstone } from '../../model/curation.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { appendChanges } from '../changes/append.ts';
import type { CrateSaying, Curation } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import { crateId, isUuid } from '../ids.ts';
import { lockCrate } from '../register/stored.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { redaction } from '../tables/facts.ts';
import { dataFile } from '../tables/rows.ts';
import type { WorkContext } from '../work/context.ts';
import { entityRows, rememberIds } from './redacted-ids.ts';
import { scrubRecords } from './scrub.ts';
import { tombstoneOf } from './tombstones.ts';

/** See `Curation.cratesSaying`. */
export async function cratesSaying(
  db: Database,
  entity: string,
  crateNamed: string | null,
): Promise<Outcome<readonly CrateSaying[]>> {
  const named =
    crateNamed === null
      ? sql`TRUE`
      : isUuid(crateNamed)
        ? sql`c.id = ${crateNamed}`
        : sql`c.iri = ${crateNamed}`;
  if (crateNamed !== null) {
    const known = await db.execute(sql`SELECT 1 FROM ${crate} AS c WHERE ${named}`);
    if (known.length === 0) {
      return failure('not_found', 'There is no crate with this id or IRI.', { found: crateNamed });
    }
  }
  const asked = isUuid(entity)
    ? sql`(e.entity_id = ${entity} OR e.entity_id IN (SELECT ${dataFile.entity_id} FROM ${dataFile}
        WHERE ${dataFile.pointer_id} = ${entity}))`
    : sql`e.iri = ${entity}`;
  const rows = await db.execute<{ iri: string; facility: string; iris: string[]; implied: boolean }>(sql`
    SELECT c.iri, c.facility, jsonb_agg(DISTINCT e.iri) AS iris, bool_and(e.implied) AS implied
    FROM (${entityRows()}) AS e
    JOIN ${crateVersion} AS v ON v.id = e.crate_version_id
    JOIN ${crate} AS c ON c.id = v.crate_id
    WHERE ${asked} AND ${named}
    GROUP BY c.id ORDER BY c.iri`);
  const said = rows.map((row) => ({
    crateIri: row.iri,
    facility: row.facility,
    iris: row.iris,
    implied: row.implied,
  }));
  // what was never admitted has no rows that tell, and neither has what is no kind of row
  const silent = await db.execute<{ iri: string; facility: string }>(sql`
    SELECT c.iri, c.facility FROM ${crate} AS c
    WHERE ${named} AND ${
      crateNamed === null
        ? sql`EXISTS (SELECT FROM ${crateVersion} AS v WHERE v.crate_id = c.id AND NOT v.admitted)`
        : sql`TRUE`
    }
    ORDER BY c.iri`);
  const others = silent
    .filter(({ iri }) => !said.some(({ crateIri }) => crateIri === iri))
    .map(({ iri, facility }) => ({ crateIri: iri, facility, iris: [], implied: false }));
  return success([...said, ...others]);
}

/** See `Curation.recordRedaction`. One transaction. */
export async function recordRedaction(
  tx: Database,
  { queue, notify }: WorkContext,
  recorded: Parameters<Curation['recordRedaction']>[0],
): Promise<Outcome<Tombstone>> {
  const { crateIri } = recorded;
  await lockCrate(tx, crateIri);
  const [found] = await tx
    .select()
    .from(crate)
    .where(eq(crate.id, crateId(crateIri)));
  if (found === undefined) return failure('not_found', 'There is no such crate.', { found: crateIri });
  const entity = Buffer.from(recorded.entity, 'hex');
  const [standing] = await tx
    .select()
    .from(redaction)
    .where(
      and(eq(redaction.crate_id, found.id), eq(redaction.entity_sha256, entity), isNull(redaction.lifted_at)),
    );
  if (standing !== undefined) {
    await rememberIds(tx, standing.id, { crateId: found.id, iri: recorded.iri });
    return success(tombstoneOf(standing));
  }
  const [version] = await tx
    .select({ proposal: crateVersion.proposal_id })
    .from(crateVersion)
    .where(eq(crateVersion.crate_id, found.id))
    .orderBy(sql`${crateVersion.state} <> 'current'`, sql`${crateVersion.number} DESC`)
    .limit(1);
  const proposal = version?.proposal ?? null;
  const [tombstone] = await tx
    .insert(redaction)
    .values({
      kind: 'redact',
      crate_id: found.id,
      iri: found.iri,
      facility: found.facility,
      proposal_id: proposal,
      entity_sha256: entity,
      because: recorded.because,
      caller: recorded.caller,
      redacted_at: recorded.at.toISOString(),
    })
    .returning();
  if (tombstone === undefined) return failure('internal', 'The tombstone was not written.');
  await rememberIds(tx, tombstone.id, { crateId: found.id, iri: recorded.iri });
  await scrubRecords(tx, { crateId: found.id, crateIri });
  await appendChanges(
    tx,
    [
      {
        type: 'crate.redacted',
        at: recorded.at.toISOString(),
        facility: found.facility,
        source: found.source,
        proposal_id: proposal,
        crate_id: found.id,
        crate_iri: found.iri,
        crate_version_id: null,
        pull_id: null,
        data: { because: recorded.because },
      },
    ],
    notify,
    queue,
  );
  return success(tombstoneOf(tombstone));
}
