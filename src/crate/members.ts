import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { type FindingList, quoted } from './findings.ts';
import { membersOf } from './read-term.ts';

/** A member of `@graph` before it has an IRI, which only the root's identity gives it. */
export interface Member {
  readonly index: number;
  readonly pointer: string;
  readonly rawId: string | null;
  readonly types: readonly string[];
  readonly node: JsonObject;
}

/** The keys under which a document writes keywords; others than the keywords only through aliases. */
export interface KeywordKeys {
  readonly graph: readonly string[];
  readonly id: readonly string[];
  readonly type: readonly string[];
}

export const PLAIN_KEYS: KeywordKeys = { graph: ['@graph'], id: ['@id'], type: ['@type'] };

/** The members of a document's graph that are objects, in order; null when it has no graph. */
export function readMembers(
  json: JsonValue,
  keys: KeywordKeys,
  findings: FindingList,
): readonly Member[] | null {
  const graphKey = isJsonObject(json) ? keys.graph.find((key) => Object.hasOwn(json, key)) : undefined;
  const graph = isJsonObject(json) && graphKey !== undefined ? json[graphKey] : undefined;
  if (!isJsonArray(graph)) {
    const is = isJsonObject(json) ? 'The document has no list "@graph"' : 'The document is not a JSON object';
    const message = `${is}; RO-Crate metadata is {"@context": …, "@graph": […]}.`;
    findings.add({ layer: 'document', rule: 'no-graph', severity: 'error', pointer: '', message });
    return null;
  }
  const members: Member[] = [];
  for (let index = 0; index < graph.length; index += 1) {
    const node = graph[index];
    const pointer = `/${graphKey}/${index}`;
    if (!isJsonObject(node)) {
      const message = 'A member of the graph is not an object; it is left out.';
      findings.add({
        layer: 'document',
        rule: 'entity-not-an-object',
        severity: 'warning',
        pointer,
        message,
      });
      continue;
    }
    const rawId = firstOf(node, keys.id);
    const types = typesIn(firstOf(node, keys.type));
    members.push({ index, pointer, rawId: typeof rawId === 'string' ? rawId : null, types, node });
    if (typeof rawId !== 'string') {
      const called = typeof types[0] === 'string' ? ` (a ${quoted(types[0])})` : '';
      const message = `An entity${called} has no "@id" that is a string; nothing can refer to it.`;
      findings.add({ layer: 'entity', rule: 'no-id', severity: 'warning', pointer, message });
    }
  }
  return members;
}

function typesIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  return [...membersOf(value)].filter((type) => typeof type === 'string');
}

function firstOf(node: JsonObject, keys: readonly string[]): JsonValue | undefined {
  for (const key of keys) if (Object.hasOwn(node, key)) return node[key];
  return undefined;
}
