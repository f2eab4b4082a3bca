/** `Repr-Digest` of a whole file (RFC 9530): an SF dictionary with the digest as a byte sequence. */
export function reprDigest(sha256: string): string {
  return `sha-256=:${base64(sha256)}:`;
}

/** Legacy `Digest` (RFC 3230), which aria2c and the WLCG clients check. */
export function legacyDigest(sha256: string): string {
  return `SHA-256=${base64(sha256)}`;
}

/** A strong validator that every server of the same bytes gives alike. */
export function strongEtag(sha256: string): string {
  return `"sha256-${sha256.toLowerCase()}"`;
}

function base64(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64');
}
