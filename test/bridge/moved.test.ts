import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LocalBridge } from '../../src/bridge/local.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import type { ChangeEvent } from '../../src/model/changes.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { PullReport } from '../../src/model/reports.ts';
import { zipOf } from '../sources/zips.ts';
import { smallCrate, type TestBridge, testBridge, valueFrom } from '../support/bridge.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const DOCUMENT = 'ro-crate-metadata.json';
const page = { limit: 1000, cursor: null };

let origin: TestOrigin;
let test: TestBridge;
beforeAll(async () => {
  origin = await startOrigin();
});
afterAll(() => origin.close());
afterEach(() => test.dispose());

/** A crate of one file; `said` changes its document without changing its file. */
function document(said: Readonly<Record<string, JsonValue>> = {}, file = 'a.dat'): Buffer {
  const files = [{ id: file, sha256: sha256(file), size: file.length }];
  return Buffer.from(JSON.stringify(smallCrate({ files, root: said })));
}

function serve(folder: string, bytes: Uint8Array): string {
  origin.set(`/${folder}/${DOCUMENT}`, bytes);
  return `${origin.url}/${folder}/${DOCUMENT}`;
}

function listing(...urls: readonly string[]): JsonObject {
  return {
    facilities: [
      {
        code: 'ALS',
        sources: [{ name: 'web', kind: 'urls', urls, goneAfter: 1, holdAbove: 1, nestedDepth: 2 }],
        network: { allow: ['127.0.0.1/32'] },
      },
    ],
  };
}

/** Pulls what the facility lists now. */
async function pull(...urls: readonly string[]): Promise<PullReport> {
  const [report] = valueFrom(
    await test.reconfigured(listing(...urls)).pull({ sources: [], dryRun: false }, OPERATOR),
  );
  if (report === undefined) throw new Error('no pull was reported');
  return report;
}

const outcomes = (report: PullReport) => report.items.map(({ crate, outcome }) => [place(crate), outcome]);
const place = (url: string) => url.replace(`${origin.url}/`, '').replace(DOCUMENT, '');
const files = async (bridge: LocalBridge) => valueFrom(await bridge.list('files', {}, page, OPERATOR)).items;
const crates = async (bridge: LocalBridge) =>
  valueFrom(await bridge.list('crates', {}, page, OPERATOR)).items;

/** What was told, once it is all there: on a shared server the feed waits for whoever writes elsewhere. */
async function told(bridge: LocalBridge, ...types: readonly string[]): Promise<readonly ChangeEvent[]> {
  let seen: readonly ChangeEvent[] = [];
  const look = async () => {
    const asked = { after: null, limit: 100, filters: {}, waitSeconds: 0 };
    seen = valueFrom(await bridge.changes(asked, OPERATOR)).changes;
    return seen.map(({ type }) => type);
  };
  await expect.poll(look, { timeout: 20_000 }).toEqual(types);
  return seen;
}

async function holds(bridge: LocalBridge): Promise<void> {
  expect(valueFrom(await bridge.rebuild({ check: true })).differences).toEqual([]);
}

async function start(): Promise<LocalBridge> {
  test = await testBridge(listing(`${origin.url}/none/${DOCUMENT}`));
  return test.bridge;
}

