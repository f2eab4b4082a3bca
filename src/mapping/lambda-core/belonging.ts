import { idsIn, readTerm } from '../../crate/read-term.ts';
import { isJsonObject } from '../../model/json.ts';
import type { Classified } from './kinds.ts';
import { type DataParts, INPUT_TERMS, OUTPUT_TERMS } from './parts.ts';
import { listed } from './reader.ts';
import type { MapScope } from './scope.ts';

/** Which run every data part belongs to, and what its place in the provenance says of it. */
export interface Belonging {
  /** Part IRI → IRI of the experiment run, else of the workflow run. */
  readonly runOf: ReadonlyMap<string, string>;
  readonly positions: ReadonlyMap<string, 'experiment_output' | 'workflow_output'>;
  /** Parts a `designated` block names as the result to use. */
  readonly designated: ReadonlySet<string>;
}

type Claim = readonly [partIri: string, runIri: string];

/**
 * A part belongs to the run whose `result` (or `prov:generated`) it is; a workflow's results belong to the experiment run
 * the workflow was informed by, or whose results it read, else to the only run, else to the workflow. Inputs come after
 * results, then what a file was derived from; a part nobody names belongs to the crate's only run. What is inside a
 * Dataset goes with it.
 */
export function belongings(
  scope: MapScope,
  classified: Classified,
  parts: DataParts,
  impliedRun: string | null,
): Belonging {
  const experiments = (classified.get('experiment_run') ?? []).map((run) => scope.reader(run));
  const workflows = (classified.get('workflow_run') ?? []).map((run) => scope.reader(run));
  const experimentIris = new Set(experiments.map((run) => scope.iriOf(run.entity)));
  if (impliedRun !== null) experimentIris.add(impliedRun);
  const workflowIris = new Set(workflows.map((run) => scope.iriOf(run.entity)));
  const onlyExperiment = only(experimentIris);

  const runOf = new Map<string, string>();
  const positions = new Map<string, 'experiment_output' | 'workflow_output'>();
  const makers = makersOf(scope, parts);
  const claims = (runs: typeof experiments, terms: readonly string[], owner: (iri: string) => string) =>
    runs.flatMap((run) => {
      const iri = scope.iriOf(run.entity);
      return run.refs(...terms).map((part): Claim => [part.iri, owner(iri)]);
    });
  const made = (iris: ReadonlySet<string>, owner: (iri: string) => string) =>
    makers.flatMap(([part, run]): Claim[] => (iris.has(run) ? [[part, owner(run)]] : []));
  const itself = (iri: string) => iri;
  const spread = (found: readonly Claim[], into: Map<string, string>) => spreadDown(parts, found, into);

  spread([...claims(experiments, OUTPUT_TERMS, itself), ...made(experimentIris, itself)], runOf);
  const homes = workflowHomes(scope, classified, runOf, experimentIris);
  const home = (iri: string) => homes.get(iri) ?? onlyExperiment ?? iri;
  const producedBy = new Map<string, string>();
  spread([...claims(workflows, OUTPUT_TERMS, itself), ...made(workflowIris, itself)], producedBy);
  for (const iri of runOf.keys()) positions.set(iri, 'experiment_output');
  for (const [iri, workflow] of producedBy) {
    if (!runOf.has(iri)) runOf.set(iri, home(workflow));
    if (!positions.has(iri)) positions.set(iri, 'workflow_output');
  }
  spread(claims(experiments, INPUT_TERMS, itself), runOf);
  spread(claims(workflows, INPUT_TERMS, home), runOf);
  derive(scope, parts, runOf);
  const fallback = onlyExperiment ?? (experimentIris.size === 0 ? only(workflowIris) : null);
  if (fallback !== null) {
    for (const iri of parts.iris) if (!runOf.has(iri) && !parts.foreign.has(iri)) runOf.set(iri, fallback);
  }
  return { runOf, positions, designated: designatedParts(scope, classified) };
}

