import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPool, type Pool } from '../../src/registry/database.ts';
import { createQueue, type Queue } from '../../src/registry/queue/queue.ts';
import { type FreshRegistry, freshRegistry } from '../support/database.ts';
import { addressOf } from './sql.ts';

let fresh: FreshRegistry;
let pool: Pool;
let queue: Queue;

beforeAll(async () => {
  fresh = await freshRegistry();
  const connect = () => openPool(addressOf(fresh), 1);
  pool = connect();
  queue = createQueue({ engine: fresh.registry.engine, connect });
});
afterAll(async () => {
  await queue.close();
  await pool.end();
  await fresh.dispose();
});

let name: string;
let count = 0;
beforeEach(() => {
  count += 1;
  name = `pull/als/queue-${count}.x_y`;
});

const numbers = async (max: number) => (await queue.take(name, max)).map(({ data }) => data['n']);

describe('jobs', () => {
  it('come and go with the transaction they are sent in', async () => {
    await queue.prepare(name);
    await pool.db.transaction((tx) => queue.send(tx, name, [{ data: { n: 1 } }]));
    const undone = pool.db.transaction(async (tx) => {
      await queue.send(tx, name, [{ data: { n: 2 } }]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await numbers(10)).toEqual([1]);
  });

  it('are refused in a transaction that would have to wait for their queue', async () => {
    const sent = pool.db.transaction((tx) => queue.send(tx, name, [{ data: { n: 1 } }]));
    await expect(sent).rejects.toThrow('is not prepared');
  });

  it('are taken once each, the urgent ones first', async () => {
    await queue.send(
      null,
      name,
      [1, 2, 3].map((n) => ({ data: { n } })),
    );
    await queue.send(null, name, [{ data: { n: 0 }, priority: 10 }]);
    const first = await queue.take(name, 1);
    expect(first.map(({ data }) => data['n'])).toEqual([0]);
    expect((await numbers(10)).toSorted()).toEqual([1, 2, 3]);
    await queue.release(name, first);
    expect(await numbers(10)).toEqual([0]);
    await queue.finish(
      name,
      first.map(({ id }) => id),
    );
    expect(await numbers(10)).toEqual([]);
  });

  it('carry any text a JSON value may hold, and any number of them', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 }).map((one) => one.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ url: text, n: fc.integer() }), { maxLength: 30 }),
        async (data) => {
          await queue.send(
            null,
            name,
            data.map((one) => ({ data: one })),
          );
          const taken = await queue.take(name, 100);
          const keyOf = (one: unknown) => JSON.stringify(one, ['n', 'url']);
          expect(taken.map((job) => keyOf(job.data)).toSorted()).toEqual(data.map(keyOf).toSorted());
          await queue.finish(
            name,
            taken.map(({ id }) => id),
          );
        },
      ),
      { numRuns: 25 },
    );
    await queue.send(
      null,
      name,
      Array.from({ length: 4_500 }, (_, n) => ({ data: { n } })),
    );
    expect(new Set(await numbers(5_000)).size).toBe(4_500);
  });

  it('of which a statement fails leave the connection as it was', async () => {
    await queue.prepare(name);
    const broken = queue.send(null, name, [{ data: { text: 'a\0b' } }]);
    await expect(broken).rejects.toThrow();
    await queue.send(null, name, [{ data: { n: 1 } }]);
    await queue.tidy();
    await queue.recover();
    expect(await numbers(5)).toEqual([1]);
  });
});
