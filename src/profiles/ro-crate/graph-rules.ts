import type { CrateEntity, CrateGraph } from '../../crate/contract.ts';
import { resolveId } from '../../crate/graph.ts';
import { isSpellingOf } from '../../crate/read-term.ts';

import { type JsonValue, pointerJoin } from '../../model/json.ts';
import type { Collector } from '../collector.ts';
import { ownValue } from '../lambda-core/classify.ts';
import { type Reference, referencesIn } from '../lambda-core/references.ts';
import { quoted } from '../wording.ts';

/** RO-Crate's own IRIs stand in every `conformsTo`; no crate describes them. */
const RO_CRATE = /^https?:\/\/w3id\.org\/ro\/crate(\/|$)/;

const DATA_TYPES = ['File', 'Dataset'];

/** References name entities of the graph; a part that is not described is an error, anything else a warning. */
export function checkReferences(graph: CrateGraph, report: Collector): void {
  const isDescribed = described(graph);
  for (const entity of graph.entities) {
    for (const [key, value] of Object.entries(entity.node)) {
      if (value === null || typeof value !== 'object' || key.startsWith('@')) continue;
      for (const reference of referencesIn(value, () => pointerJoin(entity.pointer, key))) {
        if (!isDescribed(reference.id) && !RO_CRATE.test(reference.id))
          reportDangling(graph, entity, key, reference, report);
      }
    }
  }
  if (graph.root !== null && graph.crateIri !== graph.baseIri) checkWebBased(graph, report);
}

/** Exact `@id` first: most references are written like their target, and resolving one costs. */
function described(graph: CrateGraph): (id: string) => boolean {
  const written = new Set(graph.entities.map((entity) => entity.rawId));
  return (id) => written.has(id) || graph.byIri.has(resolveId(graph, id).iri);
}

function reportDangling(
  graph: CrateGraph,
  entity: CrateEntity,
  key: string,
  reference: Reference,
  report: Collector,
): void {
  const place = (message: string) => () => ({
    pointer: reference.pointer(),
    entity: entity.rawId,
    message,
  });
  if (isSpellingOf(graph.terms, key, 'hasPart')) {
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

/**
 * A detached crate has no files beside it, so what it calls data must be on the web. Nothing in a document says that it is
 * detached; one that is not its own directory may well be.
 */
function checkWebBased(graph: CrateGraph, report: Collector): void {
  const parts = new Set(partIris(graph));
  for (const entity of graph.entities) {
    if (entity === graph.root || entity.rawId === null || !parts.has(entity.iri)) continue;
    if (!entity.types.some((type) => DATA_TYPES.includes(type))) continue;
    if (resolveId(graph, entity.rawId).kind !== 'relative') continue;
    report.warning('graph', 'not-web-based', () => ({
      pointer: `${entity.pointer}/@id`,
      entity: entity.rawId,
      message: `This crate is not the directory its document lies in; if it is detached, ${quoted(entity.rawId ?? '')} must be an absolute IRI.`,
    }));
  }
}

/** IRIs of everything some entity lists as its part. */
function* partIris(graph: CrateGraph): Generator<string> {
  for (const entity of graph.entities) {
    const parts: JsonValue | undefined = ownValue(entity.node, 'hasPart');
    for (const { id } of referencesIn(parts, () => '')) yield resolveId(graph, id).iri;
  }
}
