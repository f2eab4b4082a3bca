import { directoryPrefix } from '../model/arcp.ts';
import { failure, type Outcome, success } from '../model/failure.ts';

const DOCUMENT = 'ro-crate-metadata.json';

/** Longest place and longest name in it, as file systems have them. */
const MOST_CHARACTERS = 1000;
const MOST_SEGMENT_BYTES = 255;

/**
 * The IRI of a pushed metadata document: `arcp://name,{source}.{facility}/{path}/ro-crate-metadata.json`, as if the path were
 * a folder of a directory source. `usage` for a path that is absolute, leaves its source, or is none a folder could have.
 */
export function pushedDocument(facility: string, source: string, path: string): Outcome<string> {
  const segments = path.split('/');
  const wrong = wrongWith(path, segments);
  if (wrong !== null) {
    return failure('usage', `The path ${wrong}.`, {
      where: '?path',
      expected: "the crate's folder in its source, such as 2026/run-7",
      found: path.slice(0, 200).toWellFormed(),
    });
  }
  return success(
    `${directoryPrefix(facility, source)}${segments.map(encodeURIComponent).join('/')}/${DOCUMENT}`,
  );
}

/**
 * The IRI of a pushed document that says itself, by an absolute root, what crate it is (design §3). `key` is one word that
 * follows from the crate's IRI.
 */
export function detachedDocument(facility: string, source: string, key: string): string {
  return `${directoryPrefix(facility, source)}detached/${key}/${DOCUMENT}`;
}

function wrongWith(path: string, segments: readonly string[]): string | null {
  if (path === '') return 'is empty';
  if (path.length > MOST_CHARACTERS) return `is longer than ${MOST_CHARACTERS} characters`;
  if (!path.isWellFormed() || /\p{Cc}/u.test(path)) return 'holds characters no name has';
  if (path.includes('\\')) return 'holds a backslash; folders are separated by /';
  if (path.startsWith('/')) return 'is absolute';
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'leads out of its source';
  if (segments.includes('')) return 'has an empty part';
  if (segments.some((segment) => Buffer.byteLength(segment) > MOST_SEGMENT_BYTES)) {
    return `has a part longer than ${MOST_SEGMENT_BYTES} bytes`;
  }
  if (segments.at(-1) === DOCUMENT) return 'names the metadata document instead of its folder';
  return null;
}
