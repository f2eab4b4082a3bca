import { setTimeout as wait } from 'node:timers/promises';
import type { Outcome } from '../model/failure.ts';
import type { Database } from './database.ts';
import { asFailure, lostConnection, mayRunAgain, neverConnected } from './errors.ts';

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
   * `where` names the database in failures, without userinfo. `revive` is asked when nobody listens; true means that
   * somebody did a moment ago.
   */
  constructor(db: Database, where: string, revive: () => Promise<boolean>) {
    this.#db = db;
    this.#where = where;
    this.#revive = revive;
  }

  /**
   * Runs queries outside a transaction. What is `once` is not sent again when the connection broke before it was
   * answered, since it may have happened: what appends, and what makes something with a name or a secret.
   */
  async run<T>(
    work: (db: Database) => Promise<Outcome<T>>,
    { once = false }: { readonly once?: boolean } = {},
  ): Promise<Outcome<T>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(this.#db);
      } catch (error) {
        if (mayRunAgain(error) && attempt < ATTEMPTS) {
          await wait(2 ** attempt * (5 + Math.random() * 10));
        } else if (lostConnection(error) && !once && attempt < ATTEMPTS) {
          await wait(attempt * 10);
        } else if (neverConnected(error) && attempt < ATTEMPTS && (await this.#revive())) {
          // and by now that one may have ended as well
        } else {
          return asFailure(error, this.#where);
        }
      }
    }
  }

  /** Runs one transaction; a failed outcome undoes it. `work` may run several times. */
  transaction<T>(
    work: (tx: Database) => Promise<Outcome<T>>,
    options: { readonly once?: boolean } = {},
  ): Promise<Outcome<T>> {
    return this.run(async (db) => {
      try {
        return await db.transaction(async (tx) => {
          const answer = await work(tx);
          if (!answer.ok) throw new Undone(answer);
          return answer;
        });
      } catch (error) {
        if (error instanceof Undone) return error.answer;
        throw error;
      }
    }, options);
  }
}
