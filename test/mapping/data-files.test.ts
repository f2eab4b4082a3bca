import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { DataFileRow } from '../../src/model/rows.ts';
import { BASE, CRATE, file, mapped, rulesOf, SHA256, theOnly, withParts } from './map-document.ts';

function rowOf(id: string, more: JsonObject = {}): DataFileRow {
  return theOnly(mapped(withParts(id), [file(id, more)]).data_files);
}

function datasetRow(id: string, more: JsonObject = {}): DataFileRow | undefined {
  return mapped(withParts(id), [{ '@id': id, '@type': 'Dataset', name: 'A part', ...more }]).data_files[0];
}

describe('which entities are data files', () => {
  it('takes Files that hasPart reaches at any depth, through a cycle too, once each', () => {
    const rows = mapped(withParts('a/'), [
      { '@id': 'a/', '@type': 'Dataset', ...withParts('a/b/') },
      { '@id': 'a/b/', '@type': 'Dataset', ...withParts('a/', 'a/b/x.dat', './') },
      file('a/b/x.dat'),
      file('never-listed.dat'),
    ]);
    expect(rows.data_files.map((row) => [row.kind, row.relative_path])).toEqual([
      ['container', 'a/'],
      ['container', 'a/b/'],
      ['file', 'a/b/x.dat'],
    ]);
    expect(rulesOf(rows)).toEqual(['unlisted-file']);
  });

  it('takes what a run names, and what says which run made it', () => {
    const rows = mapped({}, [
      {
        '@id': '#run',
        '@type': 'lambda:ExperimentRun',
        result: { '@id': 'a.h5' },
        'prov:used': [{ '@id': 'b.h5' }],
      },
      file('a.h5'),
      file('b.h5'),
      file('c.h5', { 'prov:wasGeneratedBy': { '@id': '#run' } }),
    ]);
    expect(rows.data_files.map((row) => row.file_name)).toEqual(['a.h5', 'b.h5', 'c.h5']);
    expect(new Set(rows.data_files.map((row) => row.related_entity_iri))).toEqual(new Set([`${CRATE}#run`]));
  });

  it('keeps every entity of a repeated @id, in order', () => {
    const rows = mapped(withParts('x.dat'), [
      file('x.dat', { name: 'x.dat' }),
      file('x.dat', { name: 'y.dat' }),
    ]);
    expect(rows.data_files.map((row) => [row.iri, row.name, row.json_pointer])).toEqual([
      [`${BASE}x.dat`, 'x.dat', '/@graph/2'],
      [`${BASE}x.dat`, 'y.dat', '/@graph/3'],
    ]);
  });
});

describe('what a Dataset is', () => {
  it('is a series where it counts its members, though a catalogue has a page about it', () => {
    const counted = {
      partCount: '1800',
      identifier: [{ '@type': 'PropertyValue', value: '9' }],
      url: 'https://x.org/9',
    };
    expect(datasetRow('#raw', counted)).toMatchObject({
      kind: 'series',
      part_count: 1800,
      storage_uri: null,
    });
  });

  it('is no series where it points at a record or a nested crate', () => {
    expect(datasetRow('mx/', { partCount: 5, schemaRecord: { '@id': 'mx/record.yaml' } })?.kind).toBe(
      'container',
    );
    const nested = { partCount: 5, conformsTo: [{ '@id': 'x' }], ...withParts('mx/ro-crate-metadata.json') };
    expect(datasetRow('mx/', nested)?.kind).toBe('container');
  });

  it('is a container where it is a place or declares bytes', () => {
    expect(datasetRow('frames/')).toMatchObject({
      kind: 'container',
      storage_uri: `${BASE}frames/`,
      file_name: 'frames',
    });
    expect(datasetRow('sibyls://als/run047/')).toMatchObject({
      kind: 'container',
      storage_uri: 'sibyls://als/run047/',
    });
    expect(datasetRow('#raw', { contentSize: 12 })).toMatchObject({ kind: 'container', storage_uri: null });
  });

  it('is no row where it only groups its parts, or is registered elsewhere', () => {
    expect(datasetRow('#product')).toBeUndefined();
    expect(
      datasetRow('https://sasbdb.org/1/', { identifier: 'SASDD42', url: 'https://sasbdb.org/1/' }),
    ).toBeUndefined();
  });

  it('never has a checksum: its digest is of unknown method', () => {
    expect(datasetRow('frames/', { sha256: SHA256 })).toMatchObject({
      sha256: null,
      checksum_source: null,
      declared_digest: SHA256,
    });
  });
});

