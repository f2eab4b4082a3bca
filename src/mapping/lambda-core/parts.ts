import type { CrateEntity } from '../../crate/contract.ts';
import { nestedDocuments } from '../../crate/nested.ts';
import { isInZip } from '../../model/arcp.ts';
import type { DataFileRow, NestedDocument } from '../../model/rows.ts';
import type { Classified } from './kinds.ts';
import { type EntityReader, MAX_INTEGER } from './reader.ts';
import type { MapScope } from './scope.ts';

/** What a run or workflow reads and makes (schema.org Action, and PROV-O beside it). */
export const INPUT_TERMS = ['object', 'prov:used'] as const;
export const OUTPUT_TERMS = ['result', 'prov:generated'] as const;

/** One entity that becomes a data_file row. */
export interface DataPart {
  readonly entity: CrateEntity;
  readonly kind: DataFileRow['kind'];
}

export interface DataParts {
  /** In document order. */
  readonly parts: readonly DataPart[];
  /** IRIs of the parts. */
  readonly iris: ReadonlySet<string>;
  /** IRIs reached only through a nested crate, which speaks for its own parts. */
  readonly foreign: ReadonlySet<string>;
  /** `hasPart` targets by IRI, of every entity the walk met that has any. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  readonly nested: readonly NestedDocument[];
  /** Whether at least one part is data of this crate, neither another document nor metadata about data. */
  readonly hasOwnData: boolean;
}

/** The terms by which a part says bytes of its own. */
const BYTE_TERMS = ['contentSize', 'sha256', 'storage_uri', 'contentUrl', 'distribution'] as const;

/**
 * Finds what becomes a data_file row. A File or Dataset counts where `hasPart` leads to it from the root at any depth, or
 * a run or workflow names it or it names the run that made it.
 *
 * A Dataset with a `partCount` and no pointer to another document is a series. Of the rest those that hold bytes are
 * containers: one that declares a size, digest or location, or whose `@id` is itself a place, a folder of the crate or
 * an absolute address. A Dataset with a `#fragment` for a name and none of these groups its parts and holds nothing
 * beside them: its files are rows, it is none. A remote registration or a crate elsewhere claims no bytes here.
 */
export function dataParts(scope: MapScope, classified: Classified): DataParts {
  const files = new Set(classified.get('file') ?? []);
  const datasets = new Set(classified.get('dataset') ?? []);
  const pointers = new Map<CrateEntity, readonly NestedDocument[]>();
  for (const dataset of datasets) {
    const found = nestedDocuments(scope.graph, dataset);
    if (found.length > 0) pointers.set(dataset, found);
  }
  const walk = reach(scope, seeds(scope, classified), (entity) =>
    (pointers.get(entity) ?? []).some((pointer) => pointer.kind === 'nested_crate'),
  );

  const parts: DataPart[] = [];
  const nested: NestedDocument[] = [];
  const records = new Set<string>();
  for (const entity of scope.graph.entities) {
    const isFile = files.has(entity);
    if (!isFile && !datasets.has(entity)) continue;
    if (!walk.reached.has(entity.iri)) {
      if (isFile) warnUnlisted(scope, entity);
      continue;
    }
    if (isFile) {
      parts.push({ entity, kind: 'file' });
      continue;
    }
    const own = pointers.get(entity) ?? [];
    nested.push(...own);
    for (const pointer of own) {
      if (pointer.kind === 'schema_record') {
        for (const record of scope.reader(entity).refs('schemaRecord')) records.add(record.iri);
      }
      if (pointer.url === null) warnUnplaced(scope, entity, pointer);
    }
    const kind = datasetKind(scope, entity, own);
    if (kind !== null) parts.push({ entity, kind });
  }
  const isOwnData = ({ entity, kind }: DataPart): boolean => {
    if (walk.foreign.has(entity.iri) || pointers.has(entity) || records.has(entity.iri)) return false;
    const reader = scope.reader(entity);
    if (kind === 'container') return BYTE_TERMS.some((term) => reader.says(term));
    return reader.peek('data_type') !== 'metadata' && reader.peek('file_role') !== 'metadata';
  };
  return {
    parts,
    iris: new Set(parts.map(({ entity }) => scope.iriOf(entity))),
    foreign: walk.foreign,
    children: walk.children,
    nested,
    hasOwnData: parts.some(isOwnData),
  };
}

