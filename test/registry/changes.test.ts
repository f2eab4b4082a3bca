import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, OPERATOR } from '../../src/model/caller.ts';
import type { ChangeEvent, ChangeFilters, NewChange } from '../../src/model/changes.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Registry } from '../../src/registry/contract.ts';
import { openRegistry } from '../../src/registry/open.ts';
import { emptyDatabase, type FreshRegistry, freshRegistry } from '../support/database.ts';
import { ANONYMOUS, failureOf, registerAll, tokenFor, value } from './answers.ts';
import { crate, SHA_A, SHA_B } from './crates.ts';
import { settled } from './feed.ts';
import { onDatabase } from './sql.ts';

let fresh: FreshRegistry;
let registry: Registry;
beforeAll(async () => {
  fresh = await freshRegistry();
  registry = fresh.registry;
});
afterEach(() => emptyDatabase(fresh));
afterAll(() => fresh.dispose());

async function changes(
  filters: ChangeFilters = {},
  caller: Caller = OPERATOR,
): Promise<readonly ChangeEvent[]> {
  await settled(fresh);
  return value(await registry.changes(null, 1000, filters, caller)).changes;
}

const types = async (filters?: ChangeFilters, caller?: Caller) =>
  (await changes(filters, caller)).map(({ type }) => type);

function finding(rule: string, severity: Finding['severity'] = 'error'): Finding {
  return { layer: 'graph', rule, severity, profile: 'lambda-core', pointer: '', entity: null, message: rule };
}

const ofSource = (type: NewChange['type'], facility = 'als', source = 'nightly'): NewChange => ({
  type,
  at: '2026-03-01T12:00:00.000Z',
  facility,
  source,
  proposal_id: null,
  crate_id: null,
  crate_iri: null,
  crate_version_id: null,
  pull_id: null,
  data: {},
});

describe('a registration', () => {
  const files = [{ name: 'a.dat' }, { name: 'b.dat', sha256: SHA_B }];

  it('tells of what the facility changed, and of nothing else', async () => {
    await registerAll(
      registry,
      crate({ name: 'one', files }),
      crate({ name: 'one', files }),
      crate({ name: 'one', files }, { checker: 'checker/2', mapper: 'mapper/2' }),
      crate({ name: 'one', files: [{ name: 'a.dat', sha256: SHA_B }, ...files.slice(1)] }),
    );
    const [registered, updated, ...more] = await changes();
    expect(more).toEqual([]);
    expect(registered).toMatchObject({
      type: 'crate.registered',
      at: '2026-03-01T12:00:00.000Z',
      facility: 'als',
      source: 'nightly',
      crate_iri: 'https://data.example/one/',
      data: { version: 1, conformant: true, rows: { data_file: 2 }, bytes_referenced: 200 },
    });
    expect(updated).toMatchObject({
      type: 'crate.updated',
      crate_id: registered?.crate_id,
      data: {
        from_version: 1,
        to_version: 2,
        entities: { added: { count: 0 }, gone: { count: 0 }, changed: { count: 0 } },
        pointers: {
          superseded: {
            count: 1,
            examples: [
              {
                iri: 'https://data.example/one/a.dat',
                was: { sha256: SHA_A, file_size_bytes: 100 },
                is: { sha256: SHA_B, storage_uri: 'https://data.example/one/a.dat' },
              },
            ],
          },
          moved: { count: 0 },
        },
      },
    });
  });

  it('tells of documents that return', async () => {
    const [a, b] = [crate({ name: 'one', files }), crate({ name: 'one', files: files.slice(1) })];
    await registerAll(registry, a, b, a);
    const parts = (await changes({ type: ['crate.updated'] })).map(({ data }) => data);
    expect(parts).toMatchObject([
      { from_version: 1, to_version: 2, pointers: { gone: { count: 1 }, added: { count: 0 } } },
      { from_version: 2, to_version: 1, pointers: { gone: { count: 0 }, added: { count: 1 } } },
    ]);
  });

  it('tells of quarantine once, with how often each rule failed', async () => {
    const held = {
      quarantined: true,
      findings: [finding('R9'), finding('R3'), finding('R9'), finding('R1', 'warning')],
    };
    await registerAll(
      registry,
      crate({ name: 'one', proposal: 'P-1', files }),
      crate({ name: 'one', proposal: 'P-1', files: files.slice(1) }, held),
      crate({ name: 'one', proposal: 'P-1', files: files.slice(1) }, { ...held, checker: 'checker/2' }),
    );
    const told = await changes({ type: ['crate.quarantined'] });
    expect(told).toMatchObject([
      { proposal_id: 'P-1', data: { version: 2, errors: 3, findings: { R9: 2, R3: 1 }, has_current: true } },
    ]);
    // who gets only what is public is not told of what is wrong, as in the list of crates
    const publicly: Caller = { ...ANONYMOUS, metadata: { kind: 'some', facilities: ['als'], proposals: [] } };
    expect(await types({}, publicly)).toEqual(['crate.registered']);
  });

  it('tells of a differing copy once a document, and of whose crate it is within the facility', async () => {
    const [own, other] = [files, files.slice(1)];
    const iri = 'https://data.example/one/';
    const copy = { name: 'one', iri, files: other } as const;
    await registerAll(
      registry,
      crate({ name: 'one', iri, proposal: 'P-1', files: own }),
      crate({ ...copy, source: 'weekly' }),
      crate({ ...copy, source: 'weekly' }),
      crate({ ...copy, source: 'weekly', files: [{ name: 'c.dat' }] }),
      crate({ ...copy, facility: 'diamond', source: 'relay' }),
    );
    const told = await changes({ type: ['crate.conflict'] });
    expect(told.map(({ source, proposal_id, data }) => [source, proposal_id, data['registered_by']])).toEqual(
      [
        ['weekly', 'P-1', 'als/nightly'],
        ['weekly', 'P-1', 'als/nightly'],
        ['relay', null, undefined],
      ],
    );
    // a proposal is a code of one facility: diamond's P-1 is another
    const stranger = tokenFor({ proposals: [{ facility: 'diamond', proposal: 'P-1' }] });
    expect(await types({}, stranger)).toEqual([]);
  });

  it('that fails tells nothing', async () => {
    const whole = crate({ name: 'one', files });
    const rows = whole.rows ?? failingRows();
    const broken = { ...whole, rows: { ...rows, data_files: [{ ...file(rows), file_name: 'a\0b' }] } };
    expect(failureOf(await registry.register(broken)).code).toBe('unreadable');
    expect(await changes()).toEqual([]);
  });

  const failingRows = (): never => {
    throw new Error('the crate has rows');
  };
  const file = (rows: NonNullable<ReturnType<typeof crate>['rows']>) => rows.data_files[0] ?? failingRows();
});

