import { isJsonObject, type JsonValue } from '../model/json.ts';
import { assembleGraph } from './assemble.ts';
import type { CrateGraph } from './contract.ts';
import { FindingList } from './findings.ts';
import { PLAIN_KEYS, readMembers } from './members.ts';
import { termTable } from './terms.ts';

export { resolveId } from './assemble.ts';
export { readGraphExpanded } from './expand.ts';
export { needsExpansion } from './odd-context.ts';

/**
 * Reads a JSON document as an RO-Crate graph through the flat term table, in time linear in its size. Never throws:
 * whatever is no crate gives an empty graph, or one without a root, and error findings. `documentUrl` is where the
 * document was found, after redirects.
 */
export function readGraph(json: JsonValue, at: { readonly documentUrl: string }): CrateGraph {
  const findings = new FindingList();
  const context = isJsonObject(json) ? json['@context'] : undefined;
  const members = readMembers(json, PLAIN_KEYS, findings);
  const terms = termTable(context ?? null);
  return assembleGraph({ context, members, documentUrl: at.documentUrl, terms, findings });
}
