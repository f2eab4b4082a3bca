import { isJsonObject, type JsonValue, pointerJoin } from '../model/json.ts';
import { versionOfContextUrl } from './contexts.ts';
import type { CrateEntity, CrateGraph, ResolvedReference, TermTable } from './contract.ts';
import { type FindingList, quoted } from './findings.ts';
import { crateIdentity } from './identity.ts';
import { canonicalUrl, directoryOf } from './iri.ts';
import type { Member } from './members.ts';
import { unknownContexts } from './odd-context.ts';
import { isSpellingOf } from './read-term.ts';
import { resolveReference } from './reference.ts';
import { findRoot, versionInConformsTo } from './root.ts';
import { contextParts } from './terms.ts';

/** What a graph is made from, however its members were read. */
export interface GraphParts {
  readonly context: JsonValue | undefined;
  /** Null when the document has no graph. */
  readonly members: readonly Member[] | null;
  readonly documentUrl: string;
  readonly terms: TermTable;
  readonly findings: FindingList;
}

/** What written `@id`s of one graph stand on. */
interface Scope {
  readonly baseIri: string;
  readonly crateIri: string;
  readonly terms: TermTable;
  /** What the root's `@id` resolves to by the base alone; it stands for the crate's IRI. */
  readonly rootIri: string | null;
}

const scopes = new WeakMap<CrateGraph, Scope>();

/** Names of documents that hold one crate of several in a directory (RO-Crate 1.2, detached packages). */
const DETACHED_NAME = /[^/]-ro-crate-metadata\.json(?:ld)?$/;

/** Finds root and identity, gives every entity its IRI, and indexes them. */
export function assembleGraph(parts: GraphParts): CrateGraph {
  const { members, terms, findings, documentUrl } = parts;
  const fromContext = contextVersion(parts);
  const baseIri = baseOf(parts);
  const written = (id: string) => resolveReference(terms.compactIri(id) ?? id, baseIri).iri;
  const { descriptor, root } =
    members === null ? { descriptor: null, root: null } : findRoot(members, terms, written, findings);

  const rootId = root?.rawId ?? null;
  const identity = crateIdentity(documentUrl, rootId === null ? null : (terms.compactIri(rootId) ?? rootId));
  const unrooted: Scope = { baseIri, crateIri: identity.crateIri, terms, rootIri: null };
  const rootIri = rootId === null ? null : resolveIn(unrooted, rootId).iri;
  const scope: Scope = { ...unrooted, rootIri };

  const entities: CrateEntity[] = [];
  const byIri = new Map<string, CrateEntity[]>();
  let holdsFiles = false;
  for (const member of members ?? []) {
    const reference = member.rawId === null ? null : resolveIn(scope, member.rawId);
    const iri =
      member === root ? scope.crateIri : (reference?.iri ?? `${scope.crateIri}#entity-${member.index}`);
    const { pointer, index, rawId, types, node } = member;
    const entity = { pointer, index, rawId, iri, types, node };
    entities.push(entity);
    const same = byIri.get(iri);
    if (same === undefined) byIri.set(iri, [entity]);
    else same.push(entity);

    if (same !== undefined) warnDuplicate(entity, same[0], findings);
    if (reference?.kind === 'unsafe') warnUnsafe(entity, reference.reason, findings);
    if (reference?.kind === 'relative' && member !== root && member !== descriptor) {
      holdsFiles ||= types.some(
        (type) => isSpellingOf(terms, type, 'File') || isSpellingOf(terms, type, 'Dataset'),
      );
    }
  }
  const entityOf = (member: Member | null) =>
    member === null ? null : (entities.find((entity) => entity.index === member.index) ?? null);

  const graph: CrateGraph = {
    roCrateVersion: fromContext ?? (descriptor === null ? null : versionInConformsTo(descriptor, terms)),
    crateIri: scope.crateIri,
    baseIri,
    // Served without its directory there is no flag (RO-Crate 1.2): relative data entities tell.
    detached: !holdsFiles && (identity.detached || DETACHED_NAME.test(canonicalUrl(documentUrl))),
    descriptor: entityOf(descriptor),
    root: entityOf(root),
    entities,
    byIri,
    terms,
    findings: findings.list(),
  };
  scopes.set(graph, scope);
  return graph;
}

