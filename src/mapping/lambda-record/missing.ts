import { isJsonArray, isJsonObject } from '../../model/json.ts';
import type { DeclaredMissingRow } from '../../model/rows.ts';
import type { Slots } from './slots.ts';
import { textOf } from './slots.ts';
import type { Warnings } from './warnings.ts';

/**
 * What an entity, or the record itself, declares missing (`missing`, as LAMBDA Core has it: field, reason, blocks, note). The
 * slot stays in the properties; a declaration without a field declares nothing and warns.
 */
export function declaredMissing(
  slots: Slots,
  of: { readonly iri: string; readonly id: string | null },
  warnings: Warnings,
): readonly DeclaredMissingRow[] {
  const value = slots.raw('missing');
  if (value === undefined) return [];
  const pointer = slots.pointerOf('missing');
  return (isJsonArray(value) ? value : [value]).flatMap((item, index): DeclaredMissingRow[] => {
    const json_pointer = isJsonArray(value) ? `${pointer}/${index}` : pointer;
    const part = (slot: string) => (isJsonObject(item) ? textOf(item[slot]) : null);
    const field = part('field');
    if (field === null) {
      const message = 'This declaration names no field, so nothing is known to be missing.';
      warnings.add('declaration-without-field', { pointer: json_pointer, id: of.id }, message);
      return [];
    }
    const [reason, blocks, note] = ['reason', 'blocks', 'note'].map(part);
    return [
      {
        entity_iri: of.iri,
        json_pointer,
        field,
        reason: reason ?? null,
        blocks: blocks ?? null,
        note: note ?? null,
      },
    ];
  });
}
