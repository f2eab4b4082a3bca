import type { RecordAssociationKind, RecordEntityKind } from '../../model/record-rows.ts';
import type { Collection } from './collections.ts';

/** An end of an association: the slot that names it, the kind of row it names, and where only one of its collections will do. */
export type End = readonly [slot: string, kind: RecordEntityKind, within?: Collection];

/** A collection of associations. */
export interface AssociationTable {
  readonly collection: string;
  readonly kind: RecordAssociationKind;
  readonly subject: End;
  readonly object: End;
  /** The slot that says what the object is to the subject. */
  readonly role: string;
}

/** The slot of an author's place in the list of authors. */
export const POSITION_SLOT = 'author_position';
/** The slot of the preparation a sample was used as. */
export const PREPARATION_SLOT = 'preparation_id';

function table(
  collection: string,
  kind: RecordAssociationKind,
  subject: End,
  object: End,
  role = 'role',
): AssociationTable {
  return { collection: `${collection}_associations`, kind, subject, object, role };
}

const STUDY: End = ['study_id', 'study'];
const RUN: End = ['experiment_id', 'experiment_run'];
const WORKFLOW: End = ['workflow_id', 'workflow_run'];
const SAMPLE: End = ['sample_id', 'sample'];
const PERSON: End = ['person_id', 'person'];
const ORGANIZATION: End = ['organization_id', 'organization'];
const FILE: End = ['file_id', 'data_file'];

/** The association collections of lambda-ber-schema, in the order rows are made. */
export const ASSOCIATION_TABLES: readonly AssociationTable[] = [
  table('study_sample', 'study_sample', STUDY, SAMPLE),
  table('study_experiment', 'study_experiment', STUDY, RUN),
  table('study_workflow', 'study_workflow', STUDY, WORKFLOW),
  table('study_person', 'study_person', STUDY, PERSON),
  table('study_organization', 'study_organization', STUDY, ORGANIZATION),
  table('experiment_sample', 'experiment_sample', RUN, SAMPLE),
  table('experiment_instrument', 'experiment_instrument', RUN, ['instrument_id', 'instrument']),
  table('experiment_person', 'experiment_person', RUN, PERSON),
  table('sample_protein', 'sample_molecule', SAMPLE, ['protein_id', 'molecule', 'proteins']),
  table('sample_nucleic_acid', 'sample_molecule', SAMPLE, ['nucleic_acid_id', 'molecule', 'nucleic_acids']),
  table('workflow_experiment', 'workflow_experiment', WORKFLOW, RUN),
  table('workflow_input', 'workflow_input', WORKFLOW, FILE, 'input_type'),
  table('workflow_output', 'workflow_output', WORKFLOW, FILE, 'output_type'),
  table('workflow_person', 'workflow_person', WORKFLOW, PERSON),
  table('person_organization', 'person_organization', PERSON, ORGANIZATION),
];

/** A slot of an entity that names another. `older`: now said by an association, so that the slot holds nothing more. */
export interface EntityLink {
  readonly of: RecordEntityKind;
  readonly slot: string;
  readonly to: RecordEntityKind;
  readonly kind: RecordAssociationKind;
  readonly older: boolean;
}

/** Every slot by which one entity names another that is a row, ends of preparations and components apart. */
export const ENTITY_LINKS: readonly EntityLink[] = [
  { of: 'sample', slot: 'parent_sample_id', to: 'sample', kind: 'sample_parent', older: false },
  {
    of: 'organization',
    slot: 'parent_organization_id',
    to: 'organization',
    kind: 'organization_parent',
    older: false,
  },
  {
    of: 'instrument',
    slot: 'facility_organization_id',
    to: 'organization',
    kind: 'instrument_organization',
    older: false,
  },
  { of: 'experiment_run', slot: 'sample_id', to: 'sample', kind: 'experiment_sample', older: true },
  {
    of: 'experiment_run',
    slot: 'instrument_id',
    to: 'instrument',
    kind: 'experiment_instrument',
    older: true,
  },
  {
    of: 'workflow_run',
    slot: 'experiment_id',
    to: 'experiment_run',
    kind: 'workflow_experiment',
    older: true,
  },
  { of: 'workflow_run', slot: 'output_files', to: 'data_file', kind: 'workflow_output', older: true },
];

/** The association an entity written inside a study has to it. */
export const STUDY_LINKS: Readonly<Partial<Record<RecordEntityKind, RecordAssociationKind>>> = {
  sample: 'study_sample',
  experiment_run: 'study_experiment',
  workflow_run: 'study_workflow',
};
