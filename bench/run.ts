import { machine } from './machine.ts';
import { benchPull } from './pull.ts';
import { benchStream } from './stream.ts';

/** Benchmarks by name: each compares, in one run, with what a user would use instead, and prints ratios. */
const BENCHMARKS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  pull: benchPull,
  stream: benchStream,
};

const [name = '', ...args] = process.argv.slice(2);
const benchmark = BENCHMARKS[name];
if (benchmark === undefined) {
  console.error(
    `usage: npm run bench -- NAME [options]\n\nbenchmarks: ${Object.keys(BENCHMARKS).join(', ')}`,
  );
  process.exitCode = 64;
} else {
  console.log(machine());
  await benchmark(args);
}
