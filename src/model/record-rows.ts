import type { Finding, FindingProfile, Verdict } from './finding.ts';
import type { JsonObject } from './json.ts';
import type {
  AssociationKind,
  ComponentInteractionRow,
  DataFileRow,
  DeclaredMissingRow,
  EntityKind,
  EntityRow,
  ExperimentRunRow,
  InstrumentRow,
  MoleculeRow,
  OrganizationRow,
  PersonRow,
  ProposalRow,
  SampleRow,
  WorkflowRunRow,
} from './rows.ts';
import type { SourceTime } from './time.ts';

/*
 * Rows of a lambda-ber-schema `Dataset` record: what the fuller document beside a crate says (profile §7.2). They stand
 * beside the crate's own rows in one crate version. A row's `json_pointer` points into the record, read as JSON whether it
 * was written in YAML or JSON; `RecordFacts.document_url` says which document that is.
 */

/** The kinds of rows a record has: a crate's, and two of its own. */
export type RecordEntityKind = EntityKind | 'sample_preparation' | 'sample_component';

export interface StudyRow extends EntityRow {
  readonly proposal_id: string | null;
  readonly keywords: readonly string[];
}

export interface RecordInstrumentRow extends InstrumentRow {
  /**
   * The subclass of Instrument: as designated, else the only one that has the slots written. Null for a plain Instrument and
   * where slots of several are mixed.
   */
  readonly instrument_class: InstrumentClass | null;
}

export const INSTRUMENT_CLASSES = [
  'BeamlineInstrument',
  'CryoEMInstrument',
  'SANSInstrument',
  'SAXSInstrument',
  'XRayInstrument',
] as const;

export type InstrumentClass = (typeof INSTRUMENT_CLASSES)[number];

export interface SamplePreparationRow extends EntityRow {
  readonly preparation_type: string | null;
  /** IRI of the sample it prepared, in the same record. */
  readonly sample_iri: string | null;
  readonly preparation_date: SourceTime | null;
}

/** One constituent of one sample. */
export interface SampleComponentRow extends EntityRow {
  readonly sample_iri: string | null;
  readonly component_type: string | null;
  /** IRI of the molecule it is; null for what has no molecule, such as a virus particle or a nanodisc. */
  readonly molecule_iri: string | null;
  readonly role: string | null;
  readonly copy_number: number | null;
}

export interface RecordExperimentRunRow extends ExperimentRunRow {
  readonly experimental_method: string | null;
}

export interface RecordWorkflowRunRow extends WorkflowRunRow {
  readonly processing_parameters: string | null;
}

export interface RecordDataFileRow extends DataFileRow {
  /** Which collection of the record lists it. */
  readonly listed_in: 'data_files' | 'images';
  /** `creation_date` of a file, `acquisition_date` of an image. */
  readonly created: SourceTime | null;
}

/** Collections that records before 2026 wrote inside each study, by the slot they had there. */
export const EMBEDDED_COLLECTIONS = {
  samples: 'samples',
  sample_preparations: 'sample_preparations',
  instrument_runs: 'experiment_runs',
  experiment_runs: 'experiment_runs',
  workflow_runs: 'workflow_runs',
  data_files: 'data_files',
  images: 'images',
} as const;

/** How a quantity was written: with a unit, as a bare number, as text, or as yes or no. */
export type MeasurementForm = 'quantity' | 'number' | 'text' | 'boolean';

/** EstimatorDescriptor.admissibility: how far a number may be compared with others of its kind. */
export type Admissibility = 'local' | 'comparable' | 'global';

/**
 * One measured, set or computed value of an entity: a condition, a strategy parameter, a quality metric, a weight, a
 * distance. What was written is kept; `canonical_*` is the same quantity in the one unit its kind of quantity is compared
 * in, and null where the unit is not known.
 */
export interface MeasurementRow {
  readonly entity_kind: RecordEntityKind;
  readonly entity_iri: string;
  readonly json_pointer: string;
  /** Slots that lead from the entity to the value, joined by `/`: `quality_metrics`, `detectors/0`; null for its own slot. */
  readonly section: string | null;
  /** The slot it stands in: `resolution`. */
  readonly name: string;
  /** Its place from 0 where the slot holds a list of quantities. */
  readonly position: number | null;
  readonly form: MeasurementForm;
  readonly numeric_value: number | null;
  readonly minimum_numeric_value: number | null;
  readonly maximum_numeric_value: number | null;
  /** The text of a value that is text; `true` or `false` for yes and no. */
  readonly text_value: string | null;
  /** As written. */
  readonly unit: string | null;
  readonly raw_value: string | null;
  readonly canonical_value: number | null;
  readonly canonical_minimum: number | null;
  readonly canonical_maximum: number | null;
  /** UCUM code, such as `Ao`, `K`, `keV`, `mg/mL`. */
  readonly canonical_unit: string | null;
  /** What the number is, whatever its slot is called; null where that cannot be known. */
  readonly kind: string | null;
  /** The rule `kind` was chosen by. */
  readonly kind_rule: string | null;
  /** TechniqueEnum value of the run it belongs to; of a workflow run, that of the runs it worked on. */
  readonly technique: string | null;
  /** What computed it: IRI of a workflow run of the record, else the name of a software its estimator gives. */
  readonly pipeline: string | null;
  /** EstimatorDescriptor as written: beside the value, on its section, or on its entity. */
  readonly estimator: JsonObject | null;
  /** As the estimator states; with none stated the number means something only where it was computed. */
  readonly admissibility: Admissibility;
  /** What else the quantity said. */
  readonly properties: JsonObject;
}

