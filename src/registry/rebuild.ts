import { and, asc, eq, getTableColumns, getTableName, gt, inArray, or, sql } from 'drizzle-orm';
import type { Failure } from '../model/failure.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { RebuildReport } from '../model/reports.ts';
import type { CrateRows } from '../model/rows.ts';
import type { StoredVersion } from './contract.ts';
import type { Database } from './database.ts';
import { DERIVED_TABLES, DerivedRows } from './derive.ts';
import { unpack } from './packed.ts';
import { inheritedKeys } from './register/plan.ts';
import { impliedKeys } from './register/stored.ts';
import { crateColumns, dropRows, updateVersion } from './register/write.ts';
import type { Store } from './store.ts';
import { crate, crateVersion, crateVersionDocument, document } from './tables/documents.ts';

/** Versions looked up at once; their documents come one by one. */
const BATCH = 100;

/** Thrown by iterating `versions()` when the database does not answer: an iterable has no other way to say so. */
export class RegistryError extends Error {
  readonly failure: Failure;
  constructor(reason: Failure) {
    super(reason.message);
    this.failure = reason;
  }
}

function orThrow<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new RegistryError(outcome.failure);
  return outcome.value;
}

/** Every version rows were ever made of, oldest first. */
export async function* versions(store: Store): AsyncGenerator<StoredVersion> {
  let after: { readonly at: string; readonly id: string } | null = null;
  for (;;) {
    const batch: Awaited<ReturnType<typeof admittedAfter>> = orThrow(
      await store.run(async (db) => success(await admittedAfter(db, after))),
    );
    for (const { registeredAt: _, state, ...version } of batch) {
      const documents = orThrow(
        await store.run(async (db) => success(await documentsOf(db, version.crateVersionId))),
      );
      yield {
        ...version,
        state: state === 'current' ? 'current' : 'superseded',
        document: documents.find(({ role }) => role === 'metadata')?.bytes ?? Buffer.alloc(0),
        records: documents.filter(({ role }) => role === 'schema_record'),
      };
    }
    const last = batch.at(-1);
    if (last === undefined) return;
    after = { at: last.registeredAt, id: last.crateVersionId };
  }
}

/** The documents of a version, as they were registered. */
export async function documentsOf(db: Database, versionId: string) {
  const rows = await db
    .select({
      role: crateVersionDocument.role,
      iri: crateVersionDocument.iri,
      mediaType: document.media_type,
      content: document.content,
      size: document.size_bytes,
    })
    .from(crateVersionDocument)
    .innerJoin(document, eq(document.sha256, crateVersionDocument.document_sha256))
    .where(eq(crateVersionDocument.crate_version_id, versionId))
    .orderBy(asc(crateVersionDocument.iri));
  return Promise.all(
    rows.map(async ({ content, size, ...row }) => ({ ...row, bytes: await unpack(content, size) })),
  );
}

async function admittedAfter(db: Database, after: { readonly at: string; readonly id: string } | null) {
  return await db
    .select({
      crateVersionId: crateVersion.id,
      crateIri: crate.iri,
      number: crateVersion.number,
      state: crateVersion.state,
      context: crateVersion.mapping_context,
      registeredAt: crateVersion.registered_at,
    })
    .from(crateVersion)
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(
      and(
        eq(crateVersion.admitted, true),
        after === null
          ? undefined
          : or(
              gt(crateVersion.registered_at, after.at),
              and(eq(crateVersion.registered_at, after.at), gt(crateVersion.id, after.id)),
            ),
      ),
    )
    .orderBy(asc(crateVersion.registered_at), asc(crateVersion.id))
    .limit(BATCH);
}

