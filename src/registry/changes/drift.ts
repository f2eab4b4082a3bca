import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import {
  type ChangeFilters,
  type ChangeType,
  DRIFT_KINDS,
  type DriftItem,
  type DriftKind,
  type DriftReport,
} from '../../model/changes.ts';
import { type Outcome, success } from '../../model/failure.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Database } from '../database.ts';
import { rfc3339 } from '../instants.ts';
import { visible } from '../query/visibility.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { change } from '../tables/facts.ts';
import { filtered, shownTo } from './feed.ts';

/** Items of one kind. */
const MOST = 1_000;

/**
 * How each kind is read from the changes. `types` are looked at; of one crate (and, where they are told apart, source)
 * those that are `part` of it are one item; `only` holds for the last of all that were looked at.
 */
interface Reading {
  readonly types: readonly ChangeType[];
  readonly part?: SQL;
  readonly only?: SQL;
  /** What one change adds to the item's count; of what is `only` the last one counts. */
  readonly count: SQL;
  /** Of the last change. */
  readonly detail: SQL;
  readonly bySource?: boolean;
}

const READINGS: Readonly<Record<DriftKind, Reading>> = {
  superseded: pointers('superseded', ['crate.updated']),
  moved: pointers('moved', ['crate.updated', 'crate.moved']),
  // a crate that somebody withdrew is neither gone nor back
  gone: {
    ...lastly('crate.gone'),
    count: sql`greatest(jsonb_array_length(data->'places'), 1)`,
    detail: sql`data`,
  },
  returned: { ...lastly('crate.returned'), count: sql`1`, detail: sql`data` },
  conflicts: {
    types: ['crate.conflict'],
    // over once the crate's own source has the same document, or nothing more is known of it
    part: sql`change.data ? 'document_sha256' AND NOT EXISTS (
      SELECT FROM crate_location AS l
      JOIN crate_version AS v ON v.id = l.crate_version_id AND v.state = 'current'
      WHERE l.crate_id = change.crate_id AND encode(l.document_sha256, 'hex') = change.data->>'document_sha256')`,
    count: sql`1`,
    detail: sql`data`,
    bySource: true,
  },
};

/** See `Changes.drift`. */
export async function drift(
  db: Database,
  filters: ChangeFilters,
  caller: Caller,
): Promise<Outcome<DriftReport>> {
  const asked = filtered(filters);
  if (!asked.ok) return asked;
  const found: Partial<Record<DriftKind, Found>> = {};
  for (const kind of DRIFT_KINDS) found[kind] = await read(db, READINGS[kind], asked.value, caller);
  const items = (kind: DriftKind) => found[kind]?.items ?? [];
  const total = (kind: DriftKind) => found[kind]?.total ?? 0;
  return success({
    superseded: items('superseded'),
    moved: items('moved'),
    gone: items('gone'),
    returned: items('returned'),
    conflicts: items('conflicts'),
    totals: {
      superseded: total('superseded'),
      moved: total('moved'),
      gone: total('gone'),
      returned: total('returned'),
      conflicts: total('conflicts'),
    },
  });
}

interface Found {
  readonly items: readonly DriftItem[];
  readonly total: number;
}

interface Row extends Record<string, unknown> {
  readonly facility: string;
  readonly source: string;
  readonly crate_id: string;
  readonly crate_iri: string;
  readonly name: string | null;
  readonly at: string;
  readonly count: string;
  readonly detail: JsonObject;
  readonly registered_by: string | null;
  readonly total: string;
}

async function read(db: Database, reading: Reading, asked: SQL | undefined, caller: Caller): Promise<Found> {
  const by = reading.bySource === true ? sql`crate_id, facility, source` : sql`crate_id`;
  const whole = sql`(PARTITION BY ${by})`;
  // what the crate is called is its version's to say, which may be of another proposal by now
  const mayKnow = visible(
    { facility: crate.facility, proposal_id: crateVersion.proposal_id },
    caller.metadata,
  );
  const rows = await db.execute<Row>(sql`
    WITH parts AS (
      SELECT *, row_number() OVER (
               PARTITION BY ${by} ORDER BY timeline DESC, transaction DESC, id DESC) AS place,
             ${reading.only === undefined ? sql`sum(${reading.count}) OVER ${whole}` : reading.count} AS total_count
      FROM ${change}
      WHERE ${and(inArray(change.type, [...reading.types]), shownTo(caller), asked, reading.part)}),
    items AS (
      SELECT *, ${reading.detail} AS detail FROM parts WHERE place = 1 AND ${reading.only ?? sql`TRUE`})
    SELECT i.facility, i.source, i.crate_id, i.crate_iri, known.name, i.at, i.total_count::text AS count, i.detail,
           known.registered_by, count(*) OVER ()::text AS total
    FROM items AS i
    LEFT JOIN LATERAL (
      SELECT ${crateVersion.name} AS name, ${crate.facility} || '/' || ${crate.source} AS registered_by
      FROM ${crate} LEFT JOIN ${crateVersion}
        ON ${crateVersion.crate_id} = ${crate.id} AND ${eq(crateVersion.state, 'current')}
      WHERE ${crate.id} = i.crate_id AND ${mayKnow}) AS known ON TRUE
    ORDER BY i.timeline DESC, i.transaction DESC, i.id DESC LIMIT ${MOST}`);
  return { items: rows.map((row) => itemOf(row, reading)), total: Number(rows[0]?.total ?? 0) };
}

function itemOf(row: Row, { bySource }: Reading): DriftItem {
  const { facility, source, crate_id, crate_iri, name } = row;
  const authority =
    bySource === true && row.registered_by !== null ? { registered_by: row.registered_by } : {};
  return {
    facility,
    source,
    crate_id,
    crate_iri,
    name,
    at: rfc3339(row.at),
    count: Number(row.count),
    detail: { ...row.detail, ...authority },
  };
}

/** Crates with pointers of one part of a `VersionDiff`; one that moved itself is there whatever its pointers did. */
function pointers(part: 'superseded' | 'moved', types: readonly ChangeType[]): Reading {
  const said = sql`data->'pointers'->${part}::text`;
  return {
    types,
    part: sql`(${change.type} = 'crate.moved' OR (${said}->>'count')::integer > 0)`,
    count: sql`greatest((${said}->>'count')::integer, 1)`,
    detail: sql`jsonb_strip_nulls(jsonb_build_object(
      'from_version', data->'from_version', 'to_version', data->'to_version', 'by', data->'by',
      'places', data->'places', 'examples', ${said}->'examples'))`,
  };
}

/** Crates of whose coming and going this was the last that was heard. */
function lastly(type: 'crate.gone' | 'crate.returned'): Pick<Reading, 'types' | 'only'> {
  return { types: ['crate.gone', 'crate.returned', 'crate.withdrawn'], only: sql`type = ${type}` };
}
