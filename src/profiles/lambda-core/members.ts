import type { JsonObject, JsonValue } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';

/** One object in `@graph`, as written. Other members are skipped by the entity and the graph layer. */
export interface Member {
  /** `/@graph/{index}` */
  readonly pointer: string;
  readonly node: JsonObject;
}

export function membersOf(graph: readonly JsonValue[]): readonly Member[] {
  const members: Member[] = [];
  for (const [index, node] of graph.entries()) {
    if (isJsonObject(node)) members.push({ pointer: `/@graph/${index}`, node });
  }
  return members;
}

/** `@id` as written; null where it is absent or no string. */
export function idOf(node: JsonObject): string | null {
  const id = node['@id'];
  return typeof id === 'string' ? id : null;
}
