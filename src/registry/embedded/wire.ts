/*
 * As much of PostgreSQL's frontend/backend protocol 3.0 (manual, chapter "Message Formats") as it takes to pass whole
 * messages on.
 */

const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

/** What a client sent. `startup` and `message` carry bytes for the database. */
export type Sent =
  | { readonly kind: 'startup'; readonly type: ''; readonly bytes: Buffer }
  | { readonly kind: 'message'; readonly type: string; readonly bytes: Buffer }
  | { readonly kind: 'encryption-request' }
  | { readonly kind: 'cancel-request' }
  | { readonly kind: 'malformed' };

/** Cuts a client's bytes into messages; keeps what is not yet whole. */
export class MessageReader {
  #parts: Buffer[] = [];
  #length = 0;
  #started = false;

  /** The messages that are whole with these bytes. */
  *read(bytes: Buffer): Generator<Sent> {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    for (;;) {
      const next = this.#next();
      if (next === null) return;
      yield next;
    }
  }

  #next(): Sent | null {
    const typed = this.#started ? 1 : 0;
    if (this.#length < typed + 4) return null;
    // a big parameter comes in hundreds of parts: joined once, when they are all there
    if ((this.#parts[0]?.length ?? 0) < typed + 4) this.#join();
    const head = this.#parts[0];
    if (head === undefined) return null;
    const length = head.readInt32BE(typed);
    if (length < 4) return { kind: 'malformed' };
    if (this.#length < typed + length) return null;
    this.#join();
    const all = this.#parts[0] ?? Buffer.alloc(0);
    const bytes = all.subarray(0, typed + length);
    this.#parts = all.length > bytes.length ? [all.subarray(bytes.length)] : [];
    this.#length = all.length - bytes.length;
    if (this.#started) {
      return { kind: 'message', type: String.fromCharCode(bytes.readUInt8(0)), bytes };
    }
    const request = length >= 8 ? bytes.readInt32BE(4) : 0;
    if (request === SSL_REQUEST || request === GSSENC_REQUEST) return { kind: 'encryption-request' };
    if (request === CANCEL_REQUEST) return { kind: 'cancel-request' };
    this.#started = true;
    return { kind: 'startup', type: '', bytes };
  }

  #join(): void {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
  }
}

/** The state in the last ReadyForQuery of an answer: idle, in a transaction, in a failed one; null when there is none. */
export function readiness(answer: Buffer): 'I' | 'T' | 'E' | null {
  let state: 'I' | 'T' | 'E' | null = null;
  for (let at = 0; at + 5 <= answer.length; at += 1 + answer.readInt32BE(at + 1)) {
    if (answer[at] !== 0x5a) continue;
    const said = String.fromCharCode(answer.readUInt8(at + 5));
    state = said === 'T' || said === 'E' ? said : 'I';
  }
  return state;
}

/** A simple Query message. */
export function queryMessage(text: string): Buffer {
  return message('Q', Buffer.from(`${text}\0`));
}

export const SYNC = message('S', Buffer.alloc(0));

/** A fatal ErrorResponse. */
export function fatalMessage(sqlState: string, text: string): Buffer {
  return message('E', Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${text}\0\0`));
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}
