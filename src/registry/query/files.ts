import { and, eq, exists, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { Reach } from '../../model/caller.ts';
import type { FileItem, ListFilters } from '../../model/items.ts';
import type { Verification } from '../../model/pointer.ts';
import type { Database } from '../database.ts';
import { rfc3339 } from '../instants.ts';
import { crate, crateVersion } from '../tables/documents.ts';
import { verification } from '../tables/facts.ts';
import { dataFile } from '../tables/rows.ts';
import { better, claimed, relatedRun, relatedWorkflow, toRun } from './aliases.ts';
import { disagreementsOf, sourcesOf } from './disagreements.ts';
import { entityFields, ITS_CRATE, otherClaims } from './entity.ts';
import { asksOfRuns, hasRun, saidWithin } from './filters.ts';
import { contains, isFile } from './matches.ts';
import type { Listing } from './page.ts';
import { counts, subquery, wins } from './winners.ts';

/** Files as the caller may see them: one item a pointer, so that crates which disagree on a file are all shown. */
export function files(db: Database, filters: ListFilters, reach: Reach): Listing<FileItem> {
  const { sha256: _sha256, storage_uri: _uri, ...ofRuns } = filters;
  const { data_file: other } = better;
  const { data_file: claim } = claimed;
  return {
    kind: 'files',
    table: dataFile,
    where: and(
      wins(dataFile, other, reach, [other.pointer_id, dataFile.pointer_id]),
      saidWithin(dataFile, claim, filters, reach, [claim.pointer_id, dataFile.pointer_id]),
      isFile(dataFile, filters),
      filters.text === undefined
        ? undefined
        : contains(
            [
              dataFile.file_name,
              dataFile.name,
              dataFile.description,
              dataFile.relative_path,
              dataFile.file_format,
              dataFile.data_type,
            ],
            filters.text,
          ),
      asksOfRuns(filters) ? hasRun(itsRun(reach), ofRuns, reach) : undefined,
    ),
    sort: sql<string>`${dataFile.file_name}`,
    key: dataFile.pointer_id,
    row: dataFile.id,
    items: (rows) => fileItems(db, rows, reach),
  };
}

/** A file's run: the one it belongs to, that read or wrote it, or whose workflow it belongs to. */
function itsRun(reach: Reach): SQL | undefined {
  const readOrWritten = exists(
    subquery
      .select({ id: toRun.id })
      .from(toRun)
      .where(
        and(
          inArray(toRun.kind, ['experiment_input', 'experiment_output']),
          eq(toRun.subject_entity_id, relatedRun.entity_id),
          eq(toRun.object_entity_id, dataFile.entity_id),
          counts(toRun, reach),
        ),
      ),
  );
  const ofTheWorkflow = exists(
    subquery
      .select({ id: toRun.id })
      .from(toRun)
      .where(
        and(
          inArray(toRun.kind, ['workflow_input', 'workflow_output']),
          eq(toRun.subject_entity_id, relatedWorkflow.subject_entity_id),
          eq(toRun.object_entity_id, dataFile.entity_id),
          counts(toRun, reach),
        ),
      ),
  );
  const processed = exists(
    subquery
      .select({ id: relatedWorkflow.id })
      .from(relatedWorkflow)
      .where(
        and(
          eq(relatedWorkflow.kind, 'workflow_experiment'),
          eq(relatedWorkflow.object_entity_id, relatedRun.entity_id),
          counts(relatedWorkflow, reach),
          or(eq(dataFile.related_entity, relatedWorkflow.subject_entity_id), ofTheWorkflow),
        ),
      ),
  );
  return or(eq(dataFile.related_entity, relatedRun.entity_id), readOrWritten, processed);
}

/** Items of these rows; also of rows that are no longer current, whose claims and conflicts are then the current ones'. */
export async function fileItems(
  db: Database,
  rowIds: readonly string[],
  reach: Reach,
): Promise<ReadonlyMap<string, FileItem>> {
  if (rowIds.length === 0) return new Map();
  const rows = await db
    .select({ row: dataFile, ...ITS_CRATE, other_claims: otherClaims(dataFile, claimed.data_file, reach) })
    .from(dataFile)
    .innerJoin(crateVersion, eq(crateVersion.id, dataFile.crate_version_id))
    .innerJoin(crate, eq(crate.id, crateVersion.crate_id))
    .where(inArray(dataFile.id, [...rowIds]));
  const pointers = rows.map(({ row }) => row.pointer_id);
  const disagreements = await disagreementsOf(db, pointers, reach);
  const sources = await sourcesOf(db, pointers, reach);
  const proofs = await lastVerifications(db, pointers);
  return new Map(
    rows.map(({ row, ...its }) => {
      const others = disagreements.get(row.pointer_id) ?? [];
      const item: FileItem = {
        ...entityFields({ ...row, ...its }),
        id: row.pointer_id,
        entity_id: row.entity_id,
        kind: row.kind,
        file_name: row.file_name,
        relative_path: row.relative_path,
        file_format: row.file_format,
        data_type: row.data_type,
        file_role: row.file_role,
        encoding_format: row.encoding_format,
        processing_level: row.processing_level,
        file_size_bytes: row.file_size_bytes,
        storage_uri: row.storage_uri,
        storage_uri_written: row.storage_uri_written,
        sha256: row.sha256 === null ? null : Buffer.from(row.sha256).toString('hex'),
        checksum_source: row.checksum_source,
        declared_digest: row.declared_digest,
        part_count: row.part_count,
        is_designated: row.is_designated,
        related_entity: row.related_entity,
        sources: sources.get(row.pointer_id) ?? [],
        conflicts:
          others.length === 0
            ? []
            : [
                {
                  code: 'disagreement',
                  message: 'Crates differ on where this file is, how large it is or what its checksum is.',
                  pointers: others,
                },
              ],
        verification: proofs.get(row.pointer_id) ?? null,
      };
      return [row.id, item];
    }),
  );
}

async function lastVerifications(
  db: Database,
  pointers: readonly string[],
): Promise<ReadonlyMap<string, { readonly outcome: Verification['outcome']; readonly at: string }>> {
  const rows = await db
    .selectDistinctOn([verification.pointer_id], {
      pointer: verification.pointer_id,
      outcome: verification.outcome,
      at: verification.finished_at,
    })
    .from(verification)
    .where(inArray(verification.pointer_id, [...pointers]))
    .orderBy(verification.pointer_id, sql`${verification.id} DESC`);
  return new Map(rows.map(({ pointer, outcome, at }) => [pointer, { outcome, at: rfc3339(at) }]));
}
