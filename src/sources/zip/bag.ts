import { createHash } from 'node:crypto';
import { failure, type Outcome, success } from '../../model/failure.ts';

/** Payload manifests of a bag that say more than a checksum anybody can make to order, strongest first (RFC 8493 §2.4). */
export const MANIFESTS = [
  ['manifest-sha512.txt', 'sha512'],
  ['manifest-sha256.txt', 'sha256'],
] as const;

/**
 * Whether a file of a bag has the checksum its manifest says: one line a file, checksum, white space, path (RFC 8493
 * §2.1.3). A payload file that its manifest leaves out makes the bag invalid (§3), and so `unreadable`.
 */
export function checkManifest(
  manifest: Buffer,
  algorithm: 'sha256' | 'sha512',
  path: string,
  content: Buffer,
  where: string,
): Outcome<void> {
  for (const line of manifest.toString('utf8').split(/\r\n|\r|\n/)) {
    const [, digest, named] = /^([0-9a-fA-F]+)[ \t]+\*?(?:\.\/)?(.+)$/.exec(line) ?? [];
    if (digest === undefined || named !== path) continue;
    const found = createHash(algorithm).update(content).digest('hex');
    if (found === digest.toLowerCase()) return success(undefined);
    return failure('checksum_mismatch', `${path} does not have the ${algorithm} the bag's manifest says.`, {
      where,
      expected: digest.toLowerCase(),
      found,
    });
  }
  return failure(
    'unreadable',
    `The bag's ${algorithm} manifest does not list ${path}, so it is no valid bag.`,
    {
      where,
    },
  );
}
