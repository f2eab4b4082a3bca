import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChangesRequest } from '../../src/bridge/changes.ts';
import { createLocalBridge, type LocalBridge } from '../../src/bridge/local.ts';
import { parseConfig } from '../../src/config/load.ts';
import { createApp } from '../../src/http/app.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import type { ChangeEvent, ChangePage, ChangeType, DriftReport } from '../../src/model/changes.ts';
import type { Outcome } from '../../src/model/failure.ts';
import type { Registry } from '../../src/registry/contract.ts';
import { registerAll } from '../registry/answers.ts';
import { crate } from '../registry/crates.ts';
import { settled } from '../registry/feed.ts';
import { valueFrom } from '../support/bridge.ts';
import { emptyDatabase, type FreshRegistry, freshRegistry } from '../support/database.ts';

const CONFIG = JSON.stringify({
  facilities: [
    {
      code: 'als',
      access: { metadata: 'public' },
      sources: [{ name: 'nightly', kind: 'urls', url: 'https://data.example/ro-crate-metadata.json' }],
    },
    { code: 'ssrl', sources: [] },
  ],
});

interface Asked {
  readonly request: ChangesRequest;
  readonly answer: Promise<Outcome<ChangePage>>;
}

let fresh: FreshRegistry;
let bridge: LocalBridge;
let server: RunningServer;
/** What came to the bridge, and how often the database was asked for its feed and for the feed's end. */
const asked: Asked[] = [];
const queries = { changes: 0, end: 0 };

beforeAll(async () => {
  fresh = await freshRegistry();
  const registry: Registry = {
    ...fresh.registry,
    changes: (...question) => {
      queries.changes += 1;
      return fresh.registry.changes(...question);
    },
    changesEnd: (caller) => {
      queries.end += 1;
      return fresh.registry.changesEnd(caller);
    },
    // its owner closes it
    close: async () => {},
  };
  bridge = createLocalBridge({
    config: valueFrom(parseConfig(CONFIG, '/etc/crate-bridge.json')),
    registry,
    env: {},
    cwd: '/',
  });
  const watched: LocalBridge = {
    ...bridge,
    changes: (request, caller) => {
      const answer = bridge.changes(request, caller);
      asked.push({ request, answer });
      return answer;
    },
  };
  server = valueFrom(
    await startServer({ app: createApp({ bridge: watched }), host: '127.0.0.1', port: 0, graceMs: 0 }),
  );
});
afterEach(async () => {
  asked.splice(0);
  await emptyDatabase(fresh);
});
afterAll(async () => {
  await bridge.close();
  await server.close();
  await fresh.dispose();
});

