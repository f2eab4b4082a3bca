import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalBridge } from '../../src/bridge/local.ts';
import { createLocalBridge } from '../../src/bridge/local.ts';
import { parseConfig } from '../../src/config/load.ts';
import { createApp } from '../../src/http/app.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import type { ListKind } from '../../src/model/items.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { smallCrate, valueFrom } from '../support/bridge.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { sha256, startOrigin, type TestOrigin } from '../support/origin.ts';

/*
 * Two facilities publish crates; bridge A pulls both, and bridge B pulls both from A by the Facility Search API. The tests
 * tell one story in order: each begins where the one before it ended.
 */

const CODES = ['ALS', 'SSRL'] as const;
type Code = (typeof CODES)[number];

const PLACES = { ALS: ['/2026/a/', '/2026/b/'], SSRL: ['/runs/1/'] } as const;

const facilities = new Map<Code, TestOrigin>();
let databases: readonly FreshRegistry[] = [];
let a: LocalBridge;
let b: LocalBridge;
let serviceA: RunningServer;
/** Requests A answered: path and status. */
const asked: string[] = [];

beforeAll(async () => {
  for (const [index, code] of CODES.entries()) {
    const origin = await startOrigin({}, { host: `127.0.0.${index + 2}` });
    facilities.set(code, origin);
    for (const place of PLACES[code]) publish(code, place, 'first');
  }
  databases = await Promise.all([freshRegistry(), freshRegistry()]);
  a = bridgeOn(0, (code) => [ownOf(code)]);
  await pull(a);
  const log = {
    info: (facts: object) =>
      void asked.push('path' in facts && 'status' in facts ? `${facts.path} ${facts.status}` : ''),
    warn: () => {},
    error: () => {},
  };
  const app = createApp({ bridge: a, log });
  serviceA = valueFrom(await startServer({ app, host: '127.0.0.1', port: 0, log, graceMs: 0 }));
  b = bridgeOn(1, (code) => [viaA(code)]);
});
afterAll(async () => {
  await serviceA.close();
  await Promise.all([...facilities.values()].map((origin) => origin.close()));
  await Promise.all(databases.map((database) => database.dispose()));
});

/** A crate of one file, at a facility; its relative names mean something only there. */
function publish(code: Code, place: string, content: string): void {
  const bytes = Buffer.from(`${content} of ${code}${place}`);
  const document = smallCrate({
    name: `${code} ${place}`,
    sample: `${code}-${place}`,
    files: [{ id: 'data/frames.dat', sha256: sha256(bytes), size: bytes.length }],
    root: { collectionDate: '2026-03-01T08:00:00Z', facility_name: code },
  });
  const origin = facilities.get(code);
  origin?.set(`${place}ro-crate-metadata.json`, Buffer.from(JSON.stringify(document)));
  origin?.set(`${place}data/frames.dat`, bytes);
}

function placesOf(code: Code): string[] {
  return PLACES[code].map((place) => `${facilities.get(code)?.url}${place}ro-crate-metadata.json`);
}

function ownOf(code: Code, urls: string[] = placesOf(code)): JsonObject {
  return { name: 'own', kind: 'urls', urls, goneAfter: 1, holdAbove: 1 };
}

/** The facility's crates as A passes them on; B may ask for them by A's code or by the contract's word. */
function viaA(code: Code): JsonObject {
  return {
    name: 'via-a',
    kind: 'lambda-search',
    url: `${serviceA.url}/lambda/v1`,
    crate: '{+crate}',
    relay: true,
    goneAfter: 1,
    holdAbove: 1,
    ...(code === 'ALS' ? { match: { facility_code: 'ALS' } } : { query: { facility: 'SLAC' } }),
  };
}

function bridgeOn(database: 0 | 1, sources: (code: Code) => JsonObject[]): LocalBridge {
  const config = {
    facilities: CODES.map((code) => ({
      code,
      access: { metadata: 'public', content: 'public' },
      network: { allow: ['127.0.0.0/8'] },
      sources: sources(code),
      storage: [{ prefix: `${facilities.get(code)?.url}/`, url: `${facilities.get(code)?.url}/` }],
    })),
  };
  const registry = databases[database]?.registry;
  if (registry === undefined) throw new Error('no database');
  return createLocalBridge({
    config: valueFrom(parseConfig(JSON.stringify(config), '/etc/crate-bridge.json')),
    registry,
    env: {},
    cwd: '/',
  });
}

async function pull(bridge: LocalBridge, request: { sources?: string[]; full?: boolean } = {}) {
  return valueFrom(await bridge.pull({ sources: [], dryRun: false, ...request }, OPERATOR));
}

async function list<K extends ListKind>(bridge: LocalBridge, kind: K) {
  return valueFrom(await bridge.list(kind, {}, { limit: 1000, cursor: null }, OPERATOR)).items;
}

