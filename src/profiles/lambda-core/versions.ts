/** Version whose rules these are. */
export const RULES_VERSION = '0.3.3';

/** Versions these rules were written for; 0.2 is SSRL's, without a written specification. */
const KNOWN_VERSIONS: ReadonlySet<string> = new Set(['0.2', '0.3.0', '0.3.1', '0.3.2', '0.3.3']);

/** What `conformsTo` names the profile by; a substring is enough (R7). */
export const PROFILE_FRAGMENT = 'lambda/profile/core';
export const RO_CRATE_FRAGMENT = 'ro/crate';

/** The version an IRI of the profile names, `''` when it names none, null when it is not the profile's. */
export function profileVersion(iri: string): string | null {
  const start = iri.indexOf(PROFILE_FRAGMENT);
  if (start < 0) return null;
  return /^\/([^/?#]+)/.exec(iri.slice(start + PROFILE_FRAGMENT.length))?.[1] ?? '';
}

export function isKnownVersion(version: string): boolean {
  return KNOWN_VERSIONS.has(version);
}

/** Whether a version comes after the rules' own; `0.4`, `0.4.0-draft` and `1` do. */
export function isNewerVersion(version: string): boolean {
  const numbers = (text: string): readonly number[] =>
    text.split('.').map((part) => Number.parseInt(part, 10));
  const theirs = numbers(version);
  const ours = numbers(RULES_VERSION);
  for (const [index, own] of ours.entries()) {
    const their = theirs[index] ?? 0;
    if (Number.isNaN(their)) return false;
    if (their !== own) return their > own;
  }
  return theirs.length > ours.length;
}
