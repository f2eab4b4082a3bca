import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure, type Outcome, success } from '../model/failure.ts';

/** Where a follower of the feed keeps how far it is, so that it goes on from there after a restart. */
export interface WatchState {
  /** Null where nothing was kept yet. */
  read(): Promise<Outcome<string | null>>;
  /** On disk once this resolves, whole or not at all. */
  write(cursor: string): Promise<Outcome<void>>;
}

/** A file that holds the cursor on one line. */
export function stateFile(path: string): WatchState {
  const cannot = (what: string, error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return failure('usage', `The state file cannot be ${what} (${code}).`, { where: path });
  };
  return {
    read: async () => {
      try {
        const text = (await readFile(path, 'utf8')).trim();
        return success(text === '' ? null : text);
      } catch (error) {
        const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        return absent ? success(null) : cannot('read', error);
      }
    },
    write: async (cursor) => {
      // beside it, since only within one file system is the exchange a single step
      const beside = join(dirname(path), `.${randomUUID()}.tmp`);
      try {
        const file = await open(beside, 'wx');
        try {
          await file.writeFile(`${cursor}\n`);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(beside, path);
        return success(undefined);
      } catch (error) {
        await rm(beside, { force: true });
        return cannot('written', error);
      }
    },
  };
}
