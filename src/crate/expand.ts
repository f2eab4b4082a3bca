import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { assembleGraph } from './assemble.ts';
import { publishedContext, versionOfContextUrl } from './contexts.ts';
import type { CrateGraph, TermTable } from './contract.ts';
import { BARE_VOCAB, expandedNode, reversedReferences } from './expanded-values.ts';
import { FindingList } from './findings.ts';
import { type KeywordKeys, type Member, readMembers } from './members.ts';
import { keywordAliases } from './odd-context.ts';
import { contextParts, termTable } from './terms.ts';

/** Entities in one call of the expander: big enough to share a context, small enough not to hold memory twice. */
const CHUNK = 1000;

/** Marks which member an expanded node was; expansion drops and reorders. */
const MEMBER = 'urn:x-crate-bridge:member';

/** The one call of jsonld used here; its published types lack `base: null` and promise more than expansion gives. */
interface Expander {
  expand(input: unknown, options?: unknown): Promise<unknown>;
}

/**
 * Reads a document as `readGraph` does, but through JSON-LD expansion: for contexts that a flat table cannot express,
 * and as a check on the flat reading. Properties the context knows stand under their IRIs, values simplified; those it
 * does not know stay under their keys as written. Never rejects: what cannot be expanded is read as written, with a
 * warning. Nothing is fetched: only the bundled RO-Crate contexts load.
 */
export async function readGraphExpanded(
  json: JsonValue,
  at: { readonly documentUrl: string },
): Promise<CrateGraph> {
  const findings = new FindingList();
  const context = isJsonObject(json) ? json['@context'] : undefined;
  const aliases = keywordAliases(context);
  const written = readMembers(json, keywordKeys(aliases), findings);
  const terms = termTable(context ?? null, true);
  const members = written === null ? null : await expandMembers(written, context, terms, aliases, findings);
  return assembleGraph({ context, members, documentUrl: at.documentUrl, terms, findings });
}

function keywordKeys(aliases: ReadonlyMap<string, string>): KeywordKeys {
  const keys = (keyword: string) => [
    keyword,
    ...[...aliases].filter(([, meant]) => meant === keyword).map(([alias]) => alias),
  ];
  return { graph: keys('@graph'), id: keys('@id'), type: keys('@type') };
}

async function expandMembers(
  members: readonly Member[],
  context: JsonValue | undefined,
  terms: TermTable,
  aliases: ReadonlyMap<string, string>,
  findings: FindingList,
): Promise<readonly Member[]> {
  const jsonld: Expander = (await import('jsonld')).default;
  const contexts = expansionContext(context);
  const expand = async (some: readonly Member[]): Promise<ReadonlyMap<number, object> | null> => {
    const graph = some.map((member) => ({ ...member.node, [MEMBER]: member.index }));
    try {
      return byMember(
        await jsonld.expand({ '@context': contexts, '@graph': graph }, { base: null, documentLoader }),
      );
    } catch {
      return null;
    }
  };
  const unexpanded = (pointer: string, entity: string | null, what: string) => {
    const message = `${what} is not valid JSON-LD, or needs a context that is not bundled; it is read as written.`;
    findings.add({ layer: 'document', rule: 'not-expanded', severity: 'warning', pointer, entity, message });
  };

  // An empty entity tells whether the context itself is usable, so that a bad one is not tried for every entity.
  const probe: Member = { index: 0, pointer: '', rawId: null, types: [], node: {} };
  if ((await expand([probe])) === null) {
    unexpanded('/@context', null, 'The context');
    return members;
  }

  const result: Member[] = [];
  for (let start = 0; start < members.length; start += CHUNK) {
    const chunk = members.slice(start, start + CHUNK);
    const expanded = await expand(chunk);
    for (const member of chunk) {
      const node = (expanded ?? (await expand([member])))?.get(member.index);
      if (node === undefined) unexpanded(member.pointer, member.rawId, 'The entity');
      result.push(node === undefined ? member : expandedMember(member, node, terms, aliases));
    }
  }
  return withReversed(result);
}

