import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import type { RecordContext, RecordDataFileRow, RecordFinding } from '../../../src/model/record-rows.ts';
import { theOnly } from '../map-document.ts';
import { CRATE, mapped, SHA256 } from './records.ts';

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

interface Mapped {
  readonly row: RecordDataFileRow;
  readonly findings: readonly RecordFinding[];
}

/** One file that is somewhere, so that only what is asked about is reported. */
function file(slots: JsonObject, run: JsonObject = {}, context: Partial<RecordContext> = {}): Mapped {
  const rows = mapped(
    {
      id: 'lambdaber:d',
      experiment_runs: [{ id: 'lambdaber:run', ...run }],
      data_files: [{ id: 'lambdaber:f', file_name: 'a.mtz', storage_uri: 's3://b/a.mtz', ...slots }],
    },
    context,
  );
  return { row: theOnly(rows.data_files), findings: rows.findings };
}

describe('a checksum', () => {
  it.each([
    `sha256:${SHA256}`,
    SHA256,
    SHA256.toUpperCase(),
    `SHA-256:${SHA256}`,
    `sha256=${SHA256}`,
    ` ${SHA256} `,
  ])('is a SHA-256: %j', (checksum) => {
    const { row, findings } = file({ checksum });
    expect(row).toMatchObject({ sha256: SHA256, checksum_source: 'declared', declared_digest: null });
    expect(findings).toEqual([]);
  });

  it.each([
    'md5:0cc175b9c0f1b6a831c399e269772661',
    '0cc175b9c0f1b6a831c399e269772661',
    'crc32:1a2b3c4d',
    'sha512-Z0FuOw==',
  ])('of another algorithm is evidence and no proof: %s', (checksum) => {
    const { row, findings } = file({ checksum });
    expect(row).toMatchObject({ sha256: null, checksum_source: null, declared_digest: checksum });
    expect(findings.map(({ rule, pointer }) => [rule, pointer])).toEqual([
      ['not-a-sha256', '/data_files/0/checksum'],
    ]);
  });

  it.each([
    'sha256:abc123...',
    'sha256:…',
    'sha256:',
    `sha256:${SHA256.slice(1)}`,
    `sha256:${'0'.repeat(64)}`,
    'f'.repeat(64),
    'TBD',
    'unknown',
    '<checksum>',
    'not computed',
  ])('that nobody has is null with a warning: %s', (checksum) => {
    const { row, findings } = file({ checksum });
    expect(row).toMatchObject({ sha256: null, checksum_source: null, declared_digest: null });
    expect(row.properties['checksum']).toBe(checksum);
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['placeholder-checksum', 'warning'],
    ]);
  });

  it('of nothing proves an empty file and no other', () => {
    expect(file({ checksum: EMPTY_SHA256, file_size_bytes: 0 }).row.sha256).toBe(EMPTY_SHA256);
    const full = file({ checksum: EMPTY_SHA256, file_size_bytes: 12 });
    expect(full.row.sha256).toBeNull();
    expect(full.findings[0]?.message).toContain('that of an empty file');
  });
});