describe('the feed', () => {
  it('goes on from any cursor, in pages of any size', async () => {
    for (const type of ['source.outage', 'source.recovered', 'source.held'] as const) {
      value(await registry.recordChange(ofSource(type)));
    }
    const all = await changes();
    expect(all.map(({ type }) => type)).toEqual(['source.outage', 'source.recovered', 'source.held']);
    for (const limit of [1, 2, 3, 1000]) {
      const seen: ChangeEvent[] = [];
      let after: string | null = null;
      for (;;) {
        const page: { changes: readonly ChangeEvent[]; next: string } = value(
          await registry.changes(after, limit, {}, OPERATOR),
        );
        after = page.next;
        seen.push(...page.changes);
        if (page.changes.length === 0) break;
      }
      expect(seen).toEqual(all);
      expect(after).toBe(all.at(-1)?.cursor);
    }
    expect(value(await registry.changesEnd(OPERATOR))).toBe(all.at(-1)?.cursor);
  });

  it('is filtered by facility, source, type, group and time', async () => {
    value(await registry.recordChange(ofSource('source.outage')));
    value(await registry.recordChange({ ...ofSource('source.held', 'ssrl'), at: '2026-04-01T00:00:00Z' }));
    value(await registry.recordChange(ofSource('source.credential', 'ssrl', 'weekly')));
    await registerAll(registry, crate({ name: 'one' }));
    expect(await types({ facility: ['ssrl'] })).toEqual(['source.held', 'source.credential']);
    expect(await types({ source: ['ssrl/nightly', 'weekly'] })).toEqual(['source.held', 'source.credential']);
    expect(await types({ type: ['crate.*', 'source.held'] })).toEqual(['source.held', 'crate.registered']);
    expect(await types({ since: '2026-03-31' })).toEqual(['source.held']);
    // where nothing matches, the cursor goes past what was looked at
    const none = value(await registry.changes(null, 10, { type: ['crate.gone'] }, OPERATOR));
    expect(none).toEqual({ changes: [], next: (await changes()).at(-1)?.cursor });
  });

  it('refuses what it cannot answer, and says where that is', async () => {
    const refusals: readonly (readonly [string | null, number, ChangeFilters, string])[] = [
      ['x', 10, {}, 'after'],
      ['0-1-99999999999999999999', 10, {}, 'after'],
      [null, 0, {}, 'limit'],
      [null, 1001, {}, 'limit'],
      [null, 10, { type: ['crate.registred'] }, 'type'],
      [null, 10, { since: 'yesterday' }, 'since'],
    ];
    for (const [cursor, limit, filters, where] of refusals) {
      const refused = failureOf(await registry.changes(cursor, limit, filters, OPERATOR));
      expect(refused).toMatchObject({ code: 'usage', where });
    }
  });

  it('refuses a cursor of a database that was put back to an earlier state', async () => {
    value(await registry.recordChange(ofSource('source.outage')));
    value(await registry.recordChange(ofSource('source.recovered')));
    await settled(fresh);
    const ahead = value(await registry.changesEnd(OPERATOR));
    await onDatabase(fresh, (db) => db.execute(sql`DELETE FROM change WHERE type = 'source.recovered'`));
    expect(failureOf(await registry.changes(ahead, 10, {}, OPERATOR)).message).toContain('older copy');
    await onDatabase(fresh, (db) => db.execute(sql`DELETE FROM change`));
    expect(failureOf(await registry.changes(ahead, 10, {}, OPERATOR)).message).toContain('older copy');
  });

  it('shows other facilities and other proposals nothing, not even where they are', async () => {
    await registerAll(
      registry,
      crate({ name: 'one', proposal: 'P-1' }),
      crate({ name: 'two', proposal: 'P-2' }),
      crate({ name: 'three', facility: 'ssrl', proposal: 'P-1' }),
      crate({ name: 'three', facility: 'ssrl', proposal: 'P-1', files: [{ name: 'a.dat' }] }),
    );
    value(await registry.recordChange(ofSource('source.outage')));
    const names = async (caller: Caller) =>
      (await changes({}, caller)).map(({ crate_iri, source }) => crate_iri?.split('/').at(-2) ?? source);
    expect(await names(OPERATOR)).toEqual(['one', 'two', 'three', 'three', 'nightly']);
    expect(await names(tokenFor({ facilities: ['als'] }))).toEqual(['one', 'two', 'nightly']);
    // what a source does is for those who may see the facility whole
    expect(await names(tokenFor({ proposals: [{ facility: 'als', proposal: 'P-1' }] }))).toEqual(['one']);
    await settled(fresh);
    for (const stranger of [
      ANONYMOUS,
      tokenFor({ facilities: ['diamond'] }),
      tokenFor({ proposals: [{ facility: 'als', proposal: 'P-3' }] }),
    ]) {
      // the cursor stays where it was: it would tell that something is there
      expect(value(await registry.changes(null, 10, {}, stranger))).toEqual({ changes: [], next: '0-0-0' });
      expect(value(await registry.changesEnd(stranger))).toBe('0-0-0');
      const drifted = value(await registry.drift({}, stranger));
      expect(JSON.stringify(drifted)).not.toContain('data.example');
      expect(Object.values(drifted.totals)).toEqual([0, 0, 0, 0, 0]);
    }
  });
});

