import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline as pipe, Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type Failure, failure, type Outcome, success } from '../model/failure.ts';
import { readText, writeText } from '../registry/archive/text.ts';
import type { DumpLine } from '../registry/archive-contract.ts';
import { RegistryError } from '../registry/rebuild.ts';
import type { BridgeContext } from './context.ts';
import { VERSION } from './version.ts';

/** What a dump or a restore did. `rows` are by table. */
export interface ArchiveReport {
  /** Program and moment the dump was made by and at. */
  readonly version: string;
  readonly at: string;
  readonly rows: Readonly<Record<string, number>>;
  /** Absolute path of the file; null for a stream. */
  readonly file: string | null;
}

export interface DumpOptions {
  /** A file, gzip where its name ends in .gz; or a stream, plain. */
  readonly target: { readonly path: string; readonly force: boolean } | { readonly stream: Writable };
  /** Told after every row. */
  readonly progress?: () => void;
}

export interface RestoreOptions {
  /** Plain or gzip, whatever its name says. */
  readonly from: { readonly path: string } | { readonly stream: AsyncIterable<Uint8Array> };
  readonly progress?: () => void;
}

/**
 * Writes the whole registry as NDJSON, as one snapshot. A file appears under its name when it is whole, readable by its owner
 * alone; one that is there is kept unless `force` is set (`usage`).
 */
export async function dumpRegistry(
  context: BridgeContext,
  options: DumpOptions,
): Promise<Outcome<ArchiveReport>> {
  const seen = new Seen(options.progress);
  const text = Readable.from(writeText(seen.through(context.registry.dump(context.now(), VERSION))));
  const { target } = options;
  try {
    if ('stream' in target) {
      // whoever gave the stream ends it
      await pipeline(text, target.stream, { end: false });
      return success(seen.report(null));
    }
    const written = await writeFile(target.path, target.force, text);
    return written.ok ? success(seen.report(target.path)) : written;
  } catch (error) {
    return { ok: false, failure: brokenOff(error, 'path' in target ? target.path : 'the output', 'written') };
  }
}

/** Reads a dump into the registry, which must be empty; all or nothing. */
export async function restoreRegistry(
  context: BridgeContext,
  options: RestoreOptions,
): Promise<Outcome<ArchiveReport>> {
  const seen = new Seen(options.progress);
  const { from } = options;
  const path = 'path' in from ? from.path : null;
  const bytes = 'path' in from ? createReadStream(from.path, { highWaterMark: 256 * 1024 }) : from.stream;
  try {
    const restored = await context.registry.restore(seen.through(readText(unpacked(bytes))));
    return restored.ok ? success(seen.report(path)) : restored;
  } catch (error) {
    return { ok: false, failure: brokenOff(error, path ?? 'the input', 'read') };
  }
}

/** Looks at lines on their way, for the report. */
class Seen {
  readonly #progress: () => void;
  #version = VERSION;
  #at = '';
  #rows: Readonly<Record<string, number>> = {};

  constructor(progress: (() => void) | undefined) {
    this.#progress = progress ?? (() => {});
  }

  async *through(lines: AsyncIterable<DumpLine>): AsyncGenerator<DumpLine> {
    for await (const line of lines) {
      if (line.kind === 'header') {
        this.#version = line.version;
        this.#at = line.at;
      } else if (line.kind === 'end') this.#rows = line.rows;
      else this.#progress();
      yield line;
    }
  }

  report(file: string | null): ArchiveReport {
    return { version: this.#version, at: this.#at, rows: this.#rows, file };
  }
}

/** Under a name of its own until it is on the disk. */
async function writeFile(path: string, force: boolean, text: Readable): Promise<Outcome<void>> {
  if (!force && (await exists(path))) {
    text.destroy();
    return failure('usage', `${path} is there already.`, {
      where: path,
      expected: 'another name, or --force to replace it',
    });
  }
  const unfinished = `${path}.${process.pid}.part`;
  const target = createWriteStream(unfinished, { flags: 'wx', mode: 0o600, flush: true });
  try {
    if (path.endsWith('.gz')) await pipeline(text, createGzip(), target);
    else await pipeline(text, target);
    await rename(unfinished, path);
    return success(undefined);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** The bytes, out of their gzip where they are in one. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = bytes[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await reader.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield head;
    for (;;) {
      const next = await reader.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  try {
    if (head[0] !== 0x1f || head[1] !== 0x8b) yield* whole();
    else yield* pipe(Readable.from(whole()), createGunzip(), () => {});
  } finally {
    await reader.return?.();
  }
}

/** What went wrong beside the registry: the disk, the pipe, the compression. */
function brokenOff(error: unknown, where: string, done: 'read' | 'written'): Failure {
  if (error instanceof RegistryError) return error.failure;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('Z_')) {
    return {
      code: 'unreadable',
      message: `The compression of ${where} is broken or cut (${code}). Nothing was restored.`,
      where,
    };
  }
  if (code === '') throw error;
  return { code: 'unreadable', message: `${where} cannot be ${done} (${code}).`, where };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
