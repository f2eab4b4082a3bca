import {
  and,
  eq,
  inArray,
  isNotNull,
  notExists,
  notInArray,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from 'drizzle-orm';
import type { Reach } from '../../model/caller.ts';
import type { LambdaQuery } from '../../model/lambda-search.ts';
import {
  type ContractTechnique,
  TECHNIQUES_WRITTEN,
  techniqueQuestion,
  VALUES_WITH_WORD,
} from '../../model/lambda-vocabulary.ts';
import { experimentRun } from '../tables/rows.ts';
import {
  better,
  filterInstrument,
  filterMolecule,
  filterSample,
  toInstrument,
  toMolecule,
  toSample,
} from './aliases.ts';
import { instrumentLabel, writtenTechnique } from './lambda-details.ts';
import { contains } from './matches.ts';
import { counts, subquery, wins } from './winners.ts';

/**
 * What a run must be to be found by a query of the Facility Search API. Each asks for what lambda-details.ts shows, so that
 * neither finds what the other does not say. What a run is linked to is looked for from its other end, where few things have
 * such a name.
 */
export function meets(query: LambdaQuery, reach: Reach): readonly (SQL | undefined)[] {
  const { creation_date_start: start, creation_date_end: end } = query;
  const { time_earliest: time } = experimentRun;
  return [
    start === null ? undefined : sql`${time} >= ${instant(start)}`,
    // dates are shown in whole seconds, and the last one is inside
    end === null ? undefined : sql`${time} < ${instant(end)} + interval '1 second'`,
    query.technique === null ? undefined : isTechnique(query.technique),
    ...query.seguid.map((seguid) => hasSeguid(seguid, reach)),
    query.protein_name === null ? undefined : hasProtein(query.protein_name, reach),
    query.instrument === null ? undefined : hasInstrument(query.instrument, reach),
  ];
}

/** As a number, since the year 0 is a date of RFC 3339 and none of PostgreSQL's text form. */
function instant(date: Date): SQL {
  return sql`to_timestamp(${date.getTime() / 1000}::double precision)`;
}

/** `contractTechnique` in SQL. */
function isTechnique(asked: ContractTechnique): SQL | undefined {
  const { written, value } = techniqueQuestion(asked);
  const { technique } = experimentRun;
  const folded = sql`lower(btrim(coalesce(${writtenTechnique}, ${technique}), E' \\t\\r\\n'))`;
  const otherwise =
    value === null
      ? undefined
      : and(
          isNotNull(technique),
          value === 'other' ? notInArray(technique, [...VALUES_WITH_WORD]) : eq(technique, value),
          notInArray(folded, [...TECHNIQUES_WRITTEN]),
        );
  return or(written.length === 0 ? undefined : inArray(folded, [...written]), otherwise);
}

/** 20 bytes in base 64 have one sign of padding, which some write. */
function hasSeguid(seguid: string, reach: Reach): SQL {
  return isRunOf(samples(reach, inArray(filterSample.seguid, [seguid, `${seguid}=`])));
}

/** A sample's own protein name counts before those of the proteins in it, and the others only where no sample has one. */
function hasProtein(text: string, reach: Reach): SQL | undefined {
  const named = samples(reach, contains([filterSample.protein_name], text));
  const ofThisRun = eq(toSample.subject_entity_id, experimentRun.entity_id);
  const withName = samples(reach, ofThisRun, isNotNull(filterSample.protein_name));
  const inside = subquery
    .select({ run: toSample.subject_entity_id })
    .from(toSample)
    .innerJoin(toMolecule, eq(toMolecule.subject_entity_id, toSample.object_entity_id))
    .innerJoin(filterMolecule, eq(filterMolecule.entity_id, toMolecule.object_entity_id))
    .where(
      and(
        eq(toSample.kind, 'experiment_sample'),
        counts(toSample, reach),
        eq(toMolecule.kind, 'sample_molecule'),
        counts(toMolecule, reach),
        eq(filterMolecule.molecule_type, 'protein'),
        wins(filterMolecule, better.molecule, reach),
        contains([filterMolecule.name], text),
      ),
    );
  return or(isRunOf(named), and(isRunOf(inside), notExists(withName)));
}

/** The run's own beamline counts where no instrument has a name. */
function hasInstrument(text: string, reach: Reach): SQL | undefined {
  const label = instrumentLabel(filterInstrument);
  const named = instruments(reach, contains([label], text));
  const ofThisRun = eq(toInstrument.subject_entity_id, experimentRun.entity_id);
  const withName = instruments(reach, ofThisRun, isNotNull(label));
  return or(isRunOf(named), and(contains([experimentRun.beamline_id], text), notExists(withName)));
}

/** Runs with a sample that is such. */
function samples(reach: Reach, ...such: readonly SQL[]) {
  return subquery
    .select({ run: toSample.subject_entity_id })
    .from(toSample)
    .innerJoin(filterSample, eq(filterSample.entity_id, toSample.object_entity_id))
    .where(
      and(
        eq(toSample.kind, 'experiment_sample'),
        counts(toSample, reach),
        wins(filterSample, better.sample, reach),
        ...such,
      ),
    );
}

/** Runs with an instrument that is such. */
function instruments(reach: Reach, ...such: readonly SQL[]) {
  return subquery
    .select({ run: toInstrument.subject_entity_id })
    .from(toInstrument)
    .innerJoin(filterInstrument, eq(filterInstrument.entity_id, toInstrument.object_entity_id))
    .where(
      and(
        eq(toInstrument.kind, 'experiment_instrument'),
        counts(toInstrument, reach),
        wins(filterInstrument, better.instrument, reach),
        ...such,
      ),
    );
}

/** Whether the run is one of these. */
function isRunOf(runs: SQLWrapper): SQL {
  return inArray(experimentRun.entity_id, runs);
}