/** Replaces a version's rows, and says in which tables they came out different. */
export function replaceRows(
  store: Store,
  version: StoredVersion,
  rows: CrateRows,
  options: { readonly check: boolean; readonly mapperVersion?: string },
): Promise<Outcome<{ readonly rows: number; readonly differences: readonly string[] }>> {
  type Answer = { readonly rows: number; readonly differences: readonly string[] };
  // the transaction's own failure, which undoes it, is not the caller's: differences found are a good answer
  let differing: Answer | null = null;
  return store
    .transaction<Answer>(async (tx) => {
      differing = null;
      const [stored] = await tx
        .select()
        .from(crateVersion)
        .where(eq(crateVersion.id, version.crateVersionId))
        .for('update');
      if (stored === undefined || !stored.admitted) {
        return failure('not_found', 'There is no such crate version with rows.', {
          found: version.crateVersionId,
        });
      }
      const derived = new DerivedRows(rows, {
        crateId: stored.crate_id,
        versionId: stored.id,
        crateIri: version.crateIri,
        facility: version.context.facility,
        source: version.context.source,
        registeredAt: stored.registered_at,
        current: stored.state === 'current',
        inherited: inheritedKeys(await impliedKeys(tx, stored.crate_id), stored.number),
      });
      const before = await digests(tx, stored.id);
      await dropRows(tx, stored.id);
      await derived.write(tx);
      await updateVersion(tx, stored.id, {
        ...crateColumns(rows.crate),
        row_counts: derived.counts(),
        bytes_referenced: derived.bytesReferenced(),
        ...(options.mapperVersion === undefined ? {} : { mapper_version: options.mapperVersion }),
      });
      const after = await digests(tx, stored.id);
      const answer = {
        rows: Object.values(derived.counts()).reduce((sum, n) => sum + n, 0),
        differences: Object.keys(after).filter((table) => after[table] !== before[table]),
      };
      if (options.check && answer.differences.length > 0) {
        differing = answer;
        return failure('internal', 'Undone: the rows differ.');
      }
      return success(answer);
    })
    .then((outcome) => (differing === null ? outcome : success(differing)));
}

/** Columns of crate_version that follow from its documents. */
const DERIVED_COLUMNS = Object.keys({ ...crateColumns(null), row_counts: 0, bytes_referenced: 0 });

/** One digest a table of everything its rows of this version say, ids and marks included. */
async function digests(tx: Database, versionId: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const [name, table] of Object.entries(DERIVED_TABLES)) {
    const [row] = await tx.execute<{ digest: string }>(
      sql`SELECT md5(coalesce(string_agg(md5(to_jsonb(t)::text), '' ORDER BY t.id), '')) AS digest
          FROM ${sql.identifier(getTableName(table))} AS t WHERE t.crate_version_id = ${versionId}`,
    );
    found[name] = row?.digest ?? '';
  }
  const columns = Object.values(getTableColumns(crateVersion)).filter(({ name }) =>
    DERIVED_COLUMNS.includes(name),
  );
  const [row] = await tx.execute<{ digest: string }>(
    sql`SELECT md5(jsonb_build_array(${sql.join(columns, sql`, `)})::text) AS digest
        FROM ${crateVersion} WHERE ${crateVersion.id} = ${versionId}`,
  );
  found['crate_version'] = row?.digest ?? '';
  return found;
}

/** Versions that have rows without having been admitted, or marked current without being so. */
export async function strayRows(db: Database): Promise<Outcome<RebuildReport['differences']>> {
  const strays = new Map<string, { crate: string; version: number; tables: string[] }>();
  for (const [name, table] of Object.entries(DERIVED_TABLES)) {
    const rows = await db
      .selectDistinct({ id: crateVersion.id, crate: crate.iri, version: crateVersion.number })
      .from(crateVersion)
      .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
      .where(
        or(
          and(
            eq(crateVersion.admitted, false),
            inArray(crateVersion.id, sql`(SELECT ${table.crate_version_id} FROM ${table})`),
          ),
          inArray(
            crateVersion.id,
            sql`(SELECT ${table.crate_version_id} FROM ${table}
                WHERE ${table.current} <> (${crateVersion.state} = 'current')
                  AND ${table.crate_version_id} = ${crateVersion.id})`,
          ),
        ),
      );
    for (const { id, ...row } of rows) {
      const stray = strays.get(id) ?? { ...row, tables: [] };
      stray.tables.push(name);
      strays.set(id, stray);
    }
  }
  return success([...strays.values()]);
}