/** What says which bytes are meant, and whose they are. */
async function pointers(bridge: LocalBridge) {
  const items = await list(bridge, 'files');
  return items
    .map(({ id, iri, facility, storage_uri, sha256: digest, file_size_bytes: size }) => ({
      id,
      iri,
      facility,
      storage_uri,
      digest,
      size,
    }))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

async function crates(bridge: LocalBridge) {
  const items = await list(bridge, 'crates');
  return new Map(items.map(({ iri, id, facility, source }) => [iri, { id, facility, source }]));
}

const everything = async (bridge: LocalBridge) => ({
  crates: [...(await crates(bridge)).keys()].toSorted(),
  runs: (await list(bridge, 'runs')).map(({ id }) => id).toSorted(),
  samples: (await list(bridge, 'samples')).map(({ id }) => id).toSorted(),
  pointers: await pointers(bridge),
});

describe('a bridge that pulls from a bridge', () => {
  it('knows the same crates and pointers by the same ids, each of its own facility', async () => {
    const reports = await pull(b);
    expect(reports).toMatchObject([
      { source: 'ALS/via-a', listed: 2, registered: 2, complete: true, full: true, problems: [] },
      { source: 'SSRL/via-a', listed: 1, registered: 1, complete: true, full: true, problems: [] },
    ]);
    expect(await everything(b)).toEqual(await everything(a));
    for (const { facility, iri, storage_uri } of await pointers(b)) {
      const origin = facilities.get(facility === 'ALS' ? 'ALS' : 'SSRL')?.url;
      expect([iri.startsWith(`${origin}/`), storage_uri?.startsWith(`${origin}/`)]).toEqual([true, true]);
    }
  });

  it('reads the bytes where the facility has them', async () => {
    const [pointer] = (await pointers(b)).filter(({ facility }) => facility === 'SSRL');
    const file = pointer?.id ?? '';
    const before = asked.length;
    const signal = AbortSignal.timeout(30_000);
    const opened = valueFrom(await b.open({ file, unverified: false, door: 'http', signal }, OPERATOR));
    expect(String(await buffer(opened.stream.body))).toBe('first of SSRL/runs/1/');
    expect(asked.length).toBe(before);
  });

  it('asks once for each crate that is the same, and is told so', async () => {
    asked.length = 0;
    const reports = await pull(b, { full: true });
    expect(reports).toMatchObject([
      { unchanged: 2, registered: 0, updated: 0, complete: true },
      { unchanged: 1, registered: 0, updated: 0, complete: true },
    ]);
    const documents = asked.filter((line) => line.includes('ro-crate-metadata.json'));
    expect(documents.map((line) => line.split(' ').at(-1))).toEqual(['304', '304', '304']);
    // and between full sweeps only for what is newer than what was seen
    const windowed = await pull(b);
    expect(windowed.map(({ full, complete, gone }) => ({ full, complete, gone }))).toEqual([
      { full: false, complete: false, gone: 0 },
      { full: false, complete: false, gone: 0 },
    ]);
  });

  it('takes what changed at the facility once the other bridge has it', async () => {
    publish('ALS', PLACES.ALS[0], 'second');
    await pull(a);
    expect(await pull(b, { full: true })).toMatchObject([{ updated: 1, unchanged: 1 }, { unchanged: 1 }]);
    expect(await pointers(b)).toEqual(await pointers(a));
  });

  it('learns what the facility no longer has, and that it has it again', async () => {
    const [first = ''] = placesOf('ALS');
    await pull(bridgeOn(0, (code) => [ownOf(code, code === 'ALS' ? [first] : placesOf(code))]));
    expect(await pull(b, { full: true })).toMatchObject([{ listed: 1, gone: 1 }, { gone: 0 }]);
    await pull(a);
    expect(await pull(b, { full: true })).toMatchObject([{ listed: 2, returned: 1 }, { gone: 0 }]);
    expect(await everything(b)).toEqual(await everything(a));
  });

  it('gives a crate to the facility itself once it pulls there, and nothing is there twice', async () => {
    const before = await everything(b);
    b = bridgeOn(1, (code) => (code === 'ALS' ? [viaA(code), ownOf(code)] : [viaA(code)]));
    const [own] = await pull(b, { sources: ['ALS/own'] });
    expect(own).toMatchObject({ listed: 2, failed: 0, conflict: 0, quarantined: 0 });
    expect(await everything(b)).toEqual(before);
    const sources = [...(await crates(b)).values()].map(({ facility, source }) => `${facility}/${source}`);
    expect(sources.toSorted()).toEqual(['ALS/own', 'ALS/own', 'SSRL/via-a']);

    // the other bridge still passes it on, and is no more than a further place of it
    expect(await pull(b, { sources: ['ALS/via-a'], full: true })).toMatchObject([
      { listed: 2, unchanged: 2, conflict: 0 },
    ]);
    expect(await everything(b)).toEqual(before);
    expect([...(await crates(b)).values()].map(({ source }) => source).toSorted()).toEqual([
      'own',
      'own',
      'via-a',
    ]);
  });

  it('loses nothing while the other one is down', async () => {
    const before = await everything(b);
    await serviceA.close();
    const reports = await pull(b, { full: true });
    expect(reports.filter(({ source }) => source.endsWith('/via-a'))).toMatchObject([
      { error: { code: 'unreachable' }, gone: 0 },
      { error: { code: 'unreachable' }, gone: 0 },
    ]);
    expect(await everything(b)).toEqual(before);
  });
});
