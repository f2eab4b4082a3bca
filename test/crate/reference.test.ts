import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crateIdentity } from '../../src/crate/identity.ts';
import { resolveReference } from '../../src/crate/reference.ts';

const BASE = 'https://h.org/runs/42/';
const ARCP = 'arcp://name,sibyls.als/2024/';

describe('paths of a crate', () => {
  it.each([
    ['data/run_047.h5', 'data/run_047.h5', 'data/run_047.h5'],
    ['./data//x.h5', 'data/x.h5', 'data/x.h5'],
    ['', '', ''],
    ['.', '', ''],
    ['./', '', ''],
    ['sub/', 'sub/', 'sub/'],
    ['sub/.', 'sub/', 'sub/'],
    ['a/../b.h5', 'b.h5', 'b.h5'],
    ['a/b/..', 'a/', 'a/'],
    ['.zattrs', '.zattrs', '.zattrs'],
    ['...', '...', '...'],
    ['two words.txt', 'two%20words.txt', 'two words.txt'],
    ['two%20words.txt', 'two%20words.txt', 'two words.txt'],
    ['Jülich/Präparat.tif', 'J%C3%BClich/Pr%C3%A4parat.tif', 'Jülich/Präparat.tif'],
    ['100%.txt', '100%25.txt', '100%.txt'],
    ['run%3A047.h5', 'run%3A047.h5', 'run:047.h5'],
    ['a/run:047.h5', 'a/run:047.h5', 'a/run:047.h5'],
    ['./run:047.h5', 'run:047.h5', 'run:047.h5'],
    ['%41.h5', '%41.h5', 'A.h5'],
    ['frame.cbf?version=2', 'frame.cbf?version=2', 'frame.cbf'],
  ])('%j is %j beneath the base', (written, beneath, path) => {
    expect(resolveReference(written, BASE)).toEqual({ kind: 'relative', iri: BASE + beneath, path });
    expect(resolveReference(written, ARCP)).toEqual({ kind: 'relative', iri: ARCP + beneath, path });
  });
});

describe('absolute IRIs', () => {
  it.each([
    ['https://data.example.org/x.h5', 'https://data.example.org/x.h5'],
    ['HTTPS://Data.Example.org:443/X.h5', 'https://data.example.org/X.h5'],
    ['https://data.example.org/a b?q=ü', 'https://data.example.org/a%20b?q=%C3%BC'],
    ['https://orcid.org/0000-0002-1885-1511', 'https://orcid.org/0000-0002-1885-1511'],
    ['https://müller.example/x', 'https://xn--mller-kva.example/x'],
    ['s3://Bucket/key', 's3://Bucket/key'],
    ['sibyls://beamline/2024/x.h5', 'sibyls://beamline/2024/x.h5'],
    ['sftp://reader@host/x', 'sftp://reader@host/x'],
    ['file:///data/x.h5', 'file:///data/x.h5'],
    ['file:/data/x.h5', 'file:///data/x.h5'],
    [
      'arcp://uuid,32a423d6-52ab-47e3-a9cd-54f418a48571/doc.html',
      'arcp://uuid,32a423d6-52ab-47e3-a9cd-54f418a48571/doc.html',
    ],
  ])('%s may be a storage_uri', (written, iri) => {
    expect(resolveReference(written, BASE)).toEqual({ kind: 'absolute', iri });
  });
});

describe('names of things', () => {
  it.each([
    ['#sample-1', `${BASE}#sample-1`],
    ['_:b0', '_:b0'],
    ['urn:uuid:5b2f9c14-7d3e-4a86-9f01-2c8e6b4d5a70', 'urn:uuid:5b2f9c14-7d3e-4a86-9f01-2c8e6b4d5a70'],
    ['doi:10.1/x', 'doi:10.1/x'],
    ['uniprot:Q9', 'uniprot:Q9'],
    ['CHEBI:15377', 'CHEBI:15377'],
    ['refseq:NM_000546.6', 'refseq:NM_000546.6'],
    ['pdb.ligand:ATP', 'pdb.ligand:ATP'],
    ['mailto:a@b.org', 'mailto:a@b.org'],
    ['https://h.org/terms#Thing', 'https://h.org/terms#Thing'],
    ['data/x.h5#/entry/data', `${BASE}data/x.h5#/entry/data`],
  ])('%s names, and is never bytes', (written, iri) => {
    expect(resolveReference(written, BASE)).toEqual({ kind: 'name', iri });
  });
});

