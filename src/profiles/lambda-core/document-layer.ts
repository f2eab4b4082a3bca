import { isJsonArray, isJsonObject, type JsonObject } from '../../model/json.ts';
import type { Collector } from '../collector.ts';
import { kindOf, quoted } from '../wording.ts';
import { documentValidators } from './schemas.ts';

const NAMESPACES = {
  lambda: 'http://w3id.org/lambda/',
  lambdarc: 'http://w3id.org/lambda/rocrate/',
} as const;

/** Layer 1: the document as written is an object with a list `@context` and a list `@graph`, neither holding lists. */
export function checkDocument(json: JsonObject, report: Collector): void {
  if (!documentValidators().first(json)) reportShape(json, report);
  adviseMembers(json, report);
  adviseContext(json, report);
}

/** The schema has decided; saying what it found needs only these two keys and their members. */
function reportShape(json: JsonObject, report: Collector): void {
  for (const key of ['@context', '@graph']) {
    const value = json[key];
    if (value === undefined) {
      report.error('document', 'missing-property', () => ({
        pointer: '',
        entity: null,
        message: `The document lacks ${quoted(key)}, a list of ${key === '@graph' ? 'entities' : 'contexts'}.`,
      }));
    } else if (!isJsonArray(value)) {
      report.error('document', 'wrong-type', () => ({
        pointer: `/${key}`,
        entity: null,
        message: `${quoted(key)} is ${kindOf(value)}; the profile takes a list here, even of one.`,
      }));
    } else {
      for (const [index, member] of value.entries()) {
        if (!isJsonArray(member)) continue;
        report.error('document', 'wrong-type', () => ({
          pointer: `/${key}/${index}`,
          entity: null,
          message: `A member of ${quoted(key)} is a list; lists do not nest here.`,
        }));
      }
    }
  }
}

function adviseMembers(json: JsonObject, report: Collector): void {
  const graph = json['@graph'];
  if (!isJsonArray(graph)) return;
  for (const [index, member] of graph.entries()) {
    if (isJsonObject(member) || isJsonArray(member)) continue;
    report.warning('document', 'not-an-entity', () => ({
      pointer: `/@graph/${index}`,
      entity: null,
      message: `A member of \`@graph\` is ${kindOf(member)} and is skipped; entities are objects.`,
    }));
  }
}

/** Profile §4.2 fixes what the prefixes stand for; the checker never looks. SSRL 0.2 crates bind `lambda` elsewhere. */
function adviseContext(json: JsonObject, report: Collector): void {
  const context = json['@context'];
  if (!isJsonArray(context)) return;
  for (const [prefix, namespace] of Object.entries(NAMESPACES)) {
    for (const [index, part] of context.entries()) {
      const bound = isJsonObject(part) ? part[prefix] : undefined;
      if (bound === undefined || bound === namespace) continue;
      report.warning('document', 'context-binding', () => ({
        pointer: `/@context/${index}/${prefix}`,
        entity: null,
        message: `The context binds \`${prefix}\` to ${typeof bound === 'string' ? quoted(bound) : kindOf(bound)}; the profile's namespace is ${namespace}.`,
      }));
    }
  }
}
