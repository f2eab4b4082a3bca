import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type {
  RecordAssociationRow,
  RecordContext,
  RecordFacts,
  RecordRows,
  SampleComponentRow,
} from '../../model/record-rows.ts';
import { canonicalTechnique } from '../lambda-core/vocabulary.ts';
import { ASSOCIATION_TABLES } from './association-table.ts';
import { associationsOf } from './associations.ts';
import { COLLECTION_NAMES } from './collections.ts';
import { dataFileRow } from './data-file.ts';
import { instrumentRow } from './instrument.ts';
import { interactionsOf } from './interaction.ts';
import { link } from './link.ts';
import { declaredMissing } from './missing.ts';
import { impliedMolecules, moleculeRow } from './molecule.ts';
import { nameByPlace, nameOf } from './names.ts';
import { organizationRow, personRow, rorsNamed } from './person.ts';
import { proposalsOf } from './proposal.ts';
import { experimentRunRow, workflowRunRow } from './run.ts';
import { sampleComponentRow, samplePreparationRow, sampleRow } from './sample.ts';
import { RecordScope, type RunFacts } from './scope.ts';
import { Slots, textOf } from './slots.ts';
import { studyRow } from './study.ts';

/** Changes whenever the same record would give other rows, so that it is mapped again. */
export const RECORD_MAPPER_VERSION = 'lambda-record/1';

/**
 * A lambda-ber-schema `Dataset` record as rows: what it says and nothing it does not. Total: whatever the JSON, it returns rows
 * and warnings and never throws. The rows are plain JSON data in the record's order, explicit before implied.
 */
export function mapRecord(json: JsonValue, context: RecordContext): RecordRows {
  const record = isJsonObject(json) ? json : {};
  const scope = new RecordScope(record, context);
  if (!isJsonObject(json)) {
    const message = 'A record is an object with an id and its collections; this is none, and has no rows.';
    scope.warnings.add('not-a-record', { pointer: '', id: null }, message);
  }

  // Links first: a row's properties are what they and its columns leave, and a metric's technique is that of its run.
  const links = associationsOf(record, scope);
  scope.learn(runFacts(scope, links.rows));

  const studies = scope.of('studies').map((entity) => studyRow(scope, entity));
  const proposals = proposalsOf(scope.of('studies'), context);
  const explicit = scope
    .of('proteins', 'nucleic_acids', 'small_molecules')
    .map((entity) => moleculeRow(scope, entity));
  const implied = impliedMolecules(scope, explicit);
  const named = rorsNamed(scope.of('organizations'));
  const persons = scope.of('persons').map((entity) => personRow(scope, entity));
  const organizations = scope.of('organizations').map((entity) => organizationRow(scope, entity, named));
  const instruments = scope.of('instruments').map((entity) => instrumentRow(scope, entity));
  const samples = scope.of('samples').map((entity) => sampleRow(scope, entity));
  const sample_components = scope.of('sample_components').map((entity) => sampleComponentRow(scope, entity));
  const sample_preparations = scope
    .of('sample_preparations')
    .map((entity) => samplePreparationRow(scope, entity));
  const interactions = interactionsOf(record, scope, sample_components);
  const experiment_runs = scope.of('experiment_runs').map((entity) => experimentRunRow(scope, entity));
  const workflow_runs = scope.of('workflow_runs').map((entity) => workflowRunRow(scope, entity));
  const data_files = scope.of('data_files', 'images').map((entity) => dataFileRow(scope, entity));
  const components = componentLinks(sample_components, links.rows);
  const rest = {
    ...links.unresolved,
    ...scope.leftovers,
    ...(interactions.rest === null ? {} : { sample_component_interactions: interactions.rest }),
  };
  const facts = recordFacts(record, scope, rest);
  const missing = [
    ...declaredMissing(new Slots(record, ''), { iri: facts.iri, id: facts.id }, scope.warnings),
    ...scope
      .entities()
      .flatMap(({ slots, name, id }) => declaredMissing(slots, { iri: name.iri, id }, scope.warnings)),
  ];
  return {
    record: facts,
    studies,
    instruments,
    samples,
    sample_components,
    sample_preparations,
    molecules: [...explicit, ...implied.rows],
    component_interactions: interactions.rows,
    experiment_runs,
    workflow_runs,
    data_files,
    persons,
    organizations,
    proposals: proposals.rows,
    measurements: scope.measurements.rows,
    associations: [...links.rows, ...components, ...implied.associations, ...proposals.associations],
    declared_missing: missing,
    findings: scope.warnings.list(),
  };
}

