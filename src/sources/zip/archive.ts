import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { type Failure, failed, failure, type Outcome, success } from '../../model/failure.ts';
import { errorCode } from '../../net/errors.ts';
import type { ZipBytes } from './bytes.ts';
import { BLOCK_BYTES, ZIP_LIMITS } from './limits.ts';

const inflate = promisify(inflateRaw);

/** Entries between two pauses, so that a long directory never holds up the event loop. */
const ENTRIES_A_TURN = 2_000;

/** A local header has a name and extra fields of its own; this much is read beyond what the directory says of them. */
const HEADER_SLACK = 1024;

/** A zip whose directory was read. */
export interface Archive {
  /** Entries by name, as wanted; several where a name stands twice. */
  readonly wanted: ReadonlyMap<string, readonly Entry[]>;
  /** Names of the folders at the top, up to two. */
  readonly topFolders: readonly string[];
  readonly zip: ZipFile;
  readonly bytes: ZipBytes;
  readonly where: string;
}

/**
 * Reads a zip's directory, zip64 too, and keeps the entries whose name is wanted. Names that could lead out of a folder
 * (`..`, absolute, a backslash, NUL) refuse the zip: `unreadable`; so does what is no zip. `too_large` above the limits.
 */
export async function readArchive(
  bytes: ZipBytes,
  where: string,
  isWanted: (name: string) => boolean,
): Promise<Outcome<Archive>> {
  const wanted = new Map<string, Entry[]>();
  const topFolders = new Set<string>();
  try {
    const zip = await fromRandomAccessReaderPromise(new DirectoryReader(bytes, where), bytes.size, {
      autoClose: false,
      strictFileNames: true,
    });
    if (zip.entryCount > ZIP_LIMITS.entries) return tooMany(zip.entryCount, where);
    let read = 0;
    for await (const entry of zip.eachEntry()) {
      const refused = refuseName(entry, where);
      if (refused !== null) return refused;
      const { fileName } = entry;
      const slash = fileName.indexOf('/');
      if (slash > 0 && topFolders.size < 2 && !isLitter(fileName)) topFolders.add(fileName.slice(0, slash));
      if (isWanted(fileName)) wanted.set(fileName, [...(wanted.get(fileName) ?? []), entry]);
      read += 1;
      if (read % ENTRIES_A_TURN === 0) await nextTurn();
    }
    return success({ wanted, topFolders: [...topFolders], zip, bytes, where });
  } catch (error) {
    return failed(directoryFailure(error, where));
  }
}

/**
 * The content of the one entry of this name, unpacked: size and CRC-32 are those of the directory, and the local header
 * names the same file. `too_large` above `maxBytes` or where it unpacks to far more than it is packed in.
 */
export async function readEntry(archive: Archive, name: string, maxBytes: number): Promise<Outcome<Buffer>> {
  const where = `${archive.where}, entry ${name}`;
  const [entry, twin] = archive.wanted.get(name) ?? [];
  if (entry === undefined) return failure('unreadable', 'The zip has no such entry.', { where });
  if (twin !== undefined) {
    return failure('unreadable', 'The zip holds two files of this name; which one counts is not certain.', {
      where,
      expected: 'one',
      found: String(archive.wanted.get(name)?.length ?? 0),
    });
  }
  const refused = refuseEntry(entry, maxBytes, where);
  if (refused !== null) return refused;
  try {
    const packed = await packedBytes(archive, entry, where);
    if (!packed.ok) return packed;
    // Copied where it is stored as it is: a view would keep the whole zip in memory.
    const content =
      entry.compressionMethod === 0
        ? Buffer.from(packed.value)
        : await inflate(packed.value, { maxOutputLength: Math.max(1, entry.uncompressedSize) });
    return checkContent(content, entry, where);
  } catch (error) {
    return failed(unpackFailure(error, where));
  }
}

async function packedBytes(archive: Archive, entry: Entry, where: string): Promise<Outcome<Buffer>> {
  const { bytes, zip } = archive;
  const start = entry.relativeOffsetOfLocalHeader;
  const likelyEnd = start + 30 + entry.fileNameLength + entry.extraFieldLength + entry.compressedSize;
  if (likelyEnd > bytes.size) {
    return failure('unreadable', 'The directory places the file beyond the end of the zip.', { where });
  }
  // Header and content in one go; yauzl then finds the header at hand.
  const ahead = await bytes.read(start, Math.min(bytes.size, likelyEnd + HEADER_SLACK));
  if (!ahead.ok) return ahead;
  const header = await zip.readLocalFileHeaderPromise(entry);
  if (!header.fileName.equals(entry.fileNameRaw)) {
    return failure('unreadable', 'The zip calls this file otherwise where its content begins.', { where });
  }
  return bytes.read(header.fileDataStart, header.fileDataStart + entry.compressedSize);
}

