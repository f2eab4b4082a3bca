import cliProgress from 'cli-progress';
import type { Output } from './output.ts';

/** Progress of one long work: a bar for a person, nothing for a script. */
export interface Progress {
  total(total: number): void;
  advance(by?: number): void;
  stop(): void;
}

/**
 * A bar on stderr where a person watches; otherwise a line at every tenth of the work, so that a log shows that it goes on.
 * `unit` names what is counted. Silent under `--quiet`.
 */
export function startProgress(output: Output, label: string, unit: string): Progress {
  return output.interactive ? bar(label, unit) : lines(output, label, unit);
}

function bar(label: string, unit: string): Progress {
  const drawn = new cliProgress.SingleBar({
    stream: process.stderr,
    format: `${label} [{bar}] {percentage}% {value}/{total} ${unit}`,
    clearOnComplete: true,
    hideCursor: true,
  });
  let known = 0;
  drawn.start(0, 0);
  return {
    total: (total) => {
      known += total;
      drawn.setTotal(known);
    },
    advance: (by = 1) => drawn.increment(by),
    stop: () => drawn.stop(),
  };
}

function lines(output: Output, label: string, unit: string): Progress {
  let known = 0;
  let done = 0;
  let tenths = 0;
  return {
    total: (total) => {
      known += total;
    },
    advance: (by = 1) => {
      done += by;
      const reached = known === 0 ? 0 : Math.floor((10 * done) / known);
      // Short work needs no telling.
      if (reached > tenths && known >= 20) output.note(`${label} ${done}/${known} ${unit}`);
      tenths = Math.max(tenths, reached);
    },
    stop: () => {},
  };
}

/** Told of each of very many things of which nobody knows how many there will be; says so now and then. */
export function startCount(output: Output, label: string, unit: string): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count % 100_000 === 0) output.note(`${label} ${count.toLocaleString('en')} ${unit}`);
  };
}
