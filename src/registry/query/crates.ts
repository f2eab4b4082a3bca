import { and, eq, exists, inArray, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import type { CrateItem, ListFilters } from '../../model/items.ts';
import type { Database } from '../database.ts';
import { rfc3339 } from '../instants.ts';
import { crate, crateVersion, crateVersionDocument } from '../tables/documents.ts';
import { filterFile, filterInstrument, filterSample, relatedRun, runInCrate } from './aliases.ts';
import { asked, asksOfFiles, asksOfRuns, crateIs, hasRun, instrumentIs, sampleIs } from './filters.ts';
import { contains, isFile } from './matches.ts';
import type { Listing } from './page.ts';
import { visible } from './visibility.ts';
import { counts, subquery } from './winners.ts';

/** The crate a version is of, as a correlated subquery: a list has one table. */
const itsCrate = (condition: SQL | undefined) =>
  exists(
    subquery
      .select({ id: crate.id })
      .from(crate)
      .where(and(eq(crate.id, crateVersion.crate_id), condition)),
  );

/** A version's facility is its crate's authoritative source's; its proposal is its own. */
function versionVisible(caller: Caller): SQL {
  const { metadata } = caller;
  if (metadata.kind === 'all') return sql`TRUE`;
  return itsCrate(visible({ facility: crate.facility, proposal_id: crateVersion.proposal_id }, metadata));
}

/** States a caller sees: what is in quarantine is for those who can do something about it. */
function shownState(caller: Caller): SQL {
  return caller.kind === 'anonymous'
    ? eq(crateVersion.state, 'current')
    : ne(crateVersion.state, 'superseded');
}

/** Crates as the caller may see them: current versions, and quarantined ones beside them. */
export function crates(db: Database, filters: ListFilters, caller: Caller): Listing<CrateItem> {
  const facilities = asked(filters.facility);
  const proposals = asked(filters.proposal_id);
  const named = asked(filters.crate);
  return {
    kind: 'crates',
    table: crateVersion,
    where: and(
      shownState(caller),
      versionVisible(caller),
      facilities === null ? undefined : itsCrate(inArray(crate.facility, [...facilities])),
      proposals === null ? undefined : inArray(crateVersion.proposal_id, [...proposals]),
      named === null ? undefined : itsCrate(crateIs(crate, named)),
      filters.text === undefined
        ? undefined
        : or(
            contains([crateVersion.name, crateVersion.description], filters.text),
            itsCrate(contains([crate.iri], filters.text)),
          ),
      ...holds(filters, caller),
    ),
    sort: sql<string>`coalesce(${crateVersion.name},
      (SELECT ${crate.iri} FROM ${crate} WHERE ${crate.id} = ${crateVersion.crate_id}))`,
    key: crateVersion.id,
    row: crateVersion.id,
    items: (rows) => crateItems(db, rows),
  };
}

/** What must be in the crate: a run that is all that was asked of runs, and a file. */
function holds(filters: ListFilters, caller: Caller): readonly SQL[] {
  const reach = caller.metadata;
  const { sha256: _sha256, storage_uri: _uri, ...ofRuns } = filters;
  const conditions: SQL[] = [];
  if (asksOfRuns(filters)) {
    const inThisCrate = exists(
      subquery
        .select({ id: runInCrate.id })
        .from(runInCrate)
        .where(
          and(
            eq(runInCrate.crate_version_id, crateVersion.id),
            eq(runInCrate.entity_id, relatedRun.entity_id),
          ),
        ),
    );
    conditions.push(or(hasRun(inThisCrate, ofRuns, reach), holdsWithoutRun(ofRuns)) ?? sql`FALSE`);
  }
  if (asksOfFiles(filters)) {
    conditions.push(
      exists(
        subquery
          .select({ id: filterFile.id })
          .from(filterFile)
          .where(
            and(
              eq(filterFile.crate_version_id, crateVersion.id),
              counts(filterFile, reach),
              isFile(filterFile, filters),
            ),
          ),
      ),
    );
  }
  return conditions;
}

/** A crate that tells of an instrument, a sample or a technique without any run. */
function holdsWithoutRun({ technique, instrument, sample, ...rest }: ListFilters): SQL | undefined {
  if (asksOfRuns(rest)) return undefined;
  const techniques = asked(technique);
  const instruments = asked(instrument);
  const samples = asked(sample);
  const noRun = subquery
    .select({ id: runInCrate.id })
    .from(runInCrate)
    .where(eq(runInCrate.crate_version_id, crateVersion.id));
  return and(
    sql`NOT ${exists(noRun)}`,
    techniques === null ? undefined : inArray(crateVersion.technique, [...techniques]),
    instruments === null
      ? undefined
      : exists(
          subquery
            .select({ id: filterInstrument.id })
            .from(filterInstrument)
            .where(
              and(
                eq(filterInstrument.crate_version_id, crateVersion.id),
                instrumentIs(filterInstrument, instruments),
              ),
            ),
        ),
    samples === null
      ? undefined
      : exists(
          subquery
            .select({ id: filterSample.id })
            .from(filterSample)
            .where(and(eq(filterSample.crate_version_id, crateVersion.id), sampleIs(filterSample, samples))),
        ),
  );
}

/** Items of these versions, by version id. */
export async function crateItems(
  db: Database,
  versionIds: readonly string[],
): Promise<ReadonlyMap<string, CrateItem>> {
  if (versionIds.length === 0) return new Map();
  const rows = await db
    .select({
      crate: crate,
      version: crateVersion,
      document: crateVersionDocument.document_sha256,
    })
    .from(crateVersion)
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .innerJoin(
      crateVersionDocument,
      and(
        eq(crateVersionDocument.crate_version_id, crateVersion.id),
        eq(crateVersionDocument.role, 'metadata'),
      ),
    )
    .where(inArray(crateVersion.id, [...versionIds]));
  return new Map(
    rows.map(({ crate: its, version, document }) => [
      version.id,
      {
        id: its.id,
        facility: its.facility,
        proposal_id: version.proposal_id,
        name: version.name,
        description: version.description,
        iri: its.iri,
        source: its.source,
        version: version.number,
        state: version.state,
        profile: version.profile,
        conformant: version.conformant,
        technique: version.technique,
        date_published: version.date_published,
        license: version.license,
        package_tier: version.package_tier,
        document_sha256: Buffer.from(document).toString('hex'),
        registered_at: rfc3339(version.registered_at),
        runs: version.row_counts['experiment_run'] ?? 0,
        files: version.row_counts['data_file'] ?? 0,
        bytes_referenced: version.bytes_referenced,
      },
    ]),
  );
}
