import { type Command, InvalidArgumentError } from 'commander';
import type { Bridge } from '../bridge/contract.ts';
import { createOutput, type Output } from './output.ts';
import type { GlobalOptions } from './session.ts';

/** What a command's work returns: its exit code (design §4). */
export type ExitCode = 0 | 1 | 2 | 64 | 66 | 69 | 75 | 77 | number;

/** Runs a command's work with its output, and sets the exit code. Nothing that fails as expected comes here as an exception. */
export async function runCommand(
  command: Command,
  work: (output: Output, options: GlobalOptions) => Promise<ExitCode>,
): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const output = createOutput({ json: options.json === true, quiet: options.quiet === true });
  process.exitCode = await work(output, options);
}

/** The same for work that needs a bridge, which is closed after. */
export async function runWithBridge(
  command: Command,
  work: (bridge: Bridge, output: Output, options: GlobalOptions) => Promise<ExitCode>,
): Promise<void> {
  await runCommand(command, async (output, options) => {
    // Loaded here, so that --help and a wrong option answer at once.
    const { openBridge } = await import('./session.ts');
    const bridge = await openBridge(options);
    if (!bridge.ok) return output.failure(bridge.failure);
    try {
      return await work(bridge.value, output, options);
    } finally {
      await bridge.value.close();
    }
  });
}

/** Parses a whole number within bounds, for commander. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
    }
    return value;
  };
}

/** Collects a repeatable or comma-separated option (codes and enum values), for commander. */
export function collect(text: string, previous: readonly string[] | undefined): readonly string[] {
  return [
    ...(previous ?? []),
    ...text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ];
}

/** Collects a repeatable option whose values may hold commas (names, IRIs), for commander. */
export function repeat(text: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), text];
}
