import { closestMatch } from 'leven';

/**
 * The known word nearest to a mistyped one, or null when none is near: at most a third of its letters changed (and always
 * allowing one). For did-you-mean hints at every door.
 */
export function closest(word: string, known: readonly string[]): string | null {
  const byLowerCase = new Map(known.map((candidate) => [candidate.toLowerCase(), candidate]));
  const maxDistance = Math.max(1, Math.floor(word.length / 3));
  const near = closestMatch(word.toLowerCase(), [...byLowerCase.keys()], { maxDistance });
  return near === undefined ? null : (byLowerCase.get(near) ?? null);
}