/** What the runs' measurements need to know: the technique, and the one workflow that computed an experiment's metrics. */
function runFacts(scope: RecordScope, links: readonly RecordAssociationRow[]): ReadonlyMap<string, RunFacts> {
  const techniques = new Map(
    scope.of('experiment_runs').map(({ name, slots }) => {
      const written = slots.peek('technique');
      return [name.iri, written === null ? null : (canonicalTechnique(written) ?? written)] as const;
    }),
  );
  const pipelines = new Map(
    scope
      .of('workflow_runs')
      .map(({ name, slots }) => [name.iri, { iri: name.iri, software_name: slots.peek('software_name') }]),
  );
  const workflowsOf = new Map<string, string[]>();
  const techniquesOf = new Map<string, Set<string | null>>();
  for (const { kind, subject_iri: workflow, object_iri: experiment } of links) {
    if (kind !== 'workflow_experiment') continue;
    workflowsOf.set(experiment, [...(workflowsOf.get(experiment) ?? []), workflow]);
    techniquesOf.set(
      workflow,
      (techniquesOf.get(workflow) ?? new Set()).add(techniques.get(experiment) ?? null),
    );
  }
  const facts = new Map<string, RunFacts>();
  for (const [iri, technique] of techniques) {
    const [workflow = '', other] = workflowsOf.get(iri) ?? [];
    facts.set(iri, { technique, pipeline: other === undefined ? (pipelines.get(workflow) ?? null) : null });
  }
  for (const [iri, pipeline] of pipelines) {
    const [technique = null, other] = techniquesOf.get(iri) ?? [];
    facts.set(iri, { technique: other === undefined ? technique : null, pipeline });
  }
  return facts;
}

/** A component joins its molecule to its sample, unless an association of the record already does. */
function componentLinks(
  components: readonly SampleComponentRow[],
  links: readonly RecordAssociationRow[],
): readonly RecordAssociationRow[] {
  const joined = new Set(
    links.flatMap((row) => (row.kind === 'sample_molecule' ? [`${row.subject_iri} ${row.object_iri}`] : [])),
  );
  return components.flatMap(({ sample_iri, molecule_iri, role, json_pointer }) =>
    sample_iri === null || molecule_iri === null || joined.has(`${sample_iri} ${molecule_iri}`)
      ? []
      : [link('sample_molecule', sample_iri, molecule_iri, json_pointer, role)],
  );
}

/** Collections whose items are rows; what in them is none is given back in `rest`. */
const MAPPED: ReadonlySet<string> = new Set([
  ...COLLECTION_NAMES,
  ...ASSOCIATION_TABLES.map((table) => table.collection),
  'sample_component_interactions',
]);

function recordFacts(record: JsonObject, scope: RecordScope, rest: JsonObject): RecordFacts {
  const slots = new Slots(record, '');
  const id = textOf(record['id']);
  const columns = {
    iri: (id === null ? nameByPlace('/', scope.context) : nameOf(id, scope.context, scope.prefixes)).iri,
    id: slots.text('id'),
    document_url: scope.context.document_url,
    name: slots.text('title'),
    description: slots.text('description'),
    keywords: slots.texts('keywords'),
    prefixes: scope.prefixes,
    proposal_id: scope.proposal,
  };
  const own = Object.entries(slots.rest()).filter(([slot]) => !MAPPED.has(slot));
  return { ...columns, properties: { ...Object.fromEntries(own), ...rest } };
}
