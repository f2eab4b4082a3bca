import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Caller } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { Bridge, OpenedFile } from './contract.ts';

export interface SaveRequest {
  /** Pointer id or storage_uri. */
  readonly file: string;
  /** File to write, or a folder to write the file's own name into. */
  readonly output: string;
  readonly force: boolean;
  readonly unverified: boolean;
  readonly caller: Caller;
  readonly signal: AbortSignal;
  readonly progress: { size(bytes: number): void; advance(bytes: number): void };
}

export interface SavedFile {
  readonly id: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly verified: boolean;
}

/**
 * Streams a file to disk under a temporary name beside its place and moves it there only when it is proven, so that no
 * reader ever sees wrong or half bytes under the name. What was there before is replaced only with `force`, and only then.
 */
export async function saveFile(bridge: Bridge, request: SaveRequest): Promise<Outcome<SavedFile>> {
  const opened = await bridge.open(
    { file: request.file, unverified: request.unverified, door: 'cli', signal: request.signal },
    request.caller,
  );
  if (!opened.ok) return opened;
  const place = await placeFor(request, opened.value);
  if (!place.ok) {
    opened.value.stream.body.destroy();
    await opened.value.stream.proof;
    return place;
  }
  return write(opened.value, place.value, request.progress);
}

async function write(
  opened: OpenedFile,
  path: string,
  progress: SaveRequest['progress'],
): Promise<Outcome<SavedFile>> {
  const { stream, file } = opened;
  const temporary = join(
    dirname(path),
    `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.part`,
  );
  if (stream.contentLength !== null) progress.size(stream.contentLength);
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      progress.advance(chunk.length);
      done(null, chunk);
    },
  });
  try {
    await pipeline(stream.body, counted, createWriteStream(temporary, { flags: 'wx', flush: true }));
    const proof = await stream.proof;
    if (proof.outcome !== 'verified' && !(proof.outcome === 'unverified' && !stream.verified)) {
      throw new Error('The bytes were not proven.');
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return success({
      id: file.id,
      path,
      bytes: proof.bytesRead,
      sha256: proof.sha256Found,
      verified: stream.verified,
    });
  } catch (error) {
    await rm(temporary, { force: true });
    stream.body.destroy();
    const proof = await stream.proof;
    if (proof.failure !== null) return { ok: false, failure: proof.failure };
    const why = error instanceof Error ? error.message : 'unknown error';
    return failure('unreadable', `${path} could not be written: ${why}`, { where: path });
  }
}

/** Where the file goes; refuses to replace anything unless told to. */
async function placeFor(request: SaveRequest, opened: OpenedFile): Promise<Outcome<string>> {
  const wanted = resolve(request.output);
  const found = await stat(wanted).catch(() => null);
  const inFolder = found?.isDirectory() === true || /[\\/]$/.test(request.output);
  const path = inFolder ? join(wanted, safeName(opened.file.file_name, opened.file.id)) : wanted;
  const there = inFolder ? await stat(path).catch(() => null) : found;
  if (there?.isDirectory())
    return failure('usage', `${path} is a folder.`, { where: path, expected: 'a file name' });
  if (there !== null && !request.force) {
    return failure('usage', `${path} is there already.`, {
      where: path,
      expected: 'another -o, or --force to replace it',
    });
  }
  const folder = await stat(dirname(path)).catch(() => null);
  return folder?.isDirectory() === true
    ? success(path)
    : failure('usage', `The folder ${dirname(path)} does not exist.`, { where: dirname(path) });
}

/** A name from a crate is a stranger's: no separators, no control characters, nothing hidden, nothing special. */
export function safeName(name: string, id: string): string {
  const cleaned = name
    .replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '_')
    .replace(/^\.+/, '_')
    .slice(0, 200);
  return cleaned === '' || /^_+$/.test(cleaned) ? id : cleaned;
}

/** So that a crash right after does not lose the name; not every platform lets a folder be synced. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // the file itself was flushed
  }
}
