import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, OPERATOR } from '../../src/model/caller.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { QuarantinedItem, QuarantineFilters } from '../../src/model/quarantine.ts';
import type { Registry } from '../../src/registry/contract.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { ANONYMOUS, failureOf, registerAll, tokenFor, value } from './answers.ts';
import { crate } from './crates.ts';

const NOW = new Date('2026-03-10T00:00:00Z');
const DAY = 24 * 3_600_000;

let fresh: FreshRegistry;
let registry: Registry;

const finding = (severity: Finding['severity'], message: string): Finding => ({
  layer: 'graph',
  rule: 'R3',
  severity,
  profile: 'lambda-core',
  pointer: '/@graph/1',
  entity: './',
  message,
});

const held = (name: string, facility: string, source: string, now: string) => ({
  ...crate({ name, facility, source }, { quarantined: true, now }),
  findings: [finding('error', `${name} has no sample`), finding('warning', `${name} has no licence`)],
});

beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
  await registerAll(
    registry,
    crate({ name: 'good then bad', source: 'nightly', files: [{ name: 'a.dat' }] }),
    held('good then bad', 'als', 'nightly', '2026-03-02T06:00:00.123Z'),
    held('als bad', 'als', 'nightly', '2026-03-03T06:00:00Z'),
    held('als bad too', 'als', 'push', '2026-03-03T06:00:00Z'),
    held('diamond bad', 'diamond', 'ispyb', '2026-03-04T06:00:00Z'),
    crate({ name: 'fine' }),
  );
});
afterAll(() => fresh.dispose());

async function listed(
  filters: QuarantineFilters = {},
  caller: Caller = OPERATOR,
  limit = 100,
): Promise<readonly QuarantinedItem[]> {
  const items: QuarantinedItem[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: { items: readonly QuarantinedItem[]; next: string | null; total: number } = value(
      await registry.quarantined(filters, { limit, cursor }, caller),
    );
    items.push(...page.items);
    cursor = page.next;
    if (cursor === null) {
      expect(page.total).toBe(items.length);
      return items;
    }
  }
}

const iris = (items: readonly QuarantinedItem[]) =>
  items.map(({ crate_iri }) => decodeURIComponent(crate_iri.split('/')[3] ?? ''));

describe('quarantine', () => {
  it('lists what waits, newest first, whatever the size of a page', async () => {
    const all = await listed();
    expect(iris(all).slice(0, 1)).toEqual(['diamond bad']);
    expect(iris(all).slice(1, 3).sort()).toEqual(['als bad', 'als bad too']);
    expect(iris(all).slice(3)).toEqual(['good then bad']);
    for (const limit of [1, 2, 3]) expect(await listed({}, OPERATOR, limit)).toEqual(all);
  });

  it('says what is known of it, and counts what is wrong', async () => {
    const [item] = (await listed()).slice(-1);
    expect(item).toMatchObject({
      crate_iri: 'https://data.example/good%20then%20bad/',
      name: 'good then bad',
      facility: 'als',
      source: 'nightly',
      url: 'https://data.example/good%20then%20bad/ro-crate-metadata.json',
      number: 2,
      since: '2026-03-02T06:00:00.123Z',
      errors: 1,
      warnings: 1,
      has_current: true,
    });
    const found = value(await registry.quarantinedCrate(item?.crate_version_id ?? '', OPERATOR));
    expect(found).toMatchObject({ ...item, state: 'quarantined' });
    expect(found.findings.map(({ message }) => message)).toEqual([
      'good then bad has no sample',
      'good then bad has no licence',
    ]);
    expect((await listed({ source: ['ispyb'] }))[0]).toMatchObject({ name: null, has_current: false });
  });

  it.each([
    [{ facility: ['diamond'] }, ['diamond bad']],
    [{ source: ['push'] }, ['als bad too']],
    [{ source: ['als/nightly', 'ispyb'] }, ['diamond bad', 'als bad', 'good then bad']],
    [{ source: ['diamond/nightly'] }, []],
    [{ facility: [], source: ['ispyb'] }, []],
  ])('is narrowed by %j', async (filters, expected) => {
    expect(iris(await listed(filters))).toEqual(expected);
  });

  it('is invisible to another facility, to who has only a proposal, and to nobody in particular', async () => {
    const als = tokenFor({ facilities: ['als'] });
    expect(iris(await listed({}, als))).toHaveLength(3);
    const proposal = tokenFor({ proposals: [{ facility: 'als', proposal: 'P-1' }] });
    for (const caller of [ANONYMOUS, proposal]) expect(await listed({}, caller)).toEqual([]);
    const [diamond] = await listed({ facility: ['diamond'] });
    const id = diamond?.crate_version_id ?? '';
    for (const caller of [als, proposal, ANONYMOUS]) {
      expect(failureOf(await registry.quarantinedCrate(id, caller)).code).toBe('not_found');
    }
    expect((await registry.quarantinedCrate(id, tokenFor({ facilities: ['diamond'] }))).ok).toBe(true);
  });

  it.each(['x', 'bm90IGEgY3Vyc29y', Buffer.from('["quarantine","now","x"]').toString('base64url')])(
    'refuses the cursor %s',
    async (cursor) => {
      const page = await registry.quarantined({}, { limit: 10, cursor }, OPERATOR);
      expect(failureOf(page)).toMatchObject({ code: 'usage', where: 'cursor' });
    },
  );
});

describe('a link to findings', () => {
  const idOf = async (source: string) => (await listed({ source: [source] }))[0]?.crate_version_id ?? '';
  const link = (crateVersionId: string, days: number) =>
    registry.createFindingsLink({
      crateVersionId,
      caller: 'curator',
      now: NOW,
      expiresAt: new Date(NOW.getTime() + days * DAY),
    });

  it('shows one version to whoever has it, until it ends', async () => {
    const { secret } = value(await link(await idOf('ispyb'), 30));
    const other = value(await link(await idOf('ispyb'), 1));
    expect(other.secret).not.toBe(secret);
    const at = (days: number) => new Date(NOW.getTime() + days * DAY);
    expect(value(await registry.findingsBehind(secret, at(29)))).toMatchObject({
      crate_iri: 'https://data.example/diamond%20bad/',
      state: 'quarantined',
      findings: [{ message: 'diamond bad has no sample' }, { severity: 'warning' }],
    });
    expect(failureOf(await registry.findingsBehind(secret, at(30))).code).toBe('not_found');
    expect(failureOf(await registry.findingsBehind(other.secret, at(2))).code).toBe('not_found');
    for (const guess of ['', 'cbf_', `${secret}x`, secret.slice(0, -1), '\u0000']) {
      expect(failureOf(await registry.findingsBehind(guess, at(1))).code).toBe('not_found');
    }
  });

  it('goes on working when the crate was let in, and says so', async () => {
    const { secret } = value(await link(await idOf('push'), 30));
    const good = crate({ name: 'als bad too', source: 'push', facility: 'als' });
    value(await registry.register({ ...good, checkerVersion: 'checker/2' }));
    expect(await listed({ source: ['push'] })).toEqual([]);
    expect(value(await registry.findingsBehind(secret, NOW))).toMatchObject({ state: 'current' });
  });

  it('needs a version', async () => {
    const none = '00000000-0000-4000-8000-000000000000';
    expect(failureOf(await link(none, 1)).code).toBe('not_found');
  });
});
