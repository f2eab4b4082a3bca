import { isJsonObject, type JsonObject, type JsonValue, pointerJoin } from '../../model/json.ts';

/**
 * Reads the slots of one object of a record and remembers which of them columns hold, so that `rest()` is exactly what they
 * leave. A slot is held only when the column says all of it, as it was written.
 */
export class Slots {
  readonly node: JsonObject;
  readonly pointer: string;
  readonly #held = new Set<string>();
  readonly #read = new Set<string>();

  constructor(node: JsonObject, pointer: string) {
    this.node = node;
    this.pointer = pointer;
  }

  /** The value of a slot; null counts as absent. */
  raw(slot: string): JsonValue | undefined {
    return Object.hasOwn(this.node, slot) ? (this.node[slot] ?? undefined) : undefined;
  }

  pointerOf(slot: string): string {
    return Object.hasOwn(this.node, slot) ? pointerJoin(this.pointer, slot) : this.pointer;
  }

  /** Says that a column holds all of a slot. */
  hold(slot: string): void {
    this.#held.add(slot);
  }

  /** Says that a column was read from a slot, so that it is no measurement. */
  claim(slot: string): void {
    this.#read.add(slot);
  }

  /** Takes a hold back: the column says another word for what is written. */
  release(slot: string): void {
    this.#held.delete(slot);
  }

  /** Whether a column was read from a slot, held or not: what it says is no measurement. */
  isRead(slot: string): boolean {
    return this.#read.has(slot);
  }

  /** Text of a slot for a column: a string as it is, a number (`software_version: 4.1`) as text, a term by its id or label. */
  text(slot: string): string | null {
    const value = this.raw(slot);
    const text = textOf(value);
    if (text === null) return null;
    this.#read.add(slot);
    if (value === text) this.hold(slot);
    return text;
  }

  /** The same, for a look that fills no column. */
  peek(...slots: readonly string[]): string | null {
    for (const slot of slots) {
      const text = textOf(this.raw(slot));
      if (text !== null) return text;
    }
    return null;
  }

  /** A list of strings; empty, and nothing held, where a slot holds anything else. */
  texts(slot: string): readonly string[] {
    const value = this.raw(slot);
    if (!Array.isArray(value)) return [];
    const texts = value.filter((item) => typeof item === 'string');
    if (texts.length !== value.length || texts.length === 0) return [];
    this.hold(slot);
    return texts;
  }

  /** A whole number from `min` to `max`. */
  integer(slot: string, min: number, max: number): number | null {
    const value = this.raw(slot);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) return null;
    this.#read.add(slot);
    this.hold(slot);
    return value;
  }

  /** What no column holds, as written. */
  rest(): JsonObject {
    const entries = Object.entries(this.node).filter(([slot]) => !this.#held.has(slot));
    return Object.fromEntries(entries);
  }
}

/** A value as text: a string or number; an ontology term by its `id`, else its `label`. Null where there is none. */
export function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  if (typeof value === 'number') return String(value);
  if (isJsonObject(value)) return plainText(value['id']) ?? plainText(value['label']);
  return null;
}

function plainText(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