function refuseEntry(entry: Entry, maxBytes: number, where: string) {
  if (entry.isEncrypted()) {
    return failure('unreadable', 'The file is encrypted in the zip; metadata has to be readable.', { where });
  }
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    return failure('unreadable', 'The file is packed by a method that is not read here.', {
      where,
      expected: 'stored (0) or deflate (8)',
      found: String(entry.compressionMethod),
    });
  }
  const { uncompressedSize: size, compressedSize: packed } = entry;
  if (size > maxBytes) {
    return failure('too_large', `The file is larger than the ${maxBytes} bytes allowed.`, {
      where,
      expected: `at most ${maxBytes}`,
      found: String(size),
    });
  }
  // Content that is longer than it says ends at its declared size, so a liar gains nothing.
  if (packed > size + 1024 || (size > ZIP_LIMITS.ratioFrom && size > packed * ZIP_LIMITS.ratio)) {
    return failure('too_large', 'The file unpacks to far more, or less, than what it is packed in.', {
      where,
      expected: `at most ${ZIP_LIMITS.ratio} to 1`,
      found: `${size} bytes in ${packed}`,
    });
  }
  return null;
}

function checkContent(content: Buffer, entry: Entry, where: string): Outcome<Buffer> {
  if (content.length !== entry.uncompressedSize) {
    return failure('unreadable', 'The file is not as long as the directory of the zip says.', {
      where,
      expected: String(entry.uncompressedSize),
      found: String(content.length),
    });
  }
  const found = crc32(content);
  if (found !== entry.crc32) {
    return failure('checksum_mismatch', 'The file does not have the CRC-32 the zip says; it is damaged.', {
      where,
      expected: hex(entry.crc32),
      found: hex(found),
    });
  }
  return success(content);
}

/** Hands yauzl the bytes it asks for, up to the limit for a directory. */
class DirectoryReader extends RandomAccessReader {
  readonly #bytes: ZipBytes;
  readonly #where: string;
  #read = 0;

  constructor(bytes: ZipBytes, where: string) {
    super();
    this.#bytes = bytes;
    this.#where = where;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#read += length;
    const held = this.#bytes.held(position, position + length);
    if (this.#read > ZIP_LIMITS.directoryBytes) {
      callback(new ReadError(largeDirectory(this.#where)));
    } else if (position + length > this.#bytes.size) {
      callback(new Error('a record lies beyond the end of the file'));
    } else if (held !== null) {
      held.copy(buffer, offset);
      callback(null);
    } else {
      void this.#bytes.read(position, position + length, BLOCK_BYTES).then((bytes) => {
        if (bytes.ok) bytes.value.copy(buffer, offset);
        callback(bytes.ok ? null : new ReadError(bytes.failure));
      });
    }
  }
}

/** A failure on its way through yauzl, which speaks in exceptions. Never leaves this file. */
class ReadError extends Error {
  override readonly name = 'ReadError';
  readonly failure: Failure;

  constructor(reason: Failure) {
    super(reason.message);
    this.failure = reason;
  }
}

/** What an archiver of macOS leaves beside the one folder of an archive. */
function isLitter(name: string): boolean {
  return name.startsWith('__MACOSX/');
}

function refuseName(entry: Entry, where: string) {
  if (entry.fileNameRaw.length > ZIP_LIMITS.nameBytes) {
    return failure('too_large', 'A name in the zip is longer than any file system allows.', {
      where,
      expected: `at most ${ZIP_LIMITS.nameBytes} bytes`,
      found: String(entry.fileNameRaw.length),
    });
  }
  if (entry.fileName.includes('\0')) {
    return failure('unreadable', 'A name in the zip holds a NUL character.', { where });
  }
  return null;
}

function tooMany(found: number, where: string) {
  return failure('too_large', 'The zip has more entries than are looked at.', {
    where,
    expected: `at most ${ZIP_LIMITS.entries}; or publish ro-crate-metadata.json beside the zip`,
    found: String(found),
  });
}

function largeDirectory(where: string): Failure {
  return {
    code: 'too_large',
    message: 'The directory of the zip is larger than is read.',
    where,
    expected: `at most ${ZIP_LIMITS.directoryBytes} bytes; or publish ro-crate-metadata.json beside the zip`,
  };
}

function directoryFailure(error: unknown, where: string): Failure {
  if (error instanceof ReadError) return error.failure;
  return { code: 'unreadable', message: `The zip cannot be read: ${said(error)}.`, where };
}

function unpackFailure(error: unknown, where: string): Failure {
  if (error instanceof ReadError) return error.failure;
  if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') {
    return { code: 'too_large', message: 'The file unpacks to more than its directory entry says.', where };
  }
  return { code: 'unreadable', message: `The file cannot be unpacked: ${said(error)}.`, where };
}

/** What yauzl or zlib says was wrong. It may repeat a name of the zip, so it is cut and made plain. */
function said(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  const plain = text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim();
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain || 'it is damaged';
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