function datasetKind(
  scope: MapScope,
  entity: CrateEntity,
  pointers: readonly NestedDocument[],
): 'series' | 'container' | null {
  const reader = scope.reader(entity);
  if (reader.integer('partCount', MAX_INTEGER) !== null && pointers.length === 0) return 'series';
  if (BYTE_TERMS.some((term) => reader.says(term))) return 'container';
  if (pointers.some((pointer) => pointer.kind === 'remote_registration')) return null;
  const place = scope.place(entity)?.kind;
  // An unsafe path becomes a row without a place and a warning, so that nobody believes it was never listed.
  if (place === 'relative' || place === 'unsafe') return 'container';
  return place === 'absolute' && pointers.length === 0 ? 'container' : null;
}

function seeds(scope: MapScope, classified: Classified): string[] {
  const runs = [...(classified.get('experiment_run') ?? []), ...(classified.get('workflow_run') ?? [])];
  const named = runs.flatMap((run) =>
    refIris(scope.reader(run), ...INPUT_TERMS, ...OUTPUT_TERMS, 'prov:wasDerivedFrom'),
  );
  const runIris = new Set(runs.map((run) => run.iri));
  const parts = [...(classified.get('file') ?? []), ...(classified.get('dataset') ?? [])];
  const making = parts.filter((part) =>
    refIris(scope.reader(part), 'prov:wasGeneratedBy').some((iri) => runIris.has(iri)),
  );
  return [...named, ...making.map((part) => part.iri)];
}

interface Walk {
  readonly reached: ReadonlySet<string>;
  /** Reached only through a nested crate. */
  readonly foreign: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, readonly string[]>;
}

/** Follows `hasPart` breadth first, nested crates last. Every entity is opened once, so a cycle ends. */
function reach(
  scope: MapScope,
  from: readonly string[],
  isNestedCrate: (entity: CrateEntity) => boolean,
): Walk {
  const { root, byIri } = scope.graph;
  const reached = new Set<string>(root === null ? from : [root.iri, ...from]);
  const foreign = new Set<string>();
  const children = new Map<string, readonly string[]>();
  const nested: string[] = [];

  const open = (start: readonly string[], inNested: boolean) => {
    let queue = start;
    while (queue.length > 0) {
      const next: string[] = [];
      for (const iri of queue) {
        const entities = byIri.get(iri) ?? [];
        if (!inNested && iri !== root?.iri && entities.some(isNestedCrate)) {
          nested.push(iri);
          continue;
        }
        const below = entities.flatMap((entity) => refIris(scope.reader(entity), 'hasPart'));
        if (below.length > 0) children.set(iri, below);
        for (const child of below) {
          if (reached.has(child)) continue;
          reached.add(child);
          if (inNested) foreign.add(child);
          next.push(child);
        }
      }
      queue = next;
    }
  };
  open([...reached], false);
  open(nested, true);
  return { reached, foreign, children };
}

function refIris(reader: EntityReader, ...terms: readonly string[]): readonly string[] {
  return reader.refs(...terms).map((reference) => reference.iri);
}

const NESTED_WORDS = {
  nested_crate: 'a crate',
  schema_record: 'a record',
  remote_registration: 'a registration',
} as const;

function warnUnplaced(scope: MapScope, entity: CrateEntity, pointer: NestedDocument): void {
  const reason = isInZip(scope.graph.baseIri)
    ? 'what is inside a zip beside this crate is not read'
    : 'no absolute address of its document is given, nor a path beside this one';
  scope.warn(
    'unplaced-document',
    entity,
    pointer.json_pointer,
    `This part names ${NESTED_WORDS[pointer.kind]} that cannot be followed: ${reason}.`,
  );
}

function warnUnlisted(scope: MapScope, entity: CrateEntity): void {
  scope.warn(
    'unlisted-file',
    entity,
    entity.pointer,
    'No hasPart leads to this File and no run names it, so it is not registered; list it in a hasPart.',
  );
}
