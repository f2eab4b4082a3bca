/** The path of a request as it may stand in a log: never its query, which may hold a code, nor the secret of a link. */
export function loggedPath(url: string): string {
  const [path = ''] = url.split('?', 1);
  return path.replace(/^(\/findings\/).*/i, '$1…');
}
