import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Reach } from '../../model/caller.ts';
import type { AssociationKind } from '../../model/rows.ts';
import type { Database } from '../database.ts';
import { association } from '../tables/rows.ts';
import { type ClaimTable, counts, wins } from './winners.ts';

/** Rows by the id they belong to, in order. */
export function grouped<R, V>(
  rows: readonly R[],
  key: (row: R) => string,
  value: (row: R) => V,
): ReadonlyMap<string, V[]> {
  const groups = new Map<string, V[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [value(row)]);
    else group.push(value(row));
  }
  return groups;
}

/** Which end of an association is known; the other is looked for. */
type End = 'subject' | 'object';

function ends(from: End) {
  return from === 'subject'
    ? ({ known: association.subject_entity_id, found: association.object_entity_id } as const)
    : ({ known: association.object_entity_id, found: association.subject_entity_id } as const);
}

/** The entities at the other end of an association, as the caller may see them, by the id at this end. */
export async function linked(
  db: Database,
  way: { readonly kind: AssociationKind; readonly from: End },
  ids: readonly string[],
  target: ClaimTable,
  better: ClaimTable,
  name: SQL<string | null>,
  reach: Reach,
): Promise<ReadonlyMap<string, { readonly id: string; readonly name: string | null }[]>> {
  if (ids.length === 0) return new Map();
  const { known, found } = ends(way.from);
  const rows = await db
    .selectDistinct({
      from: known,
      id: sql<string>`${target.entity_id}`.as('target'),
      name: sql<string | null>`${name}`.as('label'),
    })
    .from(association)
    .innerJoin(target, eq(target.entity_id, found))
    .where(
      and(
        eq(association.kind, way.kind),
        inArray(known, [...ids]),
        counts(association, reach),
        wins(target, better, reach),
      ),
    );
  const inOrder = rows.toSorted((a, b) => (`${a.name} ${a.id}` < `${b.name} ${b.id}` ? -1 : 1));
  return grouped(
    inOrder,
    (row) => row.from,
    ({ id, name: label }) => ({ id, name: label }),
  );
}

/** How many entities are at the other end. */
export async function countLinked(
  db: Database,
  way: { readonly kind: AssociationKind; readonly from: End },
  ids: readonly string[],
  reach: Reach,
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const { known, found } = ends(way.from);
  const rows = await db
    .select({ from: known, n: sql<number>`count(DISTINCT ${found})`.mapWith(Number) })
    .from(association)
    .where(and(eq(association.kind, way.kind), inArray(known, [...ids]), counts(association, reach)))
    .groupBy(known);
  return new Map(rows.map(({ from, n }) => [from, n]));
}
