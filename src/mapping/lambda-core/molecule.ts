import type { CrateEntity } from '../../crate/contract.ts';
import type { ComponentInteractionRow, MoleculeRow } from '../../model/rows.ts';
import {
  readChebi,
  readInchiKey,
  readPdbLigand,
  readRnaCentral,
  readSequenceAccession,
  readUniprot,
} from './identifiers.ts';
import {
  type Candidates,
  candidates,
  crateKey,
  isWrittenAbsolute,
  wordKey,
  writtenIriKey,
} from './identity.ts';
import { commonColumns } from './row.ts';
import type { MapScope } from './scope.ts';

/** The row of a `lambda:Protein`, `lambda:NucleicAcid` or `lambda:SmallMolecule`. */
export function moleculeRow(
  scope: MapScope,
  entity: CrateEntity,
  type: MoleculeRow['molecule_type'],
): MoleculeRow {
  const reader = scope.reader(entity);
  const id = (read: (text: string) => string | null, ...terms: string[]) =>
    identifier(scope, entity, read, terms);
  const fromId = <T>(read: (text: string) => T | null): T | null =>
    entity.rawId === null ? null : read(entity.rawId);
  const columns = {
    molecule_type: type,
    uniprot_id:
      id(readUniprot, 'uniprot_id', 'uniprotId') ??
      (type === 'protein' && isWrittenAbsolute(entity) ? fromId(readUniprot) : null),
    rnacentral_id:
      id(readRnaCentral, 'rnacentral_id') ?? (type === 'nucleic_acid' ? fromId(readRnaCentral) : null),
    sequence_accession: id(readSequenceAccession, 'sequence_accession'),
    nucleotide_sequence: reader.text('nucleotide_sequence'),
    nucleic_acid_type: reader.text('nucleic_acid_type'),
    chebi_id: id(readChebi, 'chebi_id') ?? (type === 'small_molecule' ? fromId(readChebi) : null),
    pdb_ligand_id: id(readPdbLigand, 'pdb_ligand_id'),
    inchikey: id(readInchiKey, 'inChIKey'),
    smiles: reader.text('smiles'),
    gene_name: reader.text('gene_name'),
    organism: reader.text('organism'),
  };
  const nameTerms = ['name', 'protein_name', 'proteinName', 'nucleic_acid_name', 'small_molecule_name'];
  const identity = moleculeIdentity(scope, entity, columns);
  return { ...commonColumns(scope, entity, identity, { nameTerms }), ...columns };
}

/** A molecule is the same by an archive's accession, else by an IRI both wrote, else it belongs to its crate. */
function moleculeIdentity(
  scope: MapScope,
  entity: CrateEntity,
  ids: Pick<
    MoleculeRow,
    'uniprot_id' | 'rnacentral_id' | 'sequence_accession' | 'chebi_id' | 'inchikey' | 'pdb_ligand_id'
  >,
): Candidates {
  const inchikey = ids.inchikey === null ? null : `inchikey:${ids.inchikey}`;
  const accessions = [
    ids.uniprot_id,
    ids.rnacentral_id,
    ids.sequence_accession,
    ids.chebi_id,
    inchikey,
    ids.pdb_ligand_id,
  ];
  return candidates(
    [
      ...accessions.map((curie) => (curie === null ? null : wordKey('global', 'molecule', curie))),
      writtenIriKey('molecule', entity),
    ],
    crateKey('molecule', scope.iriOf(entity), scope.graph),
  );
}

/** An identifier in its one spelling; what was written otherwise stays in the properties, what cannot be read warns. */
function identifier(
  scope: MapScope,
  entity: CrateEntity,
  read: (text: string) => string | null,
  terms: readonly string[],
): string | null {
  const reader = scope.reader(entity);
  for (const term of terms) {
    const written = reader.peek(term);
    if (written === null) continue;
    const value = read(written);
    if (value === written) reader.text(term);
    if (value !== null) return value;
    const message = `${term} is no identifier of its archive; it is kept as written and joins nothing.`;
    scope.warn('unreadable-identifier', entity, reader.pointerOf(term), message);
  }
  return null;
}

/** The row of a `lambda:SampleComponentInteraction`. Targets that are no rows of this crate are null. */
export function interactionRow(
  scope: MapScope,
  entity: CrateEntity,
  rows: { readonly samples: ReadonlySet<string>; readonly molecules: ReadonlySet<string> },
): ComponentInteractionRow {
  const reader = scope.reader(entity);
  const target = (term: string, among: ReadonlySet<string>): string | null => {
    const [reference] = reader.refs(term);
    if (reference === undefined) return null;
    if (!scope.graph.byIri.has(reference.iri)) scope.dangling(entity, reference, term);
    if (!among.has(reference.iri)) return null;
    reader.holdItem(reference.key, reference.position);
    return reference.iri;
  };
  const columns = {
    sample_iri: target('sample_id', rows.samples),
    subject_iri: target('subject_id', rows.molecules),
    object_iri: target('object_id', rows.molecules),
    interaction_type: reader.text('interaction_type'),
    interaction_status: reader.text('interaction_status'),
  };
  const iri = scope.iriOf(entity);
  const identity = candidates(
    [writtenIriKey('component_interaction', entity)],
    crateKey('component_interaction', iri, scope.graph),
  );
  return { ...commonColumns(scope, entity, identity), ...columns };
}
