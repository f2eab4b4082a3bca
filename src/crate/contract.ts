import type { Finding } from '../model/finding.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

/** Limits on a document, so that memory is bounded by configuration and not by input. */
export interface CrateLimits {
  /** Bytes of the metadata document. */
  readonly maxBytes: number;
  /** Nesting of objects and arrays. */
  readonly maxDepth: number;
}

export const DEFAULT_LIMITS: CrateLimits = { maxBytes: 64 * 1024 * 1024, maxDepth: 128 };

/**
 * The bytes as JSON, before anything is known about a crate. `json` is absent when the bytes could not be read at all
 * (not UTF-8, not JSON, too large, too deep); the findings then say why, with `pointer: null` or the depth's pointer.
 */
export interface ParsedDocument {
  readonly json?: JsonValue;
  readonly findings: readonly Finding[];
}

/** One member of `@graph`, as written. */
export interface CrateEntity {
  /** `/@graph/{index}` */
  readonly pointer: string;
  readonly index: number;
  /** `@id` as written; null where it is absent or not a string. */
  readonly rawId: string | null;
  /**
   * `@id` resolved: the root is `crateIri`, paths stand on `baseIri`, `#fragment`s, blank nodes and what cannot be
   * resolved on `crateIri`, so that they never meet those of another crate. Without an `@id`: `{crateIri}#entity-{index}`.
   */
  readonly iri: string;
  /** `@type` as written, always a list; entries that are not strings are left out. */
  readonly types: readonly string[];
  readonly node: JsonObject;
}

/** How the crate was found to be. `attached` means relative `@id`s name files beside the document. */
export interface CrateGraph {
  /** Version in the RO-Crate context or the descriptor's conformsTo: `1.0`, `1.1`, `1.2`, `1.3`; null when neither says. */
  readonly roCrateVersion: string | null;
  /** Identity IRI of the crate (design §3): stable across pulls, without query, fragment or userinfo. */
  readonly crateIri: string;
  /** What relative `@id`s resolve against; ends with `/`. */
  readonly baseIri: string;
  readonly detached: boolean;
  readonly descriptor: CrateEntity | null;
  readonly root: CrateEntity | null;
  /** In document order, duplicates of one `@id` kept. Members that are not objects are left out. */
  readonly entities: readonly CrateEntity[];
  /** By resolved IRI; duplicates in document order. */
  readonly byIri: ReadonlyMap<string, readonly CrateEntity[]>;
  readonly terms: TermTable;
  /** Tolerances used to find descriptor and root, unsafe ids, and the like. */
  readonly findings: readonly Finding[];
}

/** Term → IRI for this document: the bundled table of its RO-Crate version with the inline context on top. */
export interface TermTable {
  /** IRI of a key as written: a bare term, a prefixed name, or an absolute IRI; null when the context has none. */
  iriOf(key: string): string | null;
  /** IRI of an `@id` written with a prefix the context binds (`uniprot:P1`); null for anything else. */
  compactIri(written: string): string | null;
  /** Whether the context makes a bare string under this key an `@id`. */
  isReference(key: string): boolean;
  /** True when the context uses features a flat table cannot express; the graph then came from `jsonld.expand`. */
  readonly expanded: boolean;
}

/** A written path or IRI, resolved. */
export type ResolvedReference =
  /** An absolute IRI that may be a storage_uri. */
  | { readonly kind: 'absolute'; readonly iri: string }
  /** A path inside the crate: its IRI under the base and its decoded, normalised relative path. */
  | { readonly kind: 'relative'; readonly iri: string; readonly path: string }
  /** `#fragment`, `_:blank`, `urn:…`: names a thing, never bytes. */
  | { readonly kind: 'name'; readonly iri: string }
  /** `../../x`, `//host/x`, `C:/x`, `run:047.h5`, a control character: never a pointer. */
  | { readonly kind: 'unsafe'; readonly iri: string; readonly reason: string };

/*
 * What this room exports (one file each):
 *
 * parse.ts      parseDocument(bytes: Uint8Array, limits?: CrateLimits): ParsedDocument
 * graph.ts      readGraph(json: JsonValue, at: { documentUrl: string }): CrateGraph
 *               resolveId(graph, written): ResolvedReference       — an `@id` written in this graph; its iri is a key of byIri
 *               readGraphExpanded(json, at): Promise<CrateGraph>   — through jsonld, for odd contexts and the cross-check
 *               needsExpansion(json): boolean                      — whether the context is odd
 * identity.ts   crateIdentity(documentUrl, rootId | null): { crateIri, baseIri, detached }
 * reference.ts  resolveReference(written: string, baseIri: string): ResolvedReference
 * terms.ts      termTable(context: JsonValue): TermTable
 * values.ts     valueOf(graph, entity, term): JsonValue | undefined  — by key first, IRI second
 *               stringOf, stringsOf, integerOf, booleanOf (graph, entity, term): tolerant scalar readers
 *               idsOf(graph, entity, term): resolved IRIs, ready for byIri; rawIdsOf: the same as written
 *               hasType(graph, entity, type): bare, prefixed or full IRI spellings
 *               Each takes any `{ node }`, so nested objects are read the same way.
 */
