import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../src/model/json.ts';

/** A POST as it arrived. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: JsonObject;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

/** A real server that keeps what is posted to it, and answers with these statuses in turn, the last one for ever. */
export async function startReceiver(statuses: readonly number[], port = 0): Promise<Receiver> {
  const received: Received[] = [];
  const left = [...statuses];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString('utf8');
    received.push({ headers: request.headers, body, event: JSON.parse(body) });
    const status = (left.length > 1 ? left.shift() : left[0]) ?? 200;
    response.writeHead(status, { connection: 'close' }).end('thank you');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
