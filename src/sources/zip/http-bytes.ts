import { type Failure, failure, type Outcome, success } from '../../model/failure.ts';
import type { OutboundResponse } from '../../net/contract.ts';
import { declaredLength, isIdentity, readDocument } from '../../net/document.ts';
import { discard } from '../http-document.ts';
import { type ReadRange, type Segment, ZipBytes, zipInMemory } from './bytes.ts';
import { TAIL_BYTES, ZIP_LIMITS } from './limits.ts';

/** Sends a GET for the zip with these fields more. */
export type AskZip = (headers: Readonly<Record<string, string>>) => Promise<Outcome<OutboundResponse>>;

/** A zip on a server, its end read. */
export interface HttpZip {
  readonly bytes: ZipBytes;
  /** The answer that told of it, its body read. */
  readonly answer: OutboundResponse;
}

/**
 * Opens a zip on a server by asking for its end. Where the server honours ranges the rest is read in ranges of the same
 * representation; otherwise, or where nothing proves that two answers are of one representation, the zip is held in memory
 * whole: `too_large` above the limit. Null: not modified.
 */
export async function openHttpZip(
  ask: AskZip,
  conditions: Readonly<Record<string, string>>,
  where: string,
): Promise<Outcome<HttpZip | null>> {
  const first = await ask({ ...conditions, range: `bytes=-${TAIL_BYTES}` });
  // 416: there are servers that take a range longer than the file for a mistake.
  if (!first.ok && first.failure.found === '416') return downloadZip(ask, conditions, where);
  if (!first.ok) return first;
  const answer = first.value;
  if (answer.status === 304) return notModified(answer);
  if (answer.status === 206) return openRanged(ask, answer, where);
  const size = declaredLength(answer.headers);
  if (answer.status === 200 && size !== null && size > TAIL_BYTES && takesRanges(answer)) {
    // Some stores know ranges from an offset and not from the end.
    discard(answer);
    const second = await ask({ range: `bytes=${size - TAIL_BYTES}-${size - 1}` });
    if (!second.ok) return second;
    return second.value.status === 206
      ? openRanged(ask, second.value, where)
      : holdWhole(second.value, where);
  }
  return holdWhole(answer, where);
}

async function openRanged(
  ask: AskZip,
  answer: OutboundResponse,
  where: string,
): Promise<Outcome<HttpZip | null>> {
  const part = partOf(answer);
  if (part === null || part.end !== part.total || part.end - part.start > TAIL_BYTES) {
    discard(answer);
    return downloadZip(ask, {}, where);
  }
  const tail = await readPart(answer, part.end - part.start, where);
  if (!tail.ok) return tail;
  const first: Segment = { start: part.start, bytes: tail.value };
  const same = sameRepresentation(answer.headers);
  // Nothing would tell a zip that was replaced between two requests from the one it was before.
  if (same === null && part.start > 0) return downloadZip(ask, {}, where);
  return success({
    bytes: new ZipBytes(part.total, rangesOf(ask, same ?? {}, part.total, answer, where), first),
    answer,
  });
}

async function downloadZip(
  ask: AskZip,
  conditions: Readonly<Record<string, string>>,
  where: string,
): Promise<Outcome<HttpZip | null>> {
  const whole = await ask(conditions);
  if (!whole.ok) return whole;
  if (whole.value.status === 304) return notModified(whole.value);
  return holdWhole(whole.value, where);
}

function notModified(answer: OutboundResponse): Outcome<null> {
  discard(answer);
  return success(null);
}

async function holdWhole(answer: OutboundResponse, where: string): Promise<Outcome<HttpZip>> {
  const document = await readDocument(answer, ZIP_LIMITS.downloadBytes);
  if (document.ok) return success({ bytes: zipInMemory(viewOf(document.value.bytes)), answer });
  if (document.failure.code !== 'too_large') return document;
  return failure(
    'too_large',
    `The server sends no part of the zip by itself, and whole it is larger than ${ZIP_LIMITS.downloadBytes} bytes.`,
    {
      where,
      expected:
        'a server with byte ranges and a strong ETag, or ro-crate-metadata.json published beside the zip',
      ...(document.failure.found === undefined ? {} : { found: document.failure.found }),
    },
  );
}

/** Reads parts of the very representation the first answer was of. */
function rangesOf(
  ask: AskZip,
  same: Readonly<Record<string, string>>,
  total: number,
  first: OutboundResponse,
  where: string,
): ReadRange {
  return async (start, end) => {
    const asked = await ask({ ...same, range: `bytes=${start}-${end - 1}` });
    if (!asked.ok) return asked.failure.found === '412' ? replaced(where) : asked;
    const answer = asked.value;
    const part = partOf(answer);
    if (part === null || part.start !== start || part.end !== end) {
      discard(answer);
      // 200 may be the whole of a newer zip; whatever it is, it is not the part that was asked for.
      return failure(
        'upstream_status',
        'The server sent something else than the part of the zip asked for.',
        {
          where,
          expected: `206 with bytes ${start}-${end - 1}/${total}`,
          found: `${answer.status} with ${answer.headers['content-range'] ?? 'no Content-Range'}`,
        },
      );
    }
    const changed =
      part.total !== total ||
      answer.headers['etag'] !== first.headers['etag'] ||
      answer.headers['last-modified'] !== first.headers['last-modified'];
    if (changed) {
      discard(answer);
      return replaced(where);
    }
    return readPart(answer, end - start, where);
  };
}

async function readPart(answer: OutboundResponse, length: number, where: string): Promise<Outcome<Buffer>> {
  const part = await readDocument(answer, length, 'any status');
  if (!part.ok) return part;
  const { bytes } = part.value;
  if (bytes.length !== length) {
    return failure('truncated', 'The part of the zip ended early.', {
      where,
      expected: String(length),
      found: String(bytes.length),
    });
  }
  return success(viewOf(bytes));
}

/** Which bytes a 206 holds (RFC 9110 §14.4), `end` exclusive; null when it does not say, or says it of something encoded. */
function partOf(answer: OutboundResponse): { start: number; end: number; total: number } | null {
  if (answer.status !== 206 || !isIdentity(answer)) return null;
  const written = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(answer.headers['content-range'] ?? '');
  if (written === null) return null;
  const [start, last, total] = written.slice(1).map(Number);
  if (start === undefined || last === undefined || total === undefined) return null;
  return start <= last && last < total ? { start, end: last + 1, total } : null;
}

/**
 * Fields by which a server is held to one representation: a strong entity tag, else a date that was a minute old when it
 * was said (RFC 9110 §8.8.2.2, §13.1). Null where the answer had neither.
 */
function sameRepresentation(headers: Readonly<Record<string, string>>): Record<string, string> | null {
  const etag = headers['etag'];
  if (etag !== undefined && /^"[^"]*"$/.test(etag)) return { 'if-match': etag };
  const date = headers['last-modified'];
  if (date === undefined) return null;
  const age = Date.parse(headers['date'] ?? '') - Date.parse(date);
  return age >= 60_000 ? { 'if-unmodified-since': date } : null;
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function takesRanges(answer: OutboundResponse): boolean {
  return isIdentity(answer) && (answer.headers['accept-ranges'] ?? '').toLowerCase().includes('bytes');
}

function replaced(where: string): { readonly ok: false; readonly failure: Failure } {
  return failure('truncated', 'The zip was replaced while it was read; parts of two must not be mixed.', {
    where,
    retryable: true,
  });
}
