import type { Dirent } from 'node:fs';
import { opendir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, failure, type Outcome, success } from '../model/failure.ts';
import { errorCode } from '../net/errors.ts';
import { Problems } from './problems.ts';

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
  /** False when a limit cut the search, a folder could not be read, or the root holds nothing at all. */
  readonly complete: boolean;
  /** What could not be looked into, and why; folders by their path relative to the root. */
  readonly problems: readonly Failure[];
}

/**
 * Searches a folder for files by name. Links to files are found (whoever opens them checks where they lead), links to
 * folders are not followed. `unreachable` when the root cannot be read.
 */
export async function walk(
  root: string,
  wanted: (name: string) => boolean,
  limits: Partial<WalkLimits> = {},
  signal?: AbortSignal,
): Promise<Outcome<Walked>> {
  const { maxDepth, maxEntries } = { ...DEFAULT_LIMITS, ...limits };
  const paths: string[] = [];
  const open: (readonly string[])[] = [[]];
  const problems = new Problems();
  let entries = 0;
  let start: string;
  try {
    start = await realpath(root);
  } catch (error) {
    return notThere(error);
  }
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (signal?.aborted === true) {
      problems.add(CALLED_OFF);
      break;
    }
    try {
      for await (const entry of await opendir(join(start, ...folder), { bufferSize: 1024 })) {
        entries++;
        if (entries > maxEntries) {
          problems.add(tooMany(maxEntries));
          return success({ paths: paths.sort(), complete: false, problems: problems.list() });
        }
        if (entry.isDirectory()) {
          if (folder.length < maxDepth) open.push([...folder, entry.name]);
          else problems.add(tooDeep([...folder, entry.name], maxDepth));
        } else if (isReadable(entry) && wanted(entry.name)) {
          paths.push([...folder, entry.name].join('/'));
        }
      }
    } catch (error) {
      if (folder.length === 0) return notThere(error);
      problems.add(unreadable(folder, error));
    }
  }
  if (entries === 0 && problems.none) problems.add(EMPTY);
  return success({ paths: paths.sort(), complete: problems.none, problems: problems.list() });
}

/** Said of a storage that is not mounted as well as of one where nothing has been put yet. */
const EMPTY: Failure = {
  code: 'unreachable',
  message:
    'The folder of the source is empty; an unmounted storage looks so, and nothing is concluded from it.',
};

const CALLED_OFF: Failure = {
  code: 'timed_out',
  message: 'The search was called off before every folder had been looked into.',
};

function tooMany(limit: number): Failure {
  const message = `The folder holds more than the ${limit} entries that are looked at; the rest was not.`;
  return { code: 'too_large', message, expected: `at most ${limit}` };
}

function tooDeep(folder: readonly string[], limit: number): Failure {
  const message = `Folders are looked into ${limit} levels deep; this one lies deeper.`;
  return { code: 'too_large', message, where: folder.join('/') };
}

function unreadable(folder: readonly string[], error: unknown): Failure {
  const found = errorCode(error);
  const code = ['EACCES', 'EPERM'].includes(found) ? 'upstream_denied' : 'unreachable';
  return {
    code,
    message: 'This folder could not be read, so what it holds is not known.',
    where: folder.join('/'),
    ...(found === '' ? {} : { found }),
  };
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
