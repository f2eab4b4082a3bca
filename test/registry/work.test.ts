import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Registry } from '../../src/registry/contract.ts';
import { openRegistry } from '../../src/registry/open.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { value } from './answers.ts';
import { crate } from './crates.ts';
import { begin, finish, killWorkers, list, NOW, POLICY, request, take } from './pulling.ts';

let fresh: FreshRegistry;
let registry: Registry;
/** Of another process on the same database. */
let other: Registry;

beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
  other = value(await openRegistry(fresh));
});
afterAll(async () => {
  await other.close();
  await fresh.dispose();
});

/** Another source for every test of one database. */
let source: string;
let count = 0;
beforeEach(() => {
  count += 1;
  source = `source-${count}`;
});

const urlOf = (index: number) => `https://data.example/${source}/${index}.json`;
const urls = (many: number) => Array.from({ length: many }, (_, index) => urlOf(index));
const said = (url: string) => crate({ name: url, source }, { url });

describe('a pull', () => {
  it('is one at a time, whoever begins it, and takes on what is asked of it', async () => {
    const begun = await Promise.all(
      [registry, other, registry, other].map((one) => one.beginPull(request(source))),
    );
    const ids = new Set(begun.map((outcome) => value(outcome).id));
    expect(ids.size).toBe(1);
    expect(begun.filter((outcome) => !value(outcome).joined)).toHaveLength(1);
    const joined = value(await other.beginPull(request(source, { full: true, acceptMissing: true })));
    expect(joined).toEqual({ id: [...ids][0], joined: true });
    const running = value(await registry.runningPulls()).filter((pull) => pull.source === source);
    expect(running).toMatchObject([{ id: joined.id, listed: false, full: true }]);
    const [first, second] = await Promise.all(
      [registry, other].map(async (one) => value(await one.takeWork(running[0] ?? never(), 5))),
    );
    expect([...(first ?? []), ...(second ?? [])].map(({ kind }) => kind)).toEqual(['list']);
  });

  it('holds each place once, in the order of the listing, however often it is added', async () => {
    const pull = await list(registry, request(source), [urlOf(0), urlOf(1), urlOf(0)]);
    const again = [2, 1, 3].map((index) => ({ url: urlOf(index), parent: 'https://p.example/', depth: 1 }));
    expect(value(await registry.addCrates(pull, again))).toBe(2);
    const report = await finish(registry, pull, said);
    expect(report).toMatchObject({ listed: 4, registered: 4, complete: true, full: true });
    expect(report.items.map((item) => item.url)).toEqual([0, 1, 2, 3].map(urlOf));
    expect(report.items.map((item) => item.parent)).toEqual([
      undefined,
      undefined,
      'https://p.example/',
      'https://p.example/',
    ]);
  });

  it('is shared: every crate goes to one worker, and it ends once', async () => {
    const pull = await list(registry, request(source), urls(60));
    const seen: string[] = [];
    const work = async (one: Registry) => {
      for (let items = await take(one, pull, 7); items.length > 0; items = await take(one, pull, 7)) {
        expect(value(await one.endPull(pull, POLICY, NOW))).toBe(false);
        const results = items.map(({ crate: { url } }) => ({
          url,
          crate: url,
          outcome: 'unchanged' as const,
          bytesReferenced: 1,
          findings: [],
          nested: [],
        }));
        seen.push(...results.map(({ url }) => url));
        const jobs = items.map(({ job }) => job);
        value(await one.finishCrates(pull, jobs, results, NOW));
      }
    };
    await Promise.all([work(registry), work(other)]);
    expect(seen.toSorted()).toEqual(urls(60).toSorted());
    const ended = await Promise.all(
      [registry, other, registry].map(async (one) => value(await one.endPull(pull, POLICY, NOW))),
    );
    expect(ended.filter(Boolean)).toHaveLength(1);
    expect(value(await registry.pull(pull.id))).toMatchObject({
      state: 'finished',
      report: { listed: 60, unchanged: 60, bytes_referenced: 60 },
    });
    expect(value(await registry.beginPull(request(source))).joined).toBe(false);
  });

  it('lets a crate be queued by those that name it, in one transaction with their registration', async () => {
    const pull = await list(registry, request(source), [urlOf(0)]);
    const nested = {
      kind: 'nested_crate',
      iri: urlOf(1),
      url: urlOf(1),
      sha256: null,
      json_pointer: '',
    } as const;
    const back = { ...nested, iri: urlOf(0), url: urlOf(0) };
    const report = await finish(registry, pull, (url) => ({
      ...said(url),
      nested: [url === urlOf(0) ? nested : back],
    }));
    expect(report.items.map(({ url, parent }) => [url, parent])).toEqual([
      [urlOf(0), undefined],
      [urlOf(1), said(urlOf(0)).crateIri],
    ]);
  });
});

