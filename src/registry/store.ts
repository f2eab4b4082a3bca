import { setTimeout as wait } from 'node:timers/promises';
import type { Outcome } from '../model/failure.ts';
import type { Database } from './database.ts';
import { asFailure, mayRunAgain, neverConnected } from './errors.ts';

/** Attempts at a transaction that other transactions undo: enough for dozens of writers on the same rows. */
const ATTEMPTS = 8;

/** Ends a transaction with an answer and without its writes. */
class Undone<T> extends Error {
  readonly answer: Outcome<T>;
  constructor(answer: Outcome<T>) {
    super('undone');
    this.answer = answer;
  }
}

/** The database as the rest of the room uses it: errors become failures, deadlocks become another attempt. */
export class Store {
  readonly #db: Database;
  readonly #where: string;
  readonly #revive: () => Promise<boolean>;

  /**
   * `where` names the database in failures, without userinfo. `revive` is asked once when nobody listens; true means
   * that somebody does now.
   */
  constructor(db: Database, where: string, revive: () => Promise<boolean>) {
    this.#db = db;
    this.#where = where;
    this.#revive = revive;
  }

  /** Runs queries outside a transaction. */
  async run<T>(work: (db: Database) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    let revived = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(this.#db);
      } catch (error) {
        if (mayRunAgain(error) && attempt < ATTEMPTS) {
          await wait(2 ** attempt * (5 + Math.random() * 10));
        } else if (neverConnected(error) && !revived && (await this.#revive())) {
          revived = true;
        } else {
          return asFailure(error, this.#where);
        }
      }
    }
  }

  /** Runs one transaction; a failed outcome undoes it. `work` may run several times. */
  transaction<T>(work: (tx: Database) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.#inTransaction(work, (answer) => !answer.ok);
  }

  /** Runs one transaction and undoes it whatever the answer. */
  rehearsal<T>(work: (tx: Database) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    return this.#inTransaction(work, () => true);
  }

  #inTransaction<T>(
    work: (tx: Database) => Promise<Outcome<T>>,
    undo: (answer: Outcome<T>) => boolean,
  ): Promise<Outcome<T>> {
    return this.run(async (db) => {
      try {
        return await db.transaction(async (tx) => {
          const answer = await work(tx);
          if (undo(answer)) throw new Undone(answer);
          return answer;
        });
      } catch (error) {
        if (error instanceof Undone) return error.answer;
        throw error;
      }
    });
  }
}
