import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Reach } from '../../model/caller.ts';
import type { LambdaInvestigator } from '../../model/lambda-search.ts';
import type { AssociationKind } from '../../model/rows.ts';
import type { FoundExperiment } from '../contract.ts';
import type { Database } from '../database.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { association, experimentRun, instrument, molecule, person, sample } from '../tables/rows.ts';
import { grouped } from './links.ts';
import { filesOfRuns } from './run-files.ts';
import { bestFirst, type ClaimTable, counts } from './winners.ts';

/** The technique's word as the crate wrote it, kept only where the column says another. */
export const writtenTechnique = sql<string | null>`${experimentRun.properties} ->> 'technique'`;

/** How an instrument is called: by name, with the beamline where the name does not say it. */
export function instrumentLabel(row: Readonly<Record<'name' | 'instrument_code' | 'beamline_id', PgColumn>>) {
  const { name, instrument_code: code, beamline_id: beamline } = row;
  return sql<string | null>`CASE WHEN ${name} IS NULL THEN coalesce(${code}, ${beamline})
    WHEN ${beamline} IS NULL OR strpos(lower(${name}), lower(${beamline})) > 0 THEN ${name}
    ELSE ${name} || ' (' || ${beamline} || ')' END`;
}

/** What the Facility Search API shows of these rows of runs, in the order of their entities. */
export async function experiments(
  db: Database,
  rowIds: readonly string[],
  reach: Reach,
): Promise<readonly FoundExperiment[]> {
  if (rowIds.length === 0) return [];
  const rows = await db
    .select({
      entity_id: experimentRun.entity_id,
      version: experimentRun.crate_version_id,
      facility: experimentRun.facility,
      experiment_code: experimentRun.experiment_code,
      beamline_id: experimentRun.beamline_id,
      technique: experimentRun.technique,
      technique_written: writtenTechnique,
      creation_date: sql<string | null>`to_char(${experimentRun.time_earliest} AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
      date_written: sql<string | null>`coalesce(${experimentRun.start_time}, ${experimentRun.experiment_date},
        ${experimentRun.end_time})`,
      crate_id: crate.id,
      identifiers: crateVersion.identifiers,
    })
    .from(experimentRun)
    .innerJoin(crateVersion, eq(crateVersion.id, experimentRun.crate_version_id))
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(inArray(experimentRun.id, [...rowIds]))
    .orderBy(experimentRun.entity_id);
  const ids = rows.map((row) => row.entity_id);
  const instruments = await instrumentsOf(db, ids, reach);
  const samples = await samplesOf(db, ids, reach);
  const investigators = await investigatorsOf(db, rows);
  const files = await filesOfRuns(db, ids, reach);
  return rows.map(({ version: _, beamline_id, ...row }) => {
    const its = samples.get(row.entity_id) ?? [];
    const own = its.flatMap(({ protein_name }) => protein_name ?? []);
    const proteins = own.length > 0 ? own : its.flatMap(({ proteins }) => proteins);
    return {
      ...row,
      instrument: joined(instruments.get(row.entity_id) ?? []) ?? beamline_id,
      protein_name: joined(proteins),
      seguid: distinct(its.flatMap(({ seguid }) => seguid?.replace(/=+$/, '') ?? [])),
      investigator: investigators.get(row.entity_id) ?? null,
      bytes_referenced: files.get(row.entity_id)?.bytes ?? 0,
    };
  });
}

/** Names of the instruments of runs. */
async function instrumentsOf(db: Database, runs: readonly string[], reach: Reach) {
  const links = await linksOf(db, 'experiment_instrument', runs, reach);
  const { entity_id: id } = instrument;
  const found = await db
    .selectDistinctOn([id], { id, label: instrumentLabel(instrument).as('label') })
    .from(instrument)
    .where(isLinked(instrument, links, reach))
    .orderBy(id, bestFirst(instrument));
  const labels = new Map(found.map(({ id, label }) => [id, label]));
  return atEnds(links, labels);
}

/** Samples of runs, with the names of the proteins in those that have no protein name of their own. */
async function samplesOf(db: Database, runs: readonly string[], reach: Reach) {
  const links = await linksOf(db, 'experiment_sample', runs, reach);
  const { entity_id: id, protein_name, seguid } = sample;
  const found = await db
    .selectDistinctOn([id], { id, protein_name, seguid })
    .from(sample)
    .where(isLinked(sample, links, reach))
    .orderBy(id, bestFirst(sample));
  const unnamed = found.filter((one) => one.protein_name === null).map((one) => one.id);
  const proteins = await proteinsIn(db, unnamed, reach);
  return atEnds(
    links,
    new Map(found.map((one) => [one.id, { ...one, proteins: proteins.get(one.id) ?? [] }])),
  );
}

/** Names of the proteins in samples. */
async function proteinsIn(db: Database, samples: readonly string[], reach: Reach) {
  const links = await linksOf(db, 'sample_molecule', samples, reach);
  const { entity_id: id, name, molecule_type } = molecule;
  const found = await db
    .selectDistinctOn([id], { id, name, molecule_type })
    .from(molecule)
    .where(isLinked(molecule, links, reach))
    .orderBy(id, bestFirst(molecule));
  const proteins = found.filter((one) => one.molecule_type === 'protein');
  return atEnds(links, new Map(proteins.map((one) => [one.id, one.name])));
}

/** Who crates call the principal investigator: of the run itself, else of the crate that says what is shown of it. */
async function investigatorsOf(
  db: Database,
  runs: readonly { readonly entity_id: string; readonly crate_id: string; readonly version: string }[],
): Promise<ReadonlyMap<string, LambdaInvestigator>> {
  if (runs.length === 0) return new Map();
  const { kind, subject_entity_id: subject, crate_version_id: version } = association;
  const found = await db
    .select({
      of: sql<string>`${subject} || ' ' || ${version}`,
      name: sql<string | null>`coalesce(${person.full_name}, ${person.name})`,
      institute: person.affiliation,
      orcid: sql<string | null>`replace(${person.orcid}, 'https://orcid.org/', '')`,
    })
    .from(association)
    .innerJoin(
      person,
      and(eq(person.entity_id, association.object_entity_id), eq(person.crate_version_id, version)),
    )
    .where(
      and(
        inArray(kind, ['experiment_person', 'crate_person']),
        inArray(subject, distinct(runs.flatMap((run) => [run.entity_id, run.crate_id]))),
        eq(association.current, true),
        eq(person.role, 'principal_investigator'),
      ),
    )
    .orderBy(association.position, association.id);
  // the first of several
  const byPlace = new Map(found.toReversed().map(({ of, ...who }) => [of, who]));
  return new Map(
    runs.flatMap((run) => {
      const who =
        byPlace.get(`${run.entity_id} ${run.version}`) ?? byPlace.get(`${run.crate_id} ${run.version}`);
      return who === undefined ? [] : [[run.entity_id, who] as const];
    }),
  );
}

interface EntityLink {
  readonly from: string;
  readonly to: string;
}

/** What things lead to by one kind of association, as the caller may see it. */
async function linksOf(
  db: Database,
  kind: AssociationKind,
  from: readonly string[],
  reach: Reach,
): Promise<readonly EntityLink[]> {
  const { subject_entity_id: subject, object_entity_id: object } = association;
  return await db
    .selectDistinct({ from: subject, to: object })
    .from(association)
    .where(and(eq(association.kind, kind), inArray(subject, [...from]), counts(association, reach)));
}

/**
 * Claims about the things at the other end, each of which is looked up once, however many runs lead there: of a beamline
 * there is a claim of every crate that was ever measured at it.
 */
function isLinked(table: ClaimTable, links: readonly EntityLink[], reach: Reach): SQL | undefined {
  return and(inArray(table.entity_id, distinct(links.map(({ to }) => to))), counts(table, reach));
}

/** What is at the other ends, by this one. */
function atEnds<V>(links: readonly EntityLink[], things: ReadonlyMap<string, V | null>) {
  const found = links.flatMap(({ from, to }) => {
    const thing = things.get(to);
    return thing === undefined || thing === null ? [] : [{ from, thing }];
  });
  return grouped(
    found,
    ({ from }) => from,
    ({ thing }) => thing,
  );
}

/** Names as one text, each once; null without any. */
function joined(names: readonly string[]): string | null {
  return names.length === 0 ? null : distinct(names).join(', ');
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
