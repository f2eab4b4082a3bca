/**
 * Identifiers that mean the same everywhere, in one spelling. Each reader takes a CURIE, an IRI or a bare id and answers
 * null for anything else, so that a placeholder never joins two strangers.
 */

/** `https://orcid.org/0000-0002-1825-0097`; null where the form or its check digit (ISO 7064 MOD 11-2) is wrong. */
export function readOrcid(text: string): string | null {
  const [, digits] =
    /^(?:(?:https?:\/\/)?(?:www\.)?orcid\.org\/|orcid:)?(\d{4}-?\d{4}-?\d{4}-?\d{3}[\dX])\/?$/i.exec(
      text.trim(),
    ) ?? [];
  if (digits === undefined) return null;
  const plain = digits.replaceAll('-', '').toUpperCase();
  let total = 0;
  for (const digit of plain.slice(0, -1)) total = (total + Number(digit)) * 2;
  const check = (12 - (total % 11)) % 11;
  if ((check === 10 ? 'X' : String(check)) !== plain.at(-1)) return null;
  return `https://orcid.org/${plain.replace(/(.{4})(?=.)/g, '$1-')}`;
}

/** `https://ror.org/02jbv0t02`; the pattern is ROR's own (Crockford base 32 and two digits). */
export function readRor(text: string): string | null {
  const [, id] =
    /^(?:(?:https?:\/\/)?(?:www\.)?ror\.org\/|ror:)?(0[0-9a-hj-km-np-tv-z]{6}\d{2})\/?$/i.exec(text.trim()) ??
    [];
  return id === undefined ? null : `https://ror.org/${id.toLowerCase()}`;
}

/** `uniprot:Q9XCL6`, isoform kept. */
export function readUniprot(text: string): string | null {
  const [, accession] =
    /^(?:uniprot(?:kb)?:|https?:\/\/(?:purl\.uniprot\.org\/uniprot|(?:www\.)?uniprot\.org\/uniprot(?:kb)?|identifiers\.org\/uniprot)[/:])?([A-Z0-9]{6,10}(?:-\d+)?)\/?$/i.exec(
      text.trim(),
    ) ?? [];
  const id = accession?.toUpperCase();
  if (id === undefined) return null;
  return /^(?:[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z0-9]{2}\d){1,2})(?:-\d+)?$/.test(id)
    ? `uniprot:${id}`
    : null;
}

/** `rnacentral:URS000011107D`, with the taxon where one is given. */
export function readRnaCentral(text: string): string | null {
  const [, id, taxon] =
    /^(?:rnacentral:|https?:\/\/(?:www\.)?rnacentral\.org\/rna\/)?(URS[0-9A-F]{10})(?:[_/](\d+))?\/?$/i.exec(
      text.trim(),
    ) ?? [];
  if (id === undefined) return null;
  return `rnacentral:${id.toUpperCase()}${taxon === undefined ? '' : `_${taxon}`}`;
}

/** `refseq:NM_007913.5` or `insdc:X52909.1`. A bare accession could be either archive's, so its prefix is required. */
export function readSequenceAccession(text: string): string | null {
  const [, archive, id] = /^(refseq|insdc):([A-Z][A-Z0-9_]*\d(?:\.\d+)?)$/i.exec(text.trim()) ?? [];
  return archive === undefined || id === undefined ? null : `${archive.toLowerCase()}:${id.toUpperCase()}`;
}

/** `CHEBI:15422`. */
export function readChebi(text: string): string | null {
  const [, id] =
    /^(?:https?:\/\/(?:purl\.obolibrary\.org\/obo\/|identifiers\.org\/))?chebi[:_](\d+)$/i.exec(
      text.trim(),
    ) ?? [];
  return id === undefined ? null : `CHEBI:${id}`;
}

/** `pdb.ligand:ATP`. */
export function readPdbLigand(text: string): string | null {
  const [, id] = /^pdb\.ligand:([A-Z0-9]{1,5})$/i.exec(text.trim()) ?? [];
  return id === undefined ? null : `pdb.ligand:${id.toUpperCase()}`;
}

/** A standard InChIKey, upper case. */
export function readInchiKey(text: string): string | null {
  const [, id] = /^(?:inchikey:)?([A-Z]{14}-[A-Z]{10}-[A-Z])$/i.exec(text.trim()) ?? [];
  return id === undefined ? null : id.toUpperCase();
}
