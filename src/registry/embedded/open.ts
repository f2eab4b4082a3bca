import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { type Owner, own } from './owner.ts';
import { answers } from './ownership.ts';
import { places } from './places.ts';

/** The embedded database of a data folder, whoever runs it. */
export interface Embedded {
  readonly socket: string;
  /** Takes over from a process that ended; true when somebody serves again. */
  revive(): Promise<boolean>;
  close(): Promise<void>;
}

/** Longest time another process may take to open the database: making one takes seconds, on a busy machine many. */
const PATIENCE_MS = 60_000;

/** Runs the data folder's database here, or finds the process that does. */
export async function openEmbedded(dataDir: string): Promise<Outcome<Embedded>> {
  const there = places(dataDir);
  if (!there.ok) return there;
  let owner: Owner | null = null;
  let closed = false;

  async function ownOrFind(): Promise<Outcome<void>> {
    const until = performance.now() + PATIENCE_MS;
    if (!there.ok) return there;
    do {
      const owned = await own(there.value);
      if (!owned.ok) return owned;
      owner = owned.value;
      if (owner !== null || (await answers(there.value.socket))) return success(undefined);
      await wait(50);
    } while (performance.now() < until);
    return failure('database_unavailable', `Another process holds ${dataDir} and does not answer.`);
  }

  const opened = await ownOrFind();
  if (!opened.ok) return opened;
  let reviving: Promise<boolean> | null = null;
  return success({
    socket: there.value.socket,
    revive: () => {
      if (closed || owner?.running() === true) return Promise.resolve(false);
      // a folder somebody took away is not made again, empty, beneath a running program
      if (!existsSync(there.value.database)) return Promise.resolve(false);
      reviving ??= ownOrFind()
        .then((outcome) => outcome.ok)
        .finally(() => {
          reviving = null;
        });
      return reviving;
    },
    close: async () => {
      closed = true;
      await reviving;
      await owner?.close();
    },
  });
}
