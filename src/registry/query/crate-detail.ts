import { and, asc, eq, inArray, or, sql } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { CrateDetail } from '../../model/items.ts';
import type { Database } from '../database.ts';
import { isUuid } from '../ids.ts';
import { rfc3339 } from '../instants.ts';
import { crate, crateLocation, crateVersion } from '../tables/documents.ts';
import { association, organization, person } from '../tables/rows.ts';
import { crateItems } from './crates.ts';
import { missingOf } from './entity.ts';
import { visible } from './visibility.ts';

/** A crate by its id or IRI: its current version, else what is in quarantine, else the last there was. */
export async function crateDetail(db: Database, id: string, caller: Caller): Promise<Outcome<CrateDetail>> {
  const scope = { facility: crate.facility, proposal_id: crateVersion.proposal_id };
  const [found] = await db
    .select({ version: crateVersion })
    .from(crateVersion)
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(
      and(
        or(isUuid(id) ? eq(crate.id, id) : undefined, eq(crate.iri, id)),
        visible(scope, caller.metadata),
        caller.kind === 'anonymous' ? eq(crateVersion.admitted, true) : undefined,
      ),
    )
    .orderBy(
      sql`CASE ${crateVersion.state} WHEN 'current' THEN 0 WHEN 'quarantined' THEN 1 ELSE 2 END`,
      sql`${crateVersion.number} DESC`,
    )
    .limit(1);
  const item =
    found === undefined ? undefined : (await crateItems(db, [found.version.id])).get(found.version.id);
  if (found === undefined || item === undefined) {
    return failure('not_found', 'There is no crate with this id or IRI among those you may see.', {
      found: id,
    });
  }
  const { version } = found;
  return success({
    ...item,
    verdicts: version.verdicts,
    findings: version.findings,
    conforms_to: version.conforms_to,
    keywords: version.keywords,
    identifiers: version.identifiers,
    sufficiency: version.sufficiency ?? null,
    nested: version.nested.map((document) => ({ ...document })),
    persons: await personsOf(db, version.id),
    organizations: await organizationsOf(db, version.id),
    locations: await db
      .select({ facility: crateLocation.facility, source: crateLocation.source, url: crateLocation.url })
      .from(crateLocation)
      .where(and(eq(crateLocation.crate_id, version.crate_id), locationVisible(caller)))
      .orderBy(asc(crateLocation.facility), asc(crateLocation.source), asc(crateLocation.url)),
    versions: await versionsOf(db, version.crate_id, caller),
    declared_missing: await missingOf(db, version.crate_id, version.id),
    properties: version.properties,
  });
}

/** Where another facility keeps its copy is that facility's to show. */
function locationVisible({ metadata }: Caller) {
  if (metadata.kind === 'all') return undefined;
  const facilities = [...metadata.facilities, ...metadata.proposals.map((p) => p.facility)];
  return inArray(crateLocation.facility, facilities);
}

async function versionsOf(db: Database, crateId: string, caller: Caller): Promise<CrateDetail['versions']> {
  const rows = await db
    .select({
      number: crateVersion.number,
      state: crateVersion.state,
      registered_at: crateVersion.registered_at,
    })
    .from(crateVersion)
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(
      and(
        eq(crateVersion.crate_id, crateId),
        visible({ facility: crate.facility, proposal_id: crateVersion.proposal_id }, caller.metadata),
        caller.kind === 'anonymous' ? eq(crateVersion.admitted, true) : undefined,
      ),
    )
    .orderBy(asc(crateVersion.number));
  return rows.map((row) => ({ ...row, registered_at: rfc3339(row.registered_at) }));
}

async function personsOf(db: Database, versionId: string): Promise<CrateDetail['persons']> {
  return await db
    .select({
      id: person.entity_id,
      name: sql<string | null>`coalesce(${person.full_name}, ${person.name})`,
      role: association.role,
      orcid: person.orcid,
    })
    .from(association)
    .innerJoin(
      person,
      and(eq(person.entity_id, association.object_entity_id), eq(person.crate_version_id, versionId)),
    )
    .where(and(eq(association.crate_version_id, versionId), eq(association.kind, 'crate_person')))
    .orderBy(asc(association.position), asc(association.id));
}

async function organizationsOf(db: Database, versionId: string): Promise<CrateDetail['organizations']> {
  return await db
    .select({
      id: organization.entity_id,
      name: organization.name,
      role: association.role,
      ror: organization.ror,
    })
    .from(association)
    .innerJoin(
      organization,
      and(
        eq(organization.entity_id, association.object_entity_id),
        eq(organization.crate_version_id, versionId),
      ),
    )
    .where(and(eq(association.crate_version_id, versionId), eq(association.kind, 'crate_organization')))
    .orderBy(asc(association.position), asc(association.id));
}
