import { createServer, type Server, type Socket } from 'node:net';
import { fatalMessage, MessageReader, queryMessage, readiness, SYNC } from './wire.ts';

/**
 * The embedded database has one session, and clients share it in turns. A turn lasts from a client's first message to the
 * ReadyForQuery that says `idle`: through a whole transaction, and through the pause in which a driver waits for a
 * description between Parse and Bind. (`@electric-sql/pglite-socket` 0.2.17 takes turns by message outside transactions,
 * so that one client's Bind meets another's unnamed statement: 832 of 2,000 queries failed over 8 connections, and two
 * statements with the same parameters would have been taken for one another.)
 */

/** What runs protocol messages: PGlite. */
export interface Engine {
  execProtocolRaw(message: Uint8Array): Promise<Uint8Array>;
}

export interface SocketServer {
  /** Lets the running turn end and closes every connection; what was not begun is told so. */
  close(): Promise<void>;
}

/** How long a turn may still take when the server closes. */
const LAST_TURN_MS = 10_000;

/** How long a client may keep its turn without sending, while others wait: a stopped process must not stop them all. */
const LONGEST_PAUSE_MS = 60_000;

/** Parse, Bind, Describe, Execute, Close, Flush, CopyData: a Sync or the end of the copy is still to come. */
const MORE_FOLLOWS: ReadonlySet<string> = new Set(['P', 'B', 'D', 'E', 'C', 'H', 'd']);

class Client {
  readonly socket: Socket;
  readonly reader = new MessageReader();
  waiting: { readonly type: string; readonly bytes: Buffer }[] = [];
  gone = false;
  constructor(socket: Socket) {
    this.socket = socket;
  }
}

/**
 * Serves the engine on a Unix socket. `onBroken` is called when the engine itself fails, after which nothing can be
 * served.
 */
export function serve(
  engine: Engine,
  path: string,
  onBroken: (error: unknown) => void,
): Promise<SocketServer> {
  const clients = new Set<Client>();
  /** Those with messages, in order of arrival. */
  const queue: Client[] = [];
  let owner: Client | null = null;
  let running: Promise<void> | null = null;
  let pause: NodeJS.Timeout | null = null;
  /** Set when the server closes: called at the end of the running turn. */
  let lastTurnEnded: (() => void) | null = null;

  function accept(socket: Socket): void {
    const client = new Client(socket);
    clients.add(client);
    socket.on('data', (bytes: Buffer) => receive(client, bytes));
    // 'close' follows
    socket.on('error', () => {});
    socket.on('close', () => {
      client.gone = true;
      clients.delete(client);
      work();
    });
  }

  function receive(client: Client, bytes: Buffer): void {
    for (const sent of client.reader.read(bytes)) {
      if (sent.kind === 'encryption-request') {
        client.socket.write('N');
      } else if (sent.kind === 'cancel-request' || sent.kind === 'malformed') {
        client.socket.destroy();
        return;
      } else if (sent.type === 'X') {
        client.socket.end();
      } else {
        if (client.waiting.length === 0 && client !== owner) queue.push(client);
        client.waiting.push(sent);
      }
    }
    work();
  }

  function work(): void {
    running ??= takeTurns()
      .catch(onBroken)
      .finally(() => {
        running = null;
      });
  }

  async function takeTurns(): Promise<void> {
    for (;;) {
      if (owner?.gone) await endTurn();
      if (owner === null && lastTurnEnded !== null) return lastTurnEnded();
      owner ??= queue.shift() ?? null;
      if (owner === null) return;
      if (owner.gone) {
        owner = null;
        continue;
      }
      const messages = owner.waiting;
      if (messages.length === 0) {
        watchPause(owner);
        return;
      }
      if (pause !== null) clearTimeout(pause);
      pause = null;
      owner.waiting = [];
      const answer = Buffer.from(await engine.execProtocolRaw(joined(messages)));
      if (answer.length > 0 && !owner.gone) owner.socket.write(answer);
      const last = messages.at(-1)?.type ?? '';
      if (readiness(answer) === 'I' && !MORE_FOLLOWS.has(last)) {
        const served: Client = owner;
        owner = null;
        if (served.waiting.length > 0) queue.push(served);
      }
    }
  }

  /** The turn of a client that went away: out of its statement, out of its transaction. */
  async function endTurn(): Promise<void> {
    owner = null;
    await engine.execProtocolRaw(SYNC);
    await engine.execProtocolRaw(queryMessage('ROLLBACK'));
  }

  function watchPause(client: Client): void {
    pause ??= setTimeout(() => {
      pause = null;
      if (owner !== client || client.waiting.length > 0) return;
      if (queue.length === 0) return watchPause(client);
      client.socket.write(fatalMessage('25P03', 'idle in transaction while others wait'));
      client.socket.destroy();
    }, LONGEST_PAUSE_MS).unref();
  }

  const server = createServer(accept);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve({ close: () => close(server) });
    });
  });

  async function close(listening: Server): Promise<void> {
    const closed = new Promise<void>((resolve) => listening.close(() => resolve()));
    await new Promise<void>((resolve) => {
      setTimeout(resolve, LAST_TURN_MS).unref();
      lastTurnEnded = resolve;
      work();
    });
    await running;
    // PostgreSQL's own answer to what it will not begin: the client knows that it may ask elsewhere
    for (const { socket } of clients) socket.end(fatalMessage('57P01', 'the database is closing'));
    const slow = setTimeout(() => {
      for (const { socket } of clients) socket.destroy();
    }, 1_000);
    await closed;
    clearTimeout(slow);
    if (owner !== null) await endTurn();
  }
}

function joined(messages: readonly { readonly bytes: Buffer }[]): Buffer {
  const [first, ...more] = messages;
  return first !== undefined && more.length === 0 ? first.bytes : Buffer.concat(messages.map((m) => m.bytes));
}
