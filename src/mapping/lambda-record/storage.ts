import { splitIri } from '../../crate/iri.ts';
import { resolveReference } from '../../crate/reference.ts';
import { isLocator } from '../lambda-core/storage-uri.ts';

/** Where a file's bytes are, or why nobody can say. */
export type Storage =
  | { readonly uri: string; readonly relative_path: string | null }
  | { readonly uri: null; readonly rule: string; readonly reason: string };

/** What a record says of a file's place. */
export interface WrittenPlace {
  readonly file_name: string;
  readonly storage_uri: string | null;
  readonly file_path: string | null;
  /** `raw_data_location` of the run the file belongs to. */
  readonly raw_data_location: string | null;
}

/**
 * The file's `storage_uri`, else its `file_path`: an absolute URI, or a path on the place its run's raw data are at, where
 * that is a URI, else on the crate's base. Nothing is invented: a path of some machine (`/data/saxs/`) is no URI, and a
 * `storage_uri` that cannot be read from is not passed over for another.
 */
export function storageOf(place: WrittenPlace, base: string | null): Storage {
  if (place.storage_uri !== null) return declared(place.storage_uri.trim(), place.file_name);
  const path = place.file_path?.trim() ?? null;
  if (path === null) {
    return none('no-storage-uri', 'it has neither a storage_uri nor a file_path');
  }
  if (isLocator(path)) return declared(inFolder(path, place.file_name), place.file_name);
  const [first = ''] = path.split('/');
  if (first === '' || /^[a-z]:/i.test(path) || path.includes('\\')) {
    return none('no-storage-uri', 'file_path is a path of some machine and no URI; give a storage_uri');
  }
  if (first.includes(':'))
    return none('unsafe-storage-uri', 'file_path is neither a path nor a URI of the form scheme://…');
  return beneath(inFolder(path, place.file_name), place.raw_data_location?.trim() ?? null, base);
}

function declared(written: string, fileName: string): Storage {
  const place = resolveReference(written, 'arcp://none/');
  if (place.kind !== 'absolute' || !isLocator(place.iri)) {
    const reason = place.kind === 'unsafe' ? place.reason : 'it is no absolute URI of the form scheme://…';
    return none('unsafe-storage-uri', `its storage_uri is no place to read bytes from: ${reason}`);
  }
  if (isArchive(splitIri(place.iri)?.path ?? '') && !isArchive(fileName)) {
    return none('storage-uri-of-archive', 'its storage_uri names an archive, whose bytes are not the file’s');
  }
  return { uri: place.iri, relative_path: null };
}

function beneath(path: string, location: string | null, base: string | null): Storage {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) return none('unsafe-storage-uri', 'file_path leads out of its folder');
  if (/\p{Cc}/u.test(path) || !path.isWellFormed()) {
    return none('unsafe-storage-uri', 'file_path holds a control character or half of a surrogate pair');
  }
  // A file name is no URI reference: its `#`, `?` and `%` are characters of the name.
  const encoded = segments.map((segment) => encodeURIComponent(segment)).join('/');
  if (location === null || !isLocator(location)) {
    if (base === null) {
      return none('no-storage-uri', 'file_path is relative, and neither its run nor its crate lies at a URI');
    }
    return { uri: base + encoded, relative_path: segments.join('/') };
  }
  const folder = resolveReference(location.endsWith('/') ? location : `${location}/`, 'arcp://none/');
  const parts = splitIri(folder.iri);
  if (folder.kind !== 'absolute' || parts === null || parts.query !== '') {
    return none('unsafe-storage-uri', 'the raw_data_location of its run is no folder that can be read from');
  }
  const from = parts.path.replace(/^\/|\/$/g, '');
  if (from !== '' && `${encoded}/`.startsWith(`${from}/`)) {
    return none('no-storage-uri', 'file_path repeats the raw_data_location of its run; give a storage_uri');
  }
  return { uri: folder.iri + encoded, relative_path: null };
}

/** A path that ends in a slash is the folder the file lies in. */
function inFolder(path: string, fileName: string): string {
  return path.endsWith('/')
    ? path + (isLocator(path) ? encodeURIComponent(fileName.toWellFormed()) : fileName)
    : path;
}

function isArchive(name: string): boolean {
  return /\.(?:tar|tgz|zip|7z|tar\.[a-z0-9]+)$/i.test(name);
}

function none(rule: string, reason: string): Storage {
  return { uri: null, rule, reason };
}
