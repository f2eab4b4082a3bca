import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';

/**
 * Prefixes whose local parts an authority gives out, so that a CURIE means one thing wherever it is written. Namespaces are
 * those lambda-ber-schema binds, and the registries' own for those it does not. `emsl:` is here: EMSL's numbers are EMSL's
 * alone to give.
 */
const REGISTERED: ReadonlyMap<string, string> = new Map([
  ['NCBITaxon', 'http://purl.obolibrary.org/obo/NCBITaxon_'],
  ['uniprot', 'http://purl.uniprot.org/uniprot/'],
  ['rnacentral', 'https://rnacentral.org/rna/'],
  ['refseq', 'https://www.ncbi.nlm.nih.gov/nuccore/'],
  ['insdc', 'https://www.ebi.ac.uk/ena/data/view/'],
  ['rfam', 'https://rfam.org/family/'],
  ['CHEBI', 'http://purl.obolibrary.org/obo/CHEBI_'],
  ['chembl.compound', 'https://www.ebi.ac.uk/chembl/compound_report_card/'],
  ['pubchem.compound', 'https://pubchem.ncbi.nlm.nih.gov/compound/'],
  ['drugbank', 'https://go.drugbank.com/drugs/'],
  ['pdb.ligand', 'https://www.rcsb.org/ligand/'],
  ['UBERON', 'http://purl.obolibrary.org/obo/UBERON_'],
  ['CL', 'http://purl.obolibrary.org/obo/CL_'],
  ['GO', 'http://purl.obolibrary.org/obo/GO_'],
  ['CHMO', 'http://purl.obolibrary.org/obo/CHMO_'],
  ['UO', 'http://purl.obolibrary.org/obo/UO_'],
  ['PaNET', 'http://purl.org/pan-science/PaNET/PaNET'],
  ['ROR', 'https://ror.org/'],
  ['orcid', 'https://orcid.org/'],
  ['doi', 'https://doi.org/'],
  ['wikidata', 'http://www.wikidata.org/entity/'],
  ['pdb', 'https://www.rcsb.org/structure/'],
  ['emdb', 'https://www.ebi.ac.uk/emdb/'],
  ['empiar', 'https://www.ebi.ac.uk/empiar/'],
  ['bmrb', 'https://bmrb.io/data_library/summary/?bmrbId='],
  ['sasbdb', 'https://www.sasbdb.org/data/'],
  ['simplescattering', 'https://www.simplescattering.com/open_dataset/'],
  ['emsl', 'https://api.emsl.pnnl.gov/external/'],
]);

/**
 * Prefixes of lambda-ber-schema under which whoever writes a record makes up names: the schema's own, and those of programs
 * that build a name from a path. `lambdaber:sample_001` at two facilities is two samples.
 */
const MADE_UP: ReadonlyMap<string, string> = new Map([
  ['lambda', 'http://w3id.org/lambda/'],
  ['lambdaber', 'http://w3id.org/lambda/'],
  ['lambdarc', 'http://w3id.org/lambda/rocrate/'],
  ['nsls2', 'https://github.com/NSLS2/BER-LAMBDA/'],
  ['ssrl-mx', 'https://smb.slac.stanford.edu/dev/lims/lambda/'],
  ['anl-lambda', 'https://sg.bio.anl.gov/lambda/'],
  ['ispyb', 'https://ispyb.github.io/ISPyB/'],
]);

const MADE_UP_NAMESPACES: readonly string[] = [
  ...MADE_UP.values(),
  'https://w3id.org/lambda/',
  'https://w3id.org/lambda-ber-schema/',
];

const REGISTERED_FOLDED: ReadonlyMap<string, string> = new Map(
  [...REGISTERED].map(([prefix, namespace]) => [prefix.toLowerCase(), namespace]),
);

/** What a name written with a prefix stands for. */
export interface Expansion {
  readonly iri: string;
  /** Whether it means the same in every record. */
  readonly global: boolean;
}

/** Prefixes a record binds itself: in `prefixes` (LinkML) or in `@context` (JSON-LD), an object or a list with objects. */
export function prefixesOf(record: JsonObject): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  const take = (value: JsonValue | undefined) => {
    if (isJsonArray(value)) for (const each of value) take(each);
    if (!isJsonObject(value)) return;
    for (const [prefix, bound] of Object.entries(value)) {
      const id = isJsonObject(bound) ? (bound['@id'] ?? bound['prefix_reference']) : bound;
      if (
        typeof id === 'string' &&
        /^[a-z][a-z0-9+.-]*:\/\/.*[/#:=_?]$/i.test(id) &&
        !prefix.startsWith('@')
      ) {
        found.push([prefix, id]);
      }
    }
  };
  take(record['@context']);
  take(record['prefixes']);
  return Object.fromEntries(found);
}

/**
 * Expands a CURIE by the record's own prefixes, else by the known ones, whose letter case does not matter (`Uniprot:P1`).
 * Null for what is no CURIE, or one with a prefix nobody binds.
 */
export function expandCurie(written: string, own: Readonly<Record<string, string>>): Expansion | null {
  const [, prefix, local] = /^([A-Za-z_][\w.-]*):(?!\/\/)(\S+)$/.exec(written) ?? [];
  if (prefix === undefined || local === undefined) return null;
  if (Object.hasOwn(own, prefix)) {
    const iri = `${own[prefix]}${local}`;
    return { iri, global: !isMadeUp(iri) };
  }
  const registered = REGISTERED.get(prefix) ?? REGISTERED_FOLDED.get(prefix.toLowerCase());
  if (registered !== undefined) return { iri: registered + local, global: true };
  const madeUp = MADE_UP.get(prefix);
  return madeUp === undefined ? null : { iri: madeUp + local, global: false };
}

/** Whether an IRI lies in a namespace that anybody fills: written in full it means no more than its CURIE. */
export function isMadeUp(iri: string): boolean {
  return MADE_UP_NAMESPACES.some((namespace) => iri.startsWith(namespace));
}
