import type { JsonValue } from '../model/json.ts';
import { isJsonArray } from '../model/json.ts';

const SHOWN_CHARACTERS = 80;

/** A name or value as it may stand in a message: quoted, control characters escaped, cut when long. */
export function quoted(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return `\`${JSON.stringify(cut).slice(1, -1).replaceAll('\\"', '"')}\``;
}

/** `a string`, `a list`, `null`…: what kind of JSON value was found. */
export function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isJsonArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** `a`, `b` or `c` */
export function oneOf(names: readonly string[]): string {
  const shown = names.map(quoted);
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
