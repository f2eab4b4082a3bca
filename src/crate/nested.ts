import { isInZip } from '../model/arcp.ts';
import { isJsonObject, type JsonValue, pointerJoin } from '../model/json.ts';
import type { NestedDocument } from '../model/rows.ts';
import { resolveId } from './assemble.ts';
import type { CrateEntity, CrateGraph, ResolvedReference } from './contract.ts';
import { isSpellingOf, membersOf } from './read-term.ts';
import { resolveReference } from './reference.ts';
import { hasType, integerOf, valueOf as readValue, stringOf, stringsOf } from './values.ts';

const NAME = 'ro-crate-metadata.json';
const DESCRIPTOR = /(?:^|[/-])ro-crate-metadata\.json(?:ld)?$/;
const ZIP = /\.(?:zip|eln)$/i;
/** RO-Crate 1.2 "Referencing other RO-Crates": the version-less IRI stands on a reference, never on a crate's own root. */
const REFERENCED_CRATE = /^https?:\/\/w3id\.org\/ro\/crate\/?$/;
const CRATE_PROFILE = /\/\/w3id\.org\/(ro\/crate|lambda\/profile)(\/|$)/;
const RO_CRATE = /^https?:\/\/w3id\.org\/ro\/crate(?:\/|$)/;

/**
 * The documents a Dataset part points at instead of describing its bytes (LAMBDA Core profile §7, RO-Crate 1.2 "Referencing
 * other RO-Crates"):
 * - a nested crate: `conformsTo` with the nested descriptor in `hasPart`, or a reference to another crate;
 * - a record: `schemaRecord`;
 * - a remote registration: `identifier` and `url`, unless it has a `partCount`. A part that counts its members is an
 *   acquisition of this crate, and `url` is then its entry in a catalogue: the raw unit of an SSRL crate is 1800 frames
 *   on the facility's disk with a page about them, not a deposit elsewhere.
 */
export function nestedDocuments(graph: CrateGraph, part: CrateEntity): readonly NestedDocument[] {
  const found: NestedDocument[] = [];
  const crate = nestedCrate(graph, part);
  if (crate !== null) found.push(pointer('nested_crate', part, crate));
  const record = schemaRecord(graph, part);
  if (record !== null) {
    const at = pointerOf(graph, part, 'schemaRecord');
    found.push({ ...pointer('schema_record', part, record), json_pointer: at });
  }
  if (isRemoteRegistration(graph, part)) {
    found.push(pointer('remote_registration', part, { url: registeredAt(graph, part), sha256: null }));
  }
  return found;
}

/**
 * The crates a crate names among its parts: those `hasPart` leads to from the root at any depth, in the order they are met.
 * What is below a nested crate is for that crate to say. Every entity is opened once, so a cycle ends.
 */
export function nestedCrates(graph: CrateGraph): readonly NestedDocument[] {
  const found: NestedDocument[] = [];
  const opened = new Set(graph.root === null ? [] : [graph.root.iri]);
  let queue: readonly string[] = [...opened];
  while (queue.length > 0) {
    const next: string[] = [];
    for (const entity of queue.flatMap((iri) => graph.byIri.get(iri) ?? [])) {
      const named = entity.iri === graph.root?.iri ? null : crateNamedBy(graph, entity);
      if (named !== null) {
        found.push(named);
        continue;
      }
      for (const { iri } of references(graph, entity, 'hasPart')) {
        if (opened.has(iri)) continue;
        opened.add(iri);
        next.push(iri);
      }
    }
    queue = next;
  }
  return found;
}

function crateNamedBy(graph: CrateGraph, entity: CrateEntity): NestedDocument | null {
  const crate = hasType(graph, entity, 'Dataset') ? nestedCrate(graph, entity) : null;
  return crate === null ? null : pointer('nested_crate', entity, crate);
}

/** Where a document is and what it has to be. */
type Document = Pick<NestedDocument, 'url' | 'sha256'>;

function pointer(kind: NestedDocument['kind'], part: CrateEntity, { url, sha256 }: Document): NestedDocument {
  return { kind, iri: part.iri, url, sha256, json_pointer: part.pointer };
}

function nestedCrate(graph: CrateGraph, part: CrateEntity): Document | null {
  if (!says(readValue(graph, part, 'conformsTo'))) return null;
  const descriptor = references(graph, part, 'hasPart').find(({ written }) => DESCRIPTOR.test(written));
  if (descriptor !== undefined) return documentAt(graph, descriptor);
  const profiles = stringsOf(graph, part, 'conformsTo');
  const own = part.rawId === null ? null : resolveId(graph, part.rawId);
  const isCrate =
    profiles.some((profile) => REFERENCED_CRATE.test(profile)) ||
    (own?.kind === 'absolute' && profiles.some((profile) => CRATE_PROFILE.test(profile)));
  if (!isCrate) return null;
  return (
    describedBy(graph, part) ?? distributedAs(graph, part) ?? { url: besides(graph, part, own), sha256: null }
  );
}

/** The metadata document a reference names by `subjectOf`; a web page about the crate is none. */
function describedBy(graph: CrateGraph, part: CrateEntity): Document | null {
  const subjects = [...references(graph, part, 'subjectOf')];
  const isJson = ({ written, entity }: Reference) =>
    DESCRIPTOR.test(written) || (entity !== null && isJsonFormat(graph, entity));
  const isOpen = ({ entity }: Reference) =>
    entity === null ||
    !(says(readValue(graph, entity, 'encodingFormat')) || hasType(graph, entity, 'WebPage'));
  const document = subjects.find(isJson) ?? subjects.find(isOpen);
  return document === undefined ? null : documentAt(graph, document);
}

