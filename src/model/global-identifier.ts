/**
 * Spellings under which a DOI or a UUID is written as an identifier, the written one first; empty for anything that means
 * something only where it was given. Only such an identifier says that two documents at two places are one crate.
 */
export function spellingsOfGlobalIdentifier(written: string): readonly string[] {
  const text = written.trim();
  const doi = /^(?:doi:|https?:\/\/(?:dx\.)?doi\.org\/)(10\.\d{4,9}\/\S+)$/i.exec(text)?.[1];
  if (doi !== undefined) {
    const names = [doi, doi.toLowerCase()];
    const prefixes = [
      'https://doi.org/',
      'doi:',
      'http://doi.org/',
      'https://dx.doi.org/',
      'http://dx.doi.org/',
    ];
    return [...new Set([written, ...prefixes.flatMap((prefix) => names.map((name) => prefix + name))])];
  }
  const uuid = /^urn:uuid:([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/i.exec(text)?.[1];
  if (uuid === undefined || /^0{8}-|^f{8}-f{4}/i.test(uuid)) return [];
  return [...new Set([written, `urn:uuid:${uuid.toLowerCase()}`, `urn:uuid:${uuid.toUpperCase()}`])];
}
