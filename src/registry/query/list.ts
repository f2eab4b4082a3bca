import type { Caller } from '../../model/caller.ts';
import type { Outcome } from '../../model/failure.ts';
import type { ItemOf, ListFilters, ListKind, Page, PageRequest } from '../../model/items.ts';
import type { Database } from '../database.ts';
import { checkFilters } from './check-filters.ts';
import { crates } from './crates.ts';
import { files } from './files.ts';
import { instruments } from './instruments.ts';
import { type Listing, listPage } from './page.ts';
import { runs } from './runs.ts';
import { samples } from './samples.ts';
import { workflows } from './workflows.ts';

const LISTINGS: {
  readonly [K in ListKind]: (db: Database, filters: ListFilters, caller: Caller) => Listing<ItemOf[K]>;
} = {
  crates,
  instruments: (db, filters, caller) => instruments(db, filters, caller.metadata),
  runs: (db, filters, caller) => runs(db, filters, caller.metadata),
  samples: (db, filters, caller) => samples(db, filters, caller.metadata),
  files: (db, filters, caller) => files(db, filters, caller.metadata),
  workflows: (db, filters, caller) => workflows(db, filters, caller.metadata),
};

/** One page of a list. */
export async function list<K extends ListKind>(
  db: Database,
  kind: K,
  filters: ListFilters,
  page: PageRequest,
  caller: Caller,
): Promise<Outcome<Page<ItemOf[K]>>> {
  const checked = checkFilters(filters);
  if (!checked.ok) return checked;
  const listing: Listing<ItemOf[K]> = LISTINGS[kind](db, checked.value, caller);
  return await listPage(db, listing, page);
}
