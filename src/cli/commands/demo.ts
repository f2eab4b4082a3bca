import type { Command } from 'commander';
import { runCommand } from '../run.ts';

/** `crate-bridge demo`: the main job on this machine, start to end. */
export function demoCommand(program: Command): void {
  program
    .command('demo')
    .summary('watch the main job: a facility on this machine, pulled, queried, streamed, refused')
    .description(
      'Starts a small facility over HTTP on this machine, pulls its crates, answers a question from them, streams one\n' +
        'file with its checksum proven and shows a corrupted one refused. Uses its own folder in the data folder.',
    )
    .option('--keep', 'leave the service and the facility running')
    .action((options: { keep?: boolean }, command: Command) =>
      runCommand(command, async (output, global) => {
        const { runDemo } = await import('../demo/demo.ts');
        return runDemo({ ...global, keep: options.keep === true }, output);
      }),
    );
}
