import { failure, type Outcome, success } from '../model/failure.ts';
import type { DoorCall } from './door.ts';

/**
 * Reads a request's body whole, under a cap. `too_large` above it, at once where the request says so itself; `truncated`
 * where the sender broke off. What is beyond the cap is dropped, up to as much again, since a sender that is cut off while it
 * sends does not hear why. Who answers a failure has to close the connection: part of the body may be unread.
 */
export async function readBytes(call: DoorCall, maxBytes: number): Promise<Outcome<Uint8Array>> {
  const declared = call.req.header('content-length');
  if (declared !== undefined && Number(declared) > maxBytes) return tooLarge(maxBytes, declared);
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = call.req.raw.body?.getReader();
  try {
    for (;;) {
      const piece = await reader?.read();
      if (piece?.value === undefined) break;
      size += piece.value.byteLength;
      if (size <= maxBytes) pieces.push(piece.value);
      else pieces.length = 0;
      if (size > 2 * maxBytes) break;
    }
  } catch {
    return failure('truncated', 'The body ended before it was whole.', { where: 'body' });
  }
  return size > maxBytes ? tooLarge(maxBytes, null) : success(Buffer.concat(pieces, size));
}

function tooLarge(maxBytes: number, declared: string | null) {
  return failure('too_large', `The body is larger than the ${maxBytes} bytes allowed.`, {
    where: 'body',
    expected: `at most ${maxBytes} bytes`,
    ...(declared === null ? {} : { found: declared }),
  });
}