function expandedMember(
  member: Member,
  expanded: object,
  terms: TermTable,
  aliases: ReadonlyMap<string, string>,
): Member {
  const { properties, types: typeIris } = expandedNode(expanded, MEMBER);
  // Types stay as written; those that only the expansion understands (a scoped or aliased type) are added.
  const understood = new Set(member.types.flatMap((type) => [type, terms.iriOf(type)]));
  const types = [...member.types, ...typeIris.filter((iri) => !understood.has(iri))];
  // What the context does not know, the table does not know either; it stays as the document has it, to the letter.
  const unknown = Object.entries(member.node).filter(
    ([key]) => !key.startsWith('@') && !aliases.has(key) && terms.iriOf(key) === null,
  );
  const id = member.rawId === null ? [] : [['@id', member.rawId] as const];
  const node: JsonObject = Object.fromEntries<JsonValue>([
    ...id,
    ['@type', types],
    ...unknown,
    ...properties,
  ]);
  return { ...member, types, node };
}

/** `@reverse` says of an entity what is a property of another; here it is put where it belongs. */
function withReversed(members: readonly Member[]): readonly Member[] {
  const added = new Map<string, Map<string, JsonValue[]>>();
  for (const member of members) {
    const id = member.rawId;
    if (id === null) continue;
    for (const { target, property } of reversedReferences(member.node)) {
      const properties = added.get(target) ?? new Map<string, JsonValue[]>();
      added.set(target, properties);
      properties.set(property, [...(properties.get(property) ?? []), { '@id': id }]);
    }
  }
  if (added.size === 0) return members;
  return members.map((member) => {
    const more = member.rawId === null ? undefined : added.get(member.rawId);
    if (more === undefined) return member;
    const merged = [...more].map(([property, values]): [string, JsonValue] => {
      const own = member.node[property];
      return [property, own === undefined ? values : [own, ...values].flat()];
    });
    return { ...member, node: { ...member.node, ...Object.fromEntries(merged) } };
  });
}

/**
 * The document's context as the expander gets it. Ids stay as written (`@base` null; `resolveId` resolves them for both
 * readings alike), keys without a meaning survive under a vocabulary of their own, unknown remote contexts are left out.
 */
function expansionContext(context: JsonValue | undefined): JsonValue[] {
  const parts: JsonValue[] = [{ '@base': null, '@vocab': BARE_VOCAB }];
  for (const part of contextParts(context)) {
    if (typeof part === 'string') {
      const named = versionOfContextUrl(part);
      if (named !== null) parts.push(contextUrl(named.version));
    } else if (isJsonObject(part)) {
      parts.push(Object.fromEntries(Object.entries(part).filter(([key]) => key !== '@base')));
    } else {
      parts.push(part, { '@base': null, '@vocab': BARE_VOCAB });
    }
  }
  return parts;
}

function contextUrl(version: string): string {
  return `https://w3id.org/ro/crate/${version}/context`;
}

/** The allow-list: bundled contexts, or nothing. `tag: 'static'` lets jsonld keep them processed. */
async function documentLoader(url: string): Promise<object> {
  const named = versionOfContextUrl(url);
  if (named === null) throw new Error('only bundled contexts are loaded');
  const documentUrl = contextUrl(named.version);
  return { contextUrl: null, documentUrl, document: publishedContext(named.version), tag: 'static' };
}

function byMember(expanded: unknown): ReadonlyMap<number, object> {
  const nodes = new Map<number, object>();
  for (const node of Array.isArray(expanded) ? expanded : []) {
    if (typeof node !== 'object' || node === null) continue;
    const index: unknown = node[MEMBER]?.[0]?.['@value'];
    if (typeof index === 'number') nodes.set(index, node);
  }
  return nodes;
}
