import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { saveFile } from '../../src/bridge/save-file.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { PullReport } from '../../src/model/reports.ts';
import { type Site, startSite } from '../sources/site.ts';
import { zipOf } from '../sources/zips.ts';
import { failureFrom, put, smallCrate, type TestBridge, testBridge, valueFrom } from '../support/bridge.ts';

const DOCUMENT = 'ro-crate-metadata.json';
const now = () => new Date('2026-03-02T06:00:00Z');
const page = { limit: 100, cursor: null };
const DATA = Buffer.from('q I sigma\n0.01 9.8 0.1\n');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A bridge of one source, on a day on which landing pages are not asked for documents that are known. */
async function start(source: JsonObject, storage: readonly JsonObject[] = []): Promise<TestBridge> {
  const config = {
    network: { allowPrivate: ['127.0.0.0/8'] },
    facilities: [{ code: 'ALS', sources: [{ name: 'crates', ...source }], storage }],
  };
  const test = await testBridge(config);
  closers.push(test.dispose);
  await mkdir(join(test.dir, 'out'));
  return { ...test, bridge: test.reconfigured(config, now) };
}

async function site(): Promise<Site> {
  const started = await startSite();
  closers.push(started.close);
  return started;
}

async function pull({ bridge }: Pick<TestBridge, 'bridge'>): Promise<PullReport> {
  const [report] = valueFrom(await bridge.pull({ sources: [], dryRun: false }, OPERATOR));
  if (report === undefined) throw new Error('no pull was reported');
  return report;
}

const document = (body: unknown, etag: string) => ({
  headers: { 'content-type': 'application/ld+json', etag },
  body,
});

it('a landing page leads to its crate, and the next pull asks the document alone', async () => {
  const at = await site();
  const test = await start({ kind: 'signposting', urls: [`${at.url}/landing`] });
  at.set('/landing', { headers: { link: `</c/${DOCUMENT}>; rel=describedby; type="application/ld+json"` } });
  at.set(`/c/${DOCUMENT}`, document(smallCrate({ files: [] }), '"1"'));
  expect(await pull(test)).toMatchObject({
    registered: 1,
    items: [{ crate: `${at.url}/c/`, url: `${at.url}/landing` }],
  });

  const before = at.asked.length;
  expect(await pull(test)).toMatchObject({ unchanged: 1, failed: 0 });
  expect(at.asked.slice(before)).toEqual([`/c/${DOCUMENT}`]);

  // It moves away from where it was, and stays the same crate's document: known there from then on.
  at.set(`/c/${DOCUMENT}`, { status: 404 });
  at.set('/landing', {
    headers: { link: '</c/metadata.json>; rel=describedby; type="application/ld+json"' },
  });
  at.set('/c/metadata.json', document(smallCrate({ files: [] }), '"2"'));
  await pull(test);
  const moved = at.asked.length;
  await pull(test);
  expect(at.asked.slice(moved)).toEqual(['/c/metadata.json']);
});

