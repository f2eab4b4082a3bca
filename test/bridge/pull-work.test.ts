import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLocalBridge } from '../../src/bridge/local.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { PullReport } from '../../src/model/reports.ts';
import { openRegistry } from '../../src/registry/open.ts';
import { onDatabase } from '../registry/sql.ts';
import { put, smallCrate, type TestBridge, testBridge, valueFrom } from '../support/bridge.ts';
import { type Fault, sha256, startOrigin, type TestOrigin } from '../support/origin.ts';

const page = { limit: 100, cursor: null };
const RO_CRATE = { '@id': 'https://w3id.org/ro/crate' };

let test: TestBridge | null = null;
let origin: TestOrigin | null = null;
afterEach(async () => {
  await test?.dispose();
  await origin?.close();
  [test, origin] = [null, null];
});

/** A facility's server, and a bridge that lists documents on it. */
async function start(
  places: readonly string[],
  source: JsonObject = {},
  options: Parameters<typeof startOrigin>[1] = {},
) {
  const server = await startOrigin({}, options);
  origin = server;
  const dir = await mkdtemp(join(tmpdir(), 'crate-bridge-pull-'));
  const credential = { kind: 'bearer', file: join(dir, 'token') };
  const config: JsonObject = {
    facilities: [
      {
        code: 'ALS',
        network: { allow: ['127.0.0.1/32'] },
        sources: [
          {
            name: 'published',
            kind: 'urls',
            urls: places.map((place) => server.url + place),
            admission: 'register-with-findings',
            ...(options.require === undefined ? {} : { credential }),
            ...source,
          },
        ],
      },
    ],
  };
  test = await testBridge(config, dir);
  return { server, test };
}

async function pull(at: TestBridge, asked: { readonly acceptMissing?: boolean } = {}): Promise<PullReport> {
  const [report] = valueFrom(await at.bridge.pull({ sources: [], dryRun: false, ...asked }, OPERATOR));
  if (report === undefined) throw new Error('nothing was pulled');
  return report;
}

