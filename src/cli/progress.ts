import cliProgress from 'cli-progress';
import type { Output } from './output.ts';

/** Progress of one long work: a bar for a person, nothing for a script. */
export interface Progress {
  total(total: number): void;
  advance(by?: number): void;
  stop(): void;
}

/** A bar on stderr, drawn only where a person watches. `unit` names what is counted. */
export function startProgress(output: Output, label: string, unit: string): Progress {
  if (!output.interactive) return { total: () => {}, advance: () => {}, stop: () => {} };
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: `${label} [{bar}] {percentage}% {value}/{total} ${unit}`,
    clearOnComplete: true,
    hideCursor: true,
  });
  let known = 0;
  bar.start(0, 0);
  return {
    total: (total) => {
      known += total;
      bar.setTotal(known);
    },
    advance: (by = 1) => bar.increment(by),
    stop: () => bar.stop(),
  };
}
