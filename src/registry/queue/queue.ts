import { sql } from 'drizzle-orm';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Db, PgBoss } from 'pg-boss';
import type { JsonObject } from '../../model/json.ts';
import type { Database, Pool } from '../database.ts';
import { bossDatabase } from './boss-database.ts';
import { settingsOf } from './settings.ts';

/** A job as it is queued. The higher priority is taken first. */
export interface NewJob {
  readonly data: JsonObject;
  readonly priority?: number;
}

/** A job this process has. `attempt` counts from 0 how often it was taken before. */
export interface TakenJob {
  readonly id: string;
  readonly data: JsonObject;
  readonly attempt: number;
  readonly priority: number;
}

/**
 * Work in the same database, shared by every process on it: each job is one process's at a time, and what a dead process
 * had is given to another. Opened at first use. Methods throw the driver's errors: call them within `Store.run`.
 */
export interface Queue {
  /**
   * Opens the queues and creates these. To be awaited before a transaction that sends to them: the embedded database
   * answers one client at a time, so that nothing else could be asked meanwhile.
   */
  prepare(...queues: readonly string[]): Promise<void>;
  /** Queues jobs, as a set; in the transaction given, whose end decides whether they exist. */
  send(tx: Database | null, queue: string, jobs: readonly NewJob[]): Promise<void>;
  /** Takes up to `max` jobs whose time has come. They are this process's as long as it says so by `keep`. */
  take(queue: string, max: number): Promise<readonly TakenJob[]>;
  /** Says that the jobs are still being worked on. */
  keep(queue: string, ids: readonly string[]): Promise<void>;
  /** The jobs are done and go, with the transaction where one is given. */
  finish(queue: string, ids: readonly string[], tx?: Database): Promise<void>;
  /** Gives jobs back as if they had never been taken. */
  release(queue: string, jobs: readonly TakenJob[]): Promise<void>;
  /** The job failed: tried again after a while as often as its queue allows, then kept as failed or moved on. */
  fail(queue: string, id: string, reason: string): Promise<void>;
  /** Gives back what dead processes had, and does the queues' own housekeeping. Cheap enough for every few seconds. */
  recover(): Promise<void>;
  /**
   * After many jobs were sent or finished: what is left of them goes, and the planner learns how many there are, without which
   * taking a job takes ten times as long. The embedded database does neither by itself.
   */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

/** Jobs of one statement, so that its size follows this and not the listing's. */
const BATCH = 2_000;

/** Seconds between two looks at dead processes' jobs, whoever asks; between two deletions of old failed jobs. */
const RECOVERY_SECONDS = 1;
const HOUSEKEEPING_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * 60 * 60;

/** The queue over a database. `connect` makes a pool of one connection, which the queue closes. */
export function createQueue(over: {
  readonly engine: 'postgresql' | 'embedded';
  readonly connect: () => Pool;
}): Queue {
  let opening: Promise<Opened> | null = null;
  const known = new Map<string, Promise<void>>();

  const opened = (): Promise<Opened> => {
    opening ??= open(over).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };

  const create = async (queue: string): Promise<void> => {
    const settings = settingsOf(queue);
    if (settings.deadLetter !== undefined) await prepareOne(settings.deadLetter);
    const { boss } = await opened();
    await boss.createQueue(queue, settings);
    // pg-boss looks a queue up once, which a transaction must not wait for
    await boss.insert(queue, []);
  };

  const prepareOne = (queue: string): Promise<void> => {
    const preparing =
      known.get(queue) ??
      create(queue).catch((error: unknown) => {
        known.delete(queue);
        throw error;
      });
    known.set(queue, preparing);
    return preparing;
  };

  const prepared = async (queue: string): Promise<PgBoss> => {
    await prepareOne(queue);
    return (await opened()).boss;
  };

  return {
    prepare: async (...queues) => {
      for (const queue of queues) await prepareOne(queue);
    },

    send: async (tx, queue, jobs) => {
      if (jobs.length === 0) return;
      if (tx !== null && !known.has(queue)) throw new TypeError(`Queue ${queue} is not prepared.`);
      const boss = await prepared(queue);
      const options = { returnId: true, ...within(tx) };
      for (let from = 0; from < jobs.length; from += BATCH) {
        const batch = jobs.slice(from, from + BATCH);
        const ids = await boss.insert(
          queue,
          batch.map(({ data, priority }) => ({ data, priority: priority ?? 0 })),
          options,
        );
        // a queue somebody deleted takes nothing, in silence
        if (ids?.length !== batch.length) throw new Error(`Queue ${queue} did not take what was sent.`);
      }
    },

    take: async (queue, max) => {
      const jobs = await (await prepared(queue)).fetch<JsonObject>(queue, {
        batchSize: max,
        includeMetadata: true,
      });
      return jobs.map(({ id, data, retryCount, priority }) => ({ id, data, attempt: retryCount, priority }));
    },

    keep: async (queue, ids) => {
      if (ids.length > 0) await (await prepared(queue)).touch(queue, [...ids]);
    },
    // what came of a job is written elsewhere, and a table of waiting jobs alone stays small
    finish: async (queue, ids, tx) => {
      if (ids.length === 0) return;
      await (await prepared(queue)).deleteJob(queue, [...ids], within(tx));
    },
    release: async (queue, jobs) => {
      if (jobs.length === 0) return;
      const boss = await prepared(queue);
      const { pool, turn } = await opened();
      await turn(() =>
        pool.db.transaction(async (tx) => {
          const ids = jobs.map(({ id }) => id);
          await boss.deleteJob(queue, ids, within(tx));
          const again = jobs.map(({ id, data, priority }) => ({ id, data, priority }));
          await boss.insert(queue, again, within(tx));
        }),
      );
    },
    fail: async (queue, id, reason) => {
      await (await prepared(queue)).fail(queue, id, { message: reason });
    },

    recover: async () => {
      await (await opened()).boss.supervise();
    },

    tidy: async () => {
      const { pool, turn } = await opened();
      await turn(() => pool.db.execute(sql`VACUUM (ANALYZE) pgboss.job`));
    },

    close: async () => {
      const closing = await opening?.catch(() => null);
      await closing?.boss.stop({ graceful: false });
      await closing?.pool.end();
    },
  };
}

interface Opened {
  readonly boss: PgBoss;
  readonly pool: Pool;
  /** Of the one connection. */
  readonly turn: LimitFunction;
}

/** Loaded at first use: what only reads the registry should not wait for it. */
async function open(over: Parameters<typeof createQueue>[0]): Promise<Opened> {
  const { PgBoss } = await import('pg-boss');
  const pool = over.connect();
  const turn = pLimit(1);
  const boss = new PgBoss({
    db: inTurn(pool.db, turn),
    backend: over.engine === 'embedded' ? 'pglite' : 'postgres',
    schedule: false,
    supervise: false,
    monitorIntervalSeconds: RECOVERY_SECONDS,
    maintenanceIntervalSeconds: HOUSEKEEPING_SECONDS,
    bamIntervalSeconds: HOUSEKEEPING_SECONDS,
    queueCacheIntervalSeconds: DAY_SECONDS,
  });
  // of what runs by itself and is tried again; what somebody asked for throws
  boss.on('error', () => {});
  try {
    await boss.start();
  } catch (error) {
    await boss.stop({ graceful: false });
    await pool.end();
    throw error;
  }
  return { boss, pool, turn };
}

/**
 * One text at a time on the one connection: several statements in one text carry their own BEGIN and COMMIT, and what
 * fails between the two must be rolled back before anything else is asked.
 */
function inTurn(db: Database, turn: LimitFunction): Db {
  const direct = bossDatabase(db);
  return {
    executeSql: (text, values) =>
      turn(async () => {
        try {
          return await direct.executeSql(text, values);
        } catch (error) {
          if (/^\s*BEGIN\b/.test(text)) await db.execute(sql`ROLLBACK`).catch(() => {});
          throw error;
        }
      }),
  };
}

function within(tx: Database | null | undefined): { readonly db?: Db } {
  return tx === null || tx === undefined ? {} : { db: bossDatabase(tx) };
}
