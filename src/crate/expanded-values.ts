import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { idsIn } from './read-term.ts';

/** A vocabulary that stands for no vocabulary: keys and types the context does not know, to be bare again afterwards. */
export const BARE_VOCAB = 'x-bare:';

/** An expanded node object as properties of a graph's node. */
export interface ExpandedNode {
  readonly properties: readonly (readonly [string, JsonValue])[];
  readonly types: readonly string[];
}

/** The properties of an expanded node that a context gave an IRI, simplified. `marker` and unknown keys are left out. */
export function expandedNode(expanded: object, marker: string): ExpandedNode {
  const properties: [string, JsonValue][] = [];
  let types: readonly string[] = [];
  for (const [key, value] of Object.entries(expanded)) {
    if (key === '@type') types = typesOf(value);
    else if (key !== '@id' && key !== marker && !key.startsWith(BARE_VOCAB))
      properties.push([key, simplified(value)]);
  }
  return { properties, types };
}

/** References that `@reverse` of a simplified node makes: the entity that has the property, and the property's IRI. */
export function* reversedReferences(node: JsonObject): Generator<{ target: string; property: string }> {
  const reverse = node['@reverse'];
  if (!isJsonObject(reverse)) return;
  for (const [property, value] of Object.entries(reverse)) {
    for (const target of idsIn(value, false)) yield { target, property };
  }
}

/**
 * An expanded value as a document would have written it: value objects as their values, lists as arrays, an array of
 * one as its member, keys and types of no vocabulary bare. References stay `{"@id": …}`.
 */
function simplified(value: unknown): JsonValue {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) {
    const members = value.map(simplified);
    return members.length === 1 ? (members[0] ?? null) : members;
  }
  if (typeof value !== 'object') return null;
  if ('@value' in value) return literal(value['@value']);
  if ('@list' in value) return asArray(simplified(value['@list']));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]): [string, JsonValue] => {
      if (key === '@type') return [key, typesOf(member)];
      if (key === '@id') return [key, bare(member)];
      return [bare(key), simplified(member)];
    }),
  );
}

/** The value of a value object; only `"@type": "@json"` has other than a scalar. */
function literal(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, literal(member)]));
  }
  return simplified(value);
}

function typesOf(value: unknown): string[] {
  const types: unknown[] = Array.isArray(value) ? value : [value];
  return types.filter((type) => typeof type === 'string').map(bare);
}

function bare(key: unknown): string {
  const text = String(key);
  return text.startsWith(BARE_VOCAB) ? text.slice(BARE_VOCAB.length) : text;
}

function asArray(value: JsonValue): JsonValue {
  return isJsonArray(value) ? value : [value];
}
