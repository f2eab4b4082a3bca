import { createHash } from 'node:crypto';
import { failure } from '../../model/failure.ts';
import { isJsonObject, type JsonValue } from '../../model/json.ts';
import type { DumpLine } from '../archive-contract.ts';
import { RegistryError } from '../rebuild.ts';

/** Text handed on at once: a line each would cost more than the rows. */
const CHUNK_CHARACTERS = 256 * 1024;

/** A row holds a compressed document at most; a longer line is no dump's. */
const LONGEST_LINE = 256 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * A dump as NDJSON. Its last line holds the sha256 of everything before it, so that a dump that was cut or changed on its way
 * is noticed. It proves nothing of who wrote it.
 */
export async function* writeText(lines: AsyncIterable<DumpLine>): AsyncGenerator<string> {
  const hash = createHash('sha256');
  let chunk = '';
  for await (const line of lines) {
    if (line.kind === 'end') {
      hash.update(chunk);
      yield `${chunk}${JSON.stringify({ ...line, sha256: hash.digest('hex') })}\n`;
      return;
    }
    chunk += `${JSON.stringify(line)}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    hash.update(chunk);
    yield chunk;
    chunk = '';
  }
}

/** The lines of a dump's bytes. Throws `RegistryError` (`unreadable`) where they are none, or not those that were written. */
export async function* readText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<DumpLine> {
  const hash = createHash('sha256');
  let number = 0;
  for await (const bytesOfLine of splitLines(bytes)) {
    number += 1;
    const line = parsed(bytesOfLine, number);
    if (line.kind === 'end') {
      if (line.sha256 !== hash.digest('hex')) {
        throw unreadable('The dump was changed after it was written: its sha256 is another.', number);
      }
      yield { kind: 'end', rows: line.rows };
      // whatever follows is for the reader to refuse
      continue;
    }
    hash.update(bytesOfLine).update('\n');
    yield line;
  }
}

async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let length = 0;
  let lines = 0;
  for await (const read of bytes) {
    const chunk = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      const rest = chunk.subarray(from, at);
      yield pieces.length === 0 ? rest : Buffer.concat([...pieces, rest]);
      lines += 1;
      pieces = [];
      length = 0;
      from = at + 1;
    }
    if (from === chunk.length) continue;
    pieces.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > LONGEST_LINE) throw unreadable('A line is longer than a row can be.', lines + 1);
  }
  if (length > 0) throw unreadable('The dump is cut in the middle of a line.', lines + 1);
}

type Line = Exclude<DumpLine, { readonly kind: 'end' }> | EndLine;
interface EndLine {
  readonly kind: 'end';
  readonly rows: Readonly<Record<string, number>>;
  readonly sha256: string;
}

function parsed(bytes: Uint8Array, number: number): Line {
  let json: JsonValue;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw unreadable('This is no line of a dump: it is not JSON.', number);
  }
  const line = isJsonObject(json) ? asLine(json) : null;
  if (line === null) throw unreadable('This is no line of a dump.', number);
  return line;
}

function asLine(json: Readonly<Record<string, JsonValue>>): Line | null {
  const { kind, format, version, schema, at, table, row, rows, sha256 } = json;
  if (kind === 'header') {
    if (format !== 'crate-bridge-dump/1') return null;
    if (typeof version !== 'string' || typeof schema !== 'number' || typeof at !== 'string') return null;
    return Number.isNaN(Date.parse(at)) ? null : { kind, format, version, schema, at };
  }
  if (kind === 'row') {
    return typeof table === 'string' && isJsonObject(row) ? { kind, table, row } : null;
  }
  if (kind !== 'end' || typeof sha256 !== 'string' || !isJsonObject(rows)) return null;
  const counts: Record<string, number> = {};
  for (const [name, count] of Object.entries(rows)) {
    if (typeof count !== 'number') return null;
    counts[name] = count;
  }
  return { kind, rows: counts, sha256 };
}

function unreadable(message: string, line: number): RegistryError {
  return new RegistryError(
    failure('unreadable', `${message} Nothing was restored.`, { where: `line ${line}` }).failure,
  );
}
