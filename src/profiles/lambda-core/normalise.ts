import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isJsonArray, isJsonObject, pointerJoin } from '../../model/json.ts';
import { typeTokens } from './classify.ts';
import type { ClassShape, PropertyShape } from './schemas.ts';
import { compactTerms } from './terms.ts';

/** An entity's own `@type` is always filled in before its terms are compacted, so no prefixed key becomes it. */
function entityTerms(node: JsonObject, shape: ClassShape): ReadonlyMap<string, string> | null {
  return compactTerms(node, (bare) => bare !== '@type' && shape.properties.has(bare));
}

function valueTerms(node: JsonObject, shape: ClassShape): ReadonlyMap<string, string> | null {
  return compactTerms(node, (bare) => shape.properties.has(bare));
}

/**
 * An entity in the form its class is defined for (profile §4.4): terms compacted, single values of list properties
 * wrapped, both again inside the value objects the class knows. Opaque blocks stay as written.
 */
export function normaliseEntity(node: JsonObject, shape: ClassShape): JsonObject {
  const copy = { ...normalise(node, shape, entityTerms(node, shape)) };
  copy['@type'] = typeTokens(node['@type']) ?? [];
  return copy;
}

function normalise(
  node: JsonObject,
  shape: ClassShape,
  terms: ReadonlyMap<string, string> | null,
): JsonObject {
  let changed: Record<string, JsonValue> | null = terms === null ? null : renamed(node, terms);
  for (const [key, value] of Object.entries(changed ?? node)) {
    const normal = normaliseValue(key, value, shape);
    if (normal === value) continue;
    changed ??= { ...node };
    changed[key] = normal;
  }
  return changed ?? node;
}

/** Keys may be anything, `__proto__` included: entries become own properties, assignment would not. */
function renamed(node: JsonObject, terms: ReadonlyMap<string, string>): Record<string, JsonValue> {
  return Object.fromEntries([...terms].map(([term, key]) => [term, node[key] ?? null]));
}

function normaliseValue(key: string, value: JsonValue, shape: ClassShape): JsonValue {
  const property = shape.properties.get(key);
  if (property === undefined) return value;
  const wrapped: JsonValue = property.list && !isJsonArray(value) ? [value] : value;
  const inner = property.value;
  if (inner === null) return wrapped;
  const normalInner = (each: JsonValue): JsonValue =>
    isJsonObject(each) ? normalise(each, inner, valueTerms(each, inner)) : each;
  if (!isJsonArray(wrapped)) return normalInner(wrapped);
  const members = wrapped.map(normalInner);
  return members.every((member, index) => member === wrapped[index]) ? wrapped : members;
}

/**
 * Where a place of the normalised entity stands in the entity as written: renamed keys under their written name, a
 * wrapped value without the index it never had. Returns pointer tokens.
 */
export function writtenPath(node: JsonObject, shape: ClassShape, path: readonly string[]): readonly string[] {
  const written: string[] = [];
  let value: JsonValue | undefined = node;
  let inside: ClassShape | null = shape;
  let wrapped = false;
  for (const token of path) {
    if (wrapped) {
      wrapped = false;
    } else if (isJsonArray(value)) {
      written.push(token);
      value = value[Number(token)];
    } else if (isJsonObject(value)) {
      const terms: ReadonlyMap<string, string> | null =
        inside === null ? null : value === node ? entityTerms(value, inside) : valueTerms(value, inside);
      const key: string = terms?.get(token) ?? token;
      // an absent `@type` is filled in and stands nowhere
      if (!Object.hasOwn(value, key)) break;
      written.push(key);
      const property: PropertyShape | undefined = inside?.properties.get(token);
      value = value[key];
      inside = property?.value ?? null;
      wrapped = property?.list === true && !isJsonArray(value);
    }
  }
  return written;
}

/** Tokens of a JSON Pointer (RFC 6901 §4). */
export function pointerTokens(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function join(base: string, tokens: readonly string[]): string {
  return pointerJoin(base, ...tokens);
}
