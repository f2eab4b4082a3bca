import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { type Failure, failed, failure, type Outcome, success } from '../model/failure.ts';
import { errorCode } from './errors.ts';

/** A regular file that was found beneath a root, opened. The caller closes the handle. */
export interface OpenedBeneath {
  readonly handle: FileHandle;
  readonly size: number;
  readonly modified: Date;
}

/**
 * Opens a file beneath a root, both given as file-system paths. `unreachable`: no such root (not mounted?);
 * `upstream_missing`: no such file; `outside_root`: it lies elsewhere or is no regular file.
 */
export async function openBeneath(root: string, path: string): Promise<Outcome<OpenedBeneath>> {
  const realRoot = await resolved(root);
  if (realRoot === null) {
    return failure('unreachable', 'The folder this is read from is not there; is the storage mounted?');
  }
  let handle: FileHandle | null = null;
  let kept = false;
  try {
    const real = await realpath(join(realRoot, path));
    if (!isBeneath(realRoot, real)) return outside(path);
    // NONBLOCK: opening a FIFO would wait for a writer. NOFOLLOW: what realpath found is not a link any more.
    handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const checked = await sameRegularFile(handle, real, path);
    kept = checked.ok;
    return checked;
  } catch (error) {
    return failed(openFailure(errorCode(error), path));
  } finally {
    if (!kept) await handle?.close().catch(() => {});
  }
}

/** Whether an absolute path is a true descendant of a folder; both resolved. */
export function isBeneath(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** A folder on the way may have become a link between the look and the opening; then this is another file. */
async function sameRegularFile(
  handle: FileHandle,
  real: string,
  path: string,
): Promise<Outcome<OpenedBeneath>> {
  const [opened, again, now] = await Promise.all([
    handle.stat(),
    resolved(real),
    lstat(real).catch(() => null),
  ]);
  if (!opened.isFile()) {
    return failure('outside_root', 'This is not a regular file, so it has no bytes to prove.', {
      where: path,
    });
  }
  if (again !== real || now === null || now.ino !== opened.ino || now.dev !== opened.dev) {
    return outside(path);
  }
  return success({ handle, size: opened.size, modified: opened.mtime });
}

async function resolved(path: string): Promise<string | null> {
  return realpath(path).catch(() => null);
}

function outside(path: string) {
  return failure('outside_root', 'The path leads out of the folder its rule allows.', { where: path });
}

function openFailure(code: string, path: string): Failure {
  const where = path;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { code: 'upstream_missing', message: 'There is no such file on the storage.', where };
    case 'EACCES':
    case 'EPERM':
      return { code: 'upstream_denied', message: 'The storage does not let this file be read.', where };
    case 'ELOOP':
    case 'ENXIO':
    case 'ERR_INVALID_ARG_VALUE':
      return { code: 'outside_root', message: 'This path is not a regular file.', where };
    default:
      return { code: 'unreachable', message: `The storage could not be read (${code}).`, where };
  }
}
