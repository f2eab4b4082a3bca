import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { PullReport } from '../../src/model/reports.ts';
import type { Registration, Registry } from '../../src/registry/contract.ts';
import type { NewPull } from '../../src/registry/work-contract.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { value } from './answers.ts';
import { crate } from './crates.ts';
import { begin, finish, type ListedAs, list, NOW, request, told } from './pulling.ts';

let fresh: FreshRegistry;
let registry: Registry;

beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
});
afterAll(() => fresh.dispose());

let source: string;
let count = 0;
beforeEach(() => {
  count += 1;
  source = `missing-${count}`;
});

const urlOf = (index: number) => `https://data.example/${source}/${index}.json`;
const TEN = Array.from({ length: 10 }, (_, index) => index);
const NINE = TEN.slice(1);
const said = (url: string): Registration => crate({ name: url, source, proposal: 'P-1' }, { url });
const unreachable: Failure = { code: 'unreachable', message: 'It does not answer.' };

async function pull(
  indexes: readonly number[],
  as: ListedAs = {},
  asked: Partial<NewPull> = {},
  registrationOf: (url: string) => Registration | Failure = said,
): Promise<PullReport> {
  const running = await list(registry, request(source, asked), indexes.map(urlOf), as);
  return finish(registry, running, registrationOf);
}

async function failListing(error: Failure): Promise<void> {
  const { pull: running, job } = await begin(registry, request(source));
  value(await registry.failListing(running, job, error, NOW));
}

const isGone = async (index: number) => {
  const { locations } = value(await registry.get('crates', said(urlOf(index)).crateIri, OPERATOR));
  const known = value(await registry.knownLocations('als', source, [urlOf(index)])).get(urlOf(index));
  expect(locations.length).toBeGreaterThan(0);
  return known?.gone;
};
const state = async () => {
  const states = value(await registry.sourceStates());
  return states.find((one) => one.source === source);
};

describe('a crate that is listed no more', () => {
  it('is gone after two complete listings in a row, and comes back', async () => {
    await pull(TEN);
    expect(await pull(NINE)).toMatchObject({ gone: 0 });
    expect(await isGone(0)).toBe(false);
    expect(await pull(NINE)).toMatchObject({ gone: 1 });
    expect(await isGone(0)).toBe(true);
    expect(await pull(NINE)).toMatchObject({ gone: 0 });
    expect(await pull(TEN)).toMatchObject({ returned: 1, unchanged: 10 });
    expect(await isGone(0)).toBe(false);
    const iri = said(urlOf(0)).crateIri;
    expect(await told(fresh, source)).toMatchObject([
      { type: 'crate.gone', crate_iri: iri, proposal_id: 'P-1', data: { places: [urlOf(0)] } },
      { type: 'crate.returned', crate_iri: iri, proposal_id: 'P-1' },
    ]);
  });

  it('is not gone where the misses were not in a row', async () => {
    await pull(TEN);
    for (let round = 0; round < 3; round++) {
      await pull(NINE);
      // a place that is listed is no miss, though it cannot be fetched
      await pull(TEN, {}, {}, (url) => (url === urlOf(0) ? unreachable : said(url)));
    }
    expect(await isGone(0)).toBe(false);
  });

  it.each<[string, ListedAs]>([
    ['was not complete', { complete: false }],
    ['asked only for what is newer', { full: false }],
    ['failed in part', { complete: true, problems: [unreachable] }],
  ])('is not gone for a listing that %s', async (_what, as) => {
    await pull(TEN);
    for (let round = 0; round < 3; round++) {
      const report = await pull([], as);
      expect(report).toMatchObject({ gone: 0 });
      expect(report.held).toBeUndefined();
    }
    expect(await isGone(0)).toBe(false);
  });

  it('is not gone while another source has it', async () => {
    await pull(TEN);
    const elsewhere = said(urlOf(0));
    value(
      await registry.register({
        ...elsewhere,
        context: { ...elsewhere.context, source: `${source}-mirror` },
      }),
    );
    await pull(NINE);
    expect(await pull(NINE)).toMatchObject({ gone: 0 });
    expect(await told(fresh, source)).toEqual([]);
  });

  it('is not gone when its place still holds what names it, though that could not be read', async () => {
    const named = {
      kind: 'nested_crate',
      iri: urlOf(10),
      url: urlOf(10),
      sha256: null,
      json_pointer: '',
    } as const;
    const withChild = (url: string) => {
      const registration = said(url);
      const { rows } = registration;
      if (url !== urlOf(1) || rows === null) return registration;
      const naming = { ...rows, crate: { ...rows.crate, nested: [named] } };
      return { ...registration, nested: [named], rows: naming };
    };
    expect(await pull(TEN, {}, {}, withChild)).toMatchObject({ listed: 11, registered: 11 });
    for (let round = 0; round < 3; round++) {
      await pull(TEN, {}, {}, (url) => (url === urlOf(1) ? unreachable : said(url)));
    }
    expect(await isGone(10)).toBe(false);
  });

  it('is gone where its place holds another crate now', async () => {
    await pull(TEN);
    const other = (url: string) =>
      url === urlOf(0) ? crate({ name: `${url} renamed`, source }, { url }) : said(url);
    expect(await pull(TEN, {}, {}, other)).toMatchObject({ registered: 1, gone: 0 });
    expect(await pull(TEN, {}, {}, other)).toMatchObject({ gone: 1 });
    expect(await told(fresh, source)).toMatchObject([
      { type: 'crate.gone', crate_iri: said(urlOf(0)).crateIri },
    ]);
  });
});

