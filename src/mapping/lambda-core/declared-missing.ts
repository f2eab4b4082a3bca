import type { CrateEntity } from '../../crate/contract.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../model/json.ts';
import type { DeclaredMissingRow } from '../../model/rows.ts';
import { listed } from './reader.ts';
import type { MapScope } from './scope.ts';

/** Prefixes under which LAMBDA Core accepts any of its terms (profile §4.2). */
const PREFIX =
  /^(?:lambda|lambdarc|lambdax|sdo|schema):|^https?:\/\/(?:w3id\.org\/lambda\/(?:rocrate\/)?|schema\.org\/)/;

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
  return listed(value).flatMap((item, position) => {
    const json_pointer = isJsonArray(value) && base !== entity.pointer ? `${base}/${position}` : base;
    const declaration = isJsonObject(item) ? withoutPrefixes(item) : {};
    const field = text(declaration['field'])?.replace(PREFIX, '') ?? null;
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
      reason: text(declaration['reason']),
      blocks: text(declaration['blocks']),
      note: text(declaration['note']),
    };
    if (holdsAllOf(row, declaration)) reader.holdItem(key, position);
    return [row];
  });
}

function withoutPrefixes(item: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key.replace(PREFIX, ''), value]));
}

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
