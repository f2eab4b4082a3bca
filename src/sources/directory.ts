import { join, sep } from 'node:path';
import { directoryPrefix } from '../model/arcp.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import { openBeneath } from '../net/beneath.ts';
import type { CrateRef, CrateSource, FetchedCrate, Listing } from './contract.ts';
import { readAtMost } from './read.ts';
import { type WalkLimits, walk } from './walk.ts';

export { directoryPrefix };

export interface DirectorySourceOptions {
  readonly facility: string;
  readonly source: string;
  /** Absolute path of the folder. */
  readonly path: string;
  /** Cap on one document. */
  readonly maxBytes: number;
  readonly limits?: Partial<WalkLimits>;
}

/** Attached crates, and detached ones, whose file name has a prefix (RO-Crate 1.2, "Types of RO-Crate"). */
const METADATA_DOCUMENT = /^(?:.+-)?ro-crate-metadata\.json$/;

/**
 * Every crate document below a folder, in the order of their paths. A folder that is not there is `unreachable`; an empty
 * one is a listing that is not complete, since a storage that is not mounted looks just so (design rule 10); so is one of
 * which a part could not be read. Links to folders are not followed: what lies in the folder is found by its own path.
 * Folders tell nothing about what changed, so `since` has no meaning here.
 */
export function directorySource(options: DirectorySourceOptions): CrateSource {
  const prefix = directoryPrefix(options.facility, options.source);

  return {
    async list(): Promise<Outcome<Listing>> {
      const walked = await walk(options.path, (name) => METADATA_DOCUMENT.test(name), options.limits);
      if (!walked.ok) return walked;
      const { paths, complete, empty } = walked.value;
      return success({
        refs: paths.map((path) => ({ url: prefix + encoded(path), path: join(options.path, path) })),
        complete: complete && !empty,
      });
    },

    async fetch(ref: CrateRef): Promise<Outcome<FetchedCrate>> {
      const path = pathOf(ref.url, prefix);
      if (path === null) {
        return failure('outside_root', `A directory source reads only what is beneath ${prefix}`);
      }
      const opened = await openBeneath(options.path, path);
      if (!opened.ok) return opened;
      const { handle, size, modified } = opened.value;
      try {
        const bytes = await readAtMost(handle, size, options.maxBytes, path);
        if (!bytes.ok) return bytes;
        return success({
          bytes: bytes.value,
          mediaType: 'application/ld+json',
          url: prefix + encoded(path),
          etag: null,
          lastModified: modified.toUTCString(),
        });
      } finally {
        await handle.close().catch(() => {});
      }
    },
  };
}

function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** The inverse of `encoded`; null for what lies elsewhere or would mean another path once decoded. */
function pathOf(url: string, prefix: string): string | null {
  if (!url.startsWith(prefix)) return null;
  try {
    const segments = url.slice(prefix.length).split('/').map(decodeURIComponent);
    const plain = segments.every(
      (s) => s !== '' && s !== '.' && s !== '..' && !/[/\0]/.test(s) && !s.includes(sep),
    );
    return plain ? segments.join('/') : null;
  } catch {
    return null;
  }
}
