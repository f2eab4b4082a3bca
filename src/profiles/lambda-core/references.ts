import type { JsonValue } from '../../model/json.ts';
import { isJsonArray, isJsonObject, pointerJoin } from '../../model/json.ts';

/** An `@id` found inside a value. */
export interface Reference {
  readonly id: string;
  /** Pointer of the object that carries it; made only when asked for. */
  readonly pointer: () => string;
}

interface Step {
  readonly above: Step | null;
  readonly token: string | number;
}

/**
 * Every string `@id` anywhere inside a value, in document order, inline references with labels included (profile §12,
 * `refs`). A bare string is no reference. Walks without recursion, so that depth cannot overflow the stack.
 */
export function* referencesIn(value: JsonValue | undefined, base: () => string): Generator<Reference> {
  if (value === undefined) return;
  const open: { readonly value: JsonValue; readonly step: Step | null }[] = [{ value, step: null }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: here, step } = next;
    if (isJsonArray(here)) {
      for (let index = here.length - 1; index >= 0; index -= 1) {
        const member = here[index];
        if (member !== undefined) open.push({ value: member, step: { above: step, token: index } });
      }
    } else if (isJsonObject(here)) {
      const id = here['@id'];
      if (typeof id === 'string') yield { id, pointer: () => pointerOf(base(), step) };
      for (const key of Object.keys(here).reverse()) {
        const inner = here[key];
        if (key !== '@id' && inner !== undefined && typeof inner === 'object') {
          open.push({ value: inner, step: { above: step, token: key } });
        }
      }
    }
  }
}

/** The ids alone. */
export function idsIn(value: JsonValue | undefined): readonly string[] {
  return [...referencesIn(value, () => '')].map((reference) => reference.id);
}

function pointerOf(base: string, step: Step | null): string {
  const tokens: (string | number)[] = [];
  for (let each = step; each !== null; each = each.above) tokens.push(each.token);
  return pointerJoin(base, ...tokens.reverse());
}
