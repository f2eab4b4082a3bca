import { readTerm } from '../../crate/read-term.ts';
import { isJsonObject, type JsonValue } from '../../model/json.ts';
import type { CrateFacts, NestedDocument } from '../../model/rows.ts';
import { isUuid } from './identity.ts';
import { asText, listed } from './reader.ts';
import type { MapScope } from './scope.ts';
import { rootTechnique, techniqueOf } from './technique.ts';

/** What the crate says of itself. A graph without a root still has an IRI and the documents it points at. */
export function crateFacts(scope: MapScope, nested: readonly NestedDocument[]): CrateFacts {
  const { root, graph } = scope;
  if (root === null) return nothingSaid(graph.crateIri, nested);
  const [publisher] = root.refs('publisher');
  const sufficiency = root.raw('sufficiency');
  if (isJsonObject(sufficiency)) root.hold('sufficiency');
  const licenses = root.texts('license');
  root.holdTexts('license', licenses.slice(0, 1));
  const keywords = keywordsOf(root.texts('keywords'));
  root.holdTexts('keywords', keywords);
  const profiles = [...new Set(root.texts('conformsTo'))];
  root.holdTexts('conformsTo', profiles);
  return {
    iri: graph.crateIri,
    name: root.text('name'),
    description: root.text('description'),
    date_published: root.text('datePublished'),
    license: licenses[0] ?? null,
    keywords,
    identifiers: [
      ...new Set(listed(root.raw('identifier')).flatMap((item) => identifierOf(scope, item) ?? [])),
    ],
    conforms_to: profiles,
    publisher_iri: publisher?.iri ?? null,
    facility_name: root.text('facility_name') ?? plainText(root.raw('facility')),
    technique: techniqueOf(scope, root) ?? rootTechnique(scope),
    proposal_id: root.text('proposal_id')?.trim() ?? null,
    collection_date: scope.time(root, 'collectionDate'),
    conditions_of_access: root.text('conditionsOfAccess'),
    package_tier: root.text('packageTier'),
    sufficiency: isJsonObject(sufficiency) ? sufficiency : null,
    nested,
    properties: root.properties(),
  };
}

function nothingSaid(iri: string, nested: readonly NestedDocument[]): CrateFacts {
  return {
    iri,
    name: null,
    description: null,
    date_published: null,
    license: null,
    keywords: [],
    identifiers: [],
    conforms_to: [],
    publisher_iri: null,
    facility_name: null,
    technique: null,
    proposal_id: null,
    collection_date: null,
    conditions_of_access: null,
    package_tier: null,
    sufficiency: null,
    nested,
    properties: {},
  };
}

/** RO-Crate lets one string hold several keywords with commas between; a list means its items. */
function keywordsOf(texts: readonly string[]): readonly string[] {
  const [single] = texts;
  const words = texts.length === 1 && single !== undefined ? single.split(',') : texts;
  return [...new Set(words.map((word) => word.trim()).filter((word) => word !== ''))];
}

/**
 * An identifier as one string: as written; a PropertyValue, here or in the graph, as `SASBDB:SASDD42`, or as a URN where
 * it is a UUID, or as its value where that is an IRI already.
 */
function identifierOf(scope: MapScope, item: JsonValue): string | null {
  const { terms, byIri } = scope.graph;
  if (!isJsonObject(item)) return asText(item, terms);
  const id = item['@id'];
  const [entity] = typeof id === 'string' ? (byIri.get(scope.resolve(id)) ?? []) : [];
  const node = readTerm(terms, item, 'value') === undefined && entity !== undefined ? entity.node : item;
  const written = readTerm(terms, node, 'value');
  const value = written === undefined ? null : asText(written, terms);
  if (value === null) return typeof id === 'string' ? id : asText(item, terms);
  if (isUuid(value)) return `urn:uuid:${value.toLowerCase()}`;
  if (/^[a-z][a-z0-9+.-]*:/i.test(value)) return value;
  const scheme = readTerm(terms, node, 'propertyID');
  return typeof scheme !== 'string' || value.startsWith(`${scheme}:`) ? value : `${scheme}:${value}`;
}

function plainText(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