describe('a size', () => {
  it.each<[JsonValue, number]>([
    [{ numeric_value: 289_454_080.0, unit: 'bytes' }, 289_454_080],
    [{ numeric_value: 12, unit: 'B' }, 12],
    [{ numeric_value: 12 }, 12],
    [{ numeric_value: '12', unit: 'bytes' }, 12],
    [12, 12],
    ['12', 12],
    [0, 0],
  ])('is a number of bytes: %j', (file_size_bytes, size) => {
    const { row, findings } = file({ file_size_bytes });
    expect(row.file_size_bytes).toBe(size);
    expect(findings).toEqual([]);
  });

  it.each<[JsonValue, string]>([
    [{ numeric_value: 1.5, unit: 'bytes' }, 'is no whole number of bytes'],
    [{ numeric_value: -1, unit: 'bytes' }, 'is negative'],
    [{ numeric_value: 12, unit: 'megabytes' }, 'is not in bytes'],
    [{ numeric_value: 12, unit: 'Angstroms' }, 'is not in bytes'],
    [{ numeric_value: 2 ** 60, unit: 'bytes' }, 'is no whole number of bytes'],
    [{ unit: 'bytes' }, 'holds no number'],
    ['large', 'holds no number'],
    [true, 'holds no number'],
  ])('that is none is null with a warning: %j', (file_size_bytes, reason) => {
    const { row, findings } = file({ file_size_bytes });
    expect(row.file_size_bytes).toBeNull();
    expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      `not-a-size: file_size_bytes ${reason}; the size is unknown.`,
    ]);
  });

  it('is no measurement where it is a size, and is one where it is rounded', () => {
    const rows = mapped({
      id: 'lambdaber:d',
      data_files: [
        { id: 'lambdaber:a', file_size_bytes: { numeric_value: 12, unit: 'bytes' } },
        { id: 'lambdaber:b', file_size_bytes: { numeric_value: 1.5, unit: 'GB' } },
      ],
    });
    expect(rows.measurements.map(({ name, canonical_value }) => [name, canonical_value])).toEqual([
      ['file_size_bytes', 1.5e9],
    ]);
  });
});

describe('where a file is', () => {
  const place = (slots: JsonObject, run: JsonObject = {}, context: Partial<RecordContext> = {}) => {
    const { row, findings } = file(
      { storage_uri: null, related_entity: 'lambdaber:run', ...slots },
      run,
      context,
    );
    return [row.storage_uri, row.relative_path, findings.map(({ rule }) => rule).join()];
  };

  it.each<[string, JsonObject, JsonObject, readonly (string | null)[]]>([
    [
      'is its storage_uri',
      { storage_uri: 's3://bucket/k.h5', file_path: 'x/a.mtz' },
      {},
      ['s3://bucket/k.h5', null, ''],
    ],
    [
      'is a facility’s own name too',
      { storage_uri: 'sibyls://als/12.3.1/run047.h5' },
      {},
      ['sibyls://als/12.3.1/run047.h5', null, ''],
    ],
    [
      'is a file_path that is a URI',
      { file_path: 'https://x.org/1JB0.pdb' },
      {},
      ['https://x.org/1JB0.pdb', null, ''],
    ],
    [
      'is the folder and the name where the path ends in a slash',
      { file_path: 'https://x.org/d/' },
      {},
      ['https://x.org/d/a.mtz', null, ''],
    ],
    [
      'is a path beside the crate',
      { file_path: 'mtz/a b#1.mtz' },
      {},
      [`${CRATE}mtz/a%20b%231.mtz`, 'mtz/a b#1.mtz', ''],
    ],
    [
      'is a path on its run’s place',
      { file_path: 'mtz/a.mtz' },
      { raw_data_location: 's3://raw/run-1' },
      ['s3://raw/run-1/mtz/a.mtz', null, ''],
    ],
    [
      'is beside the crate where its run’s place is no URI',
      { file_path: 'raw/a.mtz' },
      { raw_data_location: 'raw' },
      [`${CRATE}raw/a.mtz`, 'raw/a.mtz', ''],
    ],
  ])('%s', (_, slots, run, expected) => {
    expect(place(slots, run)).toEqual(expected);
  });

  it.each<[string, JsonObject, JsonObject, string]>([
    ['nothing is said', {}, {}, 'no-storage-uri'],
    ['the path is one of some machine', { file_path: '/data/saxs/2025/' }, {}, 'no-storage-uri'],
    ['the path is one of Windows', { file_path: 'C:\\data\\a.mtz' }, {}, 'no-storage-uri'],
    ['the path leads out', { file_path: '../../etc/passwd' }, {}, 'unsafe-storage-uri'],
    ['the path holds a control character', { file_path: 'a\nb' }, {}, 'unsafe-storage-uri'],
    ['the path has a colon in front', { file_path: 'run:047/a.h5' }, {}, 'unsafe-storage-uri'],
    [
      'the storage_uri is a path, and is not passed over',
      { storage_uri: '/data/a', file_path: 'a.mtz' },
      {},
      'unsafe-storage-uri',
    ],
    [
      'the storage_uri carries a password',
      { storage_uri: 'https://me:secret@x.org/a' },
      {},
      'unsafe-storage-uri',
    ],
    ['the storage_uri is a name', { storage_uri: 'urn:x:a' }, {}, 'unsafe-storage-uri'],
    [
      'the storage_uri is a bundle the file is in',
      { storage_uri: 'https://x.org/bundle.tar' },
      {},
      'storage-uri-of-archive',
    ],
    [
      'the path says its run’s place again',
      { file_path: 'run-1/raw/a.mtz' },
      { raw_data_location: 's3://b/run-1/raw/' },
      'no-storage-uri',
    ],
    [
      'the run’s place is a query',
      { file_path: 'a.mtz' },
      { raw_data_location: 'https://x.org/?run=1' },
      'unsafe-storage-uri',
    ],
  ])('is unknown where %s', (_, slots, run, rule) => {
    expect(place(slots, run)).toEqual([null, null, rule]);
  });

  it('keeps what was written, without a password', () => {
    expect(file({ storage_uri: 'https://me:secret@x.org/a' }).row.storage_uri_written).toBe(
      'https://x.org/a',
    );
    const place = 'https://me:secret@x.org/a';
    for (const slots of [
      { storage_uri: place },
      { storage_uri: null, file_path: place },
      { storage_uri: place, file_path: place },
    ]) {
      expect(JSON.stringify(file(slots))).not.toContain('secret');
    }
    expect(file({ storage_uri: null, file_path: '/data/a' }).row.storage_uri_written).toBe('/data/a');
  });

  it('is unknown for a relative path where no file lies beside the crate', () => {
    expect(place({ file_path: 'a.mtz' }, {}, { base_iri: null })).toEqual([null, null, 'no-storage-uri']);
  });

  it('may be an archive where the file is one', () => {
    const { row } = file({ file_name: 'frames.tar', storage_uri: 'https://x.org/frames.tar' });
    expect(row.storage_uri).toBe('https://x.org/frames.tar');
  });
});

