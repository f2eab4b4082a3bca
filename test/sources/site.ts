import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a site answers at one path. A body that is no text or bytes is sent as JSON. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
}

/** Answers at a path, or works one out from the request. */
export type Served = Answer | ((request: IncomingMessage) => Answer);

/** A web site on loopback: pages by path with its query, and what was asked of it. */
export interface Site {
  readonly url: string;
  /** Paths with their queries, in order. */
  readonly asked: string[];
  /** `Authorization` fields it was sent. */
  readonly secrets: string[];
  set(path: string, served: Served): void;
  close(): Promise<void>;
}

export async function startSite(pages: Readonly<Record<string, Served>> = {}): Promise<Site> {
  const served = new Map(Object.entries(pages));
  const asked: string[] = [];
  const secrets: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    if (request.headers.authorization !== undefined) secrets.push(request.headers.authorization);
    const page = served.get(path);
    send(request, response, typeof page === 'function' ? page(request) : page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    secrets,
    set: (path, page) => void served.set(path, page),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(request: IncomingMessage, response: ServerResponse, page: Answer | undefined): void {
  if (page === undefined) return void response.writeHead(404).end();
  const { status = 200, headers = {}, body = '' } = page;
  const etag = headers['etag'];
  if (etag !== undefined && request.headers['if-none-match'] === etag)
    return void response.writeHead(304).end();
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...copied(headers) }).end(bytes);
}

function copied(headers: NonNullable<Answer['headers']>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