function isJsonFormat(graph: CrateGraph, entity: CrateEntity): boolean {
  const formats = stringsOf(graph, entity, 'encodingFormat');
  return formats.some((format) => /^application\/(?:ld\+)?json\b/i.test(format));
}

/** The download of a reference that says it holds an RO-Crate. Its sha256 would be that of a zip, not of the document in it. */
function distributedAs(graph: CrateGraph, part: CrateEntity): Document | null {
  const download = references(graph, part, 'distribution').find(
    ({ entity }) =>
      entity !== null && stringsOf(graph, entity, 'conformsTo').some((profile) => RO_CRATE.test(profile)),
  );
  if (download === undefined) return null;
  const { url, sha256 } = documentAt(graph, download);
  const { entity, written } = download;
  return { url, sha256: DESCRIPTOR.test(written) || (entity && isJsonFormat(graph, entity)) ? sha256 : null };
}

/**
 * The document of a reference that names none, from its own `@id`: in the folder it is, or what it is itself, be that a
 * document, a zip, or a landing page or PID that leads to one; else what its `url` says.
 */
function besides(graph: CrateGraph, part: CrateEntity, own: ResolvedReference | null): string | null {
  if (own?.kind === 'absolute' || own?.kind === 'relative') {
    const { iri } = own;
    if (DESCRIPTOR.test(iri) || ZIP.test(iri)) return followable(iri);
    if (iri.endsWith('/')) return followable(iri + NAME);
    return followable(own.kind === 'relative' ? `${iri}/${NAME}` : iri);
  }
  return absoluteUrl(graph, stringOf(graph, part, 'url'));
}

function schemaRecord(graph: CrateGraph, part: CrateEntity): Document | null {
  const value = readValue(graph, part, 'schemaRecord');
  if (!says(value)) return null;
  const [record] = references(graph, part, 'schemaRecord');
  if (record !== undefined) return documentAt(graph, record);
  const written = stringOf(graph, part, 'schemaRecord');
  return written === null ? null : documentAt(graph, referenceTo(graph, written));
}

function isRemoteRegistration(graph: CrateGraph, part: CrateEntity): boolean {
  return (
    says(readValue(graph, part, 'identifier')) &&
    says(readValue(graph, part, 'url')) &&
    integerOf(graph, part, 'partCount') === null
  );
}

function registeredAt(graph: CrateGraph, part: CrateEntity): string | null {
  const named = absoluteUrl(graph, stringOf(graph, part, 'url'));
  if (named !== null || part.rawId === null) return named;
  const own = resolveId(graph, part.rawId);
  return own.kind === 'absolute' ? followable(own.iri) : null;
}

/** A document by the entity that stands for it: its absolute `@id`, its `contentUrl`, or its path beside this crate. */
function documentAt(graph: CrateGraph, { resolved, entity }: Reference): Document {
  const content = entity === null ? [] : stringsOf(graph, entity, 'contentUrl');
  const download = content.map((written) => absoluteUrl(graph, written)).find((url) => url !== null);
  const own =
    resolved.kind === 'absolute' || (resolved.kind === 'relative' && resolved.path !== '')
      ? resolved.iri
      : null;
  const url = resolved.kind === 'absolute' ? own : (download ?? own);
  return {
    url: url === null ? null : followable(url),
    sha256: entity === null ? null : digestOf(graph, entity),
  };
}

function digestOf(graph: CrateGraph, entity: CrateEntity): string | null {
  const written = stringOf(graph, entity, 'sha256')?.trim().toLowerCase() ?? '';
  return /^[0-9a-f]{64}$/.test(written) ? written : null;
}

/** One reference as written, what it resolves to, and the entity of this graph that describes it. */
interface Reference {
  readonly written: string;
  readonly resolved: ResolvedReference;
  readonly iri: string;
  readonly entity: CrateEntity | null;
}

/** What a term refers to, in order. A bare string counts where an entity of the graph has that `@id`. */
function* references(graph: CrateGraph, entity: CrateEntity, term: string): Generator<Reference> {
  const strings = graph.terms.isReference(term);
  for (const member of membersOf(readValue(graph, entity, term))) {
    const written = isJsonObject(member) ? member['@id'] : member;
    if (typeof written !== 'string') continue;
    const reference = referenceTo(graph, written);
    if (strings || isJsonObject(member) || reference.entity !== null) yield reference;
  }
}

function referenceTo(graph: CrateGraph, written: string): Reference {
  const resolved = resolveId(graph, written);
  return { written, resolved, iri: resolved.iri, entity: graph.byIri.get(resolved.iri)?.[0] ?? null };
}

function absoluteUrl(graph: CrateGraph, written: string | null): string | null {
  if (written === null) return null;
  const place = resolveReference(written, graph.baseIri);
  return place.kind === 'absolute' ? followable(place.iri) : null;
}

/** Null for what nobody can be asked for: a path of one machine, or one inside a zip. */
function followable(iri: string): string | null {
  return /^(?!file:)[a-z][a-z0-9+.-]*:\/\//i.test(iri) && !isInZip(iri) ? iri : null;
}

/** Whether a value says anything: not absent, null, empty or false. */
function says(value: JsonValue | undefined): boolean {
  return [...membersOf(value)].some((member) => member !== '' && member !== false);
}

function pointerOf(graph: CrateGraph, entity: CrateEntity, term: string): string {
  // Keys of an expanded graph are not the document's, so its pointers stop at the entity.
  if (graph.terms.expanded) return entity.pointer;
  const keys = Object.keys(entity.node);
  const key = keys.includes(term) ? term : keys.find((other) => isSpellingOf(graph.terms, other, term));
  return key === undefined ? entity.pointer : pointerJoin(entity.pointer, key);
}
