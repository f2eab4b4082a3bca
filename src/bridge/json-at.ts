import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';

/** The object at a JSON Pointer (RFC 6901) of a document; null where there is none, or the bytes are no JSON. */
export function objectAt(bytes: Uint8Array, pointer: string): JsonObject | null {
  let value: JsonValue | undefined;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isJsonArray(value)) value = value[Number(key)];
    else if (isJsonObject(value)) value = Object.hasOwn(value, key) ? value[key] : undefined;
    else return null;
  }
  return isJsonObject(value) ? value : null;
}
