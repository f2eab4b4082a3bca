import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { failure, type Outcome, success } from '../model/failure.ts';
import { hostAllowed, isLoopback } from './binding.ts';
import type { Door, DoorLog } from './door.ts';
import { SECURE_HEADERS } from './headers.ts';
import { loggedPath } from './logged-path.ts';
import { type DoorFailure, problem } from './problem.ts';
import { reset } from './send.ts';

export interface ServerOptions {
  readonly app: Door;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly log?: DoorLog;
  /** Names besides loopback's own that a `Host` header may have when bound to loopback: those of a proxy before it. */
  readonly names?: readonly string[];
  /** PEM texts; without them the server speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Milliseconds that running answers have to finish when the server closes. Default 10 000. */
  readonly graceMs?: number;
}

export interface RunningServer {
  /** Where it answers, such as `http://127.0.0.1:8400`. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets running ones finish within the grace, breaks off the rest. */
  close(): Promise<void>;
}

/** Slow senders of headers or bodies are cut off; answers take as long as they take (they have their own stall guard). */
const TIMEOUTS = {
  headersTimeout: 20_000,
  requestTimeout: 60_000,
  // Longer than the idle time of common proxies, so that they close first and never send into a closing connection.
  keepAliveTimeout: 75_000,
};

/** Binds and serves. Fails with `usage` where the address cannot be had. */
export async function startServer(options: ServerOptions): Promise<Outcome<RunningServer>> {
  const { host, port, tls } = options;
  const listener = getRequestListener(guarded(options), { hostname: host });
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    logWhenDone(options.log, incoming, outgoing);
    void listener(incoming, outgoing);
  };
  const server =
    tls === undefined ? createServer(TIMEOUTS, answer) : createTlsServer({ ...TIMEOUTS, ...tls }, answer);
  const sockets = trackSockets(server);
  try {
    server.listen({ port, host });
    await once(server, 'listening');
  } catch (error) {
    return failure('usage', `Cannot serve on ${host}, port ${port}: ${bindingError(error)}.`, {
      where: '--host, --port',
      found: `${host}:${port}`,
    });
  }
  const bound = addressOf(server, port);
  return success({
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: () => closeServer(server, sockets, options.graceMs ?? 10_000),
  });
}

/** On loopback, only loopback's own names (and the proxy's) may be asked for. */
function guarded({ app, host, names = [] }: ServerOptions): typeof app.fetch {
  if (!isLoopback(host)) return app.fetch;
  return (request, ...rest) => {
    // The request's URL has the Host header's name, or the one of an absolute request target.
    const asked = [new URL(request.url).host, request.headers.get('host') ?? host];
    const stranger = asked.find((one) => !hostAllowed(one, names));
    return stranger === undefined
      ? app.fetch(request, ...rest)
      : problem(unknownHost(stranger), SECURE_HEADERS);
  };
}

function unknownHost(found: string): DoorFailure {
  return {
    code: 'host_unknown',
    message: `This service runs on loopback and is not called "${found.slice(0, 100)}".`,
    where: 'Host',
    expected: 'localhost, 127.0.0.1 or [::1]',
    found,
  };
}

/** One line a request, when it is over. */
function logWhenDone(log: DoorLog | undefined, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (log === undefined) return;
  const started = performance.now();
  outgoing.once('close', () => {
    log.info(
      {
        method: incoming.method,
        path: loggedPath(incoming.url ?? ''),
        status: outgoing.statusCode,
        complete: outgoing.writableFinished,
        ms: Math.round(performance.now() - started),
      },
      'request',
    );
  });
}

function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function closeServer(server: Server, sockets: ReadonlySet<Socket>, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A reset, so that nobody takes what is cut off here for a whole.
  const timer = setTimeout(() => {
    for (const socket of sockets) reset(socket);
  }, graceMs);
  await closed;
  clearTimeout(timer);
}

function addressOf(server: Server, port: number): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function bindingError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') return 'something else is serving there';
  if (code === 'EACCES') return 'not permitted';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address';
  return String(code ?? 'unknown reason');
}
