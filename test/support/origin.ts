import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** How a response is framed: what tells the client where the body ends. */
export type Framing = 'content-length' | 'chunked' | 'close';

/** One way an origin can go wrong. Offsets and lengths in bytes, times in milliseconds. */
export type Fault =
  /** One byte of the body is another. */
  | { readonly kind: 'flip'; readonly at: number }
  /** The body ends early: connection closed in order (`fin`) or reset (`rst`); `end` keeps the protocol valid. */
  | {
      readonly kind: 'truncate';
      readonly at: number;
      readonly framing: Framing;
      readonly how: 'fin' | 'rst' | 'end';
    }
  /** More bytes than the file has. */
  | { readonly kind: 'extra'; readonly bytes: number; readonly framing: Framing }
  /** `Content-Length` says something else than what is sent. */
  | { readonly kind: 'wrong-length'; readonly length: number }
  /** The body is gzip-encoded whatever was asked; or only said to be encoded. */
  | { readonly kind: 'gzip' }
  | { readonly kind: 'encoding-label'; readonly label: string }
  /** Silence after so many bytes, until the client goes away. */
  | { readonly kind: 'stall'; readonly at: number }
  /** No response at all. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: 301 | 302 | 303 | 307 | 308 }
  /** 206 to a request without Range. */
  | { readonly kind: 'partial' }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** An error `times` times, then the file. */
  | {
      readonly kind: 'busy';
      readonly times: number;
      readonly status?: number;
      readonly retryAfter?: string;
    }
  /** Pieces with a pause after each. */
  | { readonly kind: 'slow'; readonly piece: number; readonly pause: number };

/** A file of the origin: bytes, or a size whose bytes are made while they are sent. */
export interface OriginFile {
  readonly content: Uint8Array | { readonly size: number };
  readonly fault?: Fault;
  readonly framing?: Framing;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface TestOrigin {
  /** `http://127.0.0.1:{port}`, no slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  /** Connections that are open now. */
  openConnections(): number;
  /** Replaces or adds a file; a plain byte array is served as it is. */
  set(path: string, file: Uint8Array | OriginFile): void;
  close(): Promise<void>;
}

export interface OriginOptions {
  /** Only requests with these header fields are answered; others get 401. */
  readonly require?: Readonly<Record<string, string>>;
  /** Loopback address to listen on; another one is another origin. */
  readonly host?: string;
}

const PIECE = 64 * 1024;

/**
 * Starts a real HTTP server on loopback that serves files by path (`/a/b`) and goes wrong as asked. It knows HEAD, and
 * where no fault is set conditional requests and Range with strong ETags.
 */
export async function startOrigin(
  files: Readonly<Record<string, Uint8Array | OriginFile>> = {},
  options: OriginOptions = {},
): Promise<TestOrigin> {
  const served = new Map<string, OriginFile>();
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const answered = new Map<string, number>();
  const set = (path: string, file: Uint8Array | OriginFile): void => {
    served.set(path, file instanceof Uint8Array ? { content: file } : file);
    answered.delete(path);
  };
  for (const [path, file] of Object.entries(files)) set(path, file);

  const server = createServer((request, response) => {
    const path = decodeURI((request.url ?? '/').split('?', 1)[0] ?? '/');
    requests.push({ method: request.method ?? 'GET', path: request.url ?? '/', headers: request.headers });
    const turn = (answered.get(path) ?? 0) + 1;
    answered.set(path, turn);
    response.on('error', () => {});
    void answer(request, response, served.get(path), turn, options).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    requests,
    openConnections: () => sockets.size,
    set,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  file: OriginFile | undefined,
  turn: number,
  options: OriginOptions,
): Promise<void> {
  const denied = Object.entries(options.require ?? {}).some(([name, v]) => request.headers[name] !== v);
  if (denied) return plain(response, 401, 'credential needed');
  if (file === undefined) return plain(response, 404, 'no such file');
  const fault = file.fault;
  if (fault !== undefined && beforeBody(fault, request, response, turn)) return;
  if (fault === undefined && sendUnchanged(request, response, file)) return;
  if (fault === undefined && sendRange(request, response, file)) return;
  await sendBody(request, response, file, fault);
}

/** Faults that replace the response. */
function beforeBody(fault: Fault, request: IncomingMessage, response: ServerResponse, turn: number): boolean {
  switch (fault.kind) {
    case 'reset':
      request.socket.resetAndDestroy();
      return true;
    case 'silent':
      return true;
    case 'redirect':
      response.writeHead(fault.status ?? 302, { location: fault.to }).end('moved');
      return true;
    case 'status':
      response.writeHead(fault.status, fault.headers ?? {}).end('as asked');
      return true;
    case 'busy': {
      if (turn > fault.times) return false;
      const wait = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
      response.writeHead(fault.status ?? 503, wait).end('busy');
      return true;
    }
    default:
      return false;
  }
}

async function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  file: OriginFile,
  fault: Fault | undefined,
): Promise<void> {
  const { size, body } = bodyOf(file, fault);
  const framing =
    fault !== undefined && 'framing' in fault ? fault.framing : (file.framing ?? 'content-length');
  const headers: Record<string, string> = { 'content-type': 'application/octet-stream', ...file.headers };
  if (file.content instanceof Uint8Array && fault === undefined) headers['etag'] ??= etagOf(file.content);
  if (fault?.kind === 'gzip') headers['content-encoding'] = 'gzip';
  if (fault?.kind === 'encoding-label') headers['content-encoding'] = fault.label;
  if (framing === 'content-length') headers['content-length'] = String(declared(size, fault, file));
  if (framing === 'close') {
    headers['connection'] = 'close';
    response.useChunkedEncodingByDefault = false;
  }
  // A length that does not fit is the point of some faults; Node would refuse to send it.
  response.strictContentLength = false;
  response.writeHead(fault?.kind === 'partial' ? 206 : 200, headers);
  response.flushHeaders();
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await pump(request, response, body, fault);
}

function declared(size: number, fault: Fault | undefined, file: OriginFile): number {
  if (fault?.kind === 'wrong-length') return fault.length;
  // A body that is cut was promised whole; one that ends in order says its own length.
  if (fault?.kind === 'truncate' && fault.how !== 'end') return sizeOf(file);
  return size;
}

async function pump(
  request: IncomingMessage,
  response: ServerResponse,
  body: Iterable<Buffer>,
  fault: Fault | undefined,
): Promise<void> {
  const stallAt = fault?.kind === 'stall' ? fault.at : null;
  let sent = 0;
  for (const piece of body) {
    const room = stallAt === null ? piece.length : Math.min(piece.length, stallAt - sent);
    if (room > 0) await write(response, piece.subarray(0, room));
    sent += room;
    if (stallAt !== null && sent >= stallAt) return;
    if (fault?.kind === 'slow') await delay(fault.pause);
    if (response.destroyed) return;
  }
  if (stallAt !== null) return;
  if (fault?.kind === 'truncate' && fault.how !== 'end') {
    if (fault.how === 'rst') request.socket.resetAndDestroy();
    else request.socket.destroy();
    return;
  }
  response.end();
  // A length that promised more is not kept by waiting for it on an open connection.
  if (fault?.kind === 'wrong-length') response.once('finish', () => request.socket.end());
}

/** Writes and waits until the socket took it, or is gone. */
async function write(response: ServerResponse, piece: Buffer): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('close', done);
      resolve();
    };
    response.once('close', done);
    if (response.destroyed) done();
    else response.write(piece, done);
  });
}