/** What relates two rows of one record: a crate's kinds, and those only a record can say. */
export type RecordAssociationKind = AssociationKind | keyof typeof RECORD_ASSOCIATION_ENDS;

/** The kinds of rows an association of a record joins, `[subject, object]`, beyond `ASSOCIATION_ENDS`. */
export const RECORD_ASSOCIATION_ENDS = {
  study_experiment: ['study', 'experiment_run'],
  study_sample: ['study', 'sample'],
  study_workflow: ['study', 'workflow_run'],
  study_person: ['study', 'person'],
  study_organization: ['study', 'organization'],
  study_proposal: ['study', 'proposal'],
  sample_parent: ['sample', 'sample'],
  instrument_organization: ['instrument', 'organization'],
  person_organization: ['person', 'organization'],
  organization_parent: ['organization', 'organization'],
} as const satisfies Readonly<Record<string, readonly [RecordEntityKind, RecordEntityKind]>>;

export interface RecordAssociationRow {
  readonly kind: RecordAssociationKind;
  readonly subject_iri: string;
  readonly object_iri: string;
  /** `role`; of a workflow's input or output its `input_type` or `output_type`. */
  readonly role: string | null;
  /** Order where the record gives one (authors), from 1. */
  readonly position: number | null;
  /** IRI of the preparation a sample was used as, in the same record. */
  readonly preparation_iri: string | null;
  readonly json_pointer: string;
  /** Everything else the association says, as written: dates, copy numbers, chains, award numbers. */
  readonly properties: JsonObject;
}

/** What the record says of itself. */
export interface RecordFacts {
  /** Its `id` as an IRI; one made from the crate where it gives none. */
  readonly iri: string;
  /** `id` as written. */
  readonly id: string | null;
  /** Where the record was read. */
  readonly document_url: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly keywords: readonly string[];
  /** Prefixes the record binds itself. */
  readonly prefixes: Readonly<Record<string, string>>;
  /** The one proposal its codes belong to; null where it names none, or several. */
  readonly proposal_id: string | null;
  /** What no row holds, as written: unknown collections, and associations whose ends the record does not have. */
  readonly properties: JsonObject;
}

/** A finding about a record. `lambda-record` is what checking it by its schema found, `mapping` what rows lost. */
export type RecordFinding = Omit<Finding, 'profile'> & {
  readonly profile: FindingProfile | 'lambda-record';
};

/** Whether one layer of the record's schema holds. */
export type RecordVerdict = Omit<Verdict, 'profile'> & { readonly profile: 'lambda-record' };

/** Everything one record says, as rows. Plain data: it crosses a worker boundary by structured clone. */
export interface RecordRows {
  readonly record: RecordFacts;
  readonly studies: readonly StudyRow[];
  readonly instruments: readonly RecordInstrumentRow[];
  readonly samples: readonly SampleRow[];
  readonly sample_components: readonly SampleComponentRow[];
  readonly sample_preparations: readonly SamplePreparationRow[];
  readonly molecules: readonly MoleculeRow[];
  readonly component_interactions: readonly ComponentInteractionRow[];
  readonly experiment_runs: readonly RecordExperimentRunRow[];
  readonly workflow_runs: readonly RecordWorkflowRunRow[];
  readonly data_files: readonly RecordDataFileRow[];
  readonly persons: readonly PersonRow[];
  readonly organizations: readonly OrganizationRow[];
  /** Implied by the studies' `proposal_id`. */
  readonly proposals: readonly ProposalRow[];
  readonly measurements: readonly MeasurementRow[];
  readonly associations: readonly RecordAssociationRow[];
  readonly declared_missing: readonly DeclaredMissingRow[];
  /** What could not become a row, or became one with a null: always warnings. */
  readonly findings: readonly RecordFinding[];
}

/** What mapping a record must know that the record does not say. Stored with the crate version, for a rebuild. */
export interface RecordContext {
  /** The facility's code in the config. */
  readonly facility: string;
  /** IANA zone in which the facility's naive dates are read. */
  readonly timezone: string;
  /** IRI of the crate that points at the record: names that mean something only in the record belong to it. */
  readonly crate_iri: string;
  /** What the crate's relative paths stand on, ends with `/`; null where no file lies beside the crate. */
  readonly base_iri: string | null;
  /** Where the record was read. */
  readonly document_url: string;
  /** The proposal the crate names. */
  readonly proposal_id: string | null;
}
