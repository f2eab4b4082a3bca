import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure, type Outcome, success } from '../../model/failure.ts';

/** Where an embedded database keeps its things. */
export interface Places {
  /** The PostgreSQL data directory. */
  readonly database: string;
  /** Its Unix socket. */
  readonly socket: string;
  /** Folder of the files that say which process owns the database. */
  readonly owners: string;
}

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, a closing zero included. */
const LONGEST_SOCKET_PATH = 100;

const SOCKET_NAME = 'postgresql.sock';

/**
 * Makes the data folder, open to its owner alone, and says where things are in it. A data folder whose path is too long
 * for a socket gets one in the system's folder for temporary files, under a name made from the path.
 */
export function places(dataDir: string): Outcome<Places> {
  const owners = join(dataDir, 'owner');
  try {
    mkdirSync(owners, { recursive: true, mode: 0o700 });
    // one that was there already may be open to others, and so would be the database
    chmodSync(dataDir, 0o700);
  } catch (error) {
    return unusable(dataDir, error);
  }
  const found = { database: join(dataDir, 'database'), owners };
  const socket = join(dataDir, SOCKET_NAME);
  if (Buffer.byteLength(socket) <= LONGEST_SOCKET_PATH) return success({ ...found, socket });
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const elsewhere = join(tmpdir(), `crate-bridge-${name}`);
  try {
    mkdirSync(elsewhere, { recursive: true, mode: 0o700 });
    // a folder somebody else made under the foreseeable name would hand them every query
    const { uid, mode } = lstatSync(elsewhere);
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0) {
      return failure('database_unavailable', `${elsewhere} belongs to somebody else.`, { retryable: false });
    }
  } catch (error) {
    return unusable(elsewhere, error);
  }
  return success({ ...found, socket: join(elsewhere, SOCKET_NAME) });
}

/** What to say of a data folder the system does not let be used. */
export function unusable(folder: string, error: unknown): ReturnType<typeof failure> {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return failure('database_unavailable', `The data folder ${folder} cannot be used (${reason}).`, {
    retryable: false,
  });
}
