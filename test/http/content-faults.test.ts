import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get as httpsGet } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fault, generated, generatedSha256, startOrigin, type TestOrigin } from '../support/origin.ts';
import { CLIENTS, RESUMING } from './clients.ts';
import { type KnownFile, type OpenDoor, openDoor } from './door.ts';
import { pointer, uuid } from './samples.ts';

const SMALL = 100_000;
const LARGE = 6 * 1024 * 1024;

/** Every way the origin goes wrong while the registered size and checksum stand. */
function faults(size: number): Readonly<Record<string, Fault>> {
  return {
    'a flipped first byte': { kind: 'flip', at: 0 },
    'a flipped last byte': { kind: 'flip', at: size - 1 },
    'a cut, with Content-Length': {
      kind: 'truncate',
      at: size - 70_000,
      framing: 'content-length',
      how: 'fin',
    },
    'a reset, with Content-Length': {
      kind: 'truncate',
      at: size - 70_000,
      framing: 'content-length',
      how: 'rst',
    },
    'a short Content-Length': { kind: 'truncate', at: size - 1, framing: 'content-length', how: 'end' },
    'a cut, chunked': { kind: 'truncate', at: size - 70_000, framing: 'chunked', how: 'fin' },
    'an early end, chunked': { kind: 'truncate', at: size - 1, framing: 'chunked', how: 'end' },
    'an early close': { kind: 'truncate', at: size - 70_000, framing: 'close', how: 'end' },
    'a reset of a close-delimited body': {
      kind: 'truncate',
      at: size - 70_000,
      framing: 'close',
      how: 'rst',
    },
    'extra bytes, with Content-Length': { kind: 'extra', bytes: 1, framing: 'content-length' },
    'extra bytes, chunked': { kind: 'extra', bytes: 1, framing: 'chunked' },
    'a wrong Content-Length': { kind: 'wrong-length', length: size + 10 },
    gzip: { kind: 'gzip' },
    'a part instead of the whole': { kind: 'partial' },
    'a stall': { kind: 'stall', at: size - 70_000 },
    'a reset before any answer': { kind: 'reset' },
  };
}

const whole = (size: number) => Buffer.concat([...generated(size)]);

let origin: TestOrigin;
let door: OpenDoor;

function known(number: number, size: number): KnownFile {
  return {
    pointer: pointer({
      id: uuid(number),
      storage_uri: `${origin.url}/${number}`,
      sha256: generatedSha256(size),
      file_size_bytes: size,
    }),
    file_name: 'frames.h5',
  };
}

beforeAll(async () => {
  origin = await startOrigin();
  door = await openDoor({
    files: [known(1, SMALL), known(2, LARGE)],
    limits: { retries: 0, bodyTimeout: 400 },
  });
});
afterAll(async () => {
  await door.close();
  await origin.close();
});

const at = (number: number) => `${door.url}/api/v1/files/${uuid(number)}/content/frames.h5`;

const ALL = { ...CLIENTS, ...RESUMING };
const MATRIX = Object.keys(ALL).flatMap((client) =>
  Object.keys(faults(LARGE)).map((fault) => [client, fault] as const),
);

describe.each([
  ['small', 1, SMALL],
  ['large', 2, LARGE],
] as const)('a %s file', (kind, number, size) => {
  const bytes = whole(size);

  it.each(Object.entries(CLIENTS))('arrives whole by %s when all is well', async (_, client) => {
    origin.set(`/${number}`, bytes);
    const got = await client(at(number));
    expect(got.clean).toBe(true);
    expect(got.bytes.equals(bytes)).toBe(true);
  });

  it.each(MATRIX)('never looks right by %s after %s', async (client, fault) => {
    const found = faults(size)[fault];
    if (found === undefined) throw new Error(fault);
    origin.set(`/${number}`, { content: bytes, fault: found });
    const got = await ALL[client]?.(at(number));
    expect(got?.clean).toBe(false);
    // What is proven before the first byte has a real status.
    if (kind === 'small' && client in CLIENTS) expect([502, 504]).toContain(got?.status);
  });
});

describe('a small file that is wrong', () => {
  it.each([
    [{ kind: 'flip', at: 5 }, 'checksum_mismatch'],
    [{ kind: 'extra', bytes: 3, framing: 'chunked' }, 'trailing_data'],
    [{ kind: 'truncate', at: 50, framing: 'chunked', how: 'end' }, 'truncated'],
    [{ kind: 'gzip' }, 'content_encoded'],
  ] as const satisfies [Fault, string][])('is a 502 that says why: %j', async (fault, code) => {
    origin.set('/1', { content: whole(SMALL), fault });
    const answer = await fetch(at(1));
    expect(answer.status).toBe(502);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.has('repr-digest')).toBe(false);
    expect(await answer.json()).toMatchObject({ code });
  });
});

describe('a large file that is wrong', () => {
  it('ends in a reset, which no reader takes for the end', async () => {
    origin.set('/2', { content: whole(LARGE), fault: { kind: 'flip', at: LARGE - 1 } });
    const socket = connect(door.port, '127.0.0.1');
    const request = `GET ${new URL(at(2)).pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const outcome = await new Promise<string>((resolve) => {
      socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
      socket.on('end', () => resolve('closed in order'));
      socket.resume().write(request);
    });
    expect(outcome).toBe('ECONNRESET');
    expect(door.log.at(-1)?.facts).toMatchObject({ code: 'checksum_mismatch', sent: 'body' });
  });
});

describe('over TLS', () => {
  it('a wrong file is a broken transfer too', async () => {
    const tls = certificate();
    const secure = await openDoor({ files: [known(2, LARGE)] }, { tls });
    origin.set('/2', { content: whole(LARGE), fault: { kind: 'flip', at: LARGE - 1 } });
    const { pathname } = new URL(at(2));
    const outcome = await new Promise<string>((resolve) => {
      httpsGet(`${secure.url}${pathname}`, { ca: tls.cert, agent: false }, (answer) => {
        answer.resume();
        answer.on('error', () => resolve('broken'));
        answer.on('end', () => resolve(answer.complete ? 'whole' : 'broken'));
      }).on('error', () => resolve('broken'));
    });
    expect(outcome).toBe('broken');
    await secure.close();
  });
});

/** A self-signed certificate for loopback, made for this run. */
function certificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'crate-bridge-tls-'));
  const key = join(folder, 'key.pem');
  const cert = join(folder, 'cert.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const how = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '1',
  ];
  execFileSync('openssl', [...how, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}
