import { and, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Reach } from '../../model/caller.ts';

/** The columns that say whose a row is. */
export interface Scoped {
  readonly facility: PgColumn;
  readonly proposal_id: PgColumn;
}

/** Whether a row is inside the reach (`reaches` in model/caller.ts, in SQL). Every table a query reads is under it. */
export function visible(row: Scoped, reach: Reach): SQL {
  if (reach.kind === 'all') return sql`TRUE`;
  const inside = [
    ...(reach.facilities.length > 0 ? [inArray(row.facility, [...reach.facilities])] : []),
    ...reach.proposals.map((p) => and(eq(row.facility, p.facility), eq(row.proposal_id, p.proposal))),
  ];
  return or(...inside) ?? sql`FALSE`;
}
