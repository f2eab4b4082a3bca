import { isJsonArray, isJsonObject, type JsonObject } from '../../model/json.ts';
import type { RecordAssociationRow } from '../../model/record-rows.ts';
import type { MoleculeRow } from '../../model/rows.ts';
import {
  readChebi,
  readInchiKey,
  readPdbLigand,
  readRnaCentral,
  readSequenceAccession,
  readUniprot,
} from '../lambda-core/identifiers.ts';
import { wordKey } from '../lambda-core/identity.ts';
import type { Collection, RecordEntity } from './collections.ts';
import { globalKey, identityOf } from './identity.ts';
import { link } from './link.ts';
import type { RecordScope } from './scope.ts';
import { textOf } from './slots.ts';

const TYPES: Readonly<Partial<Record<Collection, MoleculeRow['molecule_type']>>> = {
  proteins: 'protein',
  nucleic_acids: 'nucleic_acid',
  small_molecules: 'small_molecule',
};

/** The row of a Protein, NucleicAcid or SmallMolecule: the same by an archive's accession, else by an id both use. */
export function moleculeRow(scope: RecordScope, entity: RecordEntity): MoleculeRow {
  const { slots, id } = entity;
  const molecule_type = TYPES[entity.collection] ?? 'small_molecule';
  const accession = (slot: string, read: Reader) => identifier(scope, entity, slot, read);
  const fromId = (read: Reader, type: MoleculeRow['molecule_type']) =>
    id === null || molecule_type !== type ? null : read(id);
  const columns = {
    molecule_type,
    uniprot_id: accession('uniprot_id', readUniprot) ?? fromId(readPrefixed(readUniprot), 'protein'),
    rnacentral_id: accession('rnacentral_id', readRnaCentral) ?? fromId(readRnaCentral, 'nucleic_acid'),
    sequence_accession:
      accession('sequence_accession', readSequenceAccession) ?? fromId(readSequenceAccession, 'nucleic_acid'),
    nucleotide_sequence: slots.text('nucleotide_sequence'),
    nucleic_acid_type: slots.text('nucleic_acid_type'),
    chebi_id: accession('chebi_id', readChebi) ?? fromId(readChebi, 'small_molecule'),
    pdb_ligand_id: accession('pdb_ligand_id', readPdbLigand) ?? fromId(readPdbLigand, 'small_molecule'),
    inchikey: accession('inchikey', readInchiKey),
    smiles: slots.text('smiles'),
    gene_name: slots.text('gene_name'),
    organism: slots.text('organism'),
  };
  const inchikey = columns.inchikey === null ? null : `inchikey:${columns.inchikey}`;
  const { uniprot_id, rnacentral_id, sequence_accession, chebi_id, pdb_ligand_id } = columns;
  const identity = identityOf('molecule', entity.name.iri, scope.context, [
    ...[uniprot_id, rnacentral_id, sequence_accession, chebi_id, inchikey, pdb_ligand_id].map((curie) =>
      curie === null ? null : wordKey('global', 'molecule', curie),
    ),
    globalKey('molecule', entity),
  ]);
  return { ...scope.columns(entity, identity), ...columns };
}

type Reader = (text: string) => string | null;

/** A bare word that happens to have the form of an accession (`P12345`) is a name somebody chose, not an accession. */
function readPrefixed(read: Reader): Reader {
  return (text) => (/[:/]/.test(text) ? read(text) : null);
}

/** An identifier in its one spelling; what was written otherwise stays in the properties, what cannot be read warns. */
function identifier(
  { warnings }: RecordScope,
  { slots, id }: RecordEntity,
  slot: string,
  read: Reader,
): string | null {
  const written = slots.text(slot);
  if (written === null) return null;
  const value = read(written);
  if (value !== written) slots.release(slot);
  if (value === null) {
    const message = `${slot} is no identifier of its archive; it is kept as written and joins nothing.`;
    warnings.add('unreadable-identifier', { pointer: slots.pointerOf(slot), id }, message);
  }
  return value;
}

/** Proteins that only samples name, and their links to those samples. */
export interface ImpliedMolecules {
  readonly rows: readonly MoleculeRow[];
  readonly associations: readonly RecordAssociationRow[];
}

/**
 * Proteins that samples name by a UniProt accession without a Protein record: in `database_cross_references`, or as a CURIE
 * where a sequence should be (`Uniprot:Q9XCL6`). Sample and protein are joined, so that samples of different facilities meet.
 */
export function impliedMolecules(scope: RecordScope, explicit: readonly MoleculeRow[]): ImpliedMolecules {
  const known = new Map(explicit.flatMap((row) => (row.uniprot_id === null ? [] : [[row.uniprot_id, row]])));
  const rows: MoleculeRow[] = [];
  const associations: RecordAssociationRow[] = [];
  for (const { slots, name } of scope.of('samples')) {
    for (const { uniprot_id, pointer } of uniprotNamed(slots.node, slots.pointer)) {
      let row = known.get(uniprot_id);
      if (row === undefined) {
        row = impliedProtein(scope, uniprot_id, pointer);
        known.set(uniprot_id, row);
        rows.push(row);
      }
      associations.push(link('sample_molecule', name.iri, row.iri, pointer));
    }
  }
  return { rows, associations };
}

interface Named {
  readonly uniprot_id: string;
  readonly pointer: string;
}

function uniprotNamed(sample: JsonObject, base: string): readonly Named[] {
  const found = new Map<string, Named>();
  const add = (uniprot_id: string | null, pointer: string) => {
    if (uniprot_id !== null && !found.has(uniprot_id)) found.set(uniprot_id, { uniprot_id, pointer });
  };
  const references = sample['database_cross_references'];
  for (const [index, each] of (isJsonArray(references) ? references : []).entries()) {
    if (!isJsonObject(each) || !/^uniprot(?:kb)?$/i.test(textOf(each['database_name']) ?? '')) continue;
    add(readUniprot(textOf(each['database_id']) ?? ''), `${base}/database_cross_references/${index}`);
  }
  const composition = sample['molecular_composition'];
  const sequences = isJsonObject(composition) ? composition['sequences'] : undefined;
  for (const [index, each] of (isJsonArray(sequences) ? sequences : []).entries()) {
    const curie = typeof each === 'string' && each.length < 100 ? readPrefixed(readUniprot)(each) : null;
    add(curie, `${base}/molecular_composition/sequences/${index}`);
  }
  return [...found.values()];
}

function impliedProtein(scope: RecordScope, uniprot_id: string, json_pointer: string): MoleculeRow {
  const iri = `${scope.context.crate_iri}#implied-molecule-${uniprot_id}`;
  return {
    iri,
    json_pointer,
    identity: identityOf('molecule', iri, scope.context, [wordKey('global', 'molecule', uniprot_id)]),
    implied: true,
    name: null,
    description: null,
    properties: {},
    molecule_type: 'protein',
    uniprot_id,
    rnacentral_id: null,
    sequence_accession: null,
    nucleotide_sequence: null,
    nucleic_acid_type: null,
    chebi_id: null,
    pdb_ligand_id: null,
    inchikey: null,
    smiles: null,
    gene_name: null,
    organism: null,
  };
}