describe('what is never followed', () => {
  it.each([
    ['../x.h5', /leaves the crate/],
    ['../../x', /leaves the crate/],
    ['a/../../x', /leaves the crate/],
    ['a//../../x', /leaves the crate/],
    ['../42/x', /leaves the crate/],
    ['%2e%2e/x', /leaves the crate/],
    ['.%2E/x', /leaves the crate/],
    ['../#frag', /leaves the crate/],
    ['a%2F..%2F..%2Fetc', /separator/],
    ['%5c%5chost', /separator/],
    ['/etc/passwd', /absolute path/],
    ['//host/x', /host without a scheme/],
    ['\\\\host\\share', /backslash/],
    ['..\\x', /backslash/],
    ['C:/x', /drive letter/],
    ['C:\\x', /backslash/],
    ['c:x.h5', /drive letter/],
    ['C%3A/x', /drive letter/],
    ['run:047.h5', /colon/],
    ['scan_1:frames/0001.cbf', /colon/],
    ['2024-05-16T10:00:00.h5', /colon/],
    ['https:x.h5', /needs \/\//],
    ['https:///x', /host/],
    ['s3:///key', /host/],
    ['a\u0000b', /control character/],
    ['a%00b', /control character/],
    ['a\nb', /control character/],
    ['https://h.org/%0d%0aX', /control character/],
    ['%ff.h5', /UTF-8/],
    ['a\ud800', /surrogate/],
    ['https://user@h.org/x', /credentials/],
    ['https://user:pw@h.org/x', /credentials/],
    ['s3://key:secret@bucket/x', /credentials/],
    ['https://h.org/a/../../x', /segments/],
    ['file:///data/%2e%2e/etc/passwd', /segments/],
    ['https://good.org\\@evil.org/', /backslash/],
    ['https://[::1/x', /host/],
    ['javascript:alert(1)', /javascript/],
    ['data:text/plain,x', /data/],
  ])('%j', (written, reason) => {
    const resolved = resolveReference(written, BASE);
    expect(resolved).toMatchObject({ kind: 'unsafe', reason: expect.stringMatching(reason) });
    expect(resolved.iri.startsWith(`${BASE}#unsafe=`)).toBe(true);
  });

  it('does not carry a password on', () => {
    expect(JSON.stringify(resolveReference('https://user:hunter2@h.org/x', BASE))).not.toContain('hunter2');
    expect(JSON.stringify(resolveReference('s3://key:hunter2@bucket/x', BASE))).not.toContain('hunter2');
  });
});

describe('any string', () => {
  const piece = fc.constantFrom(
    ...[
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2E',
      '%2f',
      '%5c',
      '%',
      '%25',
      '%00',
      ':',
      'C:',
      '//',
      '?',
      '#',
      '@',
      'a',
      'ü',
      ' ',
    ],
    ...['http:', 'file:', 's3://', 'run', '.h5', ';', '\t', '\u0000', '\ud800', '～', '．', '&', '~'],
  );
  const path = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.string(),
  );

  it('a relative reference stays beneath its base, in our reading and in that of URL', () => {
    fc.assert(
      fc.property(path, fc.constantFrom(BASE, ARCP), (written, base) => {
        const resolved = resolveReference(written, base);
        if (resolved.kind !== 'relative') return;
        expect(resolved.iri.startsWith(base)).toBe(true);
        expect(new URL(resolved.iri).href.startsWith(base)).toBe(true);
        expect(resolved.path).not.toMatch(/^\/|^[A-Za-z]:|\\|\0|\/\//);
        expect(resolved.path.split('/')).not.toContain('..');
        expect(resolved.path.split('/')).not.toContain('.');
      }),
      { numRuns: 2000 },
    );
  });

  it('with a way up and out is never absolute and never relative outside', () => {
    const climbing = fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 3 }), path);
    fc.assert(
      fc.property(climbing, ([down, more, rest]) => {
        const up = down + more;
        expect(resolveReference(`${'d/'.repeat(down)}${'../'.repeat(up)}${rest}`, BASE).kind).toBe('unsafe');
      }),
    );
  });

  it('an absolute reference is one URL agrees to, without credentials or fragment', () => {
    const url = fc.oneof(
      fc.webUrl({ withFragments: true, withQueryParameters: true, size: 'xsmall' }),
      path.map((p) => `https://${p}`),
    );
    fc.assert(
      fc.property(url, (written) => {
        const resolved = resolveReference(written, BASE);
        if (resolved.kind !== 'absolute') return;
        const read = new URL(resolved.iri);
        expect([read.username, read.password, read.hash]).toEqual(['', '', '']);
        expect(read.origin).toBe(new URL(written).origin);
      }),
      { numRuns: 500 },
    );
  });

  it('resolving what was resolved changes nothing', () => {
    fc.assert(
      fc.property(path, (written) => {
        const once = resolveReference(written, BASE);
        if (once.kind === 'unsafe' || once.iri.startsWith('_:')) return;
        expect(resolveReference(once.iri, BASE).iri).toBe(once.iri);
      }),
    );
  });
});

