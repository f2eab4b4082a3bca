import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { versionOfContextUrl } from './contexts.ts';
import { contextParts } from './terms.ts';

/** Keywords of a context that change nothing a flat table says. */
const PLAIN_KEYWORDS = new Set(['@version', '@protected', '@base', '@language', '@direction']);

/** Members of a term definition that a flat table expresses, or that do not change which property a key is. */
const PLAIN_MEMBERS = new Set(['@id', '@type', '@prefix', '@protected', '@language', '@direction']);

/** Containers whose values stand in the document as any other array does. */
const PLAIN_CONTAINERS = new Set(['@set', '@list']);

/**
 * Whether a document's context does what a flat term table cannot express: `@vocab`, a `@base` of its own, `@import`,
 * keyword aliases, `@reverse`, `@nest`, maps as containers, scoped contexts, or `@context` inside an entity. A remote
 * context nobody bundled is no reason: expansion could not load it either.
 */
export function needsExpansion(json: JsonValue): boolean {
  if (!isJsonObject(json)) return false;
  for (const part of contextParts(json['@context'])) {
    if (isJsonObject(part) && isOdd(part)) return true;
  }
  return holdsContext(json['@graph'] ?? null);
}

/** Remote contexts, as written, that no bundled table stands for. */
export function unknownContexts(context: JsonValue | undefined): readonly string[] {
  const urls: string[] = [];
  for (const part of contextParts(context)) {
    if (typeof part === 'string' && versionOfContextUrl(part) === null) urls.push(part);
  }
  return urls;
}

/** Keys that an inline context makes another spelling of a keyword: `id` → `@id`. Keywords stand for themselves. */
export function keywordAliases(context: JsonValue | undefined): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const part of contextParts(context)) {
    if (!isJsonObject(part)) continue;
    for (const [term, definition] of Object.entries(part)) {
      const id = isJsonObject(definition) ? definition['@id'] : definition;
      if (!term.startsWith('@') && typeof id === 'string' && id.startsWith('@')) aliases.set(term, id);
      else aliases.delete(term);
    }
  }
  return aliases;
}

function isOdd(context: JsonObject): boolean {
  return Object.entries(context).some(([key, definition]) => {
    if (key === '@base') return definition !== null;
    if (key.startsWith('@')) return !PLAIN_KEYWORDS.has(key);
    return isOddDefinition(definition);
  });
}

function isOddDefinition(definition: JsonValue): boolean {
  if (typeof definition === 'string') return definition.startsWith('@');
  if (!isJsonObject(definition)) return false;
  const id = definition['@id'];
  if (typeof id === 'string' && id.startsWith('@')) return true;
  if (definition['@type'] === '@vocab') return true;
  return Object.entries(definition).some(([member, value]) => {
    if (member !== '@container') return !PLAIN_MEMBERS.has(member);
    const containers = isJsonArray(value) ? value : [value];
    return !containers.every((container) => typeof container === 'string' && PLAIN_CONTAINERS.has(container));
  });
}

/** Whether any object beneath carries a `@context`. */
function holdsContext(value: JsonValue): boolean {
  if (isJsonArray(value)) return value.some(holdsContext);
  if (!isJsonObject(value)) return false;
  if (Object.hasOwn(value, '@context')) return true;
  for (const key in value) {
    const member = value[key];
    if (typeof member === 'object' && member !== null && holdsContext(member)) return true;
  }
  return false;
}