describe('drift', () => {
  const gone = (name: string, type: NewChange['type'], at: string): NewChange => ({
    ...ofSource(type),
    at,
    crate_id: '5a0a4a0e-7a53-4c0e-9d6b-0d8b4d1f6c11',
    crate_iri: `https://data.example/${name}/`,
    data: { places: ['https://data.example/a', 'https://data.example/b'] },
  });

  it('names each crate once, with how much of it is no longer as it was', async () => {
    const at = (uri: string) => [{ name: 'a.dat', sha256: SHA_B, uri }];
    await registerAll(
      registry,
      crate({ name: 'one', files: [{ name: 'a.dat' }] }),
      crate({ name: 'one', files: at('als://a') }),
      crate({ name: 'one', files: at('als://b') }),
      crate({ name: 'one', files: at('als://c') }, { now: '2026-05-01T00:00:00Z' }),
      crate({ name: 'two', files: [{ name: 'a.dat' }] }),
      crate({ name: 'two', source: 'weekly' }),
    );
    const drifted = value(await registry.drift({}, OPERATOR));
    expect(drifted.totals).toEqual({ superseded: 1, moved: 1, gone: 0, returned: 0, conflicts: 1 });
    expect(drifted.superseded).toMatchObject([
      {
        crate_iri: 'https://data.example/one/',
        name: 'one',
        count: 1,
        detail: { from_version: 1, to_version: 2 },
      },
    ]);
    expect(drifted.moved).toMatchObject([
      {
        crate_iri: 'https://data.example/one/',
        at: '2026-05-01T00:00:00.000Z',
        count: 2,
        detail: {
          from_version: 3,
          to_version: 4,
          examples: [{ was: { storage_uri: 'als://b' }, is: { storage_uri: 'als://c' } }],
        },
      },
    ]);
    expect(drifted.conflicts).toMatchObject([
      { source: 'weekly', count: 1, detail: { registered_by: 'als/nightly' } },
    ]);
    const since = value(await registry.drift({ since: '2026-04-01', source: ['als/nightly'] }, OPERATOR));
    expect(since.totals).toEqual({ superseded: 0, moved: 1, gone: 0, returned: 0, conflicts: 0 });
    // once the crate's own source says the same, there is no conflict any more
    await registerAll(registry, crate({ name: 'two' }));
    expect(value(await registry.drift({}, OPERATOR)).totals.conflicts).toBe(0);
  });

  it('names a crate that moved itself, with its places', async () => {
    const places = [{ source: 'nightly', from: 'https://old.example/one/', to: 'https://new.example/one/' }];
    value(
      await registry.recordChange({
        ...gone('one', 'crate.moved', '2026-03-01T00:00:00Z'),
        data: { by: 'document', places },
      }),
    );
    const { moved } = value(await registry.drift({}, OPERATOR));
    expect(moved).toMatchObject([{ count: 1, name: null, detail: { by: 'document', places } }]);
  });

  it('says what is gone now, and what is back', async () => {
    const states = async () => {
      const { gone, returned } = value(await registry.drift({}, OPERATOR));
      return [gone, returned].map((items) => items.map(({ at, count }) => [at.slice(0, 10), count]));
    };
    value(await registry.recordChange(gone('one', 'crate.gone', '2026-03-01T00:00:00Z')));
    expect(await states()).toEqual([[['2026-03-01', 2]], []]);
    value(await registry.recordChange(gone('one', 'crate.returned', '2026-03-02T00:00:00Z')));
    expect(await states()).toEqual([[], [['2026-03-02', 1]]]);
    value(await registry.recordChange(gone('one', 'crate.gone', '2026-03-03T00:00:00Z')));
    value(await registry.recordChange(gone('one', 'crate.withdrawn', '2026-03-04T00:00:00Z')));
    expect(await states()).toEqual([[], []]);
  });
});