describe('a crate found at another URL', () => {
  it('with the same bytes, its place no longer listed: has moved, keeps its ids, and its pointers follow', async () => {
    const bridge = await start();
    const bytes = document();
    await pull(serve('old/one', bytes));
    const [before] = await files(bridge);
    expect(outcomes(await pull(serve('new/one', bytes)))).toEqual([['old/one/', 'updated']]);

    const [after] = await files(bridge);
    expect(after).toMatchObject({
      iri: before?.iri,
      storage_uri: `${origin.url}/new/one/a.dat`,
      sha256: before?.sha256,
      crate: { iri: `${origin.url}/old/one/` },
    });
    const old = valueFrom(await bridge.get('files', before?.id ?? '', OPERATOR));
    expect(old).toMatchObject({ successor: after?.id, storage_uri: `${origin.url}/old/one/a.dat` });
    const [crate] = await crates(bridge);
    const detail = valueFrom(await bridge.get('crates', crate?.id ?? '', OPERATOR));
    expect(detail.locations).toEqual([
      { facility: 'ALS', source: 'web', url: `${origin.url}/new/one/${DOCUMENT}` },
    ]);

    const [, moved] = await told(bridge, 'crate.registered', 'crate.moved');
    expect(moved?.data).toMatchObject({
      by: 'document',
      places: [{ from: `${origin.url}/old/one/${DOCUMENT}`, to: `${origin.url}/new/one/${DOCUMENT}` }],
      pointers: { moved: { count: 1 } },
    });
    expect((await pull(`${origin.url}/new/one/${DOCUMENT}`)).items[0]?.outcome).toBe('unchanged');
    await holds(bridge);
  });

  it('moves on from place to place, changes on the way, and comes back to where it was', async () => {
    const bridge = await start();
    const doi = { identifier: 'https://doi.org/10.1234/one' };
    await pull(serve('a/one', document(doi)));
    const [first] = await files(bridge);
    await pull(serve('b/one', document(doi)));
    const changed = document({ ...doi, description: 'Once more.' });
    expect((await pull(serve('c/one', changed))).items[0]).toMatchObject({ outcome: 'updated' });
    expect(await files(bridge)).toMatchObject([
      { iri: first?.iri, storage_uri: `${origin.url}/c/one/a.dat` },
    ]);
    expect(outcomes(await pull(serve('a/one', changed)))).toEqual([['a/one/', 'updated']]);
    expect(await files(bridge)).toMatchObject([{ storage_uri: `${origin.url}/a/one/a.dat` }]);
    await told(bridge, 'crate.registered', 'crate.moved', 'crate.moved', 'crate.updated', 'crate.moved');
    expect(await crates(bridge)).toHaveLength(1);
    await holds(bridge);
  });

  it('with its place still listed: the same bytes are a further place, until the first is gone', async () => {
    const bridge = await start();
    const bytes = document();
    const old = serve('old/one', bytes);
    await pull(old);
    const copy = serve('new/one', bytes);
    for (let again = 0; again < 2; again++) {
      expect(outcomes(await pull(old, copy))).toEqual([
        ['old/one/', 'unchanged'],
        ['old/one/', 'unchanged'],
      ]);
    }
    expect(await files(bridge)).toMatchObject([{ storage_uri: `${origin.url}/old/one/a.dat` }]);
    // missed in a complete listing: gone from there
    await pull(copy);
    expect(outcomes(await pull(copy))).toEqual([['old/one/', 'updated']]);
    expect(await files(bridge)).toMatchObject([{ storage_uri: `${origin.url}/new/one/a.dat` }]);
    expect((await pull(copy)).items[0]?.outcome).toBe('unchanged');
    await told(bridge, 'crate.registered', 'crate.moved');
    await holds(bridge);
  });

  it('with its place still listed: another document with the same DOI is a crate of its own', async () => {
    const bridge = await start();
    const doi = { identifier: 'doi:10.1234/one' };
    const old = serve('old/one', document(doi));
    await pull(old);
    const other = serve('new/one', document({ ...doi, description: 'Another part of the deposit.' }));
    expect(outcomes(await pull(old, other))).toEqual([
      ['old/one/', 'unchanged'],
      ['new/one/', 'registered'],
    ]);
    // now two crates have it, so that it tells nothing of either
    expect(outcomes(await pull(old, serve('third', document({ ...doi, description: 'x' }))))).toEqual([
      ['old/one/', 'unchanged'],
      ['third/', 'registered'],
    ]);
    expect(await crates(bridge)).toHaveLength(3);
  });

  it('that only shares a local code, or comes with its copy in one listing, is a crate of its own', async () => {
    const bridge = await start();
    await pull(serve('old/one', document({ identifier: 'run-47' })));
    const next = document({ identifier: 'run-47', description: 'Another.' });
    expect(outcomes(await pull(serve('new/one', next)))).toEqual([['new/one/', 'registered']]);
    const twins = document({ description: 'Twins.' });
    const report = await pull(serve('x', twins), serve('y', twins));
    expect(outcomes(report)).toEqual([
      ['x/', 'registered'],
      ['y/', 'registered'],
    ]);
    expect(outcomes(await pull(`${origin.url}/y/${DOCUMENT}`, `${origin.url}/x/${DOCUMENT}`))).toEqual([
      ['y/', 'unchanged'],
      ['x/', 'unchanged'],
    ]);
    expect(await crates(bridge)).toHaveLength(4);
  });

  it('moves with the crates it names, which keep their identity and are still its parts', async () => {
    const bridge = await start();
    const child = document({ name: 'The child' });
    const metadata = { id: `child/${DOCUMENT}`, sha256: sha256(String(child)), size: child.length };
    const parent = smallCrate({ files: [metadata], root: { hasPart: [{ '@id': 'child/' }] } });
    const part = {
      '@id': 'child/',
      '@type': 'Dataset',
      name: 'The child',
      conformsTo: { '@id': 'https://w3id.org/lambda/profile/core/0.3.3' },
      hasPart: [{ '@id': metadata.id }],
    };
    const graph = Array.isArray(parent['@graph']) ? parent['@graph'] : [];
    const bytes = Buffer.from(JSON.stringify({ ...parent, '@graph': [...graph, part] }));
    serve('old/parent/child', child);
    const first = await pull(serve('old/parent', bytes));
    expect(outcomes(first)).toEqual([
      ['old/parent/', 'registered'],
      ['old/parent/child/', 'registered'],
    ]);
    const ids = (await crates(bridge)).map(({ id }) => id).toSorted();

    serve('new/parent/child', child);
    const second = await pull(serve('new/parent', bytes));
    expect(outcomes(second)).toEqual([
      ['old/parent/', 'updated'],
      ['old/parent/child/', 'updated'],
    ]);
    expect((await crates(bridge)).map(({ id }) => id).toSorted()).toEqual(ids);
    expect((await files(bridge)).map(({ storage_uri }) => storage_uri)).toContain(
      `${origin.url}/new/parent/child/a.dat`,
    );
    expect(outcomes(await pull(`${origin.url}/new/parent/${DOCUMENT}`))).toEqual([
      ['old/parent/', 'unchanged'],
      ['old/parent/child/', 'unchanged'],
    ]);
    await holds(bridge);
  });

  it('in a zip: moves with its facility, and then by itself', async () => {
    const bridge = await start();
    const zip = async (folder: string, said: string) => {
      const bytes = await zipOf([[DOCUMENT, document({ description: said })]]);
      origin.set(`/${folder}/one.zip`, bytes);
      return `${origin.url}/${folder}/one.zip`;
    };
    await pull(await zip('old', 'Once.'));
    const [{ id, iri } = { id: '', iri: '' }] = await crates(bridge);
    expect(iri).toMatch(/^arcp:\/\/uuid,/);
    const move = { facility: 'ALS', from: `${origin.url}/old`, to: `${origin.url}/new`, because: null };
    expect(valueFrom(await bridge.rebase({ ...move, dryRun: false }, OPERATOR))).toMatchObject({
      crates: 1,
      locations: 1,
      moved: 1,
    });
    expect((await pull(await zip('new', 'Once.'))).items[0]).toMatchObject({
      crate: iri,
      outcome: 'unchanged',
    });
    expect((await pull(await zip('new', 'Twice.'))).items[0]).toMatchObject({
      crate: iri,
      outcome: 'updated',
    });
    expect((await pull(await zip('third', 'Twice.'))).items[0]).toMatchObject({ crate: iri });
    expect(await crates(bridge)).toMatchObject([{ id }]);
    await holds(bridge);
  });

  it('that waits in quarantine keeps its identity as well', async () => {
    const bridge = await start();
    const broken = Buffer.from(
      JSON.stringify(smallCrate({ files: [{ id: 'a.dat', sha256: sha256('a'), size: 1 }], license: false })),
    );
    await pull(serve('old/one', broken));
    expect(outcomes(await pull(serve('new/one', broken)))).toEqual([['old/one/', 'quarantined']]);
    expect(await crates(bridge)).toMatchObject([{ iri: `${origin.url}/old/one/`, state: 'quarantined' }]);
    const whole = serve('new/one', document({ identifier: 'x' }));
    expect(outcomes(await pull(whole))).toEqual([['old/one/', 'registered']]);
    expect(await files(bridge)).toMatchObject([{ storage_uri: `${origin.url}/new/one/a.dat` }]);
    await holds(bridge);
  });
});
