import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { PullReport } from '../../src/model/reports.ts';
import { failureFrom, put, smallCrate, type TestBridge, testBridge, valueFrom } from '../support/bridge.ts';
import { conformanceDir } from '../support/conformance.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const DOCUMENT = 'ro-crate-metadata.json';
const page = { limit: 1000, cursor: null };

const oneFolder = (name = 'folder', code = 'ALS'): JsonObject => ({
  facilities: [{ code, sources: [{ name, kind: 'directory', path: name }] }],
});

let open: TestBridge | null = null;
afterEach(async () => {
  await open?.dispose();
  open = null;
});

async function start(config: JsonObject): Promise<TestBridge> {
  open = await testBridge(config);
  await mkdir(join(open.dir, 'folder'), { recursive: true });
  return open;
}

async function pull(test: TestBridge, ...sources: readonly string[]): Promise<PullReport> {
  const [report] = valueFrom(await test.bridge.pull({ sources, dryRun: false }, OPERATOR));
  if (report === undefined) throw new Error('no pull was reported');
  return report;
}

describe('a folder of crates', () => {
  const conformance = conformanceDir();

  it.skipIf(conformance === null)('the five conformant crates: registered once, then unchanged', async () => {
    const test = await start(oneFolder());
    const valid = join(conformance ?? '', 'lambda-core', 'valid');
    for (const file of await readdir(valid)) {
      await put(test.dir, `folder/${basename(file, '.json')}/${DOCUMENT}`, await readFile(join(valid, file)));
    }
    const first = await pull(test);
    // one of them names a crate that is not part of the collection
    expect(first).toMatchObject({
      listed: 6,
      registered: 5,
      quarantined: 0,
      failed: 1,
      bytes_copied: 0,
      complete: true,
    });
    const ssrl = first.items.find((item) => item.crate.includes('ssrl-mx'));
    expect(ssrl?.rows).toMatchObject({
      instrument: 1,
      sample: 1,
      experiment_run: 1,
      workflow_run: 1,
      person: 3,
    });

    const files = valueFrom(
      await test.bridge.list('files', { crate: [ssrl?.crate ?? ''] }, page, OPERATOR),
    ).items;
    expect(files.filter((f) => f.kind === 'file' && f.sha256 !== null)).toHaveLength(5);
    const series = files.filter((f) => f.kind === 'series');
    expect(series).toMatchObject([{ part_count: 1800, sha256: null, storage_uri: null }]);
    const detail = valueFrom(await test.bridge.get('files', series[0]?.id ?? '', OPERATOR));
    expect(detail.declared_missing).toMatchObject([
      { field: 'sha256', reason: 'not-deposited', blocks: 'S2-acquisition' },
    ]);

    const nested = first.items.find((item) => item.crate.includes('nested-pointers'));
    expect(nested?.rows['experiment_run']).toBeUndefined();

    const second = await pull(test);
    expect(second).toMatchObject({ listed: 6, registered: 0, updated: 0, unchanged: 5, failed: 1 });
    expect(second.items.every((item) => Object.keys(item.rows).length === 0)).toBe(true);
    expect(valueFrom(await test.bridge.rebuild({ check: true }))).toMatchObject({
      crate_versions: 5,
      differences: [],
    });
  });

  it('two crates of one beamline and two unrelated LYZ-42: one instrument, two samples', async () => {
    const test = await start(oneFolder());
    const file = (text: string) => [{ id: 'a.dat', sha256: sha256(text), size: text.length }];
    await put(
      test.dir,
      `folder/one/${DOCUMENT}`,
      JSON.stringify(smallCrate({ files: file('one'), instrument: '12.3.1' })),
    );
    await put(
      test.dir,
      `folder/two/${DOCUMENT}`,
      JSON.stringify(smallCrate({ files: file('two'), instrument: 'BL12.3.1' })),
    );
    expect(await pull(test)).toMatchObject({ registered: 2 });
    expect(valueFrom(await test.bridge.list('instruments', {}, page, OPERATOR)).total).toBe(1);
    const samples = valueFrom(await test.bridge.list('samples', {}, page, OPERATOR));
    expect(samples.items.map((s) => s.sample_code)).toEqual(['LYZ-42', 'LYZ-42']);
    expect(samples.total).toBe(2);
  });

  it('the same sample code of one proposal is one sample', async () => {
    const test = await start(oneFolder());
    for (const name of ['one', 'two']) {
      const files = [{ id: `${name}.dat`, sha256: sha256(name), size: 3 }];
      await put(
        test.dir,
        `folder/${name}/${DOCUMENT}`,
        JSON.stringify(smallCrate({ files, proposal: 'BLS-00123' })),
      );
    }
    await pull(test);
    expect(valueFrom(await test.bridge.list('samples', {}, page, OPERATOR)).total).toBe(1);
  });

  it('a run that was implied keeps its id once the crate says it in full', async () => {
    const test = await start(oneFolder());
    const files = [{ id: 'a.dat', sha256: sha256('a'), size: 1 }];
    const crate = (graph: readonly JsonObject[]) => {
      const small = smallCrate({ files, proposal: 'BLS-00123' });
      return JSON.stringify({
        ...small,
        '@graph': [...(Array.isArray(small['@graph']) ? small['@graph'] : []), ...graph],
      });
    };
    await put(test.dir, `folder/one/${DOCUMENT}`, crate([]));
    await pull(test);
    const [implied] = valueFrom(await test.bridge.list('runs', {}, page, OPERATOR)).items;
    expect(implied).toMatchObject({ implied: true });
    const run = {
      '@id': 'urn:uuid:3f0c2f5e-6c0a-4f0e-9d3c-0d8f1a2b3c4d',
      '@type': ['Action', 'lambda:ExperimentRun'],
      name: 'Run 47',
      experiment_code: 'run047',
      technique: 'saxs',
      processing_status: 'raw',
    };
    await put(test.dir, `folder/one/${DOCUMENT}`, crate([run]));
    expect(await pull(test)).toMatchObject({ updated: 1 });
    const runs = valueFrom(await test.bridge.list('runs', {}, page, OPERATOR));
    expect(runs).toMatchObject({
      total: 1,
      items: [{ id: implied?.id, implied: false, experiment_code: 'run047' }],
    });
    expect(valueFrom(await test.bridge.rebuild({ check: true })).differences).toEqual([]);
  });

  it('a dry run says what would be and writes nothing', async () => {
    const test = await start(oneFolder());
    const files = [{ id: 'a.dat', sha256: sha256('a'), size: 1 }];
    await put(test.dir, `folder/one/${DOCUMENT}`, JSON.stringify(smallCrate({ files })));
    const [report] = valueFrom(await test.bridge.pull({ sources: [], dryRun: true }, OPERATOR));
    expect(report).toMatchObject({ dry_run: true, registered: 1, items: [{ rows: { data_file: 1 } }] });
    expect(valueFrom(await test.bridge.list('crates', {}, page, OPERATOR)).total).toBe(0);
  });
});

