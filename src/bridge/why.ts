import { type Caller, holds } from '../model/caller.ts';
import { type Outcome, success } from '../model/failure.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { Pointer } from '../model/pointer.ts';
import type { FileWhy, PointerOrigin, WhyEntity, WhyProperty, WhyRule } from '../model/why.ts';
import type { PointerRecord } from '../registry/contract.ts';
import type { BridgeContext } from './context.ts';
import { entityAt } from './entity-at.ts';
import { get } from './query.ts';
import { findPointer, storageRuleFor } from './resolve.ts';

/** How much of an entity is shown: text in characters, members of a list or object, depth. */
const LONGEST_TEXT = 300;
const MOST_MEMBERS = 50;
const DEEPEST = 4;

/**
 * Why a pointer (its id, or a storage_uri) is what it is: the crate versions that say so, the entity in the first one's stored
 * document with the properties the facts came from, the storage rule, and the last proof. The caller sees what they may see.
 */
export async function why(context: BridgeContext, file: string, caller: Caller): Promise<Outcome<FileWhy>> {
  const record = await findPointer(context, file, caller);
  if (!record.ok) return record;
  const { pointer } = record.value;
  const found = await context.registry.pointerOrigins(pointer.id, caller);
  if (!found.ok) return found;
  const item = await get(context, 'files', pointer.id, caller);
  if (!item.ok) return item;
  const { origins, total, document, verification } = found.value;
  const written = await entityAt({ bytes: document, pointer: origins[0].json_pointer });
  return success({
    pointer,
    file_name: record.value.file_name,
    state: record.value.state,
    successor: record.value.successor?.id ?? null,
    said_by: origins,
    said_by_total: total,
    entity: entityWhy(written, pointer, origins[0]),
    declared_missing: item.value.declared_missing,
    rule: ruleWhy(context, record.value, caller),
    conflicts: item.value.conflicts,
    verification,
  });
}

function ruleWhy(context: BridgeContext, record: PointerRecord, caller: Caller): WhyRule {
  const rule = storageRuleFor(context, record);
  if (!rule.ok) return { applies: false, failure: rule.failure };
  const { prefix, facility, sources, target } = rule.value;
  const place = target.kind === 'http' ? target.url : target.root;
  return {
    applies: true,
    prefix,
    facility,
    sources,
    reads: target.kind,
    target: holds(caller, 'admin') ? place : null,
  };
}

function entityWhy(written: JsonObject | null, pointer: Pointer, origin: PointerOrigin): WhyEntity {
  const place = origin.storage_uri_written;
  const digest = pointer.sha256 ?? origin.declared_digest;
  const size = pointer.file_size_bytes;
  const property = (names: readonly string[], holdsFact: (text: string) => boolean) =>
    written === null ? null : propertyOf(written, names, holdsFact);
  return {
    written: written === null ? null : objectExcerpt(written, DEEPEST),
    storage_uri:
      place === null ? null : property(['storage_uri', '@id', 'contentUrl'], (text) => text === place),
    sha256:
      digest === null ? null : property(['sha256'], (text) => text.toLowerCase() === digest.toLowerCase()),
    file_size_bytes: size === null ? null : property(['contentSize'], (text) => Number(text) === size),
  };
}

/** The first of these terms, with whatever prefix or IRI it is written, that has a value which is the fact. */
function propertyOf(
  entity: JsonObject,
  names: readonly string[],
  isFact: (text: string) => boolean,
): WhyProperty | null {
  for (const name of names) {
    for (const [property, value] of Object.entries(entity)) {
      if (localName(property) !== name) continue;
      const text = textsOf(value).find(isFact);
      if (text !== undefined) return { property, value: cut(text) };
    }
  }
  return null;
}

/** What follows the prefix of a compact IRI, or the last part of a whole one. */
function localName(property: string): string {
  return property.slice(Math.max(...[':', '/', '#'].map((mark) => property.lastIndexOf(mark))) + 1);
}

/** Values of a property as text, out of lists and of JSON-LD's value and reference objects. */
function textsOf(value: JsonValue): readonly string[] {
  if (isJsonArray(value)) return value.flatMap(textsOf);
  if (isJsonObject(value)) return textsOf(value['@value'] ?? value['@id'] ?? null);
  return value === null ? [] : [String(value)];
}

function objectExcerpt(value: JsonObject, depth: number): JsonObject {
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, MOST_MEMBERS)
    .map(([key, member]): [string, JsonValue] => [cut(key), excerpt(member, depth - 1)]);
  if (entries.length > MOST_MEMBERS) shown.push(['…', `${entries.length - MOST_MEMBERS} more`]);
  return Object.fromEntries(shown);
}

function excerpt(value: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth <= 0) return '…';
  if (!isJsonArray(value)) return isJsonObject(value) ? objectExcerpt(value, depth) : value;
  const shown = value.slice(0, MOST_MEMBERS).map((member) => excerpt(member, depth - 1));
  return value.length > MOST_MEMBERS ? [...shown, `… ${value.length - MOST_MEMBERS} more`] : shown;
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
