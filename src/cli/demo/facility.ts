import { type FileHandle, open, realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface FacilityOptions {
  /** Folder with one folder per crate, each holding `ro-crate-metadata.json`. */
  readonly crates: string;
  /** Folder that `writePayload` wrote. */
  readonly payload: string;
  /** Port on 127.0.0.1; 0 or absent takes a free one. */
  readonly port?: number;
}

/** A running demo facility. */
export interface Facility {
  /** Origin without a trailing slash, such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Requests received so far. */
  requests(): number;
  /**
   * Flips one bit in the middle of a served payload file, as failing storage does: size, modification time and therefore
   * ETag stay. `path` is the URL path (`/storage/…`, percent-encoded). Rejects for a path that is no payload, or is empty.
   */
  corrupt(path: string): Promise<void>;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

const METADATA_FILE = 'ro-crate-metadata.json';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.dat': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
  '.star': 'text/plain; charset=utf-8',
  '.hkl': 'text/plain; charset=utf-8',
  '.tsv': 'text/tab-separated-values; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
};

/**
 * Serves the example crates and their payload over HTTP on loopback, like a facility's static web server:
 * `/crates/{name}/ro-crate-metadata.json`, payload beside it, and `/storage/…` for what `sibyls://als/…` names.
 * Rejects when the port is taken.
 */
export async function startFacility(options: FacilityOptions): Promise<Facility> {
  const roots = { crates: await realpath(options.crates), payload: await realpath(options.payload) };
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    answer(roots, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening, refused) => {
    server.once('error', refused);
    server.listen(options.port ?? 0, '127.0.0.1', () => listening());
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The facility listens on no TCP port.');

  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: () => requests,
    corrupt: (path) => corrupt(roots, path),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

interface Roots {
  readonly crates: string;
  readonly payload: string;
}

/** What a URL path is served from. */
interface Place {
  readonly kind: 'document' | 'payload';
  readonly root: string;
  /** Below the root, decoded. */
  readonly path: string;
}

/** Null for a path that names nothing that could be served. */
function locate(roots: Roots, urlPath: string): Place | null {
  const segments: string[] = [];
  for (const written of (urlPath.split('?', 1)[0] ?? '').split('/').slice(1)) {
    let segment: string;
    try {
      segment = decodeURIComponent(written);
    } catch {
      return null;
    }
    // Decoded once and looked at afterwards, so that %2e%2e, %2f and %5c cannot climb out.
    if (/^\.{0,2}$|[/\\\0]/.test(segment)) return null;
    segments.push(segment);
  }
  if (segments[0] === 'crates' && segments.length === 3 && segments[2] === METADATA_FILE) {
    return { kind: 'document', root: roots.crates, path: segments.slice(1).join('/') };
  }
  if (segments.length < 2 || (segments[0] !== 'crates' && segments[0] !== 'storage')) return null;
  return { kind: 'payload', root: roots.payload, path: segments.join('/') };
}

/** A regular file inside its root, opened; null when there is none. A link that leads out of the root is none. */
async function openBelow(root: string, path: string, flags: 'r' | 'r+'): Promise<FileHandle | null> {
  try {
    const real = await realpath(join(root, path));
    if (!real.startsWith(root + sep)) return null;
    const file = await open(real, flags);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch {
    return null;
  }
}

async function answer(roots: Roots, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return say(response, 405, 'This facility only reads: use GET or HEAD.');
  }
  const place = locate(roots, request.url ?? '/');
  const file = place === null ? null : await openBelow(place.root, place.path, 'r');
  if (place === null || file === null) return say(response, 404, 'Nothing here under that name.');

  const { size, mtime } = await file.stat();
  const etag = `"${mtime.getTime().toString(16)}-${size.toString(16)}"`;
  response.setHeader('ETag', etag);
  response.setHeader('Last-Modified', mtime.toUTCString());
  response.setHeader('Accept-Ranges', 'none');
  if (matches(request.headers['if-none-match'], etag)) {
    await file.close();
    response.writeHead(304).end();
    return;
  }
  response.setHeader('Content-Type', mediaType(place.path));
  response.setHeader('Content-Length', size);
  if (request.method === 'HEAD' || size === 0) {
    await file.close();
    response.writeHead(200).end();
    return;
  }
  response.writeHead(200);
  // A client that leaves early is no failure of the facility; the stream closes the file either way.
  await pipeline(file.createReadStream({ end: size - 1 }), response).catch(() => undefined);
}

/** RFC 9110 §13.1.2: any of the listed tags, compared weakly, or `*`. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}

function mediaType(path: string): string {
  if (path.endsWith(`/${METADATA_FILE}`)) return 'application/ld+json';
  return MEDIA_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
}

function say(response: ServerResponse, status: number, message: string): void {
  const body = Buffer.from(`${message}\n`);
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': body.length,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

async function corrupt(roots: Roots, urlPath: string): Promise<void> {
  const place = locate(roots, urlPath);
  const file = place?.kind === 'payload' ? await openBelow(place.root, place.path, 'r+') : null;
  if (file === null) throw new Error(`No payload file is served at ${urlPath}.`);
  try {
    const { size, atime, mtime } = await file.stat();
    if (size === 0) throw new Error(`The file at ${urlPath} is empty: no byte to flip.`);
    const middle = Math.floor(size / 2);
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, middle);
    byte.writeUInt8(byte.readUInt8(0) ^ 1);
    await file.write(byte, 0, 1, middle);
    await file.utimes(atime, mtime);
  } finally {
    await file.close();
  }
}
