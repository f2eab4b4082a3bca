/** What a free-text `checksum` of a DataFile says. */
export type Checksum =
  | { readonly kind: 'sha256'; readonly sha256: string }
  /** Of another algorithm, or of none that is named: evidence, and no proof here. */
  | { readonly kind: 'other' }
  /** Stands for a digest that nobody has. */
  | { readonly kind: 'placeholder'; readonly reason: string };

/** SHA-256 of no bytes: what a broken pipe gives for any file. */
const OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Hex digits in the digests people use: CRC32, MD5, SHA-1, SHA-224, SHA-384, SHA-512. */
const OTHER_LENGTHS = new Set([8, 32, 40, 56, 96, 128]);

/**
 * Reads a checksum: `sha256:…` or 64 bare hex digits are a SHA-256. `size` of the file, where known, tells the digest of an
 * empty file from one taken of nothing by mistake.
 */
export function readChecksum(written: string, size: number | null): Checksum {
  const text = written.trim();
  const [, digits = ''] = /^(?:sha-?256[:=-])?([0-9a-f]{64})$/i.exec(text) ?? [];
  if (digits !== '') {
    const sha256 = digits.toLowerCase();
    if (/^(.)\1*$/.test(sha256)) return placeholder('it repeats one digit');
    if (sha256 === OF_NOTHING && size !== null && size > 0) return placeholder('it is that of an empty file');
    return { kind: 'sha256', sha256 };
  }
  if (/^sha-?256\b/i.test(text)) return placeholder('a SHA-256 has 64 hexadecimal digits');
  if (/…|\.\.\.|[<>?*]|\b(?:todo|tbd|unknown|placeholder|none|n\/?a)\b/i.test(text)) {
    return placeholder('it is cut off or stands for one to come');
  }
  const named = /^[a-z][a-z0-9-]{1,15}[:=-][0-9a-z+/=]{4,}$/i.test(text);
  const bare = /^[0-9a-f]+$/i.test(text) && OTHER_LENGTHS.has(text.length);
  return named || bare ? { kind: 'other' } : placeholder('it has the form of no digest');
}

function placeholder(reason: string): Checksum {
  return { kind: 'placeholder', reason };
}
