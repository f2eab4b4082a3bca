import type { Collector } from '../../collector.ts';
import { kindOf, quoted } from '../../wording.ts';
import {
  about,
  carries,
  type Declaration,
  declarationsOf,
  type GraphEntity,
  isTruthy,
  type LambdaGraph,
} from '../graph.ts';

/** R5: a declared absence says which tier it blocks, unless it does not apply. */
export function blocksRule(graph: LambdaGraph, report: Collector): void {
  forEachDeclaration(graph, (entity, { value, pointer }) => {
    if (value['reason'] === 'not-applicable' || isTruthy(value['blocks'])) return;
    report.error('graph', 'R5', () =>
      about(
        entity,
        `${fieldName(value['field'])} is declared missing without \`blocks\`; name the tier it blocks (S1, S2-core, S2-acquisition or S3), or give the reason not-applicable.`,
        pointer,
      ),
    );
  });
}

/** R6: what is declared missing is not also there. */
export function contradictionRule(graph: LambdaGraph, report: Collector): void {
  forEachDeclaration(graph, (entity, { value, pointer }) => {
    const field = value['field'];
    if (typeof field !== 'string' || !carries(entity, field)) return;
    report.error('graph', 'R6', () =>
      about(
        entity,
        `${quoted(field)} is declared missing and yet carried by the entity; take out one of the two.`,
        pointer,
      ),
    );
  });
}

function fieldName(field: Declaration['value'][string] | undefined): string {
  return typeof field === 'string' ? quoted(field) : `A field that is ${kindOf(field)}`;
}

function forEachDeclaration(
  graph: LambdaGraph,
  visit: (entity: GraphEntity, declaration: Declaration) => void,
): void {
  for (const entity of graph.entities) {
    for (const declaration of declarationsOf(entity)) visit(entity, declaration);
  }
}
