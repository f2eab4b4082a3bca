import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import { LIST_KINDS } from '../../src/model/items.ts';
import type { Registry } from '../../src/registry/contract.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { failureOf, listAll, registerAll, value } from './answers.ts';
import { crate } from './crates.ts';

let fresh: FreshRegistry;
let registry: Registry;

/** Names that sort differently by bytes and by a language, that repeat, and that no cursor may stumble over. */
const NAMES = [
  'b',
  'B',
  'ä',
  'a',
  'a',
  'a b',
  'a-b',
  'ab',
  '10',
  '9',
  '"',
  "'",
  '\\',
  '%',
  '😀',
  'ﬀ',
  '🧪',
  'é',
  'é',
];

beforeAll(async () => {
  fresh = await freshRegistry();
  ({ registry } = fresh);
  for (const [index, name] of NAMES.entries()) {
    await registerAll(
      registry,
      crate({
        name,
        iri: `https://data.example/${index}/`,
        instruments: [`${name}${index % 3}`],
        samples: [{ code: name }],
        runs: [{ code: name }],
        workflows: [name],
        files: [{ name }, { name, uri: 's3://elsewhere/x' }],
      }),
    );
  }
});
afterAll(() => fresh.dispose());

describe('pages', () => {
  it('hold every item once, in one order, whatever their size', async () => {
    for (const kind of LIST_KINDS) {
      const whole = (await listAll(registry, kind, {}, OPERATOR, 1000)).items.map(({ id }) => id);
      expect(whole.length, kind).toBeGreaterThanOrEqual(NAMES.length - 1);
      expect(new Set(whole).size, kind).toBe(whole.length);
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: whole.length + 1 }), async (limit) => {
          const paged = await listAll(registry, kind, {}, OPERATOR, limit);
          expect(paged.items.map(({ id }) => id)).toEqual(whole);
          expect(new Set(paged.totals)).toEqual(new Set([whole.length]));
        }),
        { numRuns: 6 },
      );
    }
  });

  it('come in the order of bytes', async () => {
    const { items } = await listAll(registry, 'files', {}, OPERATOR, 7);
    const names = items.map((file) => Buffer.from(file.file_name));
    expect(names).toEqual(names.toSorted(Buffer.compare));
  });

  it('go on where they stood when rows come and go in between', async () => {
    const first = value(await registry.list('crates', {}, { limit: 5, cursor: null }, OPERATOR));
    await registerAll(registry, crate({ name: '!', iri: 'https://data.example/new/' }));
    const second = value(await registry.list('crates', {}, { limit: 1000, cursor: first.next }, OPERATOR));
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toHaveLength(NAMES.length);
    expect(new Set(ids).size).toBe(NAMES.length);
  });

  it('refuse a cursor or a size that cannot be', async () => {
    const list = (limit: number, cursor: string | null) =>
      registry.list('runs', {}, { limit, cursor }, OPERATOR);
    const files = value(await registry.list('files', {}, { limit: 1, cursor: null }, OPERATOR)).next;
    const forged = (said: unknown) => Buffer.from(JSON.stringify(said)).toString('base64url');
    const id = '00000000-0000-5000-8000-000000000000';
    for (const cursor of [
      '',
      'x',
      '%%%',
      files ?? '',
      forged([2, 'a']),
      forged([2, 'a', "'; --"]),
      forged([2, '\0', id]),
    ]) {
      expect(failureOf(await list(10, cursor))).toMatchObject({ code: 'usage', where: 'cursor' });
    }
    for (const limit of [0, -1, 1001, 1.5, Number.NaN]) {
      expect(failureOf(await list(limit, null))).toMatchObject({ code: 'usage', where: 'limit' });
    }
    await fc.assert(
      fc.asyncProperty(fc.string(), async (cursor) => {
        const outcome = await list(10, cursor);
        expect(outcome.ok ? 'usage' : outcome.failure.code).toBe('usage');
      }),
      { numRuns: 30 },
    );
  });
});
