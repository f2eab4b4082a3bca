import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import { type Caller, type Reach, reaches } from '../../model/caller.ts';
import { type Outcome, success } from '../../model/failure.ts';
import type { Pointer } from '../../model/pointer.ts';
import type { PointerRecord } from '../contract.ts';
import type { Database } from '../database.ts';
import { isUuid } from '../ids.ts';
import { dataFile } from '../tables/rows.ts';
import { unknownId } from './detail.ts';
import { disagreementsOf } from './disagreements.ts';
import { visible } from './visibility.ts';
import { bestFirst, counts } from './winners.ts';

type FileRow = typeof dataFile.$inferSelect;

/** A pointer by its id, current or superseded. */
export async function pointerById(db: Database, id: string, caller: Caller): Promise<Outcome<PointerRecord>> {
  if (!isUuid(id)) return unknownId('files', id);
  const [record] = await records(db, eq(dataFile.pointer_id, id), caller);
  return record === undefined ? unknownId('files', id) : success(record);
}

/** Current pointers with this storage_uri, the winner first. */
export async function pointersAt(
  db: Database,
  storageUri: string,
  caller: Caller,
): Promise<Outcome<readonly PointerRecord[]>> {
  const at = and(eq(dataFile.storage_uri, storageUri), eq(dataFile.current, true));
  return success(await records(db, at, caller));
}

/** The winning current pointer of a logical file. */
export async function successorOf(db: Database, entityId: string, reach: Reach): Promise<Pointer | null> {
  const [row] = await db
    .select()
    .from(dataFile)
    .where(and(eq(dataFile.entity_id, entityId), counts(dataFile, reach)))
    .orderBy(bestFirst(dataFile))
    .limit(1);
  return row === undefined ? null : pointerOf(row);
}

/** Rows the caller may see, as one record a pointer, the best row's first. */
async function records(
  db: Database,
  condition: SQL | undefined,
  caller: Caller,
): Promise<readonly PointerRecord[]> {
  const rows = await db
    .select()
    .from(dataFile)
    .where(and(condition, visible(dataFile, caller.metadata)))
    .orderBy(desc(dataFile.current), sql`${bestFirst(dataFile)}`);
  const byPointer = Map.groupBy(rows, (row) => row.pointer_id);
  const disagreements = await disagreementsOf(db, [...byPointer.keys()], caller.metadata);
  const found: PointerRecord[] = [];
  for (const [id, said] of byPointer) {
    const [best] = said;
    if (best === undefined) continue;
    // who said so once has no word in what is current
    const counting = said.filter((row) => row.current === best.current);
    found.push({
      pointer: pointerOf(best),
      file_name: best.file_name,
      kind: best.kind,
      encoding_format: best.encoding_format,
      entity_id: best.entity_id,
      state: best.current ? 'current' : 'superseded',
      successor: best.current ? null : await successorOf(db, best.entity_id, caller.metadata),
      sources: [...new Set(counting.map((row) => row.source))].sort(),
      facility: best.facility,
      proposal_id: best.proposal_id,
      contentAllowed: counting.some((row) => reaches(caller.content, row.facility, row.proposal_id)),
      disagreements: best.current ? (disagreements.get(id) ?? []) : [],
    });
  }
  return found;
}

function pointerOf(row: FileRow): Pointer {
  return {
    id: row.pointer_id,
    file_iri: row.iri,
    storage_uri: row.storage_uri,
    sha256: row.sha256 === null ? null : Buffer.from(row.sha256).toString('hex'),
    file_size_bytes: row.file_size_bytes,
  };
}