it('a crate in a zip is registered as pointers, whose bytes nobody can read there', async () => {
  const test = await start({ kind: 'directory', path: 'folder' });
  const crate = smallCrate({ files: [{ id: 'data/a.dat', sha256: sha256(DATA), size: DATA.length }] });
  const members = [
    ['2026-03-01-export/ro-crate-metadata.json', JSON.stringify(crate)],
    ['2026-03-01-export/data/a.dat', DATA],
  ] as const;
  await put(test.dir, 'folder/x.eln', await zipOf(members));
  const first = await pull(test);
  expect(first).toMatchObject({ registered: 1, bytes_copied: 0 });
  const iri = first.items[0]?.crate ?? '';
  expect(iri).toMatch(/^arcp:\/\/uuid,[0-9a-f-]{36}\/$/);

  const [file] = valueFrom(await test.bridge.list('files', {}, page, OPERATOR)).items;
  expect(file).toMatchObject({ storage_uri: `${iri}data/a.dat`, sha256: sha256(DATA) });
  const asked = { file: file?.id ?? '', output: join(test.dir, 'out', ''), force: true, unverified: false };
  const more = {
    caller: OPERATOR,
    signal: new AbortController().signal,
    progress: { size: () => {}, advance: () => {} },
  };
  expect(failureFrom(await saveFile(test.bridge, { ...asked, ...more }))).toMatchObject({
    code: 'no_storage_rule',
    message: 'a.dat is inside a zip, and nothing is read from inside one.',
  });

  // The facility keeps the same files unpacked, and says so.
  const unpacked = test.reconfigured({
    facilities: [
      {
        code: 'ALS',
        sources: [{ name: 'crates', kind: 'directory', path: 'folder' }],
        storage: [{ prefix: iri, root: 'unpacked' }],
      },
    ],
  });
  await put(test.dir, 'unpacked/data/a.dat', DATA);
  expect(valueFrom(await saveFile(unpacked, { ...asked, ...more }))).toMatchObject({ verified: true });

  // Another export of the same names its folder anew; the crate stays.
  const again = members.map(([name, content]) => [name.replace('03-01', '03-02'), content] as const);
  await put(test.dir, 'folder/x.eln', await zipOf([...again, ['2026-03-02-export/new.txt', 'new']]));
  expect(await pull(test)).toMatchObject({ unchanged: 1, registered: 0, updated: 0 });
});

it('a collection brings its crates and their crates, each once, and not the one that is not as declared', async () => {
  const at = await site();
  const test = await start({ kind: 'crate-collection', url: `${at.url}/${DOCUMENT}` });
  const child = JSON.stringify(smallCrate({ files: [], sample: 'A' }));
  const nested = (folder: string, declared: string) => [
    {
      '@id': `${folder}/`,
      '@type': 'Dataset',
      name: folder,
      conformsTo: [{ '@id': 'https://w3id.org/lambda/profile/core/0.3.3' }],
      hasPart: [{ '@id': `${folder}/${DOCUMENT}` }],
    },
    {
      '@id': `${folder}/${DOCUMENT}`,
      '@type': 'File',
      name: DOCUMENT,
      encodingFormat: 'application/ld+json',
      contentSize: String(child.length),
      sha256: declared,
    },
  ];
  const collectionOf = (...parts: readonly JsonObject[]): JsonObject => {
    const crate = smallCrate({
      files: [],
      root: {
        hasPart: parts
          .filter((part) => part['@type'] === 'Dataset')
          .map((part) => ({ '@id': part['@id'] ?? '' })),
      },
    });
    const graph = crate['@graph'];
    return { ...crate, '@graph': Array.isArray(graph) ? [...graph, ...parts] : [] };
  };
  const middle = collectionOf(...nested('inner', sha256(child)), ...nested('other', '0'.repeat(64)));
  at.set(`/${DOCUMENT}`, document(collectionOf(...nested('a', sha256(JSON.stringify(middle)))), '"1"'));
  at.set(`/a/${DOCUMENT}`, document(middle, '"2"'));
  at.set(`/a/inner/${DOCUMENT}`, document(child, '"3"'));
  at.set(`/a/other/${DOCUMENT}`, document(child, '"4"'));

  const report = await pull(test);
  const outcomes = report.items.map(({ url, outcome }) => [url.replace(at.url, ''), outcome]);
  expect(Object.fromEntries(outcomes)).toEqual({
    [`/${DOCUMENT}`]: 'registered',
    [`/a/${DOCUMENT}`]: 'registered',
    [`/a/inner/${DOCUMENT}`]: 'registered',
    [`/a/other/${DOCUMENT}`]: 'quarantined',
  });
  const before = at.asked.length;
  expect(await pull(test)).toMatchObject({ registered: 0, updated: 0, failed: 0, complete: true });
  // One request a crate, and one for the list.
  expect(at.asked.length - before).toBe(5);

  // What it names is made of its document again, to the letter.
  const rebuilt = valueFrom(await test.bridge.rebuild({ check: true }));
  expect(rebuilt).toMatchObject({ crate_versions: 3, differences: [] });
});
