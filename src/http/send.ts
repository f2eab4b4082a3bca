import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Sending {
  readonly headers: OutgoingHttpHeaders;
  readonly body: Readable;
  /** Calls back in the moment the body turns out wrong, which may be before the body itself is destroyed. */
  readonly onFailure?: (listener: () => void) => void;
  /** Milliseconds the client may take nothing of what waits for it. */
  readonly stallMs: number;
}

/** How a body went out. `client`: it left or stalled; `body`: the bytes broke and so was the transfer. */
export type Sent = 'complete' | 'client' | 'body';

/**
 * Sends a 200 with this body straight to the Node response. A body that breaks ends in a reset connection, never in a
 * normal end: a plain close would look complete to a client that was told no length, and to some that were. Never rejects.
 */
export async function sendBody(outgoing: ServerResponse, sending: Sending): Promise<Sent> {
  const { body, stallMs } = sending;
  let broken = false;
  const breakOff = () => {
    if (outgoing.destroyed) return;
    broken = true;
    reset(outgoing.socket);
  };
  // Registered before `pipeline` adds its own listeners, since those close the connection politely (FIN).
  sending.onFailure?.(breakOff);
  body.once('error', breakOff);
  body.once('close', () => {
    if (!body.readableEnded) breakOff();
  });
  watchForStall(outgoing, stallMs);
  try {
    outgoing.writeHead(200, sending.headers);
    await pipeline(body, outgoing);
    return 'complete';
  } catch {
    body.destroy();
    reset(outgoing.socket);
    return broken ? 'body' : 'client';
  }
}

/**
 * Breaks a connection so that the other side cannot take what it has for a whole. TLS sockets cannot be reset; theirs is
 * closed without the close_notify that a complete TLS stream ends with.
 */
export function reset(socket: Socket | null): void {
  if (socket === null || socket.destroyed) return;
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
}

/**
 * A stalled client pins the facility's connection, and upstream timeouts do not run while back-pressure holds. A quiet
 * socket with nothing waiting is a slow facility instead, whose own timeouts apply.
 */
function watchForStall(outgoing: ServerResponse, stallMs: number): void {
  const { socket } = outgoing;
  const quiet = () => {
    if (socket === null || socket.destroyed) return;
    if (outgoing.writableLength + socket.writableLength > 0) reset(socket);
    else socket.setTimeout(stallMs);
  };
  outgoing.setTimeout(stallMs, quiet);
}