/** Waits as long as a busy machine may take. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 60_000 });

const get = (path: string, init: RequestInit = {}) => fetch(`${server.url}/api/v1/${path}`, init);
const JSON_ONLY = { headers: { accept: 'application/json' } };

async function record(type: ChangeType, facility = 'als'): Promise<void> {
  const none = { proposal_id: null, crate_id: null, crate_iri: null, crate_version_id: null, pull_id: null };
  const at = '2026-03-01T12:00:00.000Z';
  valueFrom(await fresh.registry.recordChange({ type, at, facility, source: 'nightly', ...none, data: {} }));
  await settled(fresh);
}

async function lines(answer: Response): Promise<readonly ChangeEvent[]> {
  return (await answer.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ChangeEvent => JSON.parse(line));
}

describe('GET /api/v1/changes', () => {
  it('answers with one change a line, and with where the next question goes on', async () => {
    for (const type of ['source.outage', 'source.recovered', 'source.held'] as const) await record(type);
    const first = await get('changes?limit=2');
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toBe('application/x-ndjson');
    const some = await lines(first);
    expect(some.map(({ type }) => type)).toEqual(['source.outage', 'source.recovered']);
    const cursor = first.headers.get('crate-bridge-cursor');
    expect(cursor).toBe(some[1]?.cursor);
    const link = /<(\/api\/v1\/changes\?[^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1];
    const next = await fetch(`${server.url}${link}`, JSON_ONLY);
    expect(next.headers.get('content-type')).toBe('application/json');
    const page: { items: ChangeEvent[]; next: string } = JSON.parse(await next.text());
    expect(page).toMatchObject({
      items: [{ type: 'source.held', facility: 'als' }],
      next: page.items[0]?.cursor,
    });
    // at the end there is nothing, and still a cursor
    const end = await get(`changes?after=${page.next}&wait=0`);
    expect([end.status, await end.text(), end.headers.get('crate-bridge-cursor')]).toEqual([
      200,
      '',
      page.next,
    ]);
    const now = await get('changes?after=now');
    expect([await now.text(), now.headers.get('crate-bridge-cursor')]).toEqual(['', page.next]);
    expect(await lines(await get('changes?type=source.held,crate.*&source=als/nightly'))).toMatchObject(
      page.items,
    );
  });

  it('is held until something comes that was asked for', async () => {
    const held = get('changes?after=now&wait=60&type=source.held');
    await eventually(() => asked.length).toBe(1);
    await record('source.outage');
    await record('source.held');
    expect((await lines(await held)).map(({ type }) => type)).toEqual(['source.held']);
  });

  it('asks the database once a tick for any number of those who wait', async () => {
    const clients = 20;
    const start = queries.changes;
    const held = Array.from({ length: clients }, () => get('changes?wait=60'));
    await eventually(() => asked.length).toBe(clients);
    const before = queries.end;
    await eventually(() => queries.end - before).toBeGreaterThan(4);
    // once when it came, and once when the first look had shown where the end is
    expect(queries.changes - start).toBeLessThanOrEqual(4 * clients);
    const looked = queries.changes;
    const more = queries.end;
    await eventually(() => queries.end - more).toBeGreaterThan(1);
    expect(queries.changes).toBe(looked);
    await record('source.outage');
    for (const answer of held) expect(await lines(await answer)).toHaveLength(1);
  });

  it('waits for nobody who has gone', async () => {
    const gone = new AbortController();
    const left = get('changes?wait=60', { signal: gone.signal }).catch(() => 'left');
    await eventually(() => asked.length).toBe(1);
    gone.abort();
    expect(await left).toBe('left');
    // it would be held for a minute
    expect(valueFrom((await asked[0]?.answer) ?? failNow())).toEqual({ changes: [], next: '0-0-0' });
    expect(asked[0]?.request.signal?.aborted).toBe(true);
  });

  it('shows what the caller may see and nothing of the rest', async () => {
    await registerAll(
      fresh.registry,
      crate({ name: 'open', facility: 'als', proposal: 'P-1' }),
      crate({ name: 'secret', facility: 'ssrl', proposal: 'P-1' }),
      crate({ name: 'other', facility: 'ssrl', proposal: 'P-2' }),
    );
    await record('source.credential');
    await record('source.outage', 'ssrl');
    const tokenFor = async (name: string, proposal: string | null) => {
      const made = await bridge.createToken(
        {
          name,
          kind: 'token',
          scopes: ['metadata:read'],
          facilities: ['ssrl'],
          proposals: proposal === null ? [] : [{ facility: 'ssrl', proposal }],
          expiresAt: null,
        },
        OPERATOR,
      );
      return { headers: { authorization: `Bearer ${valueFrom(made).secret}` } };
    };
    const seen = async (init: RequestInit) =>
      (await lines(await get('changes', init))).map(
        ({ type, crate_iri: iri }) => iri?.split('/').at(-2) ?? type,
      );
    expect(await seen({})).toEqual(['open']);
    expect(await seen(await tokenFor('whole', null))).toEqual([
      'open',
      'secret',
      'other',
      'source.credential',
      'source.outage',
    ]);
    const one = await tokenFor('one', 'P-1');
    expect(await seen(one)).toEqual(['open', 'secret', 'source.credential']);
    const answer = await get('changes?facility=ssrl', await tokenFor('none', 'P-3'));
    expect(await answer.text()).toBe('');
    const all = valueFrom(await fresh.registry.changes(null, 10, {}, OPERATOR)).changes;
    const hidden = all.filter(({ facility }) => facility === 'ssrl').map(({ cursor }) => cursor);
    expect(hidden).not.toContain(answer.headers.get('crate-bridge-cursor'));
  });

  it.each([
    ['wait=61', '?wait', 'from 0 to 60'],
    ['wait=-1', '?wait', 'from 0 to 60'],
    ['limit=1001', '?limit', 'from 1 to 1000'],
    ['aftr=now', '?aftr', 'did you mean'],
    ['after=yesterday', 'after', 'no cursor'],
    ['after=9-9-9', 'after', 'older copy'],
    ['type=crate.registred', 'type', 'crate.registred'],
    ['since=yesterday', 'since', 'no time'],
  ])('refuses ?%s and says where', async (query, where, message) => {
    const refused = await get(`changes?${query}`);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      code: 'usage',
      where,
      detail: expect.stringContaining(message),
    });
  });

  it('comes as nothing else', async () => {
    const refused = await get('changes', { headers: { accept: 'text/csv' } });
    expect(refused.status).toBe(406);
  });
});

describe('GET /api/v1/drift', () => {
  it('names what is no longer as it was, to those who may see it', async () => {
    const files = (sha256: string) => [{ name: 'a.dat', sha256: sha256.repeat(64) }];
    for (const facility of ['als', 'ssrl']) {
      await registerAll(
        fresh.registry,
        crate({ name: facility, facility, files: files('a') }),
        crate({ name: facility, facility, files: files('b') }),
      );
    }
    const report: DriftReport = JSON.parse(await (await get('drift')).text());
    expect(report.totals).toEqual({ superseded: 1, moved: 0, gone: 0, returned: 0, conflicts: 0 });
    expect(report.superseded).toMatchObject([
      { facility: 'als', name: 'als', count: 1, detail: { from_version: 1, to_version: 2 } },
    ]);
    const none: DriftReport = JSON.parse(await (await get('drift?facility=ssrl&since=2026-01-01')).text());
    expect(none.superseded).toEqual([]);
    expect((await get('drift?type=crate.gone')).status).toBe(400);
  });
});

describe('a service that stops', () => {
  it('gives the answers it holds', async () => {
    const held = get('changes?wait=60');
    await eventually(() => asked.length).toBe(1);
    bridge.endWaits();
    expect([(await held).status, await (await held).text()]).toEqual([200, '']);
  });
});

function failNow(): never {
  throw new Error('nothing was asked');
}