describe('a file', () => {
  it('has a name that is one segment, whatever was written', () => {
    expect(file({ file_name: 'raw/a.mtz' }).row).toMatchObject({
      file_name: 'a.mtz',
      name: 'raw/a.mtz',
      properties: { file_name: 'raw/a.mtz' },
    });
    expect(file({ file_name: null, file_path: '/data/b.mtz' }).row.file_name).toBe('b.mtz');
    expect(file({ file_name: '..' }).row.file_name).toBe('unnamed');
  });

  it('belongs to the run it names, by id or code; what it names of another kind stays as written', () => {
    expect(file({ related_entity: 'lambdaber:run' }).row.related_entity_iri).toMatch(/lambdaber%3Arun$/);
    expect(file({ related_entity: 'E-1' }, { experiment_code: 'E-1' }).row.related_entity_iri).not.toBeNull();
    const study = mapped({
      id: 'lambdaber:d',
      studies: [{ id: 'lambdaber:st' }],
      data_files: [{ id: 'lambdaber:f', storage_uri: 's3://b/k', related_entity: 'lambdaber:st' }],
    });
    expect(study.data_files[0]).toMatchObject({
      related_entity_iri: null,
      properties: { related_entity: 'lambdaber:st' },
    });
    expect(study.findings).toEqual([]);
    expect(file({ related_entity: 'lambdaber:nothing' }).findings.map(({ rule }) => rule)).toEqual([
      'unresolved-reference',
    ]);
  });
});
