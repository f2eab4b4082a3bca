import { failure, type Outcome, success } from '../model/failure.ts';
import { openBeneath } from '../net/beneath.ts';
import type { Origin, StorageScheme } from './contract.ts';

/** Big reads: one system call a chunk, and the same size the hashing stream takes. */
const CHUNK = 256 * 1024;

/**
 * Reads regular files beneath a configured root. Symbolic links may lead anywhere within the root and nowhere else.
 * Messages say the path within the root only.
 */
export function fileScheme(): StorageScheme {
  return {
    async open(target, signal): Promise<Outcome<Origin>> {
      if (target.kind !== 'file') return failure('internal', `The file scheme cannot open a ${target.kind}.`);
      const opened = await openBeneath(target.root, target.path);
      if (!opened.ok) return opened;
      const { handle, size, modified } = opened.value;
      return success({
        // The handle closes with the stream, whether that ends, fails or is called off.
        body: handle.createReadStream({ highWaterMark: CHUNK, signal }),
        contentLength: size,
        etag: null,
        lastModified: modified.toUTCString(),
      });
    },
  };
}
