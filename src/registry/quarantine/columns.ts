import { eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { Caller } from '../../model/caller.ts';
import type { QuarantinedItem } from '../../model/quarantine.ts';
import { rfc3339 } from '../instants.ts';
import { crate, crateVersion } from '../tables/documents.ts';

/** Whose word a version is: the source it came from, which need not be the one that speaks for the crate. */
export const FACILITY = sql<string>`${crateVersion.mapping_context}->>'facility'`;
export const SOURCE = sql<string>`${crateVersion.mapping_context}->>'source'`;

const count = (severity: 'error' | 'warning') =>
  sql<number>`(SELECT count(*)::int FROM jsonb_array_elements(${crateVersion.findings}) AS f
    WHERE f->>'severity' = ${severity})`;

/** The item's columns, over crate_version joined with crate. */
export const ITEM = {
  crate_version_id: crateVersion.id,
  crate_id: crate.id,
  crate_iri: crate.iri,
  name: sql<string | null>`coalesce(${crateVersion.name}, (SELECT c.name FROM crate_version c
    WHERE c.crate_id = ${crate.id} AND c.state = 'current'))`,
  facility: FACILITY,
  source: SOURCE,
  url: sql<string | null>`(SELECT l.url FROM crate_location l
    WHERE l.crate_id = ${crate.id} AND l.facility = ${FACILITY} AND l.source = ${SOURCE}
    ORDER BY (l.crate_version_id = ${crateVersion.id}) DESC NULLS LAST, l.gone_at IS NOT NULL, l.url COLLATE "C"
    LIMIT 1)`,
  number: crateVersion.number,
  since: crateVersion.registered_at,
  profile: crateVersion.profile,
  checker_version: crateVersion.checker_version,
  errors: count('error'),
  warnings: count('warning'),
  has_current: sql<boolean>`EXISTS (SELECT 1 FROM crate_version c
    WHERE c.crate_id = ${crate.id} AND c.state = 'current')`,
};

/** The further columns of one of them. */
export const CRATE = {
  ...ITEM,
  state: crateVersion.state,
  verdicts: crateVersion.verdicts,
  findings: crateVersion.findings,
};

/** A row as it is shown. */
export function shown<T extends QuarantinedItem>(row: T): T {
  return { ...row, since: rfc3339(row.since) };
}

/**
 * What a caller sees of quarantine: nothing without an account, else what is of facilities they reach as a whole. A crate
 * that was never let in belongs to no proposal.
 */
export function seenBy(caller: Caller): SQL {
  const reach = caller.metadata;
  if (caller.kind === 'anonymous') return sql`FALSE`;
  if (reach.kind === 'all') return sql`TRUE`;
  return reach.facilities.length === 0 ? sql`FALSE` : inArray(FACILITY, [...reach.facilities]);
}

/** Whether a version came from one of these sources, `name` or `facility/name`. */
export function fromSources(names: readonly string[]): SQL {
  const named = names.map((name) => {
    const slash = name.indexOf('/');
    return slash === -1
      ? eq(SOURCE, name)
      : sql`(${FACILITY} = ${name.slice(0, slash)} AND ${SOURCE} = ${name.slice(slash + 1)})`;
  });
  return or(...named) ?? sql`FALSE`;
}
