import { type Outcome, success } from '../../model/failure.ts';

/** Some bytes of a zip and where they are in it. */
export interface Segment {
  readonly start: number;
  readonly bytes: Buffer;
}

/** Reads a part of a zip; gives exactly these bytes or a failure. */
export type ReadRange = (start: number, end: number) => Promise<Outcome<Buffer>>;

/**
 * A zip that is read here and there: over HTTP, from a file, or from memory. Keeps its first segment and the last one read,
 * since a directory is read record by record.
 */
export class ZipBytes {
  readonly size: number;
  readonly #readRange: ReadRange;
  readonly #first: Segment | null;
  #last: Segment | null = null;

  constructor(size: number, readRange: ReadRange, first: Segment | null = null) {
    this.size = size;
    this.#readRange = readRange;
    this.#first = first;
  }

  /** The bytes if they are at hand; a view that keeps the whole segment alive. */
  held(start: number, end: number): Buffer | null {
    for (const segment of [this.#last, this.#first]) {
      if (segment !== null && start >= segment.start && end <= segment.start + segment.bytes.length) {
        return segment.bytes.subarray(start - segment.start, end - segment.start);
      }
    }
    return null;
  }

  /** The bytes from `start` to before `end`; up to `ahead` more are read with them and kept. Both lie in the zip. */
  async read(start: number, end: number, ahead = 0): Promise<Outcome<Buffer>> {
    const held = this.held(start, end);
    if (held !== null) return success(held);
    const bytes = await this.#readRange(start, Math.min(this.size, end + ahead));
    if (!bytes.ok) return bytes;
    this.#last = { start, bytes: bytes.value };
    return success(bytes.value.subarray(0, end - start));
  }
}

/** A zip that is in memory as a whole. */
export function zipInMemory(bytes: Buffer): ZipBytes {
  const part: ReadRange = async (start, end) => success(bytes.subarray(start, end));
  return new ZipBytes(bytes.length, part, { start: 0, bytes });
}