describe('where bytes are', () => {
  it.each<[string, string, JsonObject, string | null]>([
    [
      'its storage_uri',
      'a.h5',
      { storage_uri: 'sibyls://als/12.3.1/run047.h5' },
      'sibyls://als/12.3.1/run047.h5',
    ],
    [
      'an absolute @id',
      'https://data.als.org/a.h5',
      { contentUrl: 'https://other.org/a.h5' },
      'https://data.als.org/a.h5',
    ],
    [
      'the first absolute contentUrl',
      'a.h5',
      { contentUrl: ['a.h5', 'https://x.org/a.h5'] },
      'https://x.org/a.h5',
    ],
    ['contentUrl of a name', '#a', { contentUrl: { '@id': 'https://x.org/a.h5' } }, 'https://x.org/a.h5'],
    ['the relative @id', 'raw/a%20b.h5', {}, `${BASE}raw/a%20b.h5`],
    ['nowhere: a fragment', '#a', {}, null],
    ['nowhere: a urn', 'urn:uuid:4d7d9700-94b2-44be-a540-494bbb6658a6', {}, null],
  ])('is %s', (_, id, more, expected) => {
    expect(rowOf(id, more).storage_uri).toBe(expected);
  });

  it.each([
    '/data/a.h5',
    'a.h5',
    '../a.h5',
    'https://x.org/../a.h5',
    'https://x.org/%2e%2e/a.h5',
    'C:/a.h5',
    '//x/a',
    'urn:x',
  ])('is nowhere when the crate writes storage_uri %j, and not at the @id instead', (storage_uri) => {
    const rows = mapped(withParts('a.h5'), [file('a.h5', { storage_uri })]);
    expect(theOnly(rows.data_files)).toMatchObject({ storage_uri: null, storage_uri_written: storage_uri });
    expect(rulesOf(rows)).toEqual(['unsafe-storage-uri']);
  });

  it('never repeats a password written into a URI', () => {
    const rows = mapped(withParts('a.h5'), [file('a.h5', { storage_uri: 'https://me:hunter2@x.org/a.h5' })]);
    expect(theOnly(rows.data_files).storage_uri).toBeNull();
    expect(JSON.stringify(rows)).not.toContain('hunter2');
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'a/../../b.h5', 'a\\b.h5'])(
    'is nowhere for the @id %j',
    (id) => {
      const rows = mapped(withParts(id), [file(id)]);
      const row = theOnly(rows.data_files);
      expect(row).toMatchObject({ storage_uri: null, relative_path: null, storage_uri_written: id });
      expect(row.file_name).not.toMatch(/[/\\]/);
      expect(rulesOf(rows)).toContain('unsafe-reference');
    },
  );
});

describe('what proves them', () => {
  it('takes 64 hex digits of either case', () => {
    expect(rowOf('a', { sha256: SHA256.toUpperCase() })).toMatchObject({
      sha256: SHA256,
      checksum_source: 'declared',
    });
  });

  it.each(['abc123', SHA256.slice(1), `${SHA256}0`, 'sha256:abc123...', `${SHA256.slice(0, 63)}g`])(
    'takes nothing else: %j',
    (sha256) => {
      const rows = mapped(withParts('a'), [file('a', { sha256 })]);
      expect(theOnly(rows.data_files)).toMatchObject({
        sha256: null,
        checksum_source: null,
        declared_digest: sha256,
      });
      expect(rows.findings).toMatchObject([
        { rule: 'not-a-sha256', severity: 'warning', pointer: '/@graph/2/sha256' },
      ]);
    },
  );

  it.each([
    ['2104880', 2_104_880],
    [2_104_880, 2_104_880],
    [0, 0],
  ])('takes %j as a size', (contentSize, size) => {
    expect(rowOf('a', { contentSize }).file_size_bytes).toBe(size);
  });

  it.each(['12 MB', '1e6', '-1', -1, 1.5, '', 'unknown', 9_007_199_254_740_992, [1, 2], { a: 1 }])(
    'takes no size from %j',
    (contentSize) => {
      const rows = mapped(withParts('a'), [file('a', { contentSize })]);
      expect(theOnly(rows.data_files).file_size_bytes).toBeNull();
      expect(rulesOf(rows)).toEqual(['not-a-size']);
      expect(theOnly(rows.data_files).properties['contentSize']).toEqual(contentSize);
    },
  );
});

describe('what a file is called', () => {
  it.each([
    ['raw/run047.h5', 'buffer-subtracted.dat', 'buffer-subtracted.dat'],
    ['raw/run047.h5', 'The merged reflections', 'run047.h5'],
    ['raw/run047.h5', 'raw/other.h5', 'run047.h5'],
    ['raw/run%2047.h5', undefined, 'run 47.h5'],
    ['raw/100%25.h5', undefined, '100%.h5'],
    ['https://x.org/d/a.h5?download=1', undefined, 'a.h5'],
    ['#f', 'A title', 'A title'],
    ['#f', 'a/b', 'a_b'],
    ['#f', '..', 'unnamed'],
    ['#f', undefined, 'unnamed'],
  ])('%j named %j is %j', (id, name, expected) => {
    const row = rowOf(id, name === undefined ? {} : { name });
    expect(row.file_name).toBe(expected);
    expect(row.name).toBe(name ?? null);
  });
});

describe('what a file is for', () => {
  it('is as written, else what its type, level and place agree on, and then says it was inferred', () => {
    expect(rowOf('a', { file_role: 'thumbnail', data_type: 'raw_data' })).toMatchObject({
      file_role: 'thumbnail',
    });
    const inferred = rowOf('a', { data_type: 'raw_data', processing_level: 0 });
    expect(inferred).toMatchObject({ file_role: 'raw', properties: { _inferred: ['file_role'] } });
    expect(rowOf('a', { data_type: 'raw_data', processing_level: 2 }).file_role).toBeNull();
    expect(rowOf('a', { data_type: 'diffraction' }).file_role).toBeNull();
  });
});

describe('what columns do not hold', () => {
  it('stays in the properties as written, and only that', () => {
    const row = rowOf('a.mtz', {
      name: 'a.mtz',
      mimeType: 'application/x-mtz',
      additionalType: 'merged-reflections',
      description: ['one', 'two'],
      'lambda:ccHalf': 0.995,
    });
    expect(row.encoding_format).toBe('text/plain');
    expect(row.properties).toEqual({
      '@type': 'File',
      mimeType: 'application/x-mtz',
      additionalType: 'merged-reflections',
      description: ['one', 'two'],
      'lambda:ccHalf': 0.995,
    });
  });

  it('reads any spelling of a term', () => {
    const row = rowOf('a.mtz', {
      'lambda:file_format': 'mtz',
      'http://w3id.org/lambda/data_type': 'processed_data',
      'schema:name': 'a.mtz',
    });
    expect(row).toMatchObject({ file_format: 'mtz', data_type: 'processed_data', name: 'a.mtz' });
  });
});
