import type { Collector } from '../../collector.ts';
import { quoted } from '../../wording.ts';
import { METADATA_FILE } from '../classify.ts';
import { about, carries, type GraphEntity, type LambdaGraph, pointerOf, valueAt } from '../graph.ts';
import { type Reference, referencesIn } from '../references.ts';

/** The references a term of an entity holds. */
export function referencesOf(entity: GraphEntity, term: string): Generator<Reference> {
  return referencesIn(valueAt(entity, term), () => pointerOf(entity, term));
}

/** R1: a metadata descriptor is there, and what it is about is in the graph. */
export function descriptorRule(graph: LambdaGraph, report: Collector): void {
  const { descriptor } = graph;
  if (descriptor === null) {
    report.error('graph', 'R1', () => ({
      pointer: '/@graph',
      entity: null,
      message: `No entity is the metadata descriptor: one needs the @id ${quoted(METADATA_FILE)} and an \`about\`.`,
    }));
    return;
  }
  for (const { id, pointer } of referencesOf(descriptor, 'about')) {
    if (graph.ids.has(id)) continue;
    report.error('graph', 'R1', () =>
      about(
        descriptor,
        `The descriptor is about ${quoted(id)}, which is no entity of the graph; it must name the root's @id${rootHint(graph)}.`,
        pointer(),
      ),
    );
  }
}

function rootHint({ root }: LambdaGraph): string {
  return root?.id == null ? '' : `, ${quoted(root.id)}`;
}

/** R2: some entity is the root. */
export function rootRule(graph: LambdaGraph, report: Collector): void {
  if (graph.root !== null) return;
  report.error('graph', 'R2', () => ({
    pointer: '/@graph',
    entity: null,
    message: 'No entity is typed `lambda:Dataset`: the root is typed ["Dataset", "lambda:Dataset"].',
  }));
}

/** R3: what an entity says it is made of is described in the graph, for parts of crates and of samples. */
export function partsRule(graph: LambdaGraph, report: Collector): void {
  for (const term of ['hasPart', 'hasBioChemEntityPart']) {
    for (const entity of graph.entities) {
      if (!carries(entity, term)) continue;
      for (const { id, pointer } of referencesOf(entity, term)) {
        if (graph.ids.has(id)) continue;
        report.error('graph', 'R3', () =>
          about(
            entity,
            `\`${term}\` names ${quoted(id)}, which is no entity of the graph; describe it under exactly this @id or take it out.`,
            pointer(),
          ),
        );
      }
    }
  }
}
