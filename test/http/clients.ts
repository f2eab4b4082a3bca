import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a client made of an answer. `clean`: it would tell its user that the file is there and whole. */
export interface Fetched {
  readonly clean: boolean;
  readonly status: number | null;
  readonly bytes: Buffer;
}

type HeaderFields = Readonly<Record<string, string>>;

export type Client = (url: string, headers?: HeaderFields) => Promise<Fetched>;

async function viaFetch(url: string, headers: HeaderFields = {}): Promise<Fetched> {
  try {
    const answer = await fetch(url, { headers });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { clean: answer.ok, status: answer.status, bytes };
  } catch {
    return { clean: false, status: null, bytes: Buffer.alloc(0) };
  }
}

function viaHttpGet(url: string, headers: HeaderFields = {}): Promise<Fetched> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status: number | null = null;
    const done = (clean: boolean) => resolve({ clean, status, bytes: Buffer.concat(chunks) });
    const request = httpGet(url, { agent: false, headers }, (answer) => {
      status = answer.statusCode ?? null;
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', () => done(false));
      answer.on('end', () => done(answer.complete && status === 200));
    });
    request.on('error', () => done(false));
  });
}

/** With `-f`, as scripts call it: a status of 400 or more is a failure. */
function viaCurl(...options: readonly string[]): Client {
  return (url, headers = {}) =>
    inFolder(async (folder) => {
      const file = join(folder, 'out');
      const { code, stdout } = await curl([
        '-fsS',
        '-m',
        '30',
        '-w',
        '%{http_code}',
        '-o',
        file,
        ...fields(headers),
        ...options,
        url,
      ]);
      const bytes = await readFile(file).catch(() => Buffer.alloc(0));
      return { clean: code === 0, status: Number(stdout) || null, bytes };
    });
}

function fields(headers: HeaderFields): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
}

/** Somebody whose first transfer broke, and who resumes. */
function viaResumingCurl(url: string): Promise<Fetched> {
  return inFolder(async (folder) => {
    const file = join(folder, 'out');
    await curl(['-fsS', '-m', '30', '-o', file, url]);
    const got = await readFile(file).catch(() => Buffer.alloc(0));
    // A transfer broken early leaves nothing; then there is a beginning from another time.
    if (got.length === 0) await writeFile(file, Buffer.alloc(100));
    const { code, stdout } = await curl([
      '-fsS',
      '-m',
      '30',
      '-w',
      '%{http_code}',
      '-C',
      '-',
      '-o',
      file,
      url,
    ]);
    return { clean: code === 0, status: Number(stdout) || null, bytes: await readFile(file) };
  });
}

/** Resumes by itself, without saying which bytes it has (no `If-Range`). */
function viaWget(url: string): Promise<Fetched> {
  return inFolder(async (folder) => {
    const file = join(folder, 'out');
    const { code } = await run('wget', ['-q', '-t', '3', '-w', '0', '--timeout=30', '-O', file, url]);
    return { clean: code === 0, status: null, bytes: await readFile(file).catch(() => Buffer.alloc(0)) };
  });
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function curl(args: readonly string[]): Promise<Ran> {
  return run('curl', args);
}

function run(program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(program, [...args], { encoding: 'utf8' }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'crate-bridge-http-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** False where curl is not installed; its tests then say they are skipped. */
export const HAS_CURL = spawnSync('curl', ['--version']).status === 0;

/** Clients that ask for the whole file. */
export const CLIENTS: Readonly<Record<string, Client>> = {
  fetch: viaFetch,
  'http.get': viaHttpGet,
  ...(HAS_CURL && { curl: viaCurl(), 'curl --http1.0': viaCurl('--http1.0') }),
};

const HAS_WGET = spawnSync('wget', ['--version']).status === 0;

/** Clients that ask for the rest of it once a transfer broke. */
export const RESUMING: Readonly<Record<string, Client>> = {
  ...(HAS_CURL && { 'curl -C -': viaResumingCurl }),
  ...(HAS_WGET && { wget: viaWget }),
};
