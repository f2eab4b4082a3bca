import type { FileHandle } from 'node:fs/promises';
import { failed, failure, type Outcome, success } from '../model/failure.ts';
import { errorCode } from '../net/errors.ts';

const CHUNK = 64 * 1024;

/**
 * Reads an open file to its end under a cap, whatever its size said when it was opened: it may be growing. `too_large`
 * above the cap, `truncated` when it ended before the size it had, as when it is being written over.
 */
export async function readAtMost(
  handle: FileHandle,
  size: number,
  maxBytes: number,
  where: string,
): Promise<Outcome<Uint8Array>> {
  if (size > maxBytes) return tooLarge(maxBytes, where);
  const chunks: Buffer[] = [];
  let read = 0;
  try {
    for (;;) {
      const room = Math.min(Math.max(size - read, CHUNK), maxBytes + 1 - read);
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(room), 0, room, read);
      if (bytesRead === 0) break;
      read += bytesRead;
      if (read > maxBytes) return tooLarge(maxBytes, where);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    const message = `The document could not be read (${errorCode(error)}).`;
    return failed({ code: 'unreachable', message, where });
  }
  if (read < size) {
    return failure('truncated', 'The document became shorter while it was read; it is being rewritten.', {
      where,
      expected: String(size),
      found: String(read),
    });
  }
  return success(Buffer.concat(chunks));
}

function tooLarge(maxBytes: number, where: string) {
  return failure('too_large', `The document is larger than the ${maxBytes} bytes allowed.`, {
    where,
    expected: `at most ${maxBytes}`,
  });
}
