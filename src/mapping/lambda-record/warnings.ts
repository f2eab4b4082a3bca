import type { RecordFinding } from '../../model/record-rows.ts';

/** Warnings of one rule are cut here: a record of a million bad files must not make a report without end. */
const MAX_PER_RULE = 100;

/** Where a warning points: the JSON Pointer, and the `id` of the entity as written. */
export interface Place {
  readonly pointer: string;
  readonly id: string | null;
}

/** Collects what mapping a record has to say, in order. After 100 of one rule the rest are counted and named once. */
export class Warnings {
  readonly #kept: RecordFinding[] = [];
  readonly #counts = new Map<string, number>();

  add(rule: string, at: Place, message: string): void {
    const count = (this.#counts.get(rule) ?? 0) + 1;
    this.#counts.set(rule, count);
    if (count > MAX_PER_RULE) return;
    this.#kept.push({
      layer: 'graph',
      rule,
      severity: 'warning',
      profile: 'mapping',
      pointer: at.pointer,
      entity: at.id,
      message,
    });
  }

  list(): readonly RecordFinding[] {
    const more = [...this.#counts].flatMap(([rule, count]): RecordFinding[] => {
      const sample = this.#kept.find((finding) => finding.rule === rule);
      if (count <= MAX_PER_RULE || sample === undefined) return [];
      const message = `${count - MAX_PER_RULE} more of rule ${rule}; the first ${MAX_PER_RULE} are listed.`;
      return [{ ...sample, pointer: '', entity: null, message }];
    });
    return [...this.#kept, ...more];
  }
}

/** A value of the record as it may stand in a message: quoted and cut. */
export function quoted(text: string): string {
  const short = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return JSON.stringify(short.toWellFormed().replaceAll('\0', '\ufffd'));
}
