import { failure, type Outcome, success } from '../../model/failure.ts';
import { type Archive, readArchive, readEntry } from './archive.ts';
import { checkManifest, MANIFESTS } from './bag.ts';
import type { ZipBytes } from './bytes.ts';

/** The metadata document of a zipped crate, and where in the crate it is. */
export interface ZippedMetadata {
  readonly bytes: Buffer;
  /** `ro-crate-metadata.json`, or the name of RO-Crate 1.0 with `ld` at its end. */
  readonly name: string;
}

/** The document's name, and that of RO-Crate 1.0. */
const DOCUMENTS = ['ro-crate-metadata.json', 'ro-crate-metadata.jsonld'] as const;

/** What is looked at in a zip, at its top or one folder deep. Everything else is payload and stays unread. */
const WANTED =
  /^(?:[^/]+\/)?(?:(?:data\/)?ro-crate-metadata\.json(?:ld)?|bagit\.txt|manifest-sha(?:256|512)\.txt)$/;

/**
 * Finds and reads the metadata document of a zipped crate (RO-Crate 1.2, "Retrieving an RO-Crate"): at the root, else in the
 * only top folder (The ELN File Format has exactly one), else in `data/` of a bag at either place, where the bag's manifest
 * must agree. `unreadable` where there is none. `where` names the zip in failures.
 */
export async function readZippedMetadata(
  bytes: ZipBytes,
  where: string,
  maxBytes: number,
): Promise<Outcome<ZippedMetadata>> {
  const archive = await readArchive(bytes, where, (name) => WANTED.test(name));
  if (!archive.ok) return archive;
  const { topFolders, wanted } = archive.value;
  const [onlyFolder, anotherFolder] = topFolders;
  const roots = onlyFolder === undefined || anotherFolder !== undefined ? [''] : ['', `${onlyFolder}/`];
  for (const root of roots) {
    const name = DOCUMENTS.find((document) => wanted.has(root + document));
    if (name !== undefined) {
      const content = await readEntry(archive.value, root + name, maxBytes);
      return content.ok ? success({ bytes: content.value, name }) : content;
    }
    // Before the only folder, which in a bag is its payload: unproven until the manifest agrees.
    const bagged = DOCUMENTS.find((document) => wanted.has(`${root}data/${document}`));
    if (bagged !== undefined && wanted.has(`${root}bagit.txt`)) {
      return readBagged(archive.value, root, bagged, maxBytes);
    }
  }
  return failure('unreadable', 'The zip holds no crate.', {
    where,
    expected: `${DOCUMENTS[0]} at the root, in the only top folder, or in data/ of a bag`,
    found: anotherFolder === undefined ? 'none of these' : 'none at the root, and several top folders',
  });
}

async function readBagged(
  archive: Archive,
  root: string,
  name: string,
  maxBytes: number,
): Promise<Outcome<ZippedMetadata>> {
  const content = await readEntry(archive, `${root}data/${name}`, maxBytes);
  if (!content.ok) return content;
  for (const [file, algorithm] of MANIFESTS) {
    if (!archive.wanted.has(root + file)) continue;
    const manifest = await readEntry(archive, root + file, maxBytes);
    if (!manifest.ok) return manifest;
    const { where } = archive;
    const agrees = checkManifest(manifest.value, algorithm, `data/${name}`, content.value, where);
    if (!agrees.ok) return agrees;
    break;
  }
  return success({ bytes: content.value, name });
}