/** Gives every claimed part its run, first claim first, and then what lies beneath it unless it has one of its own. */
function spreadDown(parts: DataParts, claims: readonly Claim[], into: Map<string, string>): void {
  let queue: Claim[] = [];
  const give = (claim: Claim, to: Claim[]) => {
    if (into.has(claim[0])) return;
    into.set(claim[0], claim[1]);
    to.push(claim);
  };
  for (const claim of claims) give(claim, queue);
  while (queue.length > 0) {
    const next: Claim[] = [];
    for (const [part, run] of queue) {
      for (const child of parts.children.get(part) ?? []) give([child, run], next);
    }
    queue = next;
  }
}

/** The experiment run whose data a workflow processed: informed by one, directly or through workflows, or reading one's results. */
function workflowHomes(
  scope: MapScope,
  classified: Classified,
  runOf: ReadonlyMap<string, string>,
  experiments: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const workflows = (classified.get('workflow_run') ?? []).map((run) => scope.reader(run));
  const informants = new Map(
    workflows.map((run) => [
      scope.iriOf(run.entity),
      run.refs('prov:wasInformedBy', 'object').map((by) => by.iri),
    ]),
  );
  const homes = new Map<string, string>();
  for (const run of workflows) {
    const iri = scope.iriOf(run.entity);
    const reads = run.refs(...INPUT_TERMS).flatMap((part) => runOf.get(part.iri) ?? []);
    const home = only(informed(iri, informants, experiments)) ?? only(new Set(reads));
    if (home !== null) homes.set(iri, home);
  }
  return homes;
}

/** No chain of workflows that people run is this long; the cap bounds what a hostile one costs. */
const MAX_INFORMANTS = 64;

function informed(
  start: string,
  informants: ReadonlyMap<string, readonly string[]>,
  experiments: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set([start]);
  const queue = [start];
  for (let i = 0; i < queue.length && i < MAX_INFORMANTS; i += 1) {
    for (const iri of informants.get(queue[i] ?? '') ?? []) {
      if (experiments.has(iri)) found.add(iri);
      else if (informants.has(iri) && !seen.has(iri)) {
        seen.add(iri);
        queue.push(iri);
      }
    }
  }
  return found;
}

/** Files that say themselves what made them. */
function makersOf(scope: MapScope, parts: DataParts): readonly Claim[] {
  return parts.parts.flatMap(({ entity }) => {
    const iri = scope.iriOf(entity);
    return scope
      .reader(entity)
      .refs('prov:wasGeneratedBy')
      .map((run): Claim => [iri, run.iri]);
  });
}

/** A part without a run takes that of the first part it was derived from that has one, along the chain. */
function derive(scope: MapScope, parts: DataParts, runOf: Map<string, string>): void {
  const uses = new Map<string, string[]>();
  for (const { entity } of parts.parts) {
    const iri = scope.iriOf(entity);
    if (runOf.has(iri)) continue;
    for (const { iri: source } of scope.reader(entity).refs('prov:wasDerivedFrom')) {
      const derived = uses.get(source);
      if (derived === undefined) uses.set(source, [iri]);
      else derived.push(iri);
    }
  }
  if (uses.size === 0) return;
  const queue = [...runOf.keys()];
  for (let i = 0; i < queue.length; i += 1) {
    const source = queue[i] ?? '';
    const run = runOf.get(source);
    if (run === undefined) continue;
    for (const derived of uses.get(source) ?? []) {
      if (runOf.has(derived)) continue;
      runOf.set(derived, run);
      queue.push(derived);
    }
  }
}

function designatedParts(scope: MapScope, classified: Classified): ReadonlySet<string> {
  const workflows = (classified.get('workflow_run') ?? []).map((run) => scope.reader(run));
  const { terms } = scope.graph;
  const found = new Set<string>();
  for (const reader of scope.root === null ? workflows : [scope.root, ...workflows]) {
    for (const block of listed(reader.raw('designated'))) {
      if (!isJsonObject(block)) continue;
      for (const id of idsIn(readTerm(terms, block, 'prov:generated'), false)) found.add(scope.resolve(id));
    }
  }
  return found;
}

function only(iris: ReadonlySet<string>): string | null {
  const [first, second] = iris;
  return first !== undefined && second === undefined ? first : null;
}
