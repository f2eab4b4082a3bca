import type { CrateGraph } from '../../crate/contract.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, pointerJoin } from '../../model/json.ts';
import type { Collector, FindingDetail } from '../collector.ts';
import { ownValue } from '../lambda-core/classify.ts';
import { idOf } from '../lambda-core/members.ts';
import { quoted } from '../wording.ts';

/** Versions whose text does not yet ask for unique `@id`s. */
const WITHOUT_UNIQUE_IDS: ReadonlySet<string> = new Set(['1.0', '1.1']);

/** Properties whose values LAMBDA Core wants inside their entity (profile §6.3), against base RO-Crate. */
const NESTED_BY_LAMBDA: ReadonlySet<string> = new Set(
  'missing sufficiency designated schemaSet vocabEntry estimator provenance identifier resultSummary runParameters prov:qualifiedAssociation'.split(
    ' ',
  ),
);

/** The form of the document: a context, a flat graph, entities with one `@id` each and a type. */
export function checkDocumentForm(graph: CrateGraph, json: JsonValue, report: Collector): void {
  const document = isJsonObject(json) ? json : {};
  checkContext(document, report);
  const members = document['@graph'];
  if (!isJsonArray(members)) {
    report.error('document', 'graph-missing', () => ({
      pointer: ownValue(document, '@graph') === undefined ? '' : '/@graph',
      entity: null,
      message: 'The document has no list `@graph` of entities.',
    }));
    return;
  }
  checkFlat(members, report);
  const seen = new Set<string>();
  for (const [index, node] of members.entries()) {
    if (isJsonObject(node)) checkEntity(node, `/@graph/${index}`, seen, graph, report);
  }
}

function checkContext(document: JsonObject, report: Collector): void {
  const context = ownValue(document, '@context');
  if (context === undefined || context === null) {
    report.error('document', 'context-missing', () => ({
      pointer: '',
      entity: null,
      message: 'The document has no `@context`; it names https://w3id.org/ro/crate/1.2/context.',
    }));
    return;
  }
  const parts = isJsonArray(context) ? context : [context];
  if (parts.some((part) => typeof part === 'string' && /\bro[/-]crate\b/i.test(part.slice(0, 400)))) return;
  report.warning('document', 'context-not-ro-crate', () => ({
    pointer: '/@context',
    entity: null,
    message: 'The context does not name RO-Crate’s; add https://w3id.org/ro/crate/1.2/context by reference.',
  }));
}

function checkEntity(
  node: JsonObject,
  pointer: string,
  seen: Set<string>,
  graph: CrateGraph,
  report: Collector,
): void {
  const id = ownValue(node, '@id');
  const entity = typeof id === 'string' ? id : null;
  const detail =
    (message: string, place = pointer) =>
    (): FindingDetail => ({
      pointer: place,
      entity,
      message,
    });
  if (entity === null) {
    report.error('document', 'id-missing', detail('An entity has no `@id`; it needs one, a string.'));
  } else if (seen.has(entity)) {
    const level =
      graph.roCrateVersion !== null && WITHOUT_UNIQUE_IDS.has(graph.roCrateVersion)
        ? report.warning
        : report.error;
    level(
      'document',
      'duplicate-id',
      detail(`An entity further up has the same @id ${quoted(entity)}; put them together.`, `${pointer}/@id`),
    );
  } else {
    seen.add(entity);
  }
  if (!hasType(ownValue(node, '@type'))) {
    report.error(
      'document',
      'type-missing',
      detail('An entity has no `@type`; it needs one or a list of them.'),
    );
  }
}

interface Nested {
  readonly pointer: string;
  readonly entity: string | null;
  count: number;
}

/** One finding for each property, at its first place: a crate that nests one thing usually nests it everywhere. */
function checkFlat(members: readonly JsonValue[], report: Collector): void {
  const nested = new Map<string, Nested>();
  for (const [index, node] of members.entries()) {
    if (!isJsonObject(node)) continue;
    for (const [key, value] of Object.entries(node)) {
      if (value === null || typeof value !== 'object' || key === '@type' || key === '@id') continue;
      for (const tokens of nestedEntities(value)) {
        const first = nested.get(key);
        if (first !== undefined) first.count += 1;
        else
          nested.set(key, {
            pointer: pointerJoin(`/@graph/${index}`, key, ...tokens),
            entity: idOf(node),
            count: 1,
          });
      }
    }
  }
  for (const [key, { pointer, entity, count }] of nested) {
    const places = count === 1 ? '' : ` (in ${count} places, of which this is the first)`;
    const asked = NESTED_BY_LAMBDA.has(key) ? ' LAMBDA Core asks for it as it is.' : '';
    report.error('document', 'not-flat', () => ({
      pointer,
      entity,
      message: `${quoted(key)} holds an object with properties of its own${places}; base RO-Crate is flat: each is an entity of \`@graph\`, referred to by {"@id": "…"}.${asked}`,
    }));
  }
}

function hasType(type: JsonValue | undefined): boolean {
  return isJsonArray(type) ? type.some((each) => typeof each === 'string') : typeof type === 'string';
}

/** Objects in a property's value that are neither a reference nor a JSON-LD value object; where they stand in it. */
function* nestedEntities(value: JsonValue): Generator<readonly (string | number)[]> {
  const open: { readonly value: JsonValue; readonly tokens: readonly (string | number)[] }[] = [
    { value, tokens: [] },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: here, tokens } = next;
    const inner: readonly (readonly [string | number, JsonValue])[] = isJsonArray(here)
      ? [...here.entries()]
      : containerOf(here);
    if (isJsonObject(here) && inner.length === 0 && !isReference(here) && !Object.hasOwn(here, '@value')) {
      yield tokens;
    }
    for (const [token, each] of inner.toReversed()) {
      if (each !== null && typeof each === 'object') open.push({ value: each, tokens: [...tokens, token] });
    }
  }
}

/** `{"@list": […]}` and `{"@set": […]}` hold values, not an entity. */
function containerOf(value: JsonValue): readonly (readonly [string, JsonValue])[] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).filter(([key]) => key === '@list' || key === '@set');
}

function isReference(value: JsonObject): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && typeof value['@id'] === 'string' && Object.hasOwn(value, '@id');
}
