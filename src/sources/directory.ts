import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';
import { directoryPrefix } from '../model/arcp.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import { openBeneath } from '../net/beneath.ts';
import type {
  CrateRef,
  CrateSource,
  FetchedCrate,
  Listing,
  ListRequest,
  NotModified,
  OpenSource,
  Validators,
} from './contract.ts';
import { isCrateName, isZipName } from './crate-names.ts';
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
  readonly now: () => Date;
  readonly limits?: Partial<WalkLimits>;
}

/** Every crate below a folder this machine can read. */
export const openDirectory: OpenSource<'directory'> = (config, environment) =>
  directorySource({
    facility: environment.facility,
    source: config.name,
    path: config.path,
    maxBytes: environment.maxBytes,
    now: environment.now,
  });

/**
 * Every crate document below a folder, in the order of their paths. A folder that is not there is `unreachable`; an empty
 * one is a listing that is not complete, since a storage that is not mounted looks just so (design rule 10); so is one of
 * which a part could not be read. Links to folders are not followed: what lies in the folder is found by its own path.
 */
export function directorySource(options: DirectorySourceOptions): CrateSource {
  const prefix = directoryPrefix(options.facility, options.source);

  return {
    async list({ signal }: ListRequest): Promise<Outcome<Listing>> {
      const walked = await walk(options.path, isCrateName, options.limits, signal);
      if (!walked.ok) return walked;
      const { paths, complete, problems } = walked.value;
      return success({ refs: paths.map((path) => ({ url: prefix + encoded(path) })), complete, problems });
    },

    async fetch(ref: CrateRef, known: Validators | null): Promise<Outcome<FetchedCrate | NotModified>> {
      const path = pathOf(ref.url, prefix);
      if (path === null) {
        return failure('outside_root', `A directory source reads only what is beneath ${prefix}`);
      }
      const opened = await openBeneath(options.path, path);
      if (!opened.ok) return opened;
      const { handle, size, modified } = opened.value;
      try {
        const etag = etagOf(await handle.stat({ bigint: true }), options.now());
        if (etag !== null && etag === known?.etag) return success({ kind: 'not-modified' });
        const { maxBytes } = options;
        const document = await readCrate(
          { handle, size },
          { url: prefix + encoded(path), where: path, maxBytes },
        );
        if (!document.ok) return document;
        return success({ kind: 'document', ...document.value, etag, lastModified: modified.toUTCString() });
      } finally {
        await handle.close().catch(() => {});
      }
    },
  };
}

/** The crate's document: the file itself, or what is in it where it is a zip. */
async function readCrate(
  file: { readonly handle: FileHandle; readonly size: number },
  at: { readonly url: string; readonly where: string; readonly maxBytes: number },
): Promise<Outcome<Pick<FetchedCrate, 'bytes' | 'mediaType' | 'url'>>> {
  // Loaded at first use: most folders hold documents.
  if (isZipName(at.where)) return (await import('./zip/file.ts')).readZippedFile(file, at);
  const bytes = await readAtMost(file.handle, file.size, at.maxBytes, at.where);
  return bytes.ok ? success({ bytes: bytes.value, mediaType: 'application/ld+json', url: at.url }) : bytes;
}

/** Coarser clocks than this are not used by file systems: FAT counts in 2 s, NFS servers in 1 s. */
const SETTLED_AFTER_MS = 3_000n;

/**
 * A tag that is another one whenever the file is another one, from what the file system says of it. A file that changed a
 * moment ago has none: it may change again before the file system's clock ticks, and would keep its times.
 */
function etagOf(stat: BigIntStats, now: Date): string | null {
  const age = BigInt(now.getTime()) - (stat.mtimeMs > stat.ctimeMs ? stat.mtimeMs : stat.ctimeMs);
  if (age < SETTLED_AFTER_MS) return null;
  return `"${stat.ino}-${stat.size}-${stat.mtimeNs}-${stat.ctimeNs}"`;
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
