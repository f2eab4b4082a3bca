import { describe, expect, it } from 'vitest';
import { readGraph, readGraphExpanded } from '../../src/crate/graph.ts';
import { nestedCrates } from '../../src/crate/nested.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { NestedDocument } from '../../src/model/rows.ts';
import {
  BASE,
  contextFor,
  crateOf,
  DOCUMENT_URL,
  mapped,
  rulesOf,
  SHA256,
  theOnly,
  withParts,
} from './map-document.ts';

const RO_CRATE = { '@id': 'https://w3id.org/ro/crate' };

/** What a part of this id and these properties points at, beside these entities. */
function nestedOf(id: string, more: JsonObject, ...entities: readonly JsonObject[]): NestedDocument {
  const part = { '@id': id, '@type': 'Dataset', ...more };
  return theOnly(mapped(withParts(id), [part, ...entities]).crate.nested);
}

describe('a reference to another RO-Crate', () => {
  it.each([
    ['a folder of this crate', 'sub/', `${BASE}sub/ro-crate-metadata.json`],
    ['a folder without its slash', 'sub', `${BASE}sub/ro-crate-metadata.json`],
    ['a zip beside this crate', 'runs/7.eln', `${BASE}runs/7.eln`],
    ['a folder elsewhere', 'https://ssrl.example/c/', 'https://ssrl.example/c/ro-crate-metadata.json'],
    ['a zip elsewhere', 'https://ssrl.example/c.zip', 'https://ssrl.example/c.zip'],
    ['a PID or landing page', 'https://doi.org/10.5555/c.1', 'https://doi.org/10.5555/c.1'],
    [
      'a document',
      'https://ssrl.example/1-ro-crate-metadata.json',
      'https://ssrl.example/1-ro-crate-metadata.json',
    ],
  ])('is followed by its @id: %s', (_what, id, url) => {
    expect(nestedOf(id, { conformsTo: RO_CRATE })).toEqual({
      kind: 'nested_crate',
      iri: id.startsWith('https:') ? id : BASE + id,
      url,
      sha256: null,
      json_pointer: '/@graph/2',
    });
  });

  it('is followed by its metadata document where it names one, a page about it being none', () => {
    const subjectOf = [
      { '@id': 'https://x.example/about.html' },
      { '@id': 'https://x.example/crate?format=json' },
    ];
    const page = { '@id': 'https://x.example/about.html', '@type': 'WebPage' };
    const document = {
      '@id': 'https://x.example/crate?format=json',
      '@type': 'CreativeWork',
      encodingFormat: 'application/ld+json',
      sha256: SHA256.toUpperCase(),
    };
    const pid = 'https://doi.org/10.5555/c.1';
    const found = nestedOf(pid, { conformsTo: RO_CRATE, subjectOf }, page, document);
    expect(found).toMatchObject({ iri: pid, url: 'https://x.example/crate?format=json', sha256: SHA256 });
    const unknown = nestedOf(pid, { conformsTo: RO_CRATE, subjectOf }, page);
    expect(unknown).toMatchObject({ url: 'https://x.example/crate?format=json', sha256: null });
    const onlyPage = nestedOf(pid, { conformsTo: RO_CRATE, subjectOf: subjectOf[0] ?? null }, page);
    expect(onlyPage).toMatchObject({ url: pid });
  });

  it('is followed by the download that says it is an RO-Crate; the checksum of a zip is not its document’s', () => {
    const download = (encodingFormat: string, more: JsonObject = {}) => ({
      '@id': 'https://workflowhub.example/120/ro_crate?version=5',
      '@type': 'DataDownload',
      encodingFormat,
      sha256: SHA256,
      ...more,
    });
    const part = {
      conformsTo: RO_CRATE,
      distribution: { '@id': 'https://workflowhub.example/120/ro_crate?version=5' },
    };
    const pid = 'https://doi.org/10.5555/w';
    expect(nestedOf(pid, part, download('application/zip', { conformsTo: RO_CRATE }))).toMatchObject({
      url: 'https://workflowhub.example/120/ro_crate?version=5',
      sha256: null,
    });
    expect(nestedOf(pid, part, download('application/ld+json', { conformsTo: RO_CRATE })).sha256).toBe(
      SHA256,
    );
    // A download that does not say so is the data of the dataset.
    expect(nestedOf(pid, part, download('application/zip')).url).toBe(pid);
  });

  it('has no document where nothing says where it is, and a warning says that', () => {
    const named = {
      '@id': 'urn:uuid:5b2f9c14-7d3e-4a86-9f01-2c8e6b4d5a70',
      '@type': 'Dataset',
      conformsTo: RO_CRATE,
    };
    const unplaced = mapped(withParts(named['@id']), [named]);
    expect(theOnly(unplaced.crate.nested)).toMatchObject({
      iri: named['@id'],
      url: null,
      json_pointer: '/@graph/2',
    });
    expect(rulesOf(unplaced)).toContain('unplaced-document');
    expect(nestedOf(named['@id'], { conformsTo: RO_CRATE, url: 'https://x.example/c/' }).url).toBe(
      'https://x.example/c/',
    );

    const sub = { '@id': 'sub/', '@type': 'Dataset', conformsTo: RO_CRATE };
    const zipped = contextFor('arcp://uuid,6c2f4d5e-0000-5000-8000-000000000000/ro-crate-metadata.json');
    const inZip = mapped(withParts('sub/'), [sub], zipped);
    expect(theOnly(inZip.crate.nested).url).toBeNull();
    expect(inZip.findings.find((finding) => finding.rule === 'unplaced-document')?.message).toContain('zip');
    const inFolder = mapped(
      withParts('sub/'),
      [sub],
      contextFor('arcp://name,c.als/x/ro-crate-metadata.json'),
    );
    expect(theOnly(inFolder.crate.nested).url).toBe('arcp://name,c.als/x/sub/ro-crate-metadata.json');
  });

  it('never has a place that could carry a secret or leave the crate', () => {
    for (const id of ['https://user:secret@x.example/c/', '../other/', 'file:///etc/']) {
      const { crate } = mapped(withParts(id), [{ '@id': id, '@type': 'Dataset', conformsTo: RO_CRATE }]);
      expect(crate.nested.map(({ url }) => url).filter((url) => url !== null)).toEqual([]);
    }
  });
});

