import type { Dirent } from 'node:fs';
import { opendir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, type Outcome, success } from '../model/failure.ts';
import { errorCode } from '../net/errors.ts';

/** How far a folder is searched. What is cut makes the listing incomplete, never an error. */
export interface WalkLimits {
  /** Folders below the root. */
  readonly maxDepth: number;
  /** Entries looked at, of all folders together. */
  readonly maxEntries: number;
}

const DEFAULT_LIMITS: WalkLimits = { maxDepth: 32, maxEntries: 5_000_000 };

export interface Walked {
  /** Paths of the wanted files relative to the root, `/`-separated, sorted. */
  readonly paths: readonly string[];
  /** False when a limit cut the search or a folder could not be read. */
  readonly complete: boolean;
  /** Whether the root holds nothing at all. */
  readonly empty: boolean;
}

/**
 * Searches a folder for files by name. Links to files are found (whoever opens them checks where they lead), links to
 * folders are not followed. `unreachable` when the root cannot be read.
 */
export async function walk(
  root: string,
  wanted: (name: string) => boolean,
  limits: Partial<WalkLimits> = {},
): Promise<Outcome<Walked>> {
  const { maxDepth, maxEntries } = { ...DEFAULT_LIMITS, ...limits };
  const paths: string[] = [];
  const open: (readonly string[])[] = [[]];
  let entries = 0;
  let complete = true;
  let start: string;
  try {
    start = await realpath(root);
  } catch (error) {
    return notThere(error);
  }
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    try {
      for await (const entry of await opendir(join(start, ...folder), { bufferSize: 1024 })) {
        entries++;
        if (entries > maxEntries) return success({ paths: paths.sort(), complete: false, empty: false });
        if (entry.isDirectory()) {
          if (folder.length < maxDepth) open.push([...folder, entry.name]);
          else complete = false;
        } else if (isReadable(entry) && wanted(entry.name)) {
          paths.push([...folder, entry.name].join('/'));
        }
      }
    } catch (error) {
      if (folder.length === 0) return notThere(error);
      complete = false;
    }
  }
  return success({ paths: paths.sort(), complete, empty: entries === 0 });
}

function isReadable(entry: Dirent): boolean {
  return entry.isFile() || entry.isSymbolicLink();
}

function notThere(error: unknown) {
  const found = errorCode(error);
  return failure(
    'unreachable',
    'The folder of the source cannot be read; is the storage mounted?',
    found === '' ? {} : { found },
  );
}
