import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** A document as `document.content` keeps it. */
export function pack(bytes: Uint8Array): Promise<Uint8Array> {
  return compress(bytes);
}

/** The bytes of a stored document. It was capped when it came: what would be longer than was measured then is not it. */
export function unpack(content: Uint8Array, size: number): Promise<Uint8Array> {
  return decompress(content, { maxOutputLength: Math.max(size, 1) });
}
