import type { JsonObject } from '../../model/json.ts';
import type { DataFileRow } from '../../model/rows.ts';
import type { Belonging } from './belonging.ts';
import { fileName } from './file-name.ts';
import { iriKey } from './identity.ts';
import type { DataPart } from './parts.ts';
import { type EntityReader, MAX_INTEGER } from './reader.ts';
import { commonColumns } from './row.ts';
import type { MapScope } from './scope.ts';
import { storageOf } from './storage-uri.ts';

/** The row of a File, a series or a container. */
export function dataFileRow(scope: MapScope, part: DataPart, belonging: Belonging): DataFileRow {
  const { entity, kind } = part;
  const reader = scope.reader(entity);
  const iri = scope.iriOf(entity);
  const resolved = scope.place(entity);
  const relative_path = resolved?.kind === 'relative' && resolved.path !== '' ? resolved.path : null;
  const storage = storageOf(scope, reader, resolved);
  const written = {
    data_type: reader.text('data_type'),
    processing_level: reader.integer('processing_level', MAX_INTEGER),
    file_role: reader.text('file_role'),
  };
  const file_role = written.file_role ?? inferredRole(written, belonging.positions.get(iri) ?? null);
  const isDesignated = reader.boolean('isDesignated') ?? false;
  const part_count = kind === 'file' ? null : reader.integer('partCount', MAX_INTEGER);
  const file_format = reader.text('file_format');
  const encoding_format = reader.text('encodingFormat', 'mimeType');
  const file_size_bytes = sizeOf(scope, reader);
  const digest = digestOf(scope, reader, kind);
  const properties: JsonObject = written.file_role === file_role ? {} : { _inferred: ['file_role'] };
  // The logical file is its IRI wherever it is spoken of: a pointer's id is made from it (design rule 3).
  const identity = [iriKey('global', 'file', iri)] as const;
  // Named one by one: spreading so many columns costs more than reading them, a hundred thousand times.
  return {
    ...commonColumns(scope, entity, identity, { properties }),
    kind,
    file_name: fileName(reader.peek('name'), { path: relative_path, rawId: entity.rawId }, kind),
    relative_path,
    file_format,
    data_type: written.data_type,
    processing_level: written.processing_level,
    file_role,
    encoding_format,
    file_size_bytes,
    storage_uri: storage.uri,
    storage_uri_written: storage.written,
    sha256: digest.sha256,
    checksum_source: digest.checksum_source,
    declared_digest: digest.declared_digest,
    part_count,
    is_designated: isDesignated || belonging.designated.has(iri),
    related_entity_iri: belonging.runOf.get(iri) ?? null,
  };
}

/** A SHA-256 of a File is a promise about its bytes; of a Dataset nobody says over what it was taken. */
function digestOf(
  scope: MapScope,
  reader: EntityReader,
  kind: DataFileRow['kind'],
): Pick<DataFileRow, 'sha256' | 'checksum_source' | 'declared_digest'> {
  const written = reader.text('sha256');
  if (written === null) return { sha256: null, checksum_source: null, declared_digest: null };
  if (kind !== 'file') return { sha256: null, checksum_source: null, declared_digest: written };
  if (/^[0-9a-f]{64}$/i.test(written)) {
    return { sha256: written.toLowerCase(), checksum_source: 'declared', declared_digest: null };
  }
  scope.warn(
    'not-a-sha256',
    reader.entity,
    reader.pointerOf('sha256'),
    `sha256 is not 64 hex digits (it has ${written.length} characters); the file has no checksum until it is given one.`,
  );
  return { sha256: null, checksum_source: null, declared_digest: written };
}

function sizeOf(scope: MapScope, reader: EntityReader): number | null {
  if (reader.raw('contentSize') === undefined) return null;
  const size = reader.integer('contentSize');
  if (size !== null) return size;
  scope.warn(
    'not-a-size',
    reader.entity,
    reader.pointerOf('contentSize'),
    'contentSize is not a whole number of bytes; the size is unknown.',
  );
  return null;
}

type Position = 'experiment_output' | 'workflow_output';

/** What a data type, a processing level and a place in the provenance say of a role, when they agree. */
function inferredRole(
  of: { readonly data_type: string | null; readonly processing_level: number | null },
  position: Position | null,
): string | null {
  if (of.data_type === 'metadata') return 'metadata';
  const votes = new Set<string>();
  if (of.data_type === 'raw_data') votes.add('raw');
  if (of.data_type === 'processed_data') votes.add('processed');
  if (of.processing_level !== null) votes.add(of.processing_level === 0 ? 'raw' : 'processed');
  if (position !== null) votes.add(position === 'experiment_output' ? 'raw' : 'processed');
  const [only, other] = votes;
  return other === undefined ? (only ?? null) : null;
}
