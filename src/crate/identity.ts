import { canonicalUrl, directoryOf, splitIri } from './iri.ts';
import { resolveReference } from './reference.ts';

/** What a crate is called, and what its relative references stand on (design §3). */
export interface CrateIdentity {
  /** Without query, fragment or userinfo. */
  readonly crateIri: string;
  /** The document's directory; ends with `/`. */
  readonly baseIri: string;
  /** True when the root names itself by an absolute IRI. */
  readonly detached: boolean;
}

/** Name schemes unique in the world; a CURIE such as `uniprot:P1` says nothing about a crate. */
const GLOBAL_NAMES = new Set(['urn', 'doi', 'ark', 'hdl', 'info', 'tag', 'ni', 'did', 'swh']);

/** The file names RO-Crate gives to an attached crate's document (1.1 and later, 1.0). */
const ATTACHED_NAME = /^ro-crate-metadata\.json(?:ld)?$/;

/**
 * The identity of a crate, from where its document was found and its root's `@id` as written.
 *
 * - A root that is an absolute IRI wins: the crate says who it is wherever it lies. `file:` does not, because two
 *   machines both have `file:///data/`.
 * - Else a document named as RO-Crate wants (`ro-crate-metadata.json`) is its directory's only crate: the directory.
 * - Else the document itself: several `{prefix}-ro-crate-metadata.json` may lie in one directory, each with root `./`,
 *   and must not become one crate.
 *
 * The base is the document's directory in every case: RFC 3986 §5.1 knows no other base than the document.
 */
export function crateIdentity(documentUrl: string, rootId: string | null): CrateIdentity {
  const document = canonicalUrl(documentUrl);
  const baseIri = directoryOf(document);
  const ownName = rootId === null ? null : absoluteRoot(rootId, baseIri);
  if (ownName !== null) return { crateIri: ownName, baseIri, detached: true };
  const fileName = document.slice(document.lastIndexOf('/') + 1);
  const standsForDirectory = fileName === '' || ATTACHED_NAME.test(fileName);
  return { crateIri: standsForDirectory ? baseIri : document, baseIri, detached: false };
}

function absoluteRoot(rootId: string, baseIri: string): string | null {
  const bare = rootId.replace(/[?#].*$/s, '').replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/]*@/, '$1');
  const root = resolveReference(bare, baseIri);
  const scheme = splitIri(bare)?.scheme ?? '';
  if (root.kind === 'absolute') return scheme === 'file' ? null : root.iri;
  return root.kind === 'name' && GLOBAL_NAMES.has(scheme) ? root.iri : null;
}
