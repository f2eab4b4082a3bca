/** Scheme and authority of a URI, as the shortest prefix a storage rule for it may have: `sibyls://als/`. */
export function rootOf(uri: string): string {
  return /^[^:]+:\/\/[^/]*\//.exec(uri)?.[0] ?? uri;
}
