import { and, asc, desc, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { type Outcome, success } from '../../model/failure.ts';
import { spellingsOfGlobalIdentifier } from '../../model/global-identifier.ts';
import type { Curation, KnownPlace, SameCrate } from '../curation-contract.ts';
import type { Database } from '../database.ts';
import { crateId } from '../ids.ts';
import { crate, crateLocation, crateVersion } from '../tables/documents.ts';
import { pull, pullItem } from '../tables/facts.ts';

type Question = Parameters<Curation['sameCrateElsewhere']>[0];

/** More identifiers than any crate has; the rest are not looked up. */
const MOST_IDENTIFIERS = 50;

/** Reasons, strongest first. */
const REASONS = ['iri', 'document', 'identifier'] as const;

/** See `Curation.sameCrateElsewhere`. */
export async function sameCrateElsewhere(
  db: Database,
  question: Question,
): Promise<Outcome<SameCrate | null>> {
  const looks = REASONS.flatMap((by) => {
    const condition = CONDITIONS[by](question);
    return condition === null ? [] : [sql`(${look(by, question, condition)})`];
  });
  // asked of every crate nobody knows, and mostly in vain: in one statement
  const rows = await db.execute<{ by: SameCrate['by']; id: string; iri: string }>(
    sql.join(looks, sql` UNION ALL `),
  );
  for (const by of REASONS) {
    const [found, second] = rows.filter((row) => row.by === by);
    // what two crates have tells nothing of either
    if (found === undefined || second !== undefined) continue;
    const context = await contextOf(db, found.id);
    if (context === null) continue;
    return success({
      crateIri: found.iri,
      by,
      context,
      places: await placesOf(db, found.id, question),
      sameDocument: await hasDocument(db, found.id, question.sha256),
      pending: await isPending(db, question.pull),
    });
  }
  return success(null);
}

function look(by: SameCrate['by'], question: Question, condition: SQL): SQL {
  const where = and(eq(crate.facility, question.facility), knownBefore(question.pull), condition);
  return sql`SELECT ${by}::text AS by, ${crate.id}, ${crate.iri} FROM ${crate} WHERE ${where} LIMIT 2`;
}

async function hasDocument(db: Database, id: string, sha256: string): Promise<boolean> {
  const [place] = await db
    .select({ url: crateLocation.url })
    .from(crateLocation)
    .where(and(eq(crateLocation.crate_id, id), eq(crateLocation.document_sha256, Buffer.from(sha256, 'hex'))))
    .limit(1);
  return place !== undefined;
}

/**
 * A crate first seen in the pull that asks is another one: two workers that read two copies at once must not come to
 * another end than one that reads them in turn.
 */
function knownBefore(pullId: string | null): SQL | undefined {
  return pullId === null
    ? undefined
    : sql`${crate.first_seen_at} < (SELECT ${pull.started_at} FROM ${pull} WHERE ${pull.id} = ${pullId})`;
}

const CONDITIONS: Readonly<Record<SameCrate['by'], (question: Question) => SQL | null>> = {
  iri: ({ crateIri }) => eq(crate.id, crateId(crateIri)),
  document: ({ sha256 }) =>
    sql`${crate.id} IN (SELECT ${crateLocation.crate_id} FROM ${crateLocation}
      WHERE ${crateLocation.document_sha256} = ${Buffer.from(sha256, 'hex')})`,
  identifier: ({ identifiers }) => {
    const spellings = identifiers.slice(0, MOST_IDENTIFIERS).flatMap(spellingsOfGlobalIdentifier);
    if (spellings.length === 0) return null;
    const declares = spellings.map(
      (spelling) => sql`${crateVersion.identifiers} @> ${JSON.stringify([spelling])}::text::jsonb`,
    );
    return sql`${crate.id} IN (SELECT ${crateVersion.crate_id} FROM ${crateVersion}
      WHERE ${crateVersion.state} = 'current' AND (${sql.join(declares, sql` OR `)}))`;
  },
};

async function isPending(db: Database, pullId: string | null): Promise<boolean> {
  if (pullId === null) return false;
  const [running] = await db
    .select({ id: pull.id })
    .from(pull)
    .where(and(eq(pull.id, pullId), eq(pull.state, 'running'), isNull(pull.listed_at)));
  return running !== undefined;
}

async function contextOf(db: Database, id: string): Promise<SameCrate['context'] | null> {
  const [version] = await db
    .select({ context: crateVersion.mapping_context })
    .from(crateVersion)
    .where(eq(crateVersion.crate_id, id))
    .orderBy(
      sql`CASE ${crateVersion.state} WHEN 'current' THEN 0 WHEN 'quarantined' THEN 1 ELSE 2 END`,
      desc(crateVersion.number),
    )
    .limit(1);
  return version?.context ?? null;
}

async function placesOf(db: Database, id: string, question: Question): Promise<readonly KnownPlace[]> {
  const { facility, source, pull: pullId } = question;
  const inPull = sql`EXISTS (SELECT FROM ${pullItem}
    WHERE ${pullItem.pull_id} = ${pullId}::text::uuid AND ${pullItem.url} = ${crateLocation.url})`;
  // a crate that still names it, shown or in quarantine, has it pulled again, whether it was read in this pull or not
  const named = sql`EXISTS (SELECT FROM ${crateVersion} AS v JOIN ${crate} AS c ON c.id = v.crate_id
    WHERE (v.state = 'current' OR v.state = 'quarantined') AND c.facility = ${facility} AND c.source = ${source}
      AND v.nested @> jsonb_build_array(jsonb_build_object('url', ${crateLocation.url})))`;
  const complete = sql`EXISTS (SELECT FROM ${pull}
    WHERE ${pull.id} = ${pullId}::text::uuid AND ${pull.listed_at} IS NOT NULL AND ${pull.complete} AND ${pull.full}
      AND ${pull.problems} = '[]'::jsonb)`;
  return await db
    .select({
      facility: crateLocation.facility,
      source: crateLocation.source,
      url: crateLocation.url,
      gone: sql<boolean>`${crateLocation.gone_at} IS NOT NULL`,
      listed: sql<boolean | null>`CASE WHEN ${crateLocation.source} <> ${source} THEN NULL
        WHEN ${inPull} OR ${named} THEN TRUE WHEN ${complete} THEN FALSE END`,
    })
    .from(crateLocation)
    .where(
      and(
        eq(crateLocation.crate_id, id),
        eq(crateLocation.facility, facility),
        sql`NOT (${crateLocation.source} = ${source} AND ${crateLocation.url} = ${question.url})`,
      ),
    )
    .orderBy(sql`${crateLocation.source} <> ${source}`, asc(crateLocation.url));
}
