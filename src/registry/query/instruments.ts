import { and, eq, exists, inArray } from 'drizzle-orm';
import type { Reach } from '../../model/caller.ts';
import type { InstrumentItem, ListFilters } from '../../model/items.ts';
import type { Database } from '../database.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { instrument } from '../tables/rows.ts';
import { better, claimed, relatedRun, toRun } from './aliases.ts';
import { entityFields, firstOf, ITS_CRATE, otherClaims } from './entity.ts';
import { asked, asksOfFiles, asksOfRuns, hasRun, instrumentIs, saidWithin } from './filters.ts';
import { countLinked } from './links.ts';
import { contains } from './matches.ts';
import type { Listing } from './page.ts';
import { counts, subquery, wins } from './winners.ts';

/** Instruments as the caller may see them. */
export function instruments(db: Database, filters: ListFilters, reach: Reach): Listing<InstrumentItem> {
  const { instrument: named, ...ofRuns } = filters;
  const itself = asked(named);
  const itsRun = exists(
    subquery
      .select({ id: toRun.id })
      .from(toRun)
      .where(
        and(
          eq(toRun.kind, 'experiment_instrument'),
          eq(toRun.subject_entity_id, relatedRun.entity_id),
          eq(toRun.object_entity_id, instrument.entity_id),
          counts(toRun, reach),
        ),
      ),
  );
  return {
    kind: 'instruments',
    table: instrument,
    where: and(
      wins(instrument, better.instrument, reach),
      saidWithin(instrument, claimed.instrument, filters, reach),
      itself === null ? undefined : instrumentIs(instrument, itself),
      filters.text === undefined
        ? undefined
        : contains(
            [
              instrument.name,
              instrument.description,
              instrument.instrument_code,
              instrument.beamline_id,
              instrument.manufacturer,
              instrument.model,
            ],
            filters.text,
          ),
      asksOfRuns(ofRuns) || asksOfFiles(filters) ? hasRun(itsRun, ofRuns, reach) : undefined,
    ),
    sort: firstOf(instrument.name, instrument.instrument_code, instrument.iri),
    key: instrument.entity_id,
    row: instrument.id,
    items: (rows) => instrumentItems(db, rows, reach),
  };
}

async function instrumentItems(
  db: Database,
  rowIds: readonly string[],
  reach: Reach,
): Promise<ReadonlyMap<string, InstrumentItem>> {
  if (rowIds.length === 0) return new Map();
  const rows = await db
    .select({
      row: instrument,
      ...ITS_CRATE,
      other_claims: otherClaims(instrument, claimed.instrument, reach),
    })
    .from(instrument)
    .innerJoin(crateVersion, eq(crateVersion.id, instrument.crate_version_id))
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(inArray(instrument.id, [...rowIds]));
  const runs = await countLinked(
    db,
    { kind: 'experiment_instrument', from: 'object' },
    rows.map(({ row }) => row.entity_id),
    reach,
  );
  return new Map(
    rows.map(({ row, ...its }) => [
      row.id,
      {
        ...entityFields({ ...row, ...its }),
        instrument_code: row.instrument_code,
        instrument_category: row.instrument_category,
        beamline_id: row.beamline_id,
        facility_name: row.facility_name,
        facility_ror: row.facility_ror,
        manufacturer: row.manufacturer,
        model: row.model,
        detector: row.detector,
        runs: runs.get(row.entity_id) ?? 0,
      },
    ]),
  );
}
