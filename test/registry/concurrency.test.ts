import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Registry } from '../../src/registry/contract.ts';
import { openRegistry } from '../../src/registry/open.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { listAll, value } from './answers.ts';
import { crate } from './crates.ts';

let fresh: FreshRegistry;
let other: Registry;

/** Two registries on one database, as two processes have. */
beforeAll(async () => {
  fresh = await freshRegistry();
  other = value(await openRegistry(fresh));
});
afterAll(async () => {
  await other.close();
  await fresh.dispose();
});

const alternately = (index: number) => (index % 2 === 0 ? fresh.registry : other);

describe('registering at once', () => {
  it('makes one entity of what many crates share, without a deadlock', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        alternately(index).register(
          crate({
            name: `crate ${index}`,
            proposal: 'P-1',
            instruments: ['12.3.1', '8.3.1'].toSorted(() => (index % 3) - 1),
            samples: [{ code: 'LYZ' }],
            persons: ['https://orcid.org/0000-0002-1825-0097'],
            runs: [{ code: `r${index}` }],
            files: [{ name: 'a.dat' }],
          }),
        ),
      ),
    );
    expect(answers.map(value).map(({ outcome }) => outcome)).toEqual(Array(20).fill('registered'));
    const instruments = (await listAll(fresh.registry, 'instruments')).items;
    expect(instruments.map(({ name, runs, other_claims }) => [name, runs, other_claims])).toEqual([
      ['Beamline 12.3.1', 20, 19],
      ['Beamline 8.3.1', 20, 19],
    ]);
    expect((await listAll(fresh.registry, 'samples')).items).toEqual([
      expect.objectContaining({ sample_code: 'LYZ', runs: 20, other_claims: 19 }),
    ]);
  });

  it('takes the same crate once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        alternately(index).register(crate({ name: 'same', files: [{ name: 'a.dat' }] })),
      ),
    );
    const outcomes = answers.map(value).map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).toEqual(['registered', ...Array(11).fill('unchanged')]);
  });

  it('ends with one current version of a crate that changes in between', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        alternately(index).register(crate({ name: 'changing', files: [{ name: `${index % 4}.dat` }] })),
      ),
    );
    for (const answer of answers) value(answer);
    const found = await listAll(fresh.registry, 'crates', { text: 'changing' });
    expect(found.items.map(({ state, files }) => [state, files])).toEqual([['current', 1]]);
    const shown = await listAll(fresh.registry, 'files', { crate: ['https://data.example/changing/'] });
    expect(shown.items).toHaveLength(1);
    expect(value(await fresh.registry.strayRows())).toEqual([]);
  });

  it('never takes one statement for another', async () => {
    // the same parameters, other questions: what a session shared without turns mixes up
    const questions = Array.from({ length: 200 }, (_, index) => async () => {
      const registry = alternately(index);
      const kind = (['crates', 'runs', 'files', 'instruments'] as const)[index % 4] ?? 'crates';
      const page = value(
        await registry.list(
          kind,
          { facility: ['als'] },
          { limit: 1, cursor: null },
          {
            kind: 'operator',
            name: 'x',
            scopes: [],
            metadata: { kind: 'all' },
            content: { kind: 'all' },
            facilities: null,
          },
        ),
      );
      return [kind, page.total];
    });
    const answers = await Promise.all(questions.map((ask) => ask()));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(4);
  });
});

describe('a huge crate', () => {
  it('registers whole in one transaction while others ask', async () => {
    const files = Array.from({ length: 12_000 }, (_, index) => ({
      name: `frame_${index}.cbf`,
      size: 2 ** 31,
    }));
    const registering = fresh.registry.register(crate({ name: 'huge', runs: [{ code: 'huge' }], files }));
    const seen = new Set<number>();
    let done = false;
    const finished = registering.then((outcome) => {
      done = true;
      return value(outcome);
    });
    while (!done) {
      const { totals } = await listAll(other, 'runs', { run: ['huge'] });
      for (const total of totals) seen.add(total);
    }
    expect((await finished).bytesReferenced).toBe(12_000 * 2 ** 31);
    const [run] = (await listAll(other, 'runs', { run: ['huge'] })).items;
    expect(run).toMatchObject({ files: 12_000, bytes_referenced: 12_000 * 2 ** 31 });
    // before and after, never a part
    expect([...seen].every((total) => total === 0 || total === 1)).toBe(true);
  });
});
