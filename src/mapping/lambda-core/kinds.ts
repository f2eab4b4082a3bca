import type { CrateEntity, CrateGraph, TermTable } from '../../crate/contract.ts';

/** What an entity is mapped as. */
export type EntityClass =
  | 'sample'
  | 'protein'
  | 'nucleic_acid'
  | 'small_molecule'
  | 'component_interaction'
  | 'instrument'
  | 'experiment_run'
  | 'workflow_run'
  | 'person'
  | 'organization'
  | 'file'
  | 'dataset';

/** `@type` → class in the order LAMBDA Core dispatches (profile §3): the first row that occurs wins. */
const DISPATCH: readonly (readonly [EntityClass, vocabulary: 'lambda' | 'schema', ...names: string[]])[] = [
  ['sample', 'lambda', 'Sample'],
  ['protein', 'lambda', 'Protein'],
  ['nucleic_acid', 'lambda', 'NucleicAcid'],
  ['small_molecule', 'lambda', 'SmallMolecule'],
  ['component_interaction', 'lambda', 'SampleComponentInteraction'],
  ['instrument', 'lambda', 'Instrument'],
  ['experiment_run', 'lambda', 'ExperimentRun'],
  ['workflow_run', 'lambda', 'WorkflowRun'],
  ['workflow_run', 'schema', 'CreateAction'],
  ['person', 'schema', 'Person'],
  ['organization', 'schema', 'Organization'],
  // RO-Crate's `File` is an alias of schema.org's MediaObject; `DataFile` is LAMBDA's own mistaken token (R8).
  ['file', 'schema', 'File', 'MediaObject', 'DataFile'],
  ['dataset', 'schema', 'Dataset'],
  // Part types of the 0.2 crates, which also carry `Dataset`.
  ['dataset', 'lambda', 'RawUnit', 'DerivedProduct'],
];

const RANKS: ReadonlyMap<string, number> = new Map(
  DISPATCH.flatMap(([, vocabulary, ...names], rank) =>
    names.flatMap((name) => spellings(vocabulary, name).map((token) => [token, rank] as const)),
  ),
);

function spellings(vocabulary: 'lambda' | 'schema', name: string): readonly string[] {
  if (vocabulary === 'lambda') {
    return [`lambda:${name}`, `http://w3id.org/lambda/${name}`, `https://w3id.org/lambda/${name}`];
  }
  return [name, `schema:${name}`, `sdo:${name}`, `http://schema.org/${name}`, `https://schema.org/${name}`];
}

/** Entities of a graph by class, in document order; the root and its descriptor are none of them. */
export type Classified = ReadonlyMap<EntityClass, readonly CrateEntity[]>;

/** Sorts a graph's entities. A type token counts as written, else by the IRI the context gives it. */
export function classify(graph: CrateGraph): Classified {
  const ranks = new Map<string, number | null>();
  const sorted = new Map<EntityClass, CrateEntity[]>();
  const roots = new Set(graph.root === null ? [] : (graph.byIri.get(graph.root.iri) ?? [graph.root]));
  for (const entity of graph.entities) {
    if (roots.has(entity) || entity === graph.descriptor) continue;
    const found = classOf(entity, graph.terms, ranks);
    if (found === null) continue;
    const list = sorted.get(found);
    if (list === undefined) sorted.set(found, [entity]);
    else list.push(entity);
  }
  return sorted;
}

function classOf(
  entity: CrateEntity,
  terms: TermTable,
  ranks: Map<string, number | null>,
): EntityClass | null {
  let best: number | null = null;
  for (const type of entity.types) {
    let rank = ranks.get(type);
    if (rank === undefined) {
      rank = RANKS.get(type) ?? RANKS.get(terms.iriOf(type) ?? '') ?? null;
      ranks.set(type, rank);
    }
    if (rank !== null && (best === null || rank < best)) best = rank;
  }
  return best === null ? null : (DISPATCH[best]?.[0] ?? null);
}
