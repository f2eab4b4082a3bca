import type { FileHandle } from 'node:fs/promises';
import { failed, failure, type Outcome, success } from '../../model/failure.ts';
import { errorCode } from '../../net/errors.ts';
import { ZipBytes } from './bytes.ts';
import { zippedDocumentIri } from './identity.ts';
import { readZippedMetadata } from './metadata.ts';

/** The metadata document of a crate in a zip on this machine. */
export interface ZippedDocument {
  readonly bytes: Buffer;
  readonly mediaType: string;
  /** What it is registered under, see `zippedDocumentIri`. */
  readonly url: string;
}

/**
 * Reads the metadata document of a zipped crate from an open file, which stays open. `url` is the zip's own IRI, from which
 * the crate's follows; `where` names it in failures.
 */
export async function readZippedFile(
  file: { readonly handle: FileHandle; readonly size: number },
  at: { readonly url: string; readonly where: string; readonly maxBytes: number },
): Promise<Outcome<ZippedDocument>> {
  const bytes = new ZipBytes(file.size, (start, end) => readPart(file.handle, start, end, at.where));
  const metadata = await readZippedMetadata(bytes, at.where, at.maxBytes);
  if (!metadata.ok) return metadata;
  return success({
    bytes: metadata.value.bytes,
    mediaType: 'application/ld+json',
    url: zippedDocumentIri(at.url, metadata.value.name),
  });
}

async function readPart(
  handle: FileHandle,
  start: number,
  end: number,
  where: string,
): Promise<Outcome<Buffer>> {
  const bytes = Buffer.allocUnsafe(end - start);
  try {
    for (let read = 0; read < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read);
      if (bytesRead === 0) {
        return failure('truncated', 'The zip became shorter while it was read; it is being rewritten.', {
          where,
        });
      }
      read += bytesRead;
    }
  } catch (error) {
    return failed({
      code: 'unreachable',
      message: `The zip could not be read (${errorCode(error)}).`,
      where,
    });
  }
  return success(bytes);
}
