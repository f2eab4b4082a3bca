import { isJsonArray, isJsonObject, type JsonValue, pointerJoin } from '../model/json.ts';
import { type FindingList, quoted } from './findings.ts';

/** Whether a text can hold any of what `findUnsafeStrings` looks for. Cheap, and mostly false. */
export function mayHoldUnsafeStrings(text: string): boolean {
  // Raw NULs and raw lone surrogates cannot be here: JSON refuses the one in a string, UTF-8 the other.
  return (
    (text.includes('\\u') && /\\u(?:0000|00[5-7]|[dD][89a-fA-F])/.test(text)) ||
    text.includes('__proto__') ||
    text.includes('"constructor"') ||
    text.includes('"prototype"')
  );
}

/**
 * NUL characters and lone surrogates in any string or key, and keys that would reach an object's prototype. PostgreSQL
 * stores neither NUL nor half a surrogate pair, so each is an error of the document rather than of the database.
 */
export function findUnsafeStrings(json: JsonValue, findings: FindingList): void {
  const path: (string | number)[] = [];

  const report = (rule: string, severity: 'error' | 'warning', pointer: string, message: string) => {
    findings.add({ layer: 'document', rule, severity, pointer, entity: entityAt(json, path), message });
  };

  const text = (value: string, what: string, pointer: () => string) => {
    if (value.includes('\0')) {
      report(
        'nul-character',
        'error',
        pointer(),
        `${what} ${quoted(value)} holds a NUL character; leave it out.`,
      );
    }
    if (!value.isWellFormed()) {
      const message = `${what} ${quoted(value)} holds half of a surrogate pair; write the whole character.`;
      report('lone-surrogate', 'error', pointer(), message);
    }
  };

  const walk = (value: JsonValue): void => {
    if (typeof value === 'string') {
      text(value, 'The string', () => pointerJoin('', ...path));
    } else if (isJsonArray(value)) {
      for (let i = 0; i < value.length; i += 1) {
        path.push(i);
        walk(value[i] ?? null);
        path.pop();
      }
    } else if (isJsonObject(value)) {
      for (const key of Object.keys(value)) {
        // The pointer of a bad key is its object's: a pointer with a NUL in it could not be stored either.
        text(key, 'The key', () => pointerJoin('', ...path));
        if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
          const message = `The key ${quoted(key)} is no property of any vocabulary and unsafe in JavaScript; rename it.`;
          report('unsafe-key', key === '__proto__' ? 'error' : 'warning', pointerJoin('', ...path), message);
        }
        path.push(key);
        walk(value[key] ?? null);
        path.pop();
      }
    }
  };
  walk(json);
}

/** The `@id` of the `@graph` member that a path leads into. */
function entityAt(json: JsonValue, path: readonly (string | number)[]): string | null {
  const [first, index] = path;
  if (first !== '@graph' || typeof index !== 'number' || !isJsonObject(json)) return null;
  const graph = json['@graph'];
  const entity = isJsonArray(graph) ? graph[index] : undefined;
  const id = isJsonObject(entity) ? entity['@id'] : undefined;
  return typeof id === 'string' ? id : null;
}
