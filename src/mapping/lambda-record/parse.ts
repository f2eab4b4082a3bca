import { isUtf8 } from 'node:buffer';
import { DEFAULT_LIMITS } from '../../crate/contract.ts';
import { FindingList } from '../../crate/findings.ts';
import { parseDocument as parseJson } from '../../crate/parse.ts';
import { findUnsafeStrings } from '../../crate/strings.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../model/json.ts';
import type { RecordFinding } from '../../model/record-rows.ts';
import { readYaml } from './yaml.ts';

/** Limits on a record. YAML has its own size: its parser needs some eighty bytes of memory for one of text. */
export interface RecordLimits {
  /** Of a record in JSON. */
  readonly maxBytes: number;
  /** Of a record in YAML. */
  readonly maxYamlBytes: number;
  /** Nesting of objects and lists. */
  readonly maxDepth: number;
  /** Values in all, those an alias repeats counted each time. */
  readonly maxValues: number;
}

/** Limits where nobody gives others. */
export const RECORD_LIMITS: RecordLimits = {
  maxBytes: DEFAULT_LIMITS.maxBytes,
  maxYamlBytes: 8 * 1024 * 1024,
  maxDepth: 64,
  maxValues: 2_000_000,
};

/** A record's bytes as JSON. `json` is absent when they could not be read at all; the findings then say why. */
export interface ParsedRecord {
  readonly json?: JsonValue;
  readonly findings: readonly RecordFinding[];
}

/**
 * Reads bytes as a record in JSON or YAML 1.2 (core schema: no dates, no `yes`, no merge keys). Never throws. What starts
 * with `{` or is sent as JSON is JSON; a key given twice is refused in both. A record with NUL characters, lone surrogates or
 * unsafe keys is returned together with its error findings; such a record must not reach a database.
 */
export function parseRecord(
  bytes: Uint8Array,
  mediaType: string | null = null,
  limits: RecordLimits = RECORD_LIMITS,
): ParsedRecord {
  const isJson = /[/+]json\b/i.test(mediaType ?? '');
  if (isJson || startsLikeJson(bytes)) {
    const parsed = parseJson(bytes, { maxBytes: limits.maxBytes, maxDepth: limits.maxDepth });
    // `{a: b}` is YAML written in one line.
    if (isJson || parsed.json !== undefined) return withoutRepeats(parsed, bytes);
  }
  return parseYaml(bytes, limits);
}

function parseYaml(bytes: Uint8Array, limits: RecordLimits): ParsedRecord {
  const findings = new FindingList();
  const refuse = (rule: string, message: string): ParsedRecord => {
    findings.add({ layer: 'document', rule, severity: 'error', pointer: null, message });
    return { findings: findings.list() };
  };
  if (bytes.byteLength > limits.maxYamlBytes) {
    const message = `The record has ${bytes.byteLength} bytes; the limit for YAML is ${limits.maxYamlBytes}. Write it as JSON.`;
    return refuse('too-large', message);
  }
  if (!isUtf8(bytes)) return refuse('not-utf8', 'The record is not UTF-8; save it as UTF-8.');
  const read = readYaml(new TextDecoder('utf-8').decode(bytes), limits);
  for (const { rule, message, pointer } of read.warnings) {
    findings.add({ layer: 'document', rule, severity: 'warning', pointer, message });
  }
  if (!read.ok) return refuse(read.rule, read.message);
  findUnsafeStrings(read.json, findings);
  return { json: read.json, findings: findings.list() };
}

/** JSON.parse keeps the last of several members with one name (RFC 8259 §4); which one is meant, nobody can tell. */
function withoutRepeats(parsed: ParsedRecord, bytes: Uint8Array): ParsedRecord {
  const { json } = parsed;
  if (json === undefined || membersWritten(bytes) === membersKept(json)) return parsed;
  const message = 'The record gives a key twice in one object; each key may stand once.';
  return {
    findings: [
      ...parsed.findings,
      {
        layer: 'document',
        rule: 'repeated-key',
        severity: 'error',
        profile: 'crate',
        pointer: null,
        entity: null,
        message,
      },
    ],
  };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Members in valid JSON text: each has one colon outside strings. */
function membersWritten(bytes: Uint8Array): number {
  let count = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString && byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) inString = !inString;
    else if (byte === COLON && !inString) count += 1;
  }
  return count;
}

function membersKept(json: JsonValue): number {
  let count = 0;
  const open: JsonValue[] = [json];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const inner = isJsonArray(next) ? next : isJsonObject(next) ? Object.values(next) : [];
    if (isJsonObject(next)) count += inner.length;
    for (const each of inner) open.push(each);
  }
  return count;
}

/** The first byte after a byte order mark and blanks opens an object or a list. */
function startsLikeJson(bytes: Uint8Array): boolean {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while ([0x20, 0x09, 0x0a, 0x0d].includes(bytes[at] ?? 0)) at += 1;
  return bytes[at] === 0x7b || bytes[at] === 0x5b;
}