describe('a crate that does not hold', () => {
  const files = [{ id: 'a.dat', sha256: sha256('a'), size: 1 }];
  const broken = JSON.stringify(smallCrate({ files, license: false }));

  it('waits in quarantine with its findings, and leaves what was registered before', async () => {
    const test = await start(oneFolder());
    await put(test.dir, `folder/one/${DOCUMENT}`, JSON.stringify(smallCrate({ files })));
    await pull(test);
    await put(test.dir, `folder/one/${DOCUMENT}`, broken);
    const report = await pull(test);
    expect(report).toMatchObject({ registered: 0, updated: 0, quarantined: 1 });
    expect(report.items[0]?.findings).toContainEqual(
      expect.objectContaining({ rule: 'R9', severity: 'error' }),
    );
    const crates = valueFrom(await test.bridge.list('crates', {}, page, OPERATOR)).items;
    expect(crates.map((c) => c.state).toSorted()).toEqual(['current', 'quarantined']);
    expect(valueFrom(await test.bridge.list('files', {}, page, OPERATOR)).total).toBe(1);
  });

  it('is registered, never as conformant, once the policy says so', async () => {
    const test = await start(oneFolder());
    await put(test.dir, `folder/one/${DOCUMENT}`, broken);
    expect(await pull(test)).toMatchObject({ quarantined: 1 });
    const lenient = test.reconfigured({
      facilities: [
        {
          code: 'ALS',
          sources: [
            { name: 'folder', kind: 'directory', path: 'folder', admission: 'register-with-findings' },
          ],
        },
      ],
    });
    const [report] = valueFrom(await lenient.pull({ sources: [], dryRun: false }, OPERATOR));
    expect(report).toMatchObject({ quarantined: 0, failed: 0 });
    const runs = valueFrom(await lenient.list('runs', {}, page, OPERATOR));
    expect(runs.items).toMatchObject([{ conformant: false }]);
  });

  it('is generic when it claims no LAMBDA and has no LAMBDA types', async () => {
    const test = await start(oneFolder());
    const generic = {
      '@context': 'https://w3id.org/ro/crate/1.1/context',
      '@graph': [
        {
          '@id': DOCUMENT,
          '@type': 'CreativeWork',
          conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
          about: { '@id': './' },
        },
        {
          '@id': './',
          '@type': 'Dataset',
          name: 'Plain',
          description: 'No LAMBDA here.',
          datePublished: '2026-01-01',
          license: 'CC0',
          hasPart: [{ '@id': 'readme.txt' }],
        },
        { '@id': 'readme.txt', '@type': 'File', name: 'readme', contentSize: '5', sha256: sha256('hello') },
      ],
    };
    await put(test.dir, `folder/one/${DOCUMENT}`, JSON.stringify(generic));
    expect(await pull(test)).toMatchObject({ registered: 1, quarantined: 0 });
    const crates = valueFrom(await test.bridge.list('crates', {}, page, OPERATOR)).items;
    expect(crates).toMatchObject([{ profile: 'ro-crate', conformant: true }]);
    expect(valueFrom(await test.bridge.list('files', {}, page, OPERATOR)).items).toMatchObject([
      { file_name: 'readme.txt', file_size_bytes: 5, sha256: sha256('hello') },
    ]);
  });

  it.each([
    ['no JSON', 'not json {'],
    ['NaN in a number', '{"@context": [], "@graph": [{"@id": "./", "contentSize": NaN}]}'],
    ['no UTF-8', Buffer.from([0xff, 0xfe, 0x7b])],
    ['an array', '[]'],
    ['a NUL character', JSON.stringify(smallCrate({ files, name: 'nul \u0000 here' }))],
    ['a lone surrogate', JSON.stringify(smallCrate({ files, name: 'lone \ud800 here' }))],
    ['nested too deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('never stops the others: %s', async (_what, document) => {
    const test = await start(oneFolder());
    await put(test.dir, `folder/bad/${DOCUMENT}`, document);
    await put(test.dir, `folder/good/${DOCUMENT}`, JSON.stringify(smallCrate({ files })));
    const report = await pull(test);
    expect(report).toMatchObject({ listed: 2, registered: 1 });
    expect(report.quarantined + report.failed).toBe(1);
  });
});

describe('a source', () => {
  it('that is not there is told, not taken for empty', async () => {
    const test = await start(oneFolder('missing'));
    const report = await pull(test);
    expect(report.error?.code).toBe('unreachable');
    expect(report.complete).toBe(false);
  });

  it('that nobody configured is refused with the nearest name', async () => {
    const test = await start(oneFolder('sibyls'));
    const failure = failureFrom(await test.bridge.pull({ sources: ['siblys'], dryRun: false }, OPERATOR));
    expect(failure).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('Did you mean sibyls?'),
    });
  });
});

