import { and, eq, exists, inArray, sql } from 'drizzle-orm';
import type { Reach } from '../../model/caller.ts';
import type { ListFilters, SampleItem } from '../../model/items.ts';
import type { Database } from '../database.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { association, molecule, sample } from '../tables/rows.ts';
import { better, claimed, relatedRun, toRun } from './aliases.ts';
import { entityFields, firstOf, ITS_CRATE, otherClaims } from './entity.ts';
import { asked, asksOfFiles, asksOfRuns, hasRun, saidWithin, sampleIs } from './filters.ts';
import { countLinked, grouped } from './links.ts';
import { contains } from './matches.ts';
import type { Listing } from './page.ts';
import { counts, subquery, wins } from './winners.ts';

/** Samples as the caller may see them. */
export function samples(db: Database, filters: ListFilters, reach: Reach): Listing<SampleItem> {
  const { sample: named, ...ofRuns } = filters;
  const itself = asked(named);
  const itsRun = exists(
    subquery
      .select({ id: toRun.id })
      .from(toRun)
      .where(
        and(
          eq(toRun.kind, 'experiment_sample'),
          eq(toRun.subject_entity_id, relatedRun.entity_id),
          eq(toRun.object_entity_id, sample.entity_id),
          counts(toRun, reach),
        ),
      ),
  );
  return {
    kind: 'samples',
    table: sample,
    where: and(
      wins(sample, better.sample, reach),
      saidWithin(sample, claimed.sample, filters, reach),
      itself === null ? undefined : sampleIs(sample, itself),
      filters.text === undefined
        ? undefined
        : contains(
            [sample.name, sample.description, sample.sample_code, sample.protein_name, sample.organism],
            filters.text,
          ),
      asksOfRuns(ofRuns) || asksOfFiles(filters) ? hasRun(itsRun, ofRuns, reach) : undefined,
    ),
    sort: firstOf(sample.sample_code, sample.name, sample.iri),
    key: sample.entity_id,
    row: sample.id,
    items: (rows) => sampleItems(db, rows, reach),
  };
}

async function sampleItems(
  db: Database,
  rowIds: readonly string[],
  reach: Reach,
): Promise<ReadonlyMap<string, SampleItem>> {
  if (rowIds.length === 0) return new Map();
  const rows = await db
    .select({ row: sample, ...ITS_CRATE, other_claims: otherClaims(sample, claimed.sample, reach) })
    .from(sample)
    .innerJoin(crateVersion, eq(crateVersion.id, sample.crate_version_id))
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(inArray(sample.id, [...rowIds]));
  const ids = rows.map(({ row }) => row.entity_id);
  const runs = await countLinked(db, { kind: 'experiment_sample', from: 'object' }, ids, reach);
  const molecules = await moleculesOf(db, ids, reach);
  return new Map(
    rows.map(({ row, ...its }) => [
      row.id,
      {
        ...entityFields({ ...row, ...its }),
        sample_code: row.sample_code,
        sample_type: row.sample_type,
        protein_name: row.protein_name,
        organism: row.organism,
        expression_system: row.expression_system,
        concentration: row.concentration,
        seguid: row.seguid,
        molecules: molecules.get(row.entity_id) ?? [],
        runs: runs.get(row.entity_id) ?? 0,
      },
    ]),
  );
}

async function moleculesOf(db: Database, ids: readonly string[], reach: Reach) {
  const rows = await db
    .selectDistinct({
      sample: association.subject_entity_id,
      id: molecule.entity_id,
      name: molecule.name,
      molecule_type: molecule.molecule_type,
      accession: sql<string | null>`coalesce(${molecule.uniprot_id}, ${molecule.rnacentral_id},
        ${molecule.sequence_accession}, ${molecule.chebi_id}, ${molecule.pdb_ligand_id})`.as('accession'),
    })
    .from(association)
    .innerJoin(molecule, eq(molecule.entity_id, association.object_entity_id))
    .where(
      and(
        eq(association.kind, 'sample_molecule'),
        inArray(association.subject_entity_id, [...ids]),
        counts(association, reach),
        wins(molecule, better.molecule, reach),
      ),
    )
    .orderBy(molecule.name, molecule.entity_id);
  return grouped(
    rows,
    (row) => row.sample,
    ({ sample: _, ...item }) => item,
  );
}