describe('a LAMBDA part', () => {
  const profile = { '@id': 'https://w3id.org/lambda/profile/core/0.3.3' };

  it('points at a nested crate by its descriptor, and at its own word for its checksum', () => {
    const descriptor = {
      '@id': 'saxs/ro-crate-metadata.json',
      '@type': 'File',
      sha256: SHA256,
      contentUrl: 'https://cdn.example/saxs.json',
    };
    const part = { conformsTo: profile, ...withParts('saxs/ro-crate-metadata.json') };
    expect(nestedOf('saxs/', part, descriptor)).toEqual({
      kind: 'nested_crate',
      iri: `${BASE}saxs/`,
      url: 'https://cdn.example/saxs.json',
      sha256: SHA256,
      json_pointer: '/@graph/2',
    });
    // A checksum of the part itself is of nobody knows what.
    expect(nestedOf('saxs/', { ...part, sha256: SHA256 })).toMatchObject({
      url: `${BASE}saxs/ro-crate-metadata.json`,
      sha256: null,
    });
  });

  it.each([
    ['in this crate', 'mx/record.yaml', `${BASE}mx/record.yaml`],
    ['elsewhere', 'https://als.example/records/7', 'https://als.example/records/7'],
  ])('points at a record %s, whose file is metadata and no data of its own', (_where, id, url) => {
    const record = { '@id': id, '@type': 'File', sha256: SHA256 };
    const part = { '@id': 'mx/', '@type': 'Dataset', schemaRecord: { '@id': id }, ...withParts(id) };
    const rows = mapped({ ...withParts('mx/'), sample_code: 'S1' }, [part, record]);
    expect(rows.crate.nested).toEqual([
      {
        kind: 'schema_record',
        iri: `${BASE}mx/`,
        url,
        sha256: SHA256,
        json_pointer: '/@graph/2/schemaRecord',
      },
    ]);
    expect(rows.experiment_runs).toEqual([]);
  });

  it('points at a registration by its url, else by its absolute @id', () => {
    const identifier = 'SASDD42';
    const at = (id: string, url: string) => nestedOf(id, { identifier, url });
    expect(at('#sasbdb', 'https://www.sasbdb.org/data/SASDD42/')).toMatchObject({
      kind: 'remote_registration',
      iri: `${BASE}#sasbdb`,
      url: 'https://www.sasbdb.org/data/SASDD42/',
    });
    expect(at('https://emdb.example/EMD-1', 'EMD-1').url).toBe('https://emdb.example/EMD-1');
  });
});

describe('the crates of a collection', () => {
  const collection = crateOf(withParts('a/', 'group/', 'https://x.example/c/', 'data/'), [
    { '@id': 'a/', '@type': 'Dataset', conformsTo: RO_CRATE, ...withParts('group/', 'a/inner/') },
    { '@id': 'a/inner/', '@type': 'Dataset', conformsTo: RO_CRATE },
    { '@id': 'group/', '@type': 'Dataset', ...withParts('b/', './', 'group/') },
    { '@id': 'b/', '@type': 'Dataset', conformsTo: [RO_CRATE, { '@id': 'https://w3id.org/x' }] },
    {
      '@id': 'https://x.example/c/',
      '@type': 'Dataset',
      'dct:conformsTo': { '@id': 'https://w3id.org/ro/crate/1.2' },
    },
    { '@id': 'data/', '@type': 'Dataset' },
    { '@id': 'cited/', '@type': 'Dataset', conformsTo: RO_CRATE },
  ]);
  const expected = [`${BASE}a/`, 'https://x.example/c/', `${BASE}b/`];

  it('are its parts at any depth, each once, and not theirs, nor what it merely knows of', async () => {
    const at = { documentUrl: DOCUMENT_URL };
    expect(nestedCrates(readGraph(collection, at)).map(({ iri }) => iri)).toEqual(expected);
    const expanded = await readGraphExpanded(collection, at);
    expect(nestedCrates(expanded).map(({ iri }) => iri)).toEqual(expected);
  });

  it('are the nested crates of its rows', () => {
    const rows = mapped(withParts('a/', 'group/'), [
      { '@id': 'a/', '@type': 'Dataset', conformsTo: RO_CRATE },
      { '@id': 'group/', '@type': 'Dataset', ...withParts('b/') },
      { '@id': 'b/', '@type': 'Dataset', conformsTo: RO_CRATE },
    ]);
    expect(rows.crate.nested.map(({ url }) => url)).toEqual([
      `${BASE}a/ro-crate-metadata.json`,
      `${BASE}b/ro-crate-metadata.json`,
    ]);
  });
});