describe('deliveries', () => {
  const TARGETS = [
    { name: 'all', events: null, facilities: null },
    { name: 'ssrl only', events: null, facilities: ['ssrl'] },
    { name: 'updates', events: ['crate.updated', 'source.*'], facilities: null },
  ];
  let told: Registry;
  beforeAll(async () => {
    told = value(await openRegistry({ ...fresh, notify: TARGETS }));
  });
  afterAll(() => told.close());

  it('are queued with the change for each target that wants it, and come back until they are done', async () => {
    const files = [{ name: 'a.dat' }];
    await registerAll(
      told,
      crate({ name: 'one', files }),
      crate({ name: 'one', files }),
      crate({ name: 'one' }),
    );
    value(await told.recordChange(ofSource('source.outage', 'ssrl')));
    const whole = crate({ name: 'two', files });
    const failing = { ...whole, document: { ...whole.document, iri: 'a\0b' } };
    expect((await told.register(failing)).ok).toBe(false);
    const events = await changes();

    const taken = value(await told.takeDeliveries(100));
    const by = (target: string) => taken.filter((one) => one.target === target).map(({ event }) => event);
    expect(by('all')).toEqual(events);
    expect(by('ssrl only')).toEqual(events.slice(2));
    expect(by('updates')).toEqual(events.slice(1));
    expect(taken.map(({ attempt }) => attempt)).toEqual(taken.map(() => 0));
    expect(value(await told.takeDeliveries(100))).toEqual([]);

    const [failed, ...good] = taken;
    if (failed === undefined) throw new Error('nothing was taken');
    for (const { job } of good) value(await told.finishDelivery(job));
    expect(value(await told.failDelivery(failed, 'it is down'))).toEqual({ givenUp: false });
    await due(fresh);
    const [again, ...others] = value(await told.takeDeliveries(100));
    expect(others).toEqual([]);
    expect(again).toEqual({ ...failed, attempt: 1 });
    // the queue's limit
    if (again === undefined) throw new Error('it did not come back');
    await onDatabase(fresh, (db) => db.execute(sql`UPDATE pgboss.job SET retry_count = retry_limit`));
    expect(value(await told.failDelivery({ ...again, attempt: 30 }, 'still down'))).toEqual({
      givenUp: true,
    });
    await due(fresh);
    expect(value(await told.takeDeliveries(100))).toEqual([]);
  });
});

/** The time of what is to be tried again has come. */
async function due(database: FreshRegistry): Promise<void> {
  await onDatabase(database, (db) => db.execute(sql`UPDATE pgboss.job SET start_after = now()`));
}