describe('a listing that loses many at once', () => {
  it('holds and counts nothing until somebody vouches for it', async () => {
    await pull(TEN);
    for (let round = 0; round < 3; round++) {
      const report = await pull(TEN.slice(0, 5));
      expect(report).toMatchObject({ gone: 0, held: { missing: 5, present: 10, hold_above: 0.2 } });
    }
    expect((await told(fresh, source)).map(({ type }) => type)).toEqual(['source.held']);
    const vouched = await pull(TEN.slice(0, 5), {}, { acceptMissing: true });
    expect(vouched).toMatchObject({ gone: 5 });
    expect(vouched.held).toBeUndefined();
    expect(await pull(TEN.slice(0, 5))).toMatchObject({ gone: 0, unchanged: 5 });
    // over, so that another one is told again
    await pull([0, 1]);
    const types = (await told(fresh, source)).map(({ type }) => type);
    expect(types.filter((type) => type === 'source.held')).toHaveLength(2);
    expect(types.filter((type) => type === 'crate.gone')).toHaveLength(5);
  });

  it('may lose the share that is allowed', async () => {
    await pull(TEN);
    expect((await pull(TEN.slice(2))).held).toBeUndefined();
    expect((await pull(TEN.slice(3))).held).toEqual({ missing: 3, present: 10, hold_above: 0.2 });
  });
});

describe('how a source stands', () => {
  it('tells an outage once, and its end', async () => {
    await pull(TEN, { watermark: '2026-02-01' });
    expect(await state()).toMatchObject({
      failures: 0,
      watermark: '2026-02-01',
      last_success_at: NOW.toISOString(),
      last_change_at: NOW.toISOString(),
      last_full_at: NOW.toISOString(),
    });
    for (let round = 1; round <= 3; round++) {
      await failListing(unreachable);
      expect(await state()).toMatchObject({
        failures: round,
        failing_since: NOW.toISOString(),
        failure_code: 'unreachable',
        watermark: '2026-02-01',
      });
    }
    await pull(TEN);
    expect(await state()).toMatchObject({ failures: 0, failing_since: null, failure_code: null });
    expect(await told(fresh, source)).toMatchObject([
      { type: 'source.outage', data: { failure: { code: 'unreachable' } } },
      { type: 'source.recovered', data: { failures: 3 } },
    ]);
    expect(await isGone(0)).toBe(false);
  });

  it('tells a refused credential apart, and the end of the pull is not a miss', async () => {
    await pull(TEN);
    const { pull: running, job } = await begin(registry, request(source));
    value(await registry.addCrates(running, [{ url: urlOf(0), parent: null, depth: 0 }]));
    const denied = { code: 'upstream_denied', message: 'The server refused (401).' } as const;
    value(await registry.failListing(running, job, denied, NOW));
    expect(value(await registry.pull(running.id))).toMatchObject({
      state: 'failed',
      report: { listed: 1, failed: 1, gone: 0, error: denied },
    });
    // what was queued of it is nobody's work any more
    expect(value(await registry.takeWork(running, 10))).toEqual([]);
    expect((await told(fresh, source)).map(({ type }) => type)).toEqual(['source.credential']);
  });

  it('takes a list whose every crate fails alike for an outage', async () => {
    await pull(TEN);
    await pull(TEN, {}, {}, () => unreachable);
    await pull(TEN, {}, {}, () => unreachable);
    expect(await state()).toMatchObject({ failures: 2, failure_code: 'unreachable' });
    await pull(TEN);
    const types = (await told(fresh, source)).map(({ type }) => type);
    expect(types).toEqual(['source.outage', 'source.recovered']);
  });

  it('moves its window on only when everything of it was dealt with', async () => {
    await pull(TEN, { watermark: '2026-02-01' });
    const newer = { full: false, complete: false, watermark: '2026-02-20' };
    await pull([0], newer, {}, () => unreachable);
    expect(await state()).toMatchObject({ watermark: '2026-02-01' });
    await pull([0], newer);
    expect(await state()).toMatchObject({ watermark: '2026-02-20', last_full_at: NOW.toISOString() });
  });
});