describe('two documents of one identity', () => {
  it('do not take turns as versions of one crate', async () => {
    const document = (text: string) =>
      Buffer.from(
        JSON.stringify(smallCrate({ files: [{ id: 'a.dat', sha256: sha256(text), size: 1 }], name: text })),
      );
    const served = createServer((request, response) => response.end(document(request.url ?? '')));
    served.listen(0, '127.0.0.1');
    await once(served, 'listening');
    const address = served.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const url = (id: number) => `http://127.0.0.1:${port}/export/ro-crate-metadata.json?id=${id}`;
    const test = await start({
      facilities: [
        {
          code: 'ALS',
          sources: [{ name: 'export', kind: 'urls', urls: [url(1), url(2)] }],
          network: { allow: ['127.0.0.1/32'] },
        },
      ],
    });
    const report = await pull(test);
    expect(report).toMatchObject({ registered: 1, conflict: 1, failed: 0 });
    expect(report.items.map((i) => i.error?.message ?? '').join('')).toContain('is the same crate as');
    expect(valueFrom(await test.bridge.list('crates', {}, page, OPERATOR)).items).toMatchObject([
      { version: 1 },
    ]);
    served.close();
  });
});

describe('a crate of more than 8 MiB', () => {
  it('is read in a worker and gives the same rows', async () => {
    const test = await start(oneFolder());
    const files = Array.from({ length: 2_500 }, (_, i) => ({
      id: `frames/f${i}.dat`,
      sha256: sha256(`${i}`),
      size: i,
    }));
    const document = JSON.stringify(smallCrate({ files, description: 'x'.repeat(4_000) }));
    expect(document.length).toBeGreaterThan(8 * 1024 * 1024);
    await put(test.dir, `folder/big/${DOCUMENT}`, document);
    const report = await pull(test);
    expect(report.items[0]).toMatchObject({ outcome: 'registered', rows: { data_file: 2_500 } });
    expect(
      valueFrom(await test.bridge.list('files', { sha256: [sha256('2499')] }, page, OPERATOR)).items,
    ).toMatchObject([{ file_name: 'f2499.dat', file_size_bytes: 2_499 }]);
  });
});
