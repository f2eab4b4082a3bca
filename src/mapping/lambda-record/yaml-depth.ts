/*
 * Bounds on how deep YAML text nests, from its characters alone. Both may count too much (brackets and indents inside quoted
 * or block text), never too little.
 */

const OPEN = new Set(['[', '{']);
const CLOSE = new Set([']', '}']);

/** The deepest nesting of `[…]` and `{…}` the text can have. */
export function flowDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (OPEN.has(character)) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (depth > 0 && CLOSE.has(character)) depth -= 1;
  }
  return deepest;
}

/**
 * The most columns that nodes enclosing each other start at: a line further right may be inside the one above, and so is
 * what follows each `- `, `? ` or `: ` at a line's start.
 */
export function blockDepth(text: string): number {
  const columns: number[] = [];
  let deepest = 0;
  const start = (column: number) => {
    while ((columns.at(-1) ?? -1) >= column) columns.pop();
    columns.push(column);
    if (columns.length > deepest) deepest = columns.length;
  };
  for (const [line] of text.matchAll(/[^\r\n]+/g)) {
    const [indicators = ''] = /^ *(?:[-?:][ \t]+)*/.exec(line) ?? [];
    if (indicators.length === line.length) continue;
    start(indicators.search(/[^ ]|$/));
    for (const { index } of indicators.matchAll(/[-?:][ \t]/g)) start(index);
    start(indicators.length);
  }
  return deepest;
}
