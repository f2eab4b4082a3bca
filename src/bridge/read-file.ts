import { constants, open } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { failure, type Outcome, success } from '../model/failure.ts';
import { isZipName } from '../sources/crate-names.ts';

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

/**
 * The metadata document behind a file a person named: the file itself, or the document inside a zip, with the URL relative
 * `@id`s start from. Fails like `readFileCapped`, and with `unreadable` for a zip that holds no crate.
 */
export async function readCrateFile(
  path: string,
  maxBytes: number,
): Promise<Outcome<{ readonly bytes: Uint8Array; readonly url: string }>> {
  const url = pathToFileURL(path).href;
  if (!isZipName(path)) {
    const bytes = await readFileCapped(path, maxBytes);
    return bytes.ok ? success({ bytes: bytes.value, url }) : bytes;
  }
  const handle = await open(path).catch(() => null);
  if (handle === null) return failure('unreadable', `${path} cannot be read.`, { where: path });
  try {
    const { size } = await handle.stat();
    const { readZippedFile } = await import('../sources/zip/file.ts');
    return await readZippedFile({ handle, size }, { url, where: path, maxBytes });
  } finally {
    await handle.close();
  }
}