/** Outcomes by place, without what lies before it. */
function outcomes(report: PullReport): Readonly<Record<string, string>> {
  return Object.fromEntries(
    report.items.map(({ url, outcome }) => [url.replace(/^http:\/\/[^/]*\//, ''), outcome]),
  );
}

/** What is said of records of the first crate. */
function aboutRecords({ items: [item] }: PullReport): readonly string[] {
  const findings = item?.findings.filter(({ rule }) => rule.startsWith('record-')) ?? [];
  return findings.map(({ severity, rule }) => `${severity} ${rule}`);
}

async function filesOf({ bridge }: TestBridge): Promise<readonly string[]> {
  return valueFrom(await bridge.list('files', {}, page, OPERATOR)).items.map((file) => file.file_name);
}

interface Part {
  readonly id: string;
  readonly sha256?: string;
  readonly record?: boolean;
}

/** A crate with a file of its own and these crates and records as parts. */
function crate(name: string, parts: readonly Part[] = []): Buffer {
  const files = [{ id: `${name}.dat`, sha256: sha256(Buffer.from(name)), size: name.length }];
  const small = smallCrate({ name, sample: name, files });
  const graph = Array.isArray(small['@graph']) ? small['@graph'] : [];
  const entities = parts.flatMap(({ id, sha256: digest, record }): JsonObject[] => {
    const document = {
      '@id': id,
      '@type': 'File',
      name: id,
      ...(digest === undefined ? {} : { sha256: digest }),
    };
    const part = { '@id': `#part-${id}`, '@type': 'Dataset', name: id, hasPart: { '@id': id } };
    return record === true
      ? [{ ...part, schemaRecord: { '@id': id } }, document]
      : [{ ...part, conformsTo: RO_CRATE, subjectOf: { '@id': id } }, document];
  });
  const root = {
    ...graph[1],
    hasPart: [{ '@id': `${name}.dat` }, ...parts.map(({ id }) => ({ '@id': `#part-${id}` }))],
  };
  return Buffer.from(
    JSON.stringify({ ...small, '@graph': [graph[0], root, ...graph.slice(2), ...entities] }),
  );
}

/** Every row of these tables with the transaction that wrote it last. */
async function written(at: TestBridge): Promise<unknown> {
  const tables = [
    'document',
    'crate',
    'crate_version',
    'crate_version_document',
    'crate_location',
    'data_file',
  ];
  return onDatabase(at.database, async (db) => {
    const rows: unknown[] = [];
    for (const table of tables) {
      const name = sql.identifier(table);
      rows.push([
        ...(await db.execute(
          sql`SELECT ${table} AS name, xmin::text, t.*::text FROM ${name} AS t ORDER BY 3`,
        )),
      ]);
    }
    return rows;
  });
}

/** Slow enough that what is asked for at the same time is long done. */
const SLOW: Fault = { kind: 'slow', piece: 400, pause: 150 };

describe('a crate that did not change', () => {
  it('costs one conditional request and writes nothing', async () => {
    const { server, test } = await start(['/a.json', '/b.json']);
    server.set('/a.json', crate('a'));
    server.set('/b.json', crate('b'));
    expect(await pull(test)).toMatchObject({ registered: 2, bytes_referenced: 2 });
    const before = await written(test);
    const asked = server.requests.length;
    expect(await pull(test)).toMatchObject({ unchanged: 2, bytes_referenced: 2, failed: 0 });
    expect(await written(test)).toEqual(before);
    const again = server.requests.slice(asked);
    expect(again.map(({ path }) => path).toSorted()).toEqual(['/a.json', '/b.json']);
    expect(again.every(({ headers }) => headers['if-none-match'] !== undefined)).toBe(true);
  });

  it('is known by its bytes where the server calls them by another tag', async () => {
    const { server, test } = await start(['/a.json']);
    const tagged = (etag: string) => server.set('/a.json', { content: crate('a'), headers: { etag } });
    tagged('"1"');
    await pull(test);
    tagged('"2"');
    expect(await pull(test)).toMatchObject({ unchanged: 1 });
    expect(server.requests.at(-1)?.headers['if-none-match']).toBe('"1"');
    const before = await written(test);
    expect(await pull(test)).toMatchObject({ unchanged: 1 });
    expect(server.requests.at(-1)?.headers['if-none-match']).toBe('"2"');
    expect(await written(test)).toEqual(before);
    server.set('/a.json', crate('another'));
    expect(await pull(test)).toMatchObject({ updated: 1 });
  });

  it('in quarantine is not read again either, until its source admits it', async () => {
    const { server, test } = await start(['/a.json'], { admission: 'quarantine' });
    const broken = JSON.stringify(smallCrate({ files: [], license: false }));
    server.set('/a.json', Buffer.from(broken));
    expect(await pull(test)).toMatchObject({ quarantined: 1 });
    const before = await written(test);
    expect(await pull(test)).toMatchObject({ unchanged: 1 });
    expect(server.requests.at(-1)?.headers['if-none-match']).toBeDefined();
    expect(await written(test)).toEqual(before);
  });
});

describe('crates that crates name', () => {
  it('are crates of their own, once, as deep as the source follows them', async () => {
    const { server, test } = await start(['/a.json'], { nestedDepth: 2 });
    server.set('/a.json', crate('a', [{ id: 'b.json' }, { id: 'c.json' }]));
    server.set('/b.json', crate('b', [{ id: 'a.json' }, { id: 'd.json' }]));
    server.set('/c.json', crate('c', [{ id: 'd.json' }]));
    server.set('/d.json', crate('d', [{ id: 'e.json' }]));
    server.set('/e.json', crate('e'));
    const first = await pull(test);
    expect(outcomes(first)).toEqual({
      'a.json': 'registered',
      'b.json': 'registered',
      'c.json': 'registered',
      'd.json': 'registered',
    });
    const [a, ...named] = first.items;
    expect(a?.parent).toBeUndefined();
    expect(named.map(({ parent }) => parent !== undefined)).toEqual([true, true, true]);
    const asked = server.requests.length;
    expect(await pull(test)).toMatchObject({ listed: 4, unchanged: 4 });
    expect(server.requests).toHaveLength(asked + 4);
  });

  it.each([
    ['the child', undefined, SLOW],
    ['the crate that names it', SLOW, undefined],
  ])(
    'are held against the digest declared, also when listed themselves: %s is read first',
    async (_what, childFault, parentFault) => {
      const { server, test } = await start(['/child.json', '/parent.json']);
      const child = crate('child');
      const serve = (path: string, content: Buffer, fault: Fault | undefined) =>
        server.set(path, { content, ...(fault === undefined ? {} : { fault }) });
      serve('/child.json', child, childFault);
      serve('/parent.json', crate('parent', [{ id: 'child.json', sha256: '0'.repeat(64) }]), parentFault);
      const expected = { 'child.json': 'quarantined', 'parent.json': 'registered' };
      const [preview] = valueFrom(await test.bridge.pull({ sources: [], dryRun: true }, OPERATOR));
      expect(preview === undefined ? {} : outcomes(preview)).toEqual(expected);
      expect(await filesOf(test)).toEqual([]);
      const first = await pull(test);
      expect(outcomes(first)).toEqual(expected);
      expect(first.items[0]?.findings).toContainEqual(expect.objectContaining({ rule: 'not-as-declared' }));
      expect(await filesOf(test)).not.toContain('child.dat');

      serve('/child.json', child, undefined);
      serve('/parent.json', crate('parent', [{ id: 'child.json', sha256: sha256(child) }]), undefined);
      await pull(test);
      const states = valueFrom(await test.bridge.list('crates', {}, page, OPERATOR)).items;
      expect(states.map(({ name, state }) => [name, state]).toSorted()).toEqual([
        ['child', 'current'],
        ['parent', 'current'],
      ]);
      expect(await filesOf(test)).toContain('child.dat');
    },
  );
});

describe('schema records', () => {
  it('are kept with the crate, asked for again where nothing proves them, and are a new version when they change', async () => {
    const { server, test } = await start(['/a.json']);
    const proven = Buffer.from('{"record": 1}');
    const parts = [
      { id: 'proven.json', sha256: sha256(proven), record: true },
      { id: 'open.json', record: true },
    ];
    server.set('/a.json', crate('a', parts));
    server.set('/proven.json', proven);
    server.set('/open.json', Buffer.from('{"record": 2}'));
    const first = await pull(test);
    expect(first).toMatchObject({ registered: 1 });
    expect(aboutRecords(first)).toEqual([]);
    const records = async () => {
      const kept: string[][] = [];
      for await (const version of test.database.registry.versions()) {
        kept.push(version.records.map(({ bytes }) => Buffer.from(bytes).toString()));
      }
      return kept;
    };
    expect(await records()).toEqual([['{"record": 2}', '{"record": 1}']]);

    const asked = server.requests.length;
    expect(await pull(test)).toMatchObject({ unchanged: 1 });
    expect(server.requests.slice(asked).map(({ path }) => path)).toEqual(['/a.json', '/open.json']);
    server.set('/open.json', Buffer.from('{"record": 3}'));
    expect(await pull(test)).toMatchObject({ updated: 1 });
    expect(await records()).toEqual([
      ['{"record": 2}', '{"record": 1}'],
      ['{"record": 3}', '{"record": 1}'],
    ]);
    // what cannot be had for a while is what it was
    server.set('/open.json', { content: Buffer.from(''), fault: { kind: 'status', status: 404 } });
    expect(await pull(test)).toMatchObject({ unchanged: 1 });
  });

  it('that are missing or not as declared are warnings, and tried again', async () => {
    const { server, test } = await start(['/a.json']);
    const record = Buffer.from('{"record": 1}');
    const parts = [
      { id: 'later.json', record: true },
      { id: 'other.json', sha256: sha256(record), record: true },
    ];
    server.set('/a.json', crate('a', parts));
    server.set('/other.json', Buffer.from('{"record": 9}'));
    const first = await pull(test);
    expect(first).toMatchObject({ registered: 1 });
    expect(aboutRecords(first)).toEqual(['warning record-unavailable', 'warning record-not-as-declared']);
    expect(await pull(test)).toMatchObject({ unchanged: 1 });
    server.set('/later.json', Buffer.from('{"record": 0}'));
    server.set('/other.json', record);
    const later = await pull(test);
    expect(later).toMatchObject({ updated: 1 });
    expect(aboutRecords(later)).toEqual([]);
    const asked = server.requests.length;
    expect(await pull(test)).toMatchObject({ unchanged: 1 });
    expect(server.requests).toHaveLength(asked + 2);
  });
});

describe('nothing is gone', () => {
  it('for a facility that is off, refuses the credential or answers with errors', async () => {
    const places = ['/0.json', '/1.json', '/2.json', '/3.json'];
    const { server, test } = await start(
      places,
      { goneAfter: 1 },
      { require: { authorization: 'Bearer right' } },
    );
    for (const place of places) server.set(place, crate(place.slice(1, 2)));
    await put(test.dir, 'token', 'right');
    expect(await pull(test)).toMatchObject({ registered: 4 });
    await put(test.dir, 'token', 'expired');
    expect(await pull(test)).toMatchObject({
      failed: 4,
      gone: 0,
      items: [{ error: { code: 'upstream_denied' } }, {}, {}, {}],
    });
    await put(test.dir, 'token', 'right');
    for (const place of places) {
      server.set(place, { content: crate(place.slice(1, 2)), fault: { kind: 'status', status: 404 } });
    }
    expect(await pull(test)).toMatchObject({ failed: 4, gone: 0 });
    await server.close();
    expect(await pull(test)).toMatchObject({ failed: 4, gone: 0 });
    const [state] = valueFrom(await test.database.registry.sourceStates());
    expect(state).toMatchObject({ failures: 1, failure_code: 'unreachable' });
    expect(valueFrom(await test.bridge.list('files', {}, page, OPERATOR)).total).toBe(4);
  });

  it('for a folder that is not mounted; what was taken out of it is, once somebody vouches for the most of it', async () => {
    const folder = { name: 'folder', kind: 'directory', path: 'crates', goneAfter: 1 };
    test = await testBridge({ facilities: [{ code: 'ALS', sources: [folder] }] });
    const at = test;
    const write = (index: number) =>
      put(at.dir, `crates/${index}/ro-crate-metadata.json`, crate(String(index)));
    for (let index = 0; index < 6; index++) await write(index);
    expect(await pull(at)).toMatchObject({ registered: 6, complete: true });

    await rm(join(at.dir, 'crates'), { recursive: true });
    expect(await pull(at)).toMatchObject({ gone: 0, error: { code: 'unreachable' } });
    await mkdir(join(at.dir, 'crates'));
    expect(await pull(at)).toMatchObject({ gone: 0, complete: false });
    for (let index = 0; index < 3; index++) await write(index);
    expect(await pull(at)).toMatchObject({ gone: 0, held: { missing: 3, present: 6 } });
    expect(await pull(at, { acceptMissing: true })).toMatchObject({ gone: 3 });
    await write(5);
    expect(await pull(at)).toMatchObject({ returned: 1, listed: 4 });
  });
});

describe('a process that stops', () => {
  it('ends what it has begun and gives back the rest, untried', async () => {
    const places = Array.from({ length: 24 }, (_, index) => `/${index}.json`);
    const { server, test } = await start(places);
    for (const place of places) {
      server.set(place, {
        content: crate(place.slice(1, -5)),
        fault: { kind: 'slow', piece: 800, pause: 100 },
      });
    }
    const { registry } = test.database;
    const opened = valueFrom(await openRegistry(test.database));
    const stopping = createLocalBridge({ config: test.config, registry: opened, env: {}, cwd: test.dir });
    const [begun] = valueFrom(await stopping.startPulls({ sources: [], dryRun: false }, OPERATOR));
    const id = begun?.id ?? '';
    await vi.waitFor(
      async () => expect(valueFrom(await registry.pullProgress(id)).done).toBeGreaterThan(0),
      60_000,
    );
    await stopping.close();
    const { state, done } = valueFrom(await registry.pullProgress(id));
    expect(state).toBe('running');
    expect(done).toBeLessThan(places.length);
    const [pulling] = valueFrom(await registry.runningPulls());
    if (pulling === undefined) throw new Error('the pull is over');
    const left = valueFrom(await registry.takeWork(pulling, 100));
    expect(left.map(({ attempt }) => attempt)).toEqual(Array(places.length - done).fill(0));
    valueFrom(await registry.releaseWork(pulling, left));
    expect(await pull(test)).toMatchObject({ id, listed: 24, registered: 24 });
  });
});

describe('a source that is pulled already', () => {
  it('is joined: two who ask get the report of one pull', async () => {
    const { server, test } = await start(['/a.json', '/b.json']);
    server.set('/a.json', { content: crate('a'), fault: SLOW });
    server.set('/b.json', crate('b'));
    const again = test.reconfigured({
      facilities: [
        {
          code: 'ALS',
          network: { allow: ['127.0.0.1/32'] },
          sources: [
            { name: 'published', kind: 'urls', urls: [`${server.url}/a.json`, `${server.url}/b.json`] },
          ],
        },
      ],
    });
    const reached: number[] = [];
    const progress = {
      at: (_source: string, { done }: { readonly done: number }) => void reached.push(done),
    };
    const [one, other] = await Promise.all([
      test.bridge.pull({ sources: [], dryRun: false, progress }, OPERATOR),
      again.pull({ sources: [], dryRun: false }, OPERATOR),
    ]);
    expect(valueFrom(one)).toEqual(valueFrom(other));
    expect(valueFrom(one)).toMatchObject([{ listed: 2 }]);
    expect(server.requests).toHaveLength(2);
    expect(reached.at(-1)).toBe(2);
    const listed = valueFrom(await test.bridge.pulls({ source: 'published', limit: 10 }, OPERATOR));
    expect(listed.map(({ state, report }) => [state, report.id])).toEqual([
      ['finished', valueFrom(one)[0]?.id],
    ]);
  });
});
