import type { CrateEntity } from '../../crate/contract.ts';
import { readTerm } from '../../crate/read-term.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../model/json.ts';
import type { DeclaredMissingRow } from '../../model/rows.ts';
import { listed } from './reader.ts';
import type { MapScope } from './scope.ts';

/** Prefixes under which LAMBDA Core accepts any of its terms (profile §4.2), here before a field's name. */
const PREFIX = /^(?:lambda|lambdarc|lambdax|sdo|schema):/;

const FIELDS = ['field', 'reason', 'blocks', 'note'] as const;

/**
 * What an entity declares missing. A declaration that stands alone instead of in a list counts, and its keys and its field
 * may carry a prefix. One without a field declares nothing and warns.
 */
export function declaredMissing(
  scope: MapScope,
  entity: CrateEntity,
  entityIri: string,
): readonly DeclaredMissingRow[] {
  const reader = scope.reader(entity);
  const value = reader.raw('missing');
  const key = reader.keyOf('missing');
  if (value === undefined || key === null) return [];
  const base = reader.pointerOf('missing');
  const { terms } = scope.graph;
  return listed(value).flatMap((item, position) => {
    const json_pointer = isJsonArray(value) && base !== entity.pointer ? `${base}/${position}` : base;
    const part = (name: (typeof FIELDS)[number]) =>
      isJsonObject(item) ? text(readTerm(terms, item, name)) : null;
    const field = part('field')?.replace(PREFIX, '') ?? null;
    if (field === null || field === '') {
      scope.warn(
        'declaration-without-field',
        entity,
        json_pointer,
        'This declaration names no field, so nothing is known to be missing.',
      );
      return [];
    }
    const row: DeclaredMissingRow = {
      entity_iri: entityIri,
      json_pointer,
      field,
      reason: part('reason'),
      blocks: part('blocks'),
      note: part('note'),
    };
    if (isJsonObject(item) && holdsAllOf(row, item)) reader.holdItem(key, position);
    return [row];
  });
}

/** Whether the row says all of a declaration; keys with a prefix are left in the properties as they were written. */
function holdsAllOf(row: DeclaredMissingRow, declaration: JsonObject): boolean {
  return Object.entries(declaration).every(([key, value]) => {
    const column = FIELDS.find((field) => field === key);
    return column !== undefined && row[column] === value;
  });
}

function text(value: JsonObject[string] | undefined): string | null {
  if (isJsonObject(value)) return text(value['@value'] ?? value['@id']);
  return typeof value === 'string' ? value : null;
}
