import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument, type YAMLError } from 'yaml';
import { type JsonValue, pointerJoin } from '../../model/json.ts';
import { blockDepth, flowDepth } from './yaml-depth.ts';

/** Limits on what a YAML document holds. */
export interface YamlLimits {
  readonly maxDepth: number;
  readonly maxValues: number;
}

/** Something YAML says that JSON cannot. */
export interface YamlWarning {
  readonly rule: string;
  readonly pointer: string;
  readonly message: string;
}

/** The document as JSON, or why it is refused. */
export type YamlResult =
  | { readonly ok: true; readonly json: JsonValue; readonly warnings: readonly YamlWarning[] }
  | {
      readonly ok: false;
      readonly rule: string;
      readonly message: string;
      readonly warnings: readonly YamlWarning[];
    };

/** Values of one rule that are listed. */
const MAX_WARNINGS = 100;

/**
 * Reads one YAML 1.2 document as JSON. Refused: another document behind it, tags beyond YAML's own core ones, keys that are
 * no strings or stand twice, and what exceeds the limits once every alias stands for what it repeats. `<<` is an ordinary
 * key. Infinities and NaN become null, an integer beyond 2^53 or with a leading zero its digits as text, each with a warning.
 * Never throws.
 */
export function readYaml(text: string, limits: YamlLimits): YamlResult {
  const refused = (rule: string, message: string): YamlResult => ({ ok: false, rule, message, warnings: [] });
  // The parser goes as deep as the text does, in stack and for `? ? ?` in time: depth comes first.
  if (flowDepth(text) > 2 * limits.maxDepth || blockDepth(text) > 2 * limits.maxDepth) {
    return refused('too-deep', `The record nests deeper than the limit of ${limits.maxDepth} levels.`);
  }
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Comparing every key with every other is quadratic; the reader below remembers them.
    uniqueKeys: false,
    intAsBigInt: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error !== undefined) return refused('not-yaml', notYaml(error, text));
  const tag = document.warnings.find(({ code }) => code === 'TAG_RESOLVE_FAILED');
  if (tag !== undefined) {
    const message = `The record has a tag of its own at ${placeOf(tag, text)}; only plain YAML values are read.`;
    return refused('custom-tag', message);
  }
  return new YamlReader(document, limits).read();
}

/** Reads the nodes of a document once, in order, and stops at the first thing that is refused. */
class YamlReader {
  readonly #document: Document.Parsed;
  readonly #limits: YamlLimits;
  readonly #warnings: YamlWarning[] = [];
  /** What an alias stands for: the last node before it with its name. */
  readonly #anchors = new Map<string, unknown>();
  readonly #path: (string | number)[] = [];
  #refusal: { readonly rule: string; readonly message: string } | null = null;
  #values = 0;
  #aliased = 0;

  constructor(document: Document.Parsed, limits: YamlLimits) {
    this.#document = document;
    this.#limits = limits;
  }

  read(): YamlResult {
    const json = this.#value(this.#document.contents);
    const warnings = this.#warnings;
    return this.#refusal === null ? { ok: true, json, warnings } : { ok: false, ...this.#refusal, warnings };
  }

  #value(node: unknown): JsonValue {
    if (this.#refusal !== null) return null;
    this.#values += 1;
    if (this.#values > this.#limits.maxValues) {
      return this.#refuse('too-large', `The record holds more than ${this.#limits.maxValues} values.`);
    }
    if (this.#path.length > this.#limits.maxDepth) {
      return this.#refuse(
        'too-deep',
        `The record nests deeper than the limit of ${this.#limits.maxDepth} levels.`,
      );
    }
    if (isAlias(node)) return this.#alias(node.source);
    if (this.#aliased === 0 && hasAnchor(node)) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.#scalar(node.value, node.source ?? '');
    if (isSeq(node)) return node.items.map((item, index) => this.#at(index, item));
    if (isMap(node)) return this.#map(node.items);
    return null;
  }

  /** An alias inside what it stands for never ends; the depth stops it. */
  #alias(name: string): JsonValue {
    const node = this.#anchors.get(name);
    if (node === undefined) {
      return this.#refuse(
        'not-yaml',
        `The record uses the alias *${name.slice(0, 80)}, which nothing before it defines.`,
      );
    }
    this.#aliased += 1;
    const value = this.#value(node);
    this.#aliased -= 1;
    return value;
  }

  #map(pairs: readonly { readonly key: unknown; readonly value: unknown }[]): JsonValue {
    const seen = new Set<string>();
    const entries: [string, JsonValue][] = [];
    for (const pair of pairs) {
      const key = isScalar(pair.key) ? String(pair.key.value ?? '') : '';
      if (seen.has(key)) {
        const place = pointerJoin('', ...this.#path);
        const shown = JSON.stringify(key.slice(0, 80));
        return this.#refuse(
          'repeated-key',
          `The record gives the key ${shown} twice at "${place}"; each may stand once.`,
        );
      }
      seen.add(key);
      if (key === '<<') {
        this.#warn('merge-key', '`<<` merges nothing in YAML 1.2; it is kept as a key of that name.');
      }
      entries.push([key, this.#at(key, pair.value)]);
    }
    // `fromEntries` defines own keys: a record's `__proto__` stays a plain key.
    return Object.fromEntries(entries);
  }

  #scalar(value: unknown, source: string): JsonValue {
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'bigint') {
      if (/^[-+]?0\d/.test(source)) {
        this.#warn(
          'leading-zero',
          'This number starts with a zero, as codes do; it is kept as text. Quote it.',
        );
        return source;
      }
      const number = Number(value);
      if (Number.isSafeInteger(number)) return number;
      this.#warn('unsafe-integer', 'This integer is larger than a number holds exactly; it is kept as text.');
      return String(value);
    }
    if (typeof value !== 'number') return null;
    if (Number.isFinite(value)) return value === 0 ? 0 : value;
    this.#warn('not-a-number', 'This is no finite number, which JSON does not have; it is read as null.');
    return null;
  }

  #at(key: string | number, node: unknown): JsonValue {
    this.#path.push(key);
    const value = this.#value(node);
    this.#path.pop();
    return value;
  }

  #warn(rule: string, message: string): void {
    if (this.#warnings.length >= MAX_WARNINGS) return;
    this.#warnings.push({ rule, pointer: pointerJoin('', ...this.#path), message });
  }

  #refuse(rule: string, message: string): null {
    this.#refusal ??= { rule, message };
    return null;
  }
}

function hasAnchor(node: unknown): node is { readonly anchor: string } {
  return typeof node === 'object' && node !== null && 'anchor' in node && typeof node.anchor === 'string';
}

function notYaml(error: YAMLError, text: string): string {
  if (error.code === 'RESOURCE_EXHAUSTION') return 'The record nests deeper than can be read.';
  if (error.code === 'MULTIPLE_DOCS') return 'The record is followed by another document; a file holds one.';
  return `The record is not valid YAML at ${placeOf(error, text)}: ${error.message.slice(0, 200)}.`;
}

function placeOf(error: YAMLError, text: string): string {
  const before = text.slice(0, error.pos[0]);
  const line = before.split('\n').length;
  return `line ${line}, column ${before.length - before.lastIndexOf('\n')}`;
}
