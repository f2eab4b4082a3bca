import { parentPort, workerData } from 'node:worker_threads';
import type { CrateRows } from '../model/rows.ts';
import { type PureLineRequest, type PureLineResult, runPureLine } from './pure-line.ts';

/** Rows of one kind in one message: small enough that receiving it does not hold up the event loop. */
const BATCH = 2_000;

/** The lists of `CrateRows`, which cross in batches. */
export type RowList = {
  [K in keyof CrateRows]: CrateRows[K] extends readonly unknown[] ? K : never;
}[keyof CrateRows];

export type PureLineMessage =
  | { readonly kind: 'rows'; readonly list: string; readonly rows: readonly unknown[] }
  | { readonly kind: 'result'; readonly result: PureLineResult };

const request: PureLineRequest = workerData;
const result = await runPureLine(request);
const post = (message: PureLineMessage) => parentPort?.postMessage(message);
if (result.rows === null) {
  post({ kind: 'result', result });
} else {
  const emptied: Record<string, unknown> = { ...result.rows };
  for (const [list, rows] of Object.entries(result.rows)) {
    if (!Array.isArray(rows)) continue;
    for (let at = 0; at < rows.length; at += BATCH)
      post({ kind: 'rows', list, rows: rows.slice(at, at + BATCH) });
    emptied[list] = [];
  }
  post({ kind: 'result', result: { ...result, rows: { ...result.rows, ...emptied } } });
}
