import { open, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DEFAULT_LIMITS } from '../crate/contract.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import { isCrateName, isZipName } from '../sources/crate-names.ts';
import { walk } from '../sources/walk.ts';
import { readZippedFile } from '../sources/zip/file.ts';
import type { PushRequest } from './contract.ts';
import { readFileCapped } from './read-file.ts';

/** A crate on this machine that is to be sent. */
export interface PushFile extends Omit<PushRequest, 'source'> {
  /** As the person named it, or the folder it is in. */
  readonly name: string;
}

/**
 * The crates behind what a person named: a metadata document, a zip, or every crate beneath a folder, each with its place in
 * the source. That is its path below the folder, beneath `as` where that is given; what has none (a document, a zip, a crate
 * at the top of its folder) is null, and only a crate that says itself which it is can be sent so. Of a zip only the metadata
 * document is sent. `unreadable` for what is not there or holds no crate, `usage` where two would have one place.
 */
export async function pushFiles(
  paths: readonly string[],
  as: string | null,
  cwd: string,
): Promise<Outcome<readonly PushFile[]>> {
  const files: PushFile[] = [];
  for (const path of paths) {
    const found = await stat(resolve(cwd, path)).catch(() => null);
    if (found === null) return failure('unreadable', `${path}: no such file or folder.`, { where: path });
    if (!found.isDirectory()) files.push(pushFile(path, resolve(cwd, path), as));
    else {
      const beneath = await inFolder(path, resolve(cwd, path), as);
      if (!beneath.ok) return beneath;
      files.push(...beneath.value);
    }
  }
  const places = files.flatMap(({ path }) => (path === null ? [] : [path]));
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  return twice === undefined
    ? success(files)
    : failure(
        'usage',
        `Two of these crates would have the place ${twice}; send them with a --as of their own.`,
      );
}

async function inFolder(
  name: string,
  folder: string,
  as: string | null,
): Promise<Outcome<readonly PushFile[]>> {
  const walked = await walk(folder, isCrateName);
  if (!walked.ok) return failure('unreadable', `${name} cannot be read.`, { where: name });
  if (walked.value.paths.length === 0) {
    return failure('unreadable', `${name}: no crate here or in any folder beneath.`, { where: name });
  }
  return success(
    walked.value.paths.map((path) => {
      const below = placeBelow(path);
      const place = [as, below].filter((part) => part !== null && part !== '').join('/');
      return pushFile(join(name, path), join(folder, path), place === '' ? null : place);
    }),
  );
}

/** Of a document its folder, with its prefix where it has one; of a zip its own name. */
function placeBelow(path: string): string {
  if (isZipName(path)) return path;
  const folder = dirname(path) === '.' ? '' : dirname(path);
  const prefix = basename(path).replace(/-?ro-crate-metadata\.json$/, '');
  return [folder, prefix].filter((part) => part !== '').join('/');
}

function pushFile(name: string, file: string, path: string | null): PushFile {
  const read = isZipName(file)
    ? () => readZipped(file, name)
    : () => readFileCapped(file, DEFAULT_LIMITS.maxBytes);
  return { name, path, mediaType: 'application/ld+json', read };
}

async function readZipped(file: string, name: string): Promise<Outcome<Uint8Array>> {
  const handle = await open(file).catch(() => null);
  if (handle === null) return failure('unreadable', `${name} cannot be read.`, { where: name });
  try {
    const { size } = await handle.stat();
    // The IRI it would have as a zip of a folder is not used: what is sent has a place of its own.
    const at = { url: 'file:///zip', where: name, maxBytes: DEFAULT_LIMITS.maxBytes };
    const document = await readZippedFile({ handle, size }, at);
    return document.ok ? success(document.value.bytes) : document;
  } finally {
    await handle.close();
  }
}
