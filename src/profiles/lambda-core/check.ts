import type { Finding, FindingLayer, Verdict } from '../../model/finding.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../model/json.ts';
import { type Collector, createCollector } from '../collector.ts';
import { checkDocument } from './document-layer.ts';
import { checkEntities } from './entity-layer.ts';
import { graphOf, type LambdaGraph, valueAt } from './graph.ts';
import { checkGraph } from './graph-layer.ts';
import { membersOf } from './members.ts';
import { idsIn } from './references.ts';
import { isNewerVersion, profileVersion, RULES_VERSION } from './versions.ts';

/**
 * Checks a metadata document against LAMBDA Core 0.3.0 to 0.3.3 and the deprecated 0.2 spellings: document, entity, graph,
 * each independent of the others. Whether it holds equals the reference checker's answer; warnings tell where that checker
 * lets pass what the written profile asks. A newer profile version is checked by these rules, unknown properties being
 * warnings. Total: whatever the JSON, it answers and never throws. Works on ids as written, in document order.
 */
export function checkLambdaCore(json: JsonValue): { verdicts: Verdict[]; findings: Finding[] } {
  const report = createCollector('lambda-core');
  if (!isJsonObject(json)) {
    report.error('document', 'not-an-object', () => ({
      pointer: '',
      entity: null,
      message: 'The document is no JSON object; a crate is {"@context": […], "@graph": […]}.',
    }));
    return result(report, 'the document is not a JSON object');
  }
  checkDocument(json, report);
  const list = json['@graph'];
  if (!isJsonArray(list)) return result(report, '`@graph` is not a list');
  const members = membersOf(list);
  const graph = graphOf(members);
  checkEntities(members, claimsNewerOnly(graph), report);
  checkGraph(graph, report);
  return result(report, null);
}

/** A crate that also claims a version these rules know is held to them. */
function claimsNewerOnly(graph: LambdaGraph): boolean {
  const versions = [graph.root, graph.descriptor].flatMap((entity) =>
    entity === null ? [] : idsIn(valueAt(entity, 'conformsTo')).flatMap((id) => profileVersion(id) ?? []),
  );
  return versions.length > 0 && versions.every(isNewerVersion);
}

function result(report: Collector, notRun: string | null): { verdicts: Verdict[]; findings: Finding[] } {
  const verdict = (layer: FindingLayer): Verdict => ({
    profile: 'lambda-core',
    version: RULES_VERSION,
    layer,
    ...(notRun !== null && layer !== 'document'
      ? { verdict: 'not-run', reason: notRun }
      : { verdict: report.errors(layer) === 0 ? 'holds' : 'does-not-hold' }),
  });
  return { verdicts: (['document', 'entity', 'graph'] as const).map(verdict), findings: report.findings() };
}
