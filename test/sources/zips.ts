import { buffer } from 'node:stream/consumers';
import { type Options, ZipFile } from 'yazl';

/** A file of a zip: its name, its content, and how it is packed. */
export type ZipMember = readonly [name: string, content: string | Buffer, options?: Partial<Options>];

/** A zip of these files, as an archiver writes it. */
export async function zipOf(
  members: readonly ZipMember[],
  end?: { readonly forceZip64Format: boolean; readonly comment: string },
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content, options] of members) {
    zip.addBuffer(Buffer.from(content), name, { mtime: new Date('2026-03-01T06:00:00Z'), ...options });
  }
  if (end === undefined) zip.end();
  else zip.end(end);
  return buffer(zip.outputStream);
}

/** The zip with every occurrence of a name replaced by another of the same length, which no honest archiver would write. */
export function renamed(zip: Buffer, from: string, to: string): Buffer {
  if (from.length !== to.length) throw new Error('the names must be of one length');
  const copy = Buffer.from(zip);
  for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at + 1)) copy.write(to, at, 'latin1');
  return copy;
}

/** The zip with a field of the directory record of one file changed. Offsets as in APPNOTE.TXT §4.3.12. */
export function withRecord(zip: Buffer, name: string, change: (record: Buffer) => void): Buffer {
  const copy = Buffer.from(zip);
  const at = copy.lastIndexOf(name) - 46;
  if (copy.readUInt32LE(at) !== 0x02014b50) throw new Error(`${name} has no directory record`);
  change(copy.subarray(at, at + 46 + name.length));
  return copy;
}
