import { isJsonObject, type JsonValue } from '../../model/json.ts';
import type { RecordDataFileRow } from '../../model/record-rows.ts';
import { fileName } from '../lambda-core/file-name.ts';
import { withoutUserinfo } from '../lambda-core/storage-uri.ts';
import { readUnit } from '../units.ts';
import { readChecksum } from './checksum.ts';
import type { RecordEntity } from './collections.ts';
import { globalKey, identityOf } from './identity.ts';
import { unresolved } from './references.ts';
import type { RecordScope } from './scope.ts';
import { storageOf } from './storage.ts';

/** The row of a DataFile or an Image: a pointer where the record says enough, and an honest null where it does not. */
export function dataFileRow(scope: RecordScope, entity: RecordEntity): RecordDataFileRow {
  const { slots, name } = entity;
  const listed_in = entity.collection === 'images' ? 'images' : 'data_files';
  const run = relatedRun(scope, entity);
  const file_size_bytes = sizeOf(scope, entity);
  const written = slots.text('file_name');
  const file_name = fileName(
    written,
    { path: slots.peek('file_path', 'file_name'), rawId: entity.id },
    'file',
  );
  if (file_name !== written) slots.release('file_name');
  const location = run?.kind === 'experiment_run' ? run.slots.peek('raw_data_location') : null;
  const storage = storageColumns(scope, entity, file_name, location);
  const columns = {
    kind: 'file' as const,
    file_name,
    ...storage,
    file_format: slots.text('file_format'),
    data_type: slots.text('data_type'),
    file_role: slots.text('file_role'),
    encoding_format: null,
    processing_level: null,
    file_size_bytes,
    ...digestOf(scope, entity, file_size_bytes),
    part_count: null,
    is_designated: false,
    related_entity_iri: run?.name.iri ?? null,
    listed_in,
    created: scope.time(entity, listed_in === 'images' ? 'acquisition_date' : 'creation_date'),
  } as const;
  // A name only this record knows is the crate's own, however it is spelled (design rule 8).
  const identity = identityOf('file', name.iri, scope.context, [globalKey('file', entity)]);
  const common = scope.columns(entity, identity);
  return { ...common, ...columns, name: common.name ?? file_name };
}

const OTHER_OWNERS = ['sample', 'sample_preparation', 'study', 'instrument'] as const;

/** The run the file says it belongs to. What names another entity of the record says something else, and stays as written. */
function relatedRun(scope: RecordScope, entity: RecordEntity): RecordEntity | null {
  const { slots, id } = entity;
  const written = slots.peek('related_entity');
  if (written === null) return null;
  const run = scope.find(written, 'experiment_run', 'workflow_run');
  if (run !== null && slots.raw('related_entity') === run.id) slots.hold('related_entity');
  if (run === null && scope.find(written, ...OTHER_OWNERS) === null) {
    const at = { pointer: slots.pointerOf('related_entity'), id };
    scope.warnings.add('unresolved-reference', at, unresolved('related_entity', written, 'experiment_run'));
  }
  return run;
}

/** Bytes: a whole number, bare or as a quantity in bytes. A number of megabytes is rounded, so it is no size. */
function sizeOf({ warnings }: RecordScope, { slots, id }: RecordEntity): number | null {
  const written = slots.raw('file_size_bytes');
  if (written === undefined) return null;
  const size = bytesOf(written);
  const pointer = slots.pointerOf('file_size_bytes');
  if (typeof size === 'string') {
    warnings.add('not-a-size', { pointer, id }, `file_size_bytes ${size}; the size is unknown.`);
    return null;
  }
  slots.claim('file_size_bytes');
  if (isPlainSize(written)) slots.hold('file_size_bytes');
  return size;
}

/** The number of bytes, or what is wrong with it. */
function bytesOf(written: JsonValue): number | string {
  const value = isJsonObject(written) ? written['numeric_value'] : written;
  const unit = isJsonObject(written) ? (written['unit'] ?? 'bytes') : 'bytes';
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== 'number') return 'holds no number';
  if (number < 0) return 'is negative';
  if (!Number.isSafeInteger(number)) return 'is no whole number of bytes';
  const code = typeof unit === 'string' ? (readUnit(unit)?.code ?? null) : null;
  return code === 'By' ? number : 'is not in bytes';
}

/** What the column says all of. */
function isPlainSize(written: JsonValue): boolean {
  if (!isJsonObject(written)) return typeof written === 'number';
  const { numeric_value, unit, ...more } = written;
  return typeof numeric_value === 'number' && unit === 'bytes' && Object.keys(more).length === 0;
}

function digestOf(
  { warnings }: RecordScope,
  { slots, id }: RecordEntity,
  size: number | null,
): Pick<RecordDataFileRow, 'sha256' | 'checksum_source' | 'declared_digest'> {
  const nothing = { sha256: null, checksum_source: null, declared_digest: null };
  const written = slots.text('checksum');
  if (written === null) return nothing;
  const read = readChecksum(written, size);
  const at = { pointer: slots.pointerOf('checksum'), id };
  if (read.kind === 'sha256') {
    if (written !== `sha256:${read.sha256}`) slots.release('checksum');
    return { sha256: read.sha256, checksum_source: 'declared', declared_digest: null };
  }
  if (read.kind === 'other') {
    const message =
      'checksum is no SHA-256; it is kept as evidence, and the file has no checksum to verify by.';
    warnings.add('not-a-sha256', at, message);
    return { ...nothing, declared_digest: written };
  }
  slots.release('checksum');
  const message = `checksum is a placeholder: ${read.reason}; the file has no checksum until it is given one.`;
  warnings.add('placeholder-checksum', at, message);
  return nothing;
}

function storageColumns(
  { context, warnings }: RecordScope,
  { slots, id }: RecordEntity,
  file_name: string,
  raw_data_location: string | null,
): Pick<RecordDataFileRow, 'storage_uri' | 'storage_uri_written' | 'relative_path'> {
  const file_path = slots.peek('file_path');
  const storage_uri = slots.text('storage_uri');
  // Held even when refused: the written column has it, without a password. Alike, the two slots would be one.
  if (storage_uri === file_path) slots.release('storage_uri');
  for (const slot of ['storage_uri', 'file_path']) {
    const place = slots.peek(slot) ?? '';
    if (withoutUserinfo(place) !== place) slots.hold(slot);
  }
  const storage = storageOf({ file_name, storage_uri, file_path, raw_data_location }, context.base_iri);
  const written = storage_uri ?? file_path;
  const storage_uri_written = written === null ? null : withoutUserinfo(written);
  if (storage.uri !== null) {
    return { storage_uri: storage.uri, storage_uri_written, relative_path: storage.relative_path };
  }
  const slot = storage_uri === null ? 'file_path' : 'storage_uri';
  const message = `Where the bytes are is unknown: ${storage.reason}.`;
  warnings.add(storage.rule, { pointer: slots.pointerOf(slot), id }, message);
  return { storage_uri: null, storage_uri_written, relative_path: null };
}
