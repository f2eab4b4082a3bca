import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, pointerJoin } from '../../model/json.ts';
import { EMBEDDED_COLLECTIONS } from '../../model/record-rows.ts';
import { closest } from '../../model/spelling.ts';
import type { Collector } from '../collector.ts';
import { quoted } from '../wording.ts';
import type { ClassShape } from './schemas.ts';

/** Longer names cannot be a slip of the pen, and comparing them costs. */
const COMPARED_CHARACTERS = 64;

/** Slots any object of a record may have: JSON-LD's own, and what designates a class. */
const ANYWHERE: ReadonlySet<string> = new Set(['@id', '@type', '@context', 'type']);

/**
 * Says what in an object its class does not know, and where a number stands alone that should be a quantity. Each class and
 * slot is reported once, at its first place: a slot that a newer schema adds stands in every entity.
 */
export function createAdvice(report: Collector<'lambda-record'>) {
  const reported = new Set<string>();
  const once = (rule: string, shape: ClassShape, slot: string, detail: () => Detail) => {
    const key = `${rule} ${shape.name} ${slot}`;
    if (reported.has(key)) return;
    reported.add(key);
    report.warning('entity', rule, detail);
  };

  return function advise(node: JsonObject, shape: ClassShape, pointer: string, entity: string | null): void {
    for (const [slot, value] of Object.entries(node)) {
      const known = shape.slots.get(slot);
      const at = pointerJoin(pointer, slot);
      if (known === undefined) {
        if (value === null || ANYWHERE.has(slot) || isOlder(slot, shape)) continue;
        once('unknown-slot', shape, slot, () => ({ pointer: at, entity, message: unknown(slot, shape) }));
      } else if (known.quantity && typeof value === 'number') {
        const message = `${shape.name} ${quoted(slot)} is a bare number, as records before 2026 wrote it; write {"numeric_value": ${value}, "unit": "…"}.`;
        once('bare-number', shape, slot, () => ({ pointer: at, entity, message }));
      } else if (known.value !== null && shape.name !== 'Dataset') {
        for (const [inner, place] of objectsIn(value, at)) advise(inner, known.value, place, entity);
      }
    }
  };
}

interface Detail {
  readonly pointer: string;
  readonly entity: string | null;
  readonly message: string;
}

/** What a study once held is reported as an older form. */
function isOlder(slot: string, { name }: ClassShape): boolean {
  return name === 'Study' && Object.hasOwn(EMBEDDED_COLLECTIONS, slot);
}

function unknown(slot: string, shape: ClassShape): string {
  const near = slot.length > COMPARED_CHARACTERS ? null : closest(slot, [...shape.slots.keys()]);
  const hint = near === null ? 'it is kept as written.' : `did you mean ${quoted(near)}?`;
  return `${shape.name} has no slot ${quoted(slot)}; ${hint}`;
}

function* objectsIn(value: JsonValue, pointer: string): Generator<readonly [JsonObject, string]> {
  if (isJsonObject(value)) yield [value, pointer];
  if (!isJsonArray(value)) return;
  for (const [index, item] of value.entries())
    if (isJsonObject(item)) yield [item, pointerJoin(pointer, index)];
}
