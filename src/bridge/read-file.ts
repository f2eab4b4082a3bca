import { constants, open } from 'node:fs/promises';
import { failure, type Outcome, success } from '../model/failure.ts';

/**
 * A file a person named, whole, under a cap. Only a regular file is read: a pipe or device would never end. Fails with
 * `unreadable` or `too_large`.
 */
export async function readFileCapped(path: string, maxBytes: number): Promise<Outcome<Uint8Array>> {
  try {
    // Without O_NONBLOCK, opening a pipe waits for a writer.
    const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = await handle.stat();
      if (!found.isFile()) return failure('unreadable', `${path} is not a regular file.`, { where: path });
      if (found.size > maxBytes) {
        return failure('too_large', `${path} is larger than a metadata document may be.`, {
          where: path,
          expected: `at most ${maxBytes} bytes`,
          found: `${found.size} bytes`,
        });
      }
      return success(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return failure('unreadable', `${path} cannot be read (${why}).`, { where: path });
  }
}
