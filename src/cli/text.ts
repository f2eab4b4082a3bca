import Table from 'cli-table3';

/** What a table shows where nobody said anything (design rule 2). */
export const UNDECLARED = 'undeclared';

/** Rows under a heading, in aligned columns without borders. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): string {
  const none = { left: '', right: '', top: '', bottom: '', mid: '', middle: '  ' };
  const drawn = new Table({
    head: [...head],
    chars: {
      ...none,
      'top-left': '',
      'top-mid': '',
      'top-right': '',
      'bottom-left': '',
      'bottom-mid': '',
      'bottom-right': '',
      'left-mid': '',
      'mid-mid': '',
      'right-mid': '',
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows) drawn.push(row.map((cell) => (cell === null ? UNDECLARED : clean(String(cell)))));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Bytes as people read them: 1000-based, three digits. */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return UNDECLARED;
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`;
}

/** `1 crate`, `2 crates`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Text from a crate, fit for a terminal: no control characters, so that a name cannot move the cursor. */
export function clean(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '�');
}
