import type { JsonObject, JsonValue } from '../../model/json.ts';
import type {
  RecordDataFileRow,
  RecordExperimentRunRow,
  RecordInstrumentRow,
  RecordWorkflowRunRow,
  SampleComponentRow,
  SamplePreparationRow,
  StudyRow,
} from '../../model/record-rows.ts';
import type {
  ComponentInteractionRow,
  MoleculeRow,
  OrganizationRow,
  PersonRow,
  SampleRow,
} from '../../model/rows.ts';

/*
 * Columns of rows as slots of a record: what mapping reads, written back. Slots a row keeps in its properties are not here.
 */

/** Slots with their values; null ones are not written. */
export type Written = Readonly<Record<string, JsonValue>>;

/** Ids of rows by IRI, as the record writes them; null for a row without one. */
export type IdOf = (iri: string | null) => string | null;

/** Slots of a Study. */
export function studySlots({ proposal_id, keywords }: StudyRow): Written {
  return { proposal_id, keywords: keywords.length === 0 ? null : keywords };
}

/** Slots of an Instrument. */
export function instrumentSlots(row: RecordInstrumentRow): Written {
  const { instrument_code, instrument_category, beamline_id, facility_name, facility_ror } = row;
  const { manufacturer, model, detector } = row;
  return {
    instrument_code,
    instrument_category,
    beamline_id,
    facility_name,
    facility_ror,
    manufacturer,
    model,
    detector_model: detector,
  };
}

/** Slots of a Sample. `concentration` is written only where no measurement holds it. */
export function sampleSlots(row: SampleRow, measured: ReadonlySet<string>): Written {
  const { sample_code, sample_type, protein_name, organism, expression_system, seguid, concentration } = row;
  return {
    sample_code,
    sample_type,
    protein_name,
    organism,
    expression_system,
    seguid,
    concentration: measured.has('concentration') ? null : concentration,
  };
}

/** Slots of a SamplePreparation. */
export function preparationSlots(row: SamplePreparationRow, idOf: IdOf): Written {
  const { preparation_type, preparation_date, sample_iri } = row;
  return { preparation_type, preparation_date: preparation_date?.text ?? null, sample_id: idOf(sample_iri) };
}

/** Slots of a SampleComponent: its molecule under the slot of its type. */
export function componentSlots(
  row: SampleComponentRow,
  idOf: IdOf,
  typeOf: ReadonlyMap<string, MoleculeRow['molecule_type']>,
): Written {
  const { component_type, role, copy_number, sample_iri, molecule_iri } = row;
  const type = molecule_iri === null ? undefined : typeOf.get(molecule_iri);
  const molecule = type === undefined ? {} : { [`${type}_id`]: idOf(molecule_iri) };
  return { component_type, role, copy_number, sample_id: idOf(sample_iri), ...molecule };
}

/** Slots of a SampleComponentInteraction; its components are in its properties. */
export function interactionSlots(row: ComponentInteractionRow, idOf: IdOf): Written {
  const { interaction_type, interaction_status, sample_iri } = row;
  return { interaction_type, interaction_status, sample_id: idOf(sample_iri) };
}

/** Slots of an ExperimentRun. */
export function experimentRunSlots(row: RecordExperimentRunRow): Written {
  const { experiment_code, technique, processing_status, beamline_id, raw_data_location } = row;
  const { experimental_method, experiment_date, start_time, end_time } = row;
  return {
    experiment_code,
    technique,
    processing_status,
    beamline_id,
    raw_data_location,
    experimental_method,
    experiment_date: experiment_date?.text ?? null,
    start_time: start_time?.text ?? null,
    end_time: end_time?.text ?? null,
  };
}

/** Slots of a WorkflowRun. */
export function workflowRunSlots(row: RecordWorkflowRunRow): Written {
  const { workflow_code, workflow_type, software_name, software_version, processing_parameters } = row;
  return {
    workflow_code,
    workflow_type,
    software_name,
    software_version,
    processing_parameters,
    started_at: row.start_time?.text ?? null,
    completed_at: row.end_time?.text ?? null,
  };
}

/** Slots of a DataFile or an Image. */
export function dataFileSlots(row: RecordDataFileRow, idOf: IdOf): Written {
  const { file_name, file_format, data_type, file_role, file_size_bytes, sha256, declared_digest } = row;
  const { storage_uri_written, related_entity_iri, created, listed_in, properties } = row;
  const size = file_size_bytes === null ? null : { numeric_value: file_size_bytes, unit: 'bytes' };
  return {
    file_name,
    file_format,
    data_type,
    file_role,
    file_size_bytes: size,
    checksum: sha256 === null ? declared_digest : `sha256:${sha256}`,
    // What was written is a file_path where the record gave no storage_uri.
    storage_uri: storage_uri_written === properties['file_path'] ? null : storage_uri_written,
    related_entity: idOf(related_entity_iri),
    [listed_in === 'images' ? 'acquisition_date' : 'creation_date']: created?.text ?? null,
  };
}

/** Slots of a Protein, NucleicAcid or SmallMolecule. */
export function moleculeSlots(row: MoleculeRow): Written {
  const { nucleotide_sequence, nucleic_acid_type, inchikey, smiles, gene_name, organism } = row;
  const { uniprot_id, rnacentral_id, sequence_accession, chebi_id, pdb_ligand_id } = row;
  return {
    uniprot_id,
    rnacentral_id,
    sequence_accession,
    nucleotide_sequence,
    nucleic_acid_type,
    chebi_id,
    pdb_ligand_id,
    inchikey,
    smiles,
    gene_name,
    organism,
  };
}

/** Slots of a Person. */
export function personSlots(row: PersonRow): Written {
  const { full_name, given_name, family_name, affiliation, affiliation_ror, orcid } = row;
  // A title says as much where both are alike, unless something else stands in its slot.
  const titled = full_name === row.name && !Object.hasOwn(row.properties, 'title');
  return {
    full_name: titled ? null : full_name,
    given_name,
    family_name,
    orcid,
    affiliation,
    affiliation_ror,
  };
}

/** Slots of an Organization. */
export function organizationSlots(row: OrganizationRow): Written {
  const { ror, acronym, organization_type, facility_code, country } = row;
  return { ror, acronym, organization_type, facility_code, country };
}

/** Slots without the null ones. */
export function said(slots: Written): JsonObject {
  return Object.fromEntries(Object.entries(slots).filter(([, value]) => value !== null));
}
