import type { ResolvedReference } from './contract.ts';
import {
  canonicalAuthority,
  decodeSegment,
  encodeIri,
  hasControlCharacter,
  joinIri,
  splitIri,
} from './iri.ts';

/** Schemes that name bytes and need an authority; `https:x` is a mistake, not a name. */
const LOCATORS = new Set([
  'http',
  'https',
  'ftp',
  'ftps',
  'sftp',
  's3',
  'gs',
  'arcp',
  'globus',
  'root',
  'davs',
]);

/** Links that run or carry content where they are followed. */
const NEVER = new Set(['javascript', 'vbscript', 'data', 'blob']);

/**
 * Schemes and CURIE prefixes that name things in crates of this field. Under them even `insdc:U00096.seq` is a name;
 * under any other prefix what ends like a file (`run:047.h5`) is a file name with a colon in it.
 */
const NAMES = new Set(
  (
    'urn doi orcid ror ark hdl handle info tag ni nih did geo mailto tel cid mid swh rrid isbn issn pmid pmc pmcid ' +
    'arxiv igsn raid grid isni uniprot refseq insdc rnacentral chebi pdb pdb.ligand emdb sasbdb empiar bmrb pubchem ' +
    'ncbitaxon taxonomy go so edam obi pato mondo efo chmo ms nmr ensembl interpro pfam gene lambda lambdarc lambdax ' +
    'schema sdo prov dct dcterms foaf skos rdf rdfs owl xsd bioschemas'
  ).split(' '),
);

/** A last path segment with an extension: `047.h5`, `frames/0001.cbf`, `notes.tar.gz`. */
const LIKE_A_FILE = /[/\\]|\.[A-Za-z][A-Za-z0-9]{0,7}$|\.[0-9][A-Za-z][A-Za-z0-9]{0,6}$/;

/** A path that is its own IRI and needs no thought: most of the ids of a big crate. No segment starts with a dot. */
const PLAIN_PATH = /^(?:[A-Za-z0-9_~+=@,-][A-Za-z0-9._~+=@,-]*\/)*[A-Za-z0-9_~+=@,-][A-Za-z0-9._~+=@,-]*\/?$/;

/**
 * Resolves a written path or IRI against a base IRI that ends with `/`, deciding what it may ever be used for. Total:
 * any string has an answer. `relative` stays beneath the base whatever the string; its `path` is decoded, without `.`,
 * `..` or empty segments, and keeps a trailing `/`. An `unsafe` reference's IRI is a fragment of the base, so that the
 * same bad string in two crates never becomes one thing; a caller keeps the written string beside it.
 */