describe('identity of a crate', () => {
  const attached = 'https://h.org/a/ro-crate-metadata.json';

  it.each([
    ['an attached crate is its directory', attached, './', 'https://h.org/a/', 'https://h.org/a/', false],
    [
      'also under the name of 1.0',
      'https://h.org/a/ro-crate-metadata.jsonld',
      './',
      'https://h.org/a/',
      'https://h.org/a/',
      false,
    ],
    [
      'a document of its own name is itself',
      'https://h.org/a/x-ro-crate-metadata.json',
      './',
      'https://h.org/a/x-ro-crate-metadata.json',
      'https://h.org/a/',
      false,
    ],
    [
      'without query, fragment and userinfo',
      `https://u:p@H.org:443/a/../a/ro-crate-metadata.json?t=1#x`,
      null,
      'https://h.org/a/',
      'https://h.org/a/',
      false,
    ],
    ['a folder source', `${ARCP}ro-crate-metadata.json`, './', ARCP, ARCP, false],
    [
      'an absolute root wins',
      attached,
      'https://doi.org/10.1/x',
      'https://doi.org/10.1/x',
      'https://h.org/a/',
      true,
    ],
    [
      'without what is not identity',
      attached,
      'https://u:p@Repo.org/x?v=2#y',
      'https://repo.org/x',
      'https://h.org/a/',
      true,
    ],
    ['a urn is absolute', attached, 'urn:uuid:5b2f9c14', 'urn:uuid:5b2f9c14', 'https://h.org/a/', true],
    [
      'a file on some machine is not',
      attached,
      'file:///data/',
      'https://h.org/a/',
      'https://h.org/a/',
      false,
    ],
    ['nor a code of something else', attached, 'uniprot:Q9', 'https://h.org/a/', 'https://h.org/a/', false],
    ['nor a fragment', attached, '#root', 'https://h.org/a/', 'https://h.org/a/', false],
    ['nor a climb', attached, 'https://h.org/../x', 'https://h.org/a/', 'https://h.org/a/', false],
    [
      'a URL that ends in a slash',
      'https://h.org/crates/7/',
      './',
      'https://h.org/crates/7/',
      'https://h.org/crates/7/',
      false,
    ],
    ['a URL without a path', 'https://h.org', null, 'https://h.org/', 'https://h.org/', false],
  ])('%s', (_, url, root, crateIri, baseIri, detached) => {
    expect(crateIdentity(url, root)).toEqual({ crateIri, baseIri, detached });
  });

  it('has a base that ends in a slash, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), fc.option(fc.string()), (url, root) => {
        const { baseIri, crateIri } = crateIdentity(url, root);
        expect(baseIri.endsWith('/')).toBe(true);
        expect(crateIri).not.toMatch(/[?#]/);
      }),
    );
  });
});
