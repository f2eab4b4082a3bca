import { availableParallelism, cpus, totalmem, type } from 'node:os';

/** The machine, in a line: a ratio means nothing without it. */
export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${model}, ${availableParallelism()} cores, ${memory} GiB, ${type()}, Node.js ${process.version}`;
}