function bodyOf(
  file: OriginFile,
  fault: Fault | undefined,
): { readonly size: number; readonly body: Iterable<Buffer> } {
  if (!(file.content instanceof Uint8Array)) {
    if (fault?.kind === 'gzip') throw new Error('a generated file is not compressed; give its bytes');
    const { size } = file.content;
    const extra = fault?.kind === 'extra' ? fault.bytes : 0;
    const length = fault?.kind === 'truncate' ? Math.min(fault.at, size) : size + extra;
    return { size: length, body: generated(length, fault?.kind === 'flip' ? fault.at : null) };
  }
  const bytes = damaged(Buffer.from(file.content), fault);
  return { size: bytes.length, body: pieces(bytes, fault?.kind === 'slow' ? fault.piece : PIECE) };
}

function damaged(bytes: Buffer, fault: Fault | undefined): Buffer {
  switch (fault?.kind) {
    case 'flip':
      bytes[fault.at] = (bytes[fault.at] ?? 0) ^ 0x01;
      return bytes;
    case 'truncate':
      return bytes.subarray(0, fault.at);
    case 'extra':
      return Buffer.concat([bytes, Buffer.alloc(fault.bytes, 0x78)]);
    case 'gzip':
      return gzipSync(bytes);
    default:
      return bytes;
  }
}

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The bytes of a generated file: the same for the same size, made piece by piece. */
export function* generated(size: number, flipAt: number | null = null): Generator<Buffer> {
  for (let at = 0, index = 0; at < size; at += PIECE, index++) {
    const piece = Buffer.alloc(Math.min(PIECE, size - at), index & 0xff);
    if (flipAt !== null && flipAt >= at && flipAt < at + piece.length) {
      piece[flipAt - at] = (piece[flipAt - at] ?? 0) ^ 0x01;
    }
    yield piece;
  }
}

/** sha256 of a generated file, without holding it. */
export function generatedSha256(size: number): string {
  const hash = createHash('sha256');
  for (const piece of generated(size)) hash.update(piece);
  return hash.digest('hex');
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** 304 where a condition of the request says that the client has the file (RFC 9110 §13.2.2). */
function sendUnchanged(request: IncomingMessage, response: ServerResponse, file: OriginFile): boolean {
  if (!(file.content instanceof Uint8Array)) return false;
  const etag = file.headers?.['etag'] ?? etagOf(file.content);
  const known = request.headers['if-none-match'];
  const since = request.headers['if-modified-since'];
  const lastModified = file.headers?.['last-modified'];
  const holds = known === undefined ? since !== undefined && since === lastModified : known === etag;
  if (holds) response.writeHead(304, { etag }).end();
  return holds;
}

function sendRange(request: IncomingMessage, response: ServerResponse, file: OriginFile): boolean {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (range === null || !(file.content instanceof Uint8Array) || request.method !== 'GET') return false;
  const etag = etagOf(file.content);
  const condition = request.headers['if-match'];
  if (condition !== undefined && condition !== etag) {
    plain(response, 412, 'changed');
    return true;
  }
  const size = file.content.length;
  const first = Number(range[1]);
  const last = range[2] === '' ? size - 1 : Math.min(Number(range[2]), size - 1);
  if (first > last) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return true;
  }
  const part = file.content.subarray(first, last + 1);
  const headers = { 'content-range': `bytes ${first}-${last}/${size}`, 'content-length': part.length, etag };
  response.writeHead(206, headers);
  response.end(part);
  return true;
}

function etagOf(content: Uint8Array): string {
  return `"${sha256(content).slice(0, 16)}"`;
}

function sizeOf(file: OriginFile): number {
  return file.content instanceof Uint8Array ? file.content.length : file.content.size;
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}
