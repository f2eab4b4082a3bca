import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../src/model/caller.ts';
import type { ChangeEvent, VersionDiff } from '../../src/model/changes.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { registerAll, value } from './answers.ts';
import { type CrateSaid, crate, type FileSaid, SHA_A, SHA_B } from './crates.ts';
import { settled } from './feed.ts';

let fresh: FreshRegistry;
let number = 0;
beforeAll(async () => {
  fresh = await freshRegistry();
});
afterAll(() => fresh.dispose());

/** What the versions of one crate, registered one after the other, are each told to change. */
async function updates(...versions: readonly Omit<CrateSaid, 'name'>[]): Promise<readonly JsonObject[]> {
  const name = `crate ${number++}`;
  const iri = `https://data.example/${number}/`;
  await registerAll(fresh.registry, ...versions.map((said) => crate({ name, iri, ...said })));
  await settled(fresh);
  const all: ChangeEvent[] = [];
  for (let after: string | null = null; ; ) {
    const page: { changes: readonly ChangeEvent[]; next: string } = value(
      await fresh.registry.changes(after, 1000, { type: ['crate.updated'] }, OPERATOR),
    );
    all.push(...page.changes.filter((one) => one.crate_iri === iri));
    if (page.changes.length < 1000) return all.map(({ data }) => data);
    after = page.next;
  }
}

const SHA_C = 'c3'.repeat(32);
const file = (name: string, uri: string, sha256: string | null = SHA_A, size = 100): FileSaid => ({
  name,
  uri,
  sha256,
  size,
});

/** What an update's data says, which is told as JSON. */
function diffOf(data: JsonObject | undefined): VersionDiff {
  return JSON.parse(JSON.stringify(data));
}

/** Counts of what a diff says of pointers. */
function pointerCounts(data: JsonObject | undefined): Readonly<Record<string, number>> {
  const { pointers } = diffOf(data);
  return Object.fromEntries(Object.entries(pointers).map(([part, { count }]) => [part, count]));
}

const NOTHING = { added: 0, gone: 0, superseded: 0, moved: 0 };

describe('pointers of two versions', () => {
  it.each([
    ['other bytes', [file('a', 'u:a')], [file('a', 'u:a', SHA_B)], { superseded: 1 }],
    ['another size', [file('a', 'u:a')], [file('a', 'u:a', SHA_A, 7)], { superseded: 1 }],
    ['a checksum that was not known', [file('a', 'u:a', null)], [file('a', 'u:a')], { superseded: 1 }],
    ['other bytes elsewhere', [file('a', 'u:a')], [file('a', 'u:b', SHA_B)], { superseded: 1 }],
    ['another place', [file('a', 'u:a')], [file('a', 'u:b')], { moved: 1 }],
    ['another place, bytes nobody proves', [file('a', 'u:a', null)], [file('a', 'u:b', null)], { moved: 1 }],
    ['another name', [file('a', 'u:a')], [file('b', 'u:b')], { moved: 1 }],
    [
      'another name, bytes nobody proves',
      [file('a', 'u:a', null)],
      [file('b', 'u:b', null)],
      { gone: 1, added: 1 },
    ],
    ['another name at the same place', [file('a', 'u:a')], [file('b', 'u:a')], { gone: 1, added: 1 }],
    ['a copy', [file('a', 'u:a')], [file('a', 'u:a'), file('b', 'u:b')], { added: 1 }],
    ['one of two copies', [file('a', 'u:a'), file('b', 'u:b')], [file('b', 'u:b')], { gone: 1 }],
    [
      'names that were exchanged',
      [file('a', 'u:a'), file('b', 'u:b', SHA_B)],
      [file('a', 'u:a', SHA_B), file('b', 'u:b')],
      { superseded: 2 },
    ],
    [
      'a file under another name, and a new one under its own',
      [file('a', 'u:a')],
      [file('a', 'u:a', SHA_B), file('a.old', 'u:a.old')],
      { superseded: 1, added: 1 },
    ],
    [
      'a folder of the same empty files',
      ['a', 'b', 'c'].map((name) => file(name, `u:old/${name}`, SHA_C, 0)),
      ['d', 'e'].map((name) => file(name, `u:new/${name}`, SHA_C, 0)),
      { moved: 2, gone: 1 },
    ],
  ] as const)('%s', async (_what, before, after, expected) => {
    const [diff] = await updates({ files: before }, { files: after });
    expect(pointerCounts(diff)).toEqual({ ...NOTHING, ...expected });
  });

  it('add up, and are the same the other way round', async () => {
    const some = fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c', 'd'),
        uri: fc.constantFrom('u:1', 'u:2', 'u:3'),
        sha256: fc.constantFrom(SHA_A, SHA_B, null),
        size: fc.constantFrom(0, 1),
      }),
      { selector: (one) => JSON.stringify(one), maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(some, some, async (before, after) => {
        // a document of its own each, also where they say the same
        const said = (files: readonly FileSaid[], round: string) => ({ files, missing: [round] });
        const [there, back] = await updates(said(before, '1'), said(after, '2'), said(before, '1'));
        const [counts, returned] = [pointerCounts(there), pointerCounts(back)];
        const { gone = 0, added = 0, superseded = 0, moved = 0 } = counts;
        const key = (one: FileSaid) => JSON.stringify(one);
        const kept = before.filter((one) => after.some((other) => key(other) === key(one))).length;
        expect(before.length).toBe(kept + gone + superseded + moved);
        expect(after.length).toBe(kept + added + superseded + moved);
        expect(returned).toEqual({ gone: added, added: gone, superseded, moved });
      }),
      { numRuns: 15 },
    );
  });
});

describe('entities of two versions', () => {
  it('are added, gone and changed by what the crate says of them, each once', async () => {
    const before = {
      instruments: ['12.3.1', '8.3.1'],
      samples: [{ code: 'LYZ' }],
      runs: [{ code: 'r1', technique: 'saxs' }, { code: 'r2' }],
      files: [{ name: 'a.dat', run: 'r1' }],
      properties: { a: 1 },
    };
    const after = {
      ...before,
      instruments: ['8.3.1', '5.0.1'],
      runs: [{ code: 'r2' }, { code: 'r1', technique: 'waxs' }],
      properties: { a: 2 },
    };
    const [diff] = await updates(before, after);
    const { entities, links } = diffOf(diff);
    expect(entities.added).toMatchObject({ count: 1, examples: [{ kind: 'instrument' }] });
    expect(entities.gone).toMatchObject({ count: 1, examples: [{ kind: 'instrument' }] });
    // the crate itself says another thing; the run says another technique; the order they are written in is nothing
    expect(entities.changed).toMatchObject({
      count: 2,
      examples: [{ kind: 'crate' }, { kind: 'experiment_run', iri: expect.stringContaining('#r1') }],
    });
    // two runs and each of two instruments, one of which is another now
    expect(links).toMatchObject({ added: { count: 2 }, gone: { count: 2 } });
  });

  it('give few examples and exact counts', async () => {
    const runs = (count: number, technique: string) =>
      Array.from({ length: count }, (_, index) => ({
        code: `r${String(index).padStart(3, '0')}`,
        technique,
      }));
    const [diff] = await updates({ runs: runs(40, 'saxs') }, { runs: runs(60, 'waxs') });
    const { entities } = diffOf(diff);
    expect(entities).toMatchObject({ added: { count: 20 }, gone: { count: 0 } });
    expect(entities.added.examples.map(({ iri }) => String(iri).split('#')[1])).toEqual([
      'r040',
      'r041',
      'r042',
      'r043',
      'r044',
    ]);
  });
});
