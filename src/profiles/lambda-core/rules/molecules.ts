import type { Collector } from '../../collector.ts';
import { oneOf, quoted } from '../../wording.ts';
import {
  about,
  carriesOrDeclares,
  type GraphEntity,
  type LambdaGraph,
  pointerOf,
  valueAt,
} from '../graph.ts';
import { idsIn } from '../references.ts';
import type { EntityClass } from '../schemas.ts';
import { referencesOf } from './references.ts';

interface IdentityRule {
  readonly rule: string;
  readonly entityClass: EntityClass;
  readonly what: string;
  readonly identity: readonly string[];
}

/** R10, R11, R12: what identifies a molecule, one of which it carries or declares missing. */
const IDENTITY_RULES: readonly IdentityRule[] = [
  { rule: 'R10', entityClass: 'ProteinEntity', what: 'protein', identity: ['uniprot_id'] },
  {
    rule: 'R11',
    entityClass: 'NucleicAcidEntity',
    what: 'nucleic acid',
    identity: ['rnacentral_id', 'sequence_accession', 'nucleotide_sequence'],
  },
  {
    rule: 'R12',
    entityClass: 'SmallMoleculeEntity',
    what: 'small molecule',
    identity: ['chebi_id', 'pdb_ligand_id', 'inChIKey', 'smiles'],
  },
];

export function identityRules(graph: LambdaGraph, report: Collector): void {
  for (const { rule, entityClass, what, identity } of IDENTITY_RULES) {
    for (const entity of graph.entities) {
      if (entity.entityClass !== entityClass || carriesOrDeclares(entity, identity)) continue;
      report.error('graph', rule, () =>
        about(
          entity,
          `This ${what} has no ${oneOf(identity)}; give one, or declare one in \`missing\` with the reason and the tier it blocks.`,
        ),
      );
    }
  }
}

/** R13: an interaction belongs to a sample of the graph and is between two of the molecules that sample lists. */
export function interactionRule(graph: LambdaGraph, report: Collector): void {
  for (const entity of graph.entities) {
    if (entity.entityClass !== 'ComponentInteractionEntity') continue;
    const sample = sampleOf(entity, graph, report);
    if (sample === null) continue;
    const parts = new Set(idsIn(valueAt(sample, 'hasBioChemEntityPart')));
    for (const term of ['subject_id', 'object_id']) {
      for (const { id, pointer } of referencesOf(entity, term)) {
        if (!graph.ids.has(id)) {
          report.error('graph', 'R13', () =>
            about(
              entity,
              `\`${term}\` names ${quoted(id)}, which is no entity of the graph; describe the molecule under exactly this @id.`,
              pointer(),
            ),
          );
        } else if (!parts.has(id)) {
          report.error('graph', 'R13', () =>
            about(
              entity,
              `\`${term}\` names ${quoted(id)}, which the sample ${quoted(sample.id ?? '')} does not list in \`hasBioChemEntityPart\`; list it there.`,
              pointer(),
            ),
          );
        }
      }
    }
  }
}

function sampleOf(entity: GraphEntity, graph: LambdaGraph, report: Collector): GraphEntity | null {
  const [reference] = referencesOf(entity, 'sample_id');
  const sample = reference === undefined ? undefined : graph.byId.get(reference.id);
  if (sample?.entityClass === 'SampleEntity') return sample;
  report.error('graph', 'R13', () => {
    const problem =
      reference === undefined
        ? '`sample_id` names no entity'
        : sample === undefined
          ? `\`sample_id\` names ${quoted(reference.id)}, which is no entity of the graph`
          : `\`sample_id\` names ${quoted(reference.id)}, which is ${sample.entityClass === null ? 'of no class' : `a ${sample.entityClass}`}`;
    return about(
      entity,
      `${problem}; it must name an entity typed \`lambda:Sample\`.`,
      pointerOf(entity, 'sample_id'),
    );
  });
  return null;
}
