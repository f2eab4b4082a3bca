import { and, eq, exists, inArray, or, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Reach } from '../../model/caller.ts';
import type { ListFilters } from '../../model/items.ts';
import type { AssociationKind } from '../../model/rows.ts';
import { isUuid } from '../ids.ts';
import type { experimentRun } from '../tables/rows.ts';
import {
  betterRelatedRun,
  filterCrate,
  filterFile,
  filterInstrument,
  filterSample,
  filterVersion,
  relatedRun,
  toFile,
  toInstrument,
  toSample,
} from './aliases.ts';
import { hasStatus, isExactly, isFile, isNamed, mayHaveHappened } from './matches.ts';
import { type Claim, type ClaimTable, counts, subquery, wins } from './winners.ts';

/** A list of values somebody gave; none given narrows nothing. */
export function asked(values: readonly string[] | undefined): readonly string[] | null {
  return values === undefined || values.length === 0 ? null : values;
}

/** Filters that a run decides, whatever the list. */
export function asksOfRuns(filters: ListFilters): boolean {
  return (
    [filters.technique, filters.processing_status, filters.instrument, filters.sample, filters.run].some(
      (values) => asked(values) !== null,
    ) ||
    filters.date_start !== undefined ||
    filters.date_end !== undefined
  );
}

export function asksOfFiles(filters: ListFilters): boolean {
  return asked(filters.sha256) !== null || asked(filters.storage_uri) !== null;
}

type RunTable = typeof experimentRun | typeof relatedRun;

/** What a run itself must be: its own columns, its instruments, samples and files. One run must be all of it. */
export function runIs(run: RunTable, filters: ListFilters, reach: Reach): readonly SQL[] {
  const conditions: (SQL | undefined)[] = [...mayHaveHappened(run, filters)];
  const techniques = asked(filters.technique);
  if (techniques !== null) conditions.push(inArray(run.technique, [...techniques]));
  const statuses = asked(filters.processing_status);
  if (statuses !== null) conditions.push(hasStatus(run, statuses));
  const runs = asked(filters.run);
  if (runs !== null) conditions.push(isExactly(run.entity_id, run.experiment_code, runs));
  const instruments = asked(filters.instrument);
  if (instruments !== null) {
    conditions.push(
      exists(
        subquery
          .select({ id: toInstrument.id })
          .from(toInstrument)
          .innerJoin(filterInstrument, eq(filterInstrument.entity_id, toInstrument.object_entity_id))
          .where(
            and(
              eq(toInstrument.kind, 'experiment_instrument'),
              eq(toInstrument.subject_entity_id, run.entity_id),
              counts(toInstrument, reach),
              counts(filterInstrument, reach),
              instrumentIs(filterInstrument, instruments),
            ),
          ),
      ),
    );
  }
  const samples = asked(filters.sample);
  if (samples !== null) {
    conditions.push(
      exists(
        subquery
          .select({ id: toSample.id })
          .from(toSample)
          .innerJoin(filterSample, eq(filterSample.entity_id, toSample.object_entity_id))
          .where(
            and(
              eq(toSample.kind, 'experiment_sample'),
              eq(toSample.subject_entity_id, run.entity_id),
              counts(toSample, reach),
              counts(filterSample, reach),
              sampleIs(filterSample, samples),
            ),
          ),
      ),
    );
  }
  if (asksOfFiles(filters)) {
    conditions.push(hasFile(run.entity_id, ['experiment_input', 'experiment_output'], filters, reach));
  }
  return conditions.filter((condition) => condition !== undefined);
}

/** Whether a run or workflow run has such a file: its own, or one it read or wrote. */
export function hasFile(
  owner: PgColumn,
  kinds: readonly AssociationKind[],
  filters: ListFilters,
  reach: Reach,
): SQL {
  const related = exists(
    subquery
      .select({ id: toFile.id })
      .from(toFile)
      .where(
        and(
          inArray(toFile.kind, [...kinds]),
          eq(toFile.subject_entity_id, owner),
          eq(toFile.object_entity_id, filterFile.entity_id),
          counts(toFile, reach),
        ),
      ),
  );
  return exists(
    subquery
      .select({ id: filterFile.id })
      .from(filterFile)
      .where(
        and(
          counts(filterFile, reach),
          isFile(filterFile, filters),
          or(eq(filterFile.related_entity, owner), related),
        ),
      ),
  );
}

/** Whether a run as the doors show it is all that was asked and stands in `link` to the listed row. */
export function hasRun(link: SQL | undefined, filters: ListFilters, reach: Reach): SQL {
  return exists(
    subquery
      .select({ id: relatedRun.id })
      .from(relatedRun)
      .where(and(link, wins(relatedRun, betterRelatedRun, reach), ...runIs(relatedRun, filters, reach))),
  );
}

/** Whether somebody the caller may see says this thing within the facilities, proposals and crates asked. */
export function saidWithin(
  row: Claim,
  claim: ClaimTable,
  filters: ListFilters,
  reach: Reach,
  same: readonly [PgColumn, PgColumn] = [claim.entity_id, row.entity_id],
): SQL | undefined {
  const facilities = asked(filters.facility);
  const proposals = asked(filters.proposal_id);
  const crates = asked(filters.crate);
  if (facilities === null && proposals === null && crates === null) return undefined;
  return exists(
    subquery
      .select({ id: claim.id })
      .from(claim)
      .where(
        and(
          eq(...same),
          counts(claim, reach),
          facilities === null ? undefined : inArray(claim.facility, [...facilities]),
          proposals === null ? undefined : inArray(claim.proposal_id, [...proposals]),
          crates === null ? undefined : inArray(claim.crate_version_id, versionsOf(crates)),
        ),
      ),
  );
}

/** Versions of the crates with these ids or IRIs. */
function versionsOf(crates: readonly string[]) {
  return subquery
    .select({ id: filterVersion.id })
    .from(filterVersion)
    .innerJoin(filterCrate, eq(filterCrate.id, filterVersion.crate_id))
    .where(crateIs(filterCrate, crates));
}

export function crateIs(
  row: { readonly id: PgColumn; readonly iri: PgColumn },
  values: readonly string[],
): SQL | undefined {
  return or(inArray(row.id, values.filter(isUuid)), inArray(row.iri, [...values]));
}

export function instrumentIs(
  row: Readonly<Record<'entity_id' | 'instrument_code' | 'beamline_id' | 'name', PgColumn>>,
  values: readonly string[],
): SQL {
  return isNamed(row.entity_id, [row.instrument_code, row.beamline_id, row.name], values);
}

export function sampleIs(
  row: Readonly<Record<'entity_id' | 'sample_code' | 'name', PgColumn>>,
  values: readonly string[],
): SQL {
  return isNamed(row.entity_id, [row.sample_code, row.name], values);
}
