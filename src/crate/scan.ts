/** What can be said of JSON bytes and text without building values: depth before, and the place of a mistake after. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Deepest nesting of objects and arrays in JSON bytes, counted outside strings. Stops early above `limit`. */
export function nestingDepth(bytes: Uint8Array, limit: number): number {
  const end = bytes.length;
  let depth = 0;
  let deepest = 0;
  let at = 0;
  while (at < end) {
    const byte = bytes[at];
    at += 1;
    if (byte === QUOTE) {
      while (at < end) {
        const inside = bytes[at];
        at += 1;
        if (inside === QUOTE) break;
        if (inside === BACKSLASH) at += 1;
      }
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > deepest) {
        deepest = depth;
        if (deepest > limit) return deepest;
      }
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
    }
  }
  return deepest;
}

/** Where text stops being JSON (RFC 8259), and what a reader would have taken there. Lines and columns from 1. */
export interface SyntaxMistake {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  /** What stands there instead: a few characters, or `the end of the document`. */
  readonly found: string;
}

const BLANK = /[ \t\n\r]*/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/**
 * Finds the first mistake in text that `JSON.parse` refused; V8's own messages give no position for most of them.
 * Works without recursion. Null when there is none, which `JSON.parse` would have to disagree with.
 */
export function findMistake(text: string): SyntaxMistake | null {
  const open: ('{' | '[')[] = [];
  let at = 0;
  let expecting: 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'comma or end' = 'value';
  const mistake = (expected: string): SyntaxMistake => describe(text, at, expected);

  for (;;) {
    at = matchAt(BLANK, text, at) ?? at;
    const character = text[at];
    switch (expecting) {
      case 'comma or end': {
        const container = open.at(-1);
        if (container === undefined) return at === text.length ? null : mistake('the end of the document');
        const close = container === '{' ? '}' : ']';
        if (character === close) open.pop();
        else if (character === ',') expecting = container === '{' ? 'key' : 'value';
        else return mistake(`a comma or ${close}`);
        at += 1;
        break;
      }
      case ':':
        if (character !== ':') return mistake('a colon');
        expecting = 'value';
        at += 1;
        break;
      case 'key':
      case 'key or }': {
        if (character === '}' && expecting === 'key or }') {
          open.pop();
          expecting = 'comma or end';
          at += 1;
          break;
        }
        if (character !== '"') return mistake('a name in double quotes');
        const end = stringEnd(text, at);
        if (end.problem !== null) {
          at = end.at;
          return mistake(end.problem);
        }
        at = end.at;
        expecting = ':';
        break;
      }
      default: {
        if (character === ']' && expecting === 'value or ]') {
          open.pop();
          at += 1;
        } else if (character === '{' || character === '[') {
          open.push(character);
          at += 1;
          expecting = character === '{' ? 'key or }' : 'value or ]';
          break;
        } else if (character === '"') {
          const end = stringEnd(text, at);
          at = end.at;
          if (end.problem !== null) return mistake(end.problem);
        } else {
          const end = matchAt(SCALAR, text, at);
          if (end === null) return mistake('a value');
          at = end;
        }
        expecting = 'comma or end';
      }
    }
  }
}

/** Walks a string from its opening quote: to behind its end, or to the character that may not be there. */
function stringEnd(text: string, start: number): { at: number; problem: string | null } {
  let at = start + 1;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') return { at: at + 1, problem: null };
    if (character === '\\') {
      const next = matchAt(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y, text, at);
      if (next === null) return { at, problem: 'an escape of JSON' };
      at = next;
    } else {
      if (text.charCodeAt(at) < 0x20) return { at, problem: 'an escaped control character' };
      at += 1;
    }
  }
  return { at, problem: 'a closing quote' };
}

function matchAt(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function describe(text: string, at: number, expected: string): SyntaxMistake {
  let line = 1;
  let lineStart = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) {
    line += 1;
    lineStart = next + 1;
  }
  const there = /[\w.+-]{1,20}|./su.exec(text.slice(at, at + 20))?.[0];
  return {
    line,
    column: at - lineStart + 1,
    expected,
    found: there === undefined ? 'the end of the document' : JSON.stringify(there),
  };
}
