import type { DataFileRow } from '../../model/rows.ts';

/** No POSIX or Windows file system takes a longer name. */
const MAX_LENGTH = 255;

/**
 * The name a file is handed out under: one path segment, never a path. LAMBDA's `name` is a file's name, RO-Crate's is
 * often a title, so it counts when it could be a file name and the `@id` does not end in a better one; a folder's name is
 * its last segment. Where neither gives a segment, the name with its separators replaced, else `unnamed`.
 */
export function fileName(
  name: string | null,
  place: { readonly path: string | null; readonly rawId: string | null },
  kind: DataFileRow['kind'],
): string {
  const segment = place.path === null ? segmentOfId(place.rawId ?? '') : lastSegment(place.path);
  const titled = name?.trim() ?? '';
  const usable = isSegment(titled) ? titled : '';
  if (kind !== 'file') return segment || usable || cleaned(titled);
  if (usable !== '' && (hasExtension(usable) || !hasExtension(segment))) return usable;
  return segment || usable || cleaned(titled);
}

/** The last segment of an IRI's path, decoded; a name such as `#part` or `urn:x` has none. */
function segmentOfId(id: string): string {
  if (id.startsWith('#') || id.startsWith('_:') || /^urn:/i.test(id)) return '';
  const [path = ''] = id.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').split(/[?#]/);
  const last = path.split('/').findLast((segment) => segment !== '') ?? '';
  return lastSegment(percentDecoded(last));
}

function lastSegment(path: string): string {
  const last = path.split('/').findLast((segment) => segment !== '') ?? '';
  return isSegment(last) ? last : '';
}

function percentDecoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A stray % is a character of the name, as a user meant it.
    return segment;
  }
}

function isSegment(text: string): boolean {
  return (
    text !== '' && text !== '.' && text !== '..' && text.length <= MAX_LENGTH && !/[/\\\p{Cc}]/u.test(text)
  );
}

function hasExtension(text: string): boolean {
  return /[^.\s]\.[A-Za-z0-9_]{1,12}$/.test(text);
}

function cleaned(title: string): string {
  const text = title.replace(/[/\\\p{Cc}]+/gu, '_').slice(0, MAX_LENGTH);
  return isSegment(text) ? text : 'unnamed';
}
