import type { IdentityKey, ProposalRow } from '../../model/rows.ts';
import { candidates, crateKey, wordKey } from './identity.ts';
import type { MapScope } from './scope.ts';

/** The proposal code the root names, trimmed. */
export function proposalCode(scope: MapScope): string | null {
  return scope.root?.peek('proposal_id')?.trim() ?? null;
}

/** The key of something a proposal of the facility knows by a code; null where either is missing. */
export function proposalScoped(
  scope: MapScope,
  kind: 'sample' | 'experiment_run' | 'workflow_run',
  code: string | null,
): IdentityKey | null {
  const proposal = proposalCode(scope);
  if (proposal === null || code === null) return null;
  return wordKey('facility', kind, scope.context.facility.toLowerCase(), proposal, code.trim());
}

/** The proposal the root names: implied, since a crate has no entity for it. */
export function proposalRows(scope: MapScope): readonly ProposalRow[] {
  const { root, graph, context } = scope;
  const code = proposalCode(scope);
  if (root === null || code === null) return [];
  const iri = `${graph.crateIri}#implied-proposal`;
  const key = wordKey('facility', 'proposal', context.facility.toLowerCase(), code);
  return [
    {
      iri,
      json_pointer: root.entity.pointer,
      identity: candidates([key], crateKey('proposal', iri, graph)),
      implied: true,
      name: null,
      description: null,
      properties: {},
      proposal_id: code,
    },
  ];
}
