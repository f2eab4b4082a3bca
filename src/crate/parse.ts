import { isUtf8 } from 'node:buffer';
import type { JsonValue } from '../model/json.ts';
import { type CrateLimits, DEFAULT_LIMITS, type ParsedDocument } from './contract.ts';
import { FindingList } from './findings.ts';
import { findMistake, nestingDepth } from './scan.ts';
import { findUnsafeStrings, mayHoldUnsafeStrings } from './strings.ts';

/**
 * Reads bytes as a JSON document. Never throws. Size and depth are checked before anything is built from the bytes. A
 * document with NUL characters, lone surrogates or unsafe keys is returned together with its error findings, so that a
 * checker can go on; such a document must not reach a database. Of a key given twice the last value counts (RFC 8259
 * leaves that open; this is what ECMAScript does).
 */
export function parseDocument(bytes: Uint8Array, limits: CrateLimits = DEFAULT_LIMITS): ParsedDocument {
  const findings = new FindingList();
  const refuse = (rule: string, message: string): ParsedDocument => {
    findings.add({ layer: 'document', rule, severity: 'error', pointer: null, message });
    return { findings: findings.list() };
  };

  if (bytes.byteLength > limits.maxBytes) {
    const message = `The document has ${bytes.byteLength} bytes; the limit is ${limits.maxBytes}.`;
    return refuse('too-large', message);
  }
  if (!isUtf8(bytes)) return refuse('not-utf8', notUtf8(bytes));
  const depth = nestingDepth(bytes, limits.maxDepth);
  if (depth > limits.maxDepth) {
    return refuse('too-deep', `The document nests deeper than the limit of ${limits.maxDepth} levels.`);
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    findings.add({
      layer: 'document',
      rule: 'byte-order-mark',
      severity: 'warning',
      pointer: '',
      message: 'The document starts with a byte order mark; JSON is written without one (RFC 8259 §8.1).',
    });
  }

  const text = decoded(bytes);
  if (text === null) {
    return refuse('too-large', `The document has ${bytes.byteLength} bytes, more than one string can hold.`);
  }
  const parsed = parsedJson(text);
  if (!parsed.ok) return refuse('not-json', notJson(text));
  if (mayHoldUnsafeStrings(text)) findUnsafeStrings(parsed.json, findings);
  return { json: parsed.json, findings: findings.list() };
}

/** Valid UTF-8 decoded without its byte order mark; null when V8 has no string that long. */
function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parsedJson(text: string): { ok: true; json: JsonValue } | { ok: false } {
  try {
    const json: JsonValue = JSON.parse(text);
    return { ok: true, json };
  } catch {
    return { ok: false };
  }
}

function notJson(text: string): string {
  const mistake = findMistake(text);
  if (mistake === null) return 'The document is not valid JSON.';
  const { line, column, expected, found } = mistake;
  return `The document is not valid JSON: line ${line}, column ${column} has ${found} where ${expected} should be.`;
}

function notUtf8(bytes: Uint8Array): string {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (wide) return 'The document is UTF-16; RO-Crate metadata is UTF-8.';
  return `The document is not UTF-8: byte ${firstInvalidByte(bytes)} starts no character. Save it as UTF-8.`;
}

/** Offset from 0 of the first byte that continues no character; the document's length when its last one is cut off. */
function firstInvalidByte(bytes: Uint8Array): number {
  const block = 64 * 1024;
  let start = 0;
  while (start < bytes.byteLength && decodesSoFar(bytes.subarray(start, start + block))) {
    start = characterStart(bytes, start + block);
  }
  let length = 1;
  while (start + length <= bytes.byteLength && decodesSoFar(bytes.subarray(start, start + length))) {
    // Bytes that form whole characters need not be decoded again.
    if (isUtf8(bytes.subarray(start, start + length))) {
      start += length;
      length = 0;
    }
    length += 1;
  }
  return Math.min(start + length - 1, bytes.byteLength);
}

/** Whether bytes are UTF-8 up to a last character that may be cut off. */
function decodesSoFar(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Steps back over at most three continuation bytes, so that a block starts with a character. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > at - 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}
