import type { CrateGraph } from '../../crate/contract.ts';
import type { CrateRows, MappingContext, MoleculeRow } from '../../model/rows.ts';
import { associations, rowIris } from './associations.ts';
import { belongings } from './belonging.ts';
import { crateFacts } from './crate-facts.ts';
import { dataFileRow } from './data-file.ts';
import { declaredMissing } from './declared-missing.ts';
import { experimentRunRow } from './experiment-run.ts';
import { impliedRows } from './implied.ts';
import { instrumentRow } from './instrument.ts';
import { type Classified, classify, type EntityClass } from './kinds.ts';
import { interactionRow, moleculeRow } from './molecule.ts';
import { organizationRow, rorsNamed } from './organization.ts';
import { type DataParts, dataParts } from './parts.ts';
import { personRow } from './person.ts';
import { proposalRows } from './proposal.ts';
import { sampleRow } from './sample.ts';
import { type MapScope, mapScope } from './scope.ts';
import { workflowRunRow } from './workflow-run.ts';

/**
 * A crate as rows: what the document says and nothing it does not. Total: whatever the graph, it returns rows and
 * warnings and never throws. The rows are plain JSON data in document order, explicit before implied.
 */
export function mapCrate(graph: CrateGraph, context: MappingContext): CrateRows {
  const scope = mapScope(graph, context);
  const classified = classify(graph);
  const parts = dataParts(scope, classified);
  const implied = impliedRows(scope, classified, parts);
  const belonging = belongings(scope, classified, parts, implied.run?.iri ?? null);
  const iris = rowIris(scope, classified, parts);

  // Links and declarations first: a row's properties are what they and its columns leave.
  const links = associations(scope, classified, parts, iris, implied);
  const missing = missingRows(scope, classified, parts);

  const of = (one: EntityClass) => classified.get(one) ?? [];
  const named = rorsNamed(scope);
  const oneRun = iris.experiments.size === 1;
  const molecules = (one: EntityClass & MoleculeRow['molecule_type']) =>
    of(one).map((entity) => ({ index: entity.index, row: moleculeRow(scope, entity, one) }));
  const rows = {
    instruments: [...of('instrument').map((e) => instrumentRow(scope, e)), ...present(implied.instrument)],
    samples: [...of('sample').map((e) => sampleRow(scope, e)), ...present(implied.sample)],
    molecules: [...molecules('protein'), ...molecules('nucleic_acid'), ...molecules('small_molecule')]
      .sort((a, b) => a.index - b.index)
      .map(({ row }) => row),
    component_interactions: of('component_interaction').map((e) => interactionRow(scope, e, iris)),
    experiment_runs: [
      ...of('experiment_run').map((e) => experimentRunRow(scope, e, oneRun)),
      ...present(implied.run),
    ],
    workflow_runs: of('workflow_run').map((e) => workflowRunRow(scope, e)),
    data_files: parts.parts.map((part) => dataFileRow(scope, part, belonging)),
    persons: of('person').map((e) => personRow(scope, e)),
    organizations: of('organization').map((e) => organizationRow(scope, e, named)),
    proposals: proposalRows(scope),
  };
  const crate = crateFacts(scope, parts.nested);
  return { crate, ...rows, associations: links, declared_missing: missing, findings: scope.findings() };
}

/** Declarations of the root and of every entity that is a row, in document order. */
function missingRows(scope: MapScope, classified: Classified, parts: DataParts) {
  const rows = [...classified].flatMap(([one, entities]) =>
    one === 'file' || one === 'dataset' ? [] : entities,
  );
  const entities = [...rows, ...parts.parts.map((part) => part.entity)].sort((a, b) => a.index - b.index);
  const own = entities.flatMap((entity) => declaredMissing(scope, entity, scope.iriOf(entity)));
  const { root, graph } = scope;
  return root === null ? own : [...declaredMissing(scope, root.entity, graph.crateIri), ...own];
}

function present<T>(row: T | null): readonly T[] {
  return row === null ? [] : [row];
}
