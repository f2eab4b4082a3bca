import { and, eq, inArray, isNull, notInArray, type SQL, sql } from 'drizzle-orm';
import { stringify } from 'uuid';
import type { Caller, Reach } from '../../model/caller.ts';
import { type Outcome, success } from '../../model/failure.ts';
import type { LambdaQuery } from '../../model/lambda-search.ts';
import { type ContractFacility, contractFacility } from '../../model/lambda-vocabulary.ts';
import type { FoundExperiment } from '../contract.ts';
import type { Database } from '../database.ts';
import { RegistryError } from '../rebuild.ts';
import type { Store } from '../store.ts';
import { crate, crateLocation, crateVersion } from '../tables/documents.ts';
import { experimentRun } from '../tables/rows.ts';
import { better } from './aliases.ts';
import { experiments } from './lambda-details.ts';
import { meets } from './lambda-filters.ts';
import { subquery, wins } from './winners.ts';

/** Experiments read at once. */
const BATCH = 500;
const UUID_BYTES = 16;

/**
 * Experiment runs the caller may see, as the Facility Search API asks for them, in batches; the first one always, also where
 * it is empty. Which rows they are is decided by one statement, whose answer is 16 bytes a run; what they say is read batch by
 * batch, so that no connection is held while a client reads. Throws `RegistryError`.
 */
export async function* lambdaSearch(
  store: Store,
  query: LambdaQuery,
  publicFacilities: readonly string[],
  caller: Caller,
): AsyncGenerator<readonly FoundExperiment[]> {
  const reach = caller.metadata;
  const found = orThrow(
    await store.transaction(async (tx) => {
      // compiling the statement takes PostgreSQL a hundred times as long as running it
      await tx.execute(sql`SET LOCAL jit = off`);
      return success(await findRows(tx, query, publicFacilities, reach));
    }),
  );
  for (let at = 0; at === 0 || at < found.length; at += BATCH * UUID_BYTES) {
    const rows = idsIn(found.subarray(at, at + BATCH * UUID_BYTES));
    yield orThrow(await store.run(async (db) => success(await experiments(db, rows, reach))));
  }
}

/** Ids of the rows found, one after the other. */
async function findRows(
  db: Database,
  query: LambdaQuery,
  publicFacilities: readonly string[],
  reach: Reach,
): Promise<Uint8Array> {
  const { facility } = query;
  const codes = facility === null ? null : await codesOf(db, facility);
  const [row] = await db
    .select({
      ids: sql<Uint8Array | null>`string_agg(uuid_send(${experimentRun.id}), ''::bytea
        ORDER BY ${experimentRun.entity_id})`,
    })
    .from(experimentRun)
    .where(
      and(
        wins(experimentRun, better.experiment_run, reach),
        codes === null ? undefined : inArray(experimentRun.facility, [...codes]),
        publicity(query.is_public, publicFacilities),
        isPublished(),
        ...meets(query, reach),
      ),
    );
  return row?.ids ?? new Uint8Array();
}

/** The codes of facilities that go by this word of the contract. */
async function codesOf(db: Database, word: ContractFacility): Promise<readonly string[]> {
  const known = await db.selectDistinct({ code: crate.facility }).from(crate);
  return known.map(({ code }) => code).filter((code) => contractFacility(code) === word);
}

function publicity(asked: boolean | null, publicFacilities: readonly string[]): SQL | undefined {
  if (asked === null) return undefined;
  const { facility } = experimentRun;
  return asked ? inArray(facility, [...publicFacilities]) : notInArray(facility, [...publicFacilities]);
}

/**
 * Whether some place still has the crate. Who pulls from here takes what is found for what there is, and so learns from the
 * absence of a crate that it is gone.
 */
function isPublished(): SQL {
  const places = subquery
    .select({ version: crateVersion.id })
    .from(crateVersion)
    .innerJoin(crateLocation, eq(crateLocation.crate_id, crateVersion.crate_id))
    .where(isNull(crateLocation.gone_at));
  return inArray(experimentRun.crate_version_id, places);
}

function idsIn(bytes: Uint8Array): readonly string[] {
  const ids: string[] = [];
  for (let at = 0; at < bytes.length; at += UUID_BYTES) ids.push(stringify(bytes, at));
  return ids;
}

function orThrow<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new RegistryError(outcome.failure);
  return outcome.value;
}