describe('a worker that dies', () => {
  it('while it lists loses nothing, and nothing is there twice', async () => {
    const { pull, job } = await begin(registry, request(source));
    const crates = urls(5).map((url) => ({ url, parent: null, depth: 0 }));
    value(await registry.addCrates(pull, crates.slice(0, 3)));
    expect(value(await other.takeWork(pull, 1))).toHaveLength(1);
    await killWorkers(fresh, other);
    const taken = value(await other.takeWork(pull, 10));
    const listing = taken.find(({ kind }) => kind === 'list');
    expect(listing).toMatchObject({ job, attempt: 1 });
    value(await other.addCrates(pull, crates));
    const how = { complete: true, full: true, watermark: null, problems: [] };
    value(await other.finishListing(pull, listing?.job ?? '', how, NOW));
    value(
      await other.releaseWork(
        pull,
        taken.filter(({ kind }) => kind === 'crate'),
      ),
    );
    expect(await finish(other, pull, said)).toMatchObject({ listed: 5, registered: 5 });
  });

  it('leaves its crates to others, and what it still writes counts once', async () => {
    const pull = await list(registry, request(source), urls(2));
    const [mine] = await take(registry, pull, 1);
    if (mine === undefined) throw new Error('nothing was taken');
    await killWorkers(fresh, other);
    const report = await finish(other, pull, said);
    expect(report).toMatchObject({ listed: 2, registered: 2 });
    // it was only slow
    const late = { ...said(mine.crate.url), pull: { id: pull.id, url: mine.crate.url, nested: [] } };
    expect(value(await registry.register(late)).outcome).toBe('unchanged');
    value(await registry.finishCrates(pull, [mine.job], [], NOW));
    expect(value(await registry.pull(pull.id)).report).toEqual(report);
  });

  it('after the work but before its job was finished has the job dropped', async () => {
    const pull = await list(registry, request(source), urls(1));
    const [item] = await take(registry, pull);
    const of = { id: pull.id, url: urlOf(0), nested: [] };
    value(await registry.register({ ...said(urlOf(0)), pull: of }));
    await killWorkers(fresh, other);
    expect(item).toBeDefined();
    expect(value(await other.takeWork(pull, 10))).toEqual([]);
    expect(value(await other.endPull(pull, POLICY, NOW))).toBe(true);
  });

  it('does not give its jobs away while it says that it works on them', async () => {
    const pull = await list(registry, request(source), urls(1));
    const [item] = await take(registry, pull);
    value(await registry.keepWork(pull, [item?.job ?? '']));
    value(await other.recoverWork(NOW));
    expect(value(await other.takeWork(pull, 10))).toEqual([]);
    value(await registry.releaseWork(pull, item === undefined ? [] : [item]));
    expect(value(await other.takeWork(pull, 10))).toMatchObject([{ attempt: 0 }]);
  });

  it('of every crate it takes up: the crate is given up, and the pull goes on', async () => {
    const pull = await list(registry, request(source), urls(2));
    for (let attempt = 0; attempt <= 5; attempt++) {
      const items = await take(registry, pull);
      const deadly = items.find(({ crate: { url } }) => url === urlOf(0));
      expect(deadly?.attempt).toBe(attempt);
      value(
        await registry.releaseWork(
          pull,
          items.filter((item) => item !== deadly),
        ),
      );
      await killWorkers(fresh, other);
    }
    const report = await finish(registry, pull, said);
    expect(report).toMatchObject({ listed: 2, registered: 1, failed: 1 });
    expect(report.items[0]).toMatchObject({ url: urlOf(0), error: { code: 'internal' } });
  });
});

function never(): never {
  throw new Error('there is no pull');
}
