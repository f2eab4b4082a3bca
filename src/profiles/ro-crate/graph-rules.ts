import type { CrateEntity, CrateGraph } from '../../crate/contract.ts';
import { resolveReference } from '../../crate/reference.ts';
import { type JsonValue, pointerJoin } from '../../model/json.ts';
import type { Collector } from '../collector.ts';
import { ownValue } from '../lambda-core/classify.ts';
import { type Reference, referencesIn } from '../lambda-core/references.ts';
import { quoted } from '../wording.ts';

const DATA_TYPES = ['File', 'Dataset'];

/** References name entities of the graph; a part that is not described is an error, anything else a warning. */
export function checkReferences(graph: CrateGraph, report: Collector): void {
  const isDescribed = described(graph);
  for (const entity of graph.entities) {
    for (const [key, value] of Object.entries(entity.node)) {
      // What the descriptor conforms to are RO-Crate's own IRIs, which no crate describes.
      if (entity === graph.descriptor && key === 'conformsTo') continue;
      if (value === null || typeof value !== 'object' || key.startsWith('@')) continue;
      for (const reference of referencesIn(value, () => pointerJoin(entity.pointer, key))) {
        if (!isDescribed(reference.id)) reportDangling(entity, key, reference, report);
      }
    }
  }
  if (graph.detached) checkWebBased(graph, report);
}

/** Exact `@id` first: most references are written like their target, and resolving one costs. */
function described(graph: CrateGraph): (id: string) => boolean {
  const written = new Set(graph.entities.map((entity) => entity.rawId));
  return (id) => written.has(id) || graph.byIri.has(resolveReference(id, graph.baseIri).iri);
}

function reportDangling(entity: CrateEntity, key: string, reference: Reference, report: Collector): void {
  const place = (message: string) => () => ({
    pointer: reference.pointer(),
    entity: entity.rawId,
    message,
  });
  if (key === 'hasPart') {
    report.error(
      'graph',
      'dangling-part',
      place(
        `\`hasPart\` names ${quoted(reference.id)}, which is no entity of the graph; describe it or take it out.`,
      ),
    );
  } else {
    report.warning(
      'graph',
      'dangling-reference',
      place(
        `${quoted(key)} names ${quoted(reference.id)}, which the graph does not describe; add an entity for it.`,
      ),
    );
  }
}

/** A detached crate has no files beside it, so what it calls data must be on the web. */
function checkWebBased(graph: CrateGraph, report: Collector): void {
  const parts = new Set(partIris(graph));
  for (const entity of graph.entities) {
    if (entity === graph.root || entity.rawId === null || !parts.has(entity.iri)) continue;
    if (!entity.types.some((type) => DATA_TYPES.includes(type))) continue;
    if (resolveReference(entity.rawId, graph.baseIri).kind !== 'relative') continue;
    report.warning('graph', 'not-web-based', () => ({
      pointer: `${entity.pointer}/@id`,
      entity: entity.rawId,
      message: `In a detached crate data is on the web: ${quoted(entity.rawId ?? '')} should be an absolute IRI.`,
    }));
  }
}

/** IRIs of everything some entity lists as its part. */
function* partIris(graph: CrateGraph): Generator<string> {
  for (const entity of graph.entities) {
    const parts: JsonValue | undefined = ownValue(entity.node, 'hasPart');
    for (const { id } of referencesIn(parts, () => '')) yield resolveReference(id, graph.baseIri).iri;
  }
}