export function resolveReference(written: string, baseIri: string): ResolvedReference {
  if (PLAIN_PATH.test(written)) return { kind: 'relative', iri: baseIri + written, path: written };
  const unsafe = (reason: string): ResolvedReference => ({
    kind: 'unsafe',
    iri: unsafeIri(written, baseIri),
    reason,
  });
  if (!written.isWellFormed()) return unsafe('it holds half of a surrogate pair');
  if (hasControlCharacter(written)) return unsafe('it holds a control character');
  if (written.startsWith('#')) return { kind: 'name', iri: baseIri + encodeIri(written) };
  if (written.startsWith('_:')) return { kind: 'name', iri: written };
  if (written.includes('\\')) return unsafe('it holds a backslash; a path in a crate is written with /');
  if (written.startsWith('//')) return unsafe('it names a host without a scheme');
  if (written.startsWith('/'))
    return unsafe('it is an absolute path; a path in a crate is relative to its root');
  const prefix = /^([^/?#:]*):/.exec(written)?.[1];
  return prefix === undefined
    ? relativeReference(written, baseIri, unsafe)
    : prefixedReference(prefix, written, unsafe);
}

type Refuse = (reason: string) => ResolvedReference;

function prefixedReference(prefix: string, written: string, unsafe: Refuse): ResolvedReference {
  const scheme = prefix.toLowerCase();
  const rest = written.slice(prefix.length + 1);
  if (/^[a-z]$/.test(scheme)) return unsafe('it is a path with a drive letter');
  if (NEVER.has(scheme)) return unsafe(`${scheme}: is not a reference to follow`);
  if (/^[a-z][a-z0-9+.-]*$/.test(scheme) && rest.startsWith('//')) return absoluteReference(written, unsafe);
  // RFC 8089: file:/path is file:///path, and what Java's File.toURI() writes.
  if (scheme === 'file' && rest.startsWith('/')) return absoluteReference(`file://${rest}`, unsafe);
  if (LOCATORS.has(scheme) || scheme === 'file') return unsafe(`${scheme}: needs // and a host`);
  if (NAMES.has(scheme)) return { kind: 'name', iri: encodeIri(written) };
  if (!/^[A-Za-z_][\w.+-]*$/.test(prefix) || LIKE_A_FILE.test(rest)) {
    return unsafe('it has a colon in its first segment; as a file name write %3A for it');
  }
  return { kind: 'name', iri: encodeIri(written) };
}

function absoluteReference(written: string, unsafe: Refuse): ResolvedReference {
  const parts = splitIri(written);
  if (parts === null || parts.authority === null) return unsafe('it is not a URL');
  if (parts.authority === '' && parts.scheme !== 'file') return unsafe('it names no host');
  const web = parts.scheme === 'http' || parts.scheme === 'https';
  const user = parts.authority.includes('@')
    ? parts.authority.slice(0, parts.authority.lastIndexOf('@'))
    : null;
  if (user !== null && (web || user.includes(':'))) return unsafe('it carries credentials');
  if (web && !URL.canParse(`${parts.scheme}://${parts.authority}/`)) return unsafe('its host cannot be read');
  for (const segment of parts.path.split('/')) {
    const decoded = decodeSegment(segment) ?? '';
    if (decoded === '.' || decoded === '..') return unsafe('it holds . or .. segments');
    if (hasControlCharacter(decoded)) return unsafe('it holds a control character');
  }
  const host = user === null ? canonicalAuthority(parts.scheme, parts.authority) : encodeIri(parts.authority);
  const iri = joinIri({
    ...parts,
    authority: host,
    path: encodeIri(parts.path),
    query: encodeIri(parts.query),
    fragment: encodeIri(parts.fragment),
  });
  // A fragment names a part or a thing, and no server is ever sent it (design §3: never a storage_uri).
  return parts.fragment === '' ? { kind: 'absolute', iri } : { kind: 'name', iri };
}

function relativeReference(written: string, baseIri: string, unsafe: Refuse): ResolvedReference {
  const hash = written.indexOf('#');
  const fragment = hash < 0 ? '' : written.slice(hash);
  const reference = hash < 0 ? written : written.slice(0, hash);
  const question = reference.indexOf('?');
  const query = question < 0 ? '' : reference.slice(question);
  const segments = (question < 0 ? reference : reference.slice(0, question)).split('/');

  const decodedPath: string[] = [];
  const writtenPath: string[] = [];
  for (const segment of segments) {
    const decoded = decodeSegment(segment);
    if (decoded === null) return unsafe('its percent escapes are not UTF-8');
    if (/[/\\]/.test(decoded)) return unsafe('it hides a separator in a percent escape');
    if (hasControlCharacter(decoded)) return unsafe('it holds a control character');
    if (decoded === '..') {
      if (decodedPath.pop() === undefined) return unsafe('it leaves the crate');
      writtenPath.pop();
    } else if (decoded !== '' && decoded !== '.') {
      decodedPath.push(decoded);
      writtenPath.push(encodeIri(segment));
    }
  }
  if (/^[A-Za-z]:/.test(decodedPath[0] ?? '')) return unsafe('it is a path with a drive letter');
  const last = decodeSegment(segments.at(-1) ?? '');
  const slash = decodedPath.length > 0 && (last === '' || last === '.' || last === '..') ? '/' : '';
  const iri = baseIri + writtenPath.join('/') + slash + encodeIri(query + fragment);
  if (fragment !== '') return { kind: 'name', iri };
  return { kind: 'relative', iri, path: decodedPath.join('/') + slash };
}

/** Without userinfo: what is refused for carrying a password must not carry it on. */
function unsafeIri(written: string, baseIri: string): string {
  const shown = written.replace(/^([^/?#:]*:)?(\/\/)[^/?#]*@/, '$1$2');
  return `${baseIri}#unsafe=${encodeURIComponent(shown.toWellFormed())}`;
}
