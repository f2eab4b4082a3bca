import type { CrateGraph } from '../../crate/contract.ts';
import type { Finding, FindingLayer, Verdict } from '../../model/finding.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../model/json.ts';
import { createCollector } from '../collector.ts';
import { checkDocumentForm } from './document-rules.ts';
import { checkDescriptorAndRoot } from './entity-rules.ts';
import { checkReferences } from './graph-rules.ts';

/**
 * The base RO-Crate verdict: a small part of what RO-Crate 1.0 to 1.3 requires, from the metadata document alone. Errors:
 *
 * - document: `context-missing`, `graph-missing`, `id-missing`, `type-missing`, `duplicate-id` (1.2 and later; before that
 *   a warning), `not-flat`
 * - entity: `descriptor-missing`, `descriptor-type`, `root-missing`, `root-type`, `missing-property` (the root's name,
 *   description, datePublished, license)
 * - graph: `dangling-part` (hasPart)
 *
 * Warnings: `context-not-ro-crate`, `date-form`, `dangling-reference`, `not-web-based`. Not covered: undefined terms,
 * strings that should be references, reachability of data entities, profile entities, workflows, anything that needs the
 * files or the network. Total: whatever the JSON and its graph, it answers and never throws.
 */
export function checkRoCrate(
  graph: CrateGraph,
  json: JsonValue,
): { verdicts: Verdict[]; findings: Finding[] } {
  const report = createCollector('ro-crate');
  checkDocumentForm(graph, json, report);
  const notRun =
    isJsonObject(json) && isJsonArray(json['@graph']) ? null : 'the document has no list `@graph`';
  if (notRun === null) {
    checkDescriptorAndRoot(graph, report);
    checkReferences(graph, report);
  }
  const verdict = (layer: FindingLayer): Verdict => ({
    profile: 'ro-crate',
    version: graph.roCrateVersion,
    layer,
    ...(notRun !== null && layer !== 'document'
      ? { verdict: 'not-run', reason: notRun }
      : { verdict: report.errors(layer) === 0 ? 'holds' : 'does-not-hold' }),
  });
  return { verdicts: (['document', 'entity', 'graph'] as const).map(verdict), findings: report.findings() };
}
