import { Socket } from 'node:net';

/** Connections in a row that may be accepted and then dropped without a word of PostgreSQL's. */
const HANGUPS = 3;

/** First bytes of a server's answers to a startup: Authentication, Error, yes and no to encryption. */
const ANSWERS: ReadonlySet<number> = new Set(['R', 'E', 'S', 'N'].map((letter) => letter.charCodeAt(0)));

/** What postgres.js hands to its `socket` option. */
interface Target {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: string | false;
}

/**
 * Makes the sockets of a pool. postgres.js 3.4.9 connects again at once, for ever, to a server that accepts and hangs up
 * (a proxy whose database is down), until no file descriptor is left; here the third such connection is an error.
 */
export function socketFactory(): (target: Target) => Socket {
  let hangups = 0;
  return ({ host: [host = 'localhost'], port: [port = 5432], path }) => {
    const socket = new Socket();
    // read for the server name in TLS, as of a socket it makes itself
    Object.assign(socket, { host, port });
    if (hangups >= HANGUPS) {
      hangups = 0;
      const said = new Error('The server accepts connections and closes them.');
      setImmediate(() => socket.destroy(Object.assign(said, { code: 'ECONNRESET', syscall: 'connect' })));
      return socket;
    }
    let answered = false;
    socket.once('data', (bytes: Buffer) => {
      answered = ANSWERS.has(bytes[0] ?? 0);
      if (answered) hangups = 0;
    });
    socket.once('close', (failed) => {
      if (!answered && !failed) hangups += 1;
    });
    if (path === false) socket.connect(port, host);
    else socket.connect(path);
    return socket;
  };
}