/**
 * An `@id` as written somewhere in the graph, resolved; its `iri` is the key in `byIri` of the entity it names. Only
 * `absolute` and `relative` references may be followed to bytes.
 */
export function resolveId(graph: CrateGraph, written: string): ResolvedReference {
  const { baseIri, crateIri, terms } = graph;
  return resolveIn(scopes.get(graph) ?? { baseIri, crateIri, terms, rootIri: null }, written);
}

function resolveIn(scope: Scope, written: string): ResolvedReference {
  const reference = resolveReference(scope.terms.compactIri(written) ?? written, scope.baseIri);
  const iri = scopedIri(scope, reference);
  if (iri === scope.rootIri) return { ...reference, iri: scope.crateIri };
  // A document that stands for its crate and describes itself under its own URL is not the crate.
  if (iri === scope.crateIri && scope.rootIri !== null) return { kind: 'name', iri: `${iri}#document` };
  return iri === reference.iri ? reference : { ...reference, iri };
}

/**
 * Fragments, blank nodes and unsafe strings mean something only within their document; several documents may share a
 * directory, so they stand on the crate rather than on the base.
 */
function scopedIri(scope: Scope, reference: ResolvedReference): string {
  const { iri } = reference;
  if (iri.startsWith('_:')) return `${scope.crateIri}#${iri}`;
  return iri[scope.baseIri.length] === '#' && iri.startsWith(scope.baseIri)
    ? scope.crateIri + iri.slice(scope.baseIri.length)
    : iri;
}

/** The document's directory, or what an inline `@base` makes of it. Remote contexts' `@base` never counts (JSON-LD). */
function baseOf({ context, documentUrl, findings }: GraphParts): string {
  let { baseIri } = crateIdentity(documentUrl, null);
  for (const part of contextParts(context)) {
    const base = isJsonObject(part) ? part['@base'] : undefined;
    if (typeof base !== 'string') continue;
    const reference = resolveReference(base, baseIri);
    if (reference.kind === 'absolute' || reference.kind === 'relative') {
      baseIri = directoryOf(reference.iri);
      continue;
    }
    findings.add({
      layer: 'document',
      rule: 'unusable-base',
      severity: 'warning',
      pointer: '/@context',
      message: `"@base" is ${quoted(base)}, on which no path can stand; the document's own directory is taken.`,
    });
  }
  return baseIri;
}

function contextVersion({ context, findings }: GraphParts): string | null {
  let version: string | null = null;
  for (const part of contextParts(context)) {
    const named = typeof part === 'string' ? versionOfContextUrl(part) : null;
    if (named === null) continue;
    version = named.version;
    if (!named.known) {
      findings.add({
        layer: 'document',
        rule: 'newer-ro-crate',
        severity: 'warning',
        pointer: '/@context',
        message: `The context ${quoted(String(part))} is newer than any known here; it is read as RO-Crate ${version}.`,
      });
    }
  }
  for (const url of unknownContexts(context)) {
    findings.add({
      layer: 'document',
      rule: 'unknown-context',
      severity: 'warning',
      pointer: '/@context',
      message: `The context ${quoted(url)} is not bundled and never fetched; its terms are read as the keys are written.`,
    });
  }
  return version;
}

function warnDuplicate(entity: CrateEntity, first: CrateEntity | undefined, findings: FindingList): void {
  findings.add({
    layer: 'graph',
    rule: 'duplicate-id',
    severity: 'warning',
    pointer: pointerJoin(entity.pointer, '@id'),
    entity: entity.rawId,
    message: `${quoted(entity.rawId ?? '')} is also the "@id" of ${first?.pointer}; an "@id" may stand once in a crate.`,
  });
}

function warnUnsafe(entity: CrateEntity, reason: string, findings: FindingList): void {
  findings.add({
    layer: 'entity',
    rule: 'unsafe-id',
    severity: 'warning',
    pointer: pointerJoin(entity.pointer, '@id'),
    entity: entity.rawId,
    message: `${quoted(entity.rawId ?? '')} is never followed: ${reason}.`,
  });
}
