import { FAILURES, type Failure } from '../model/failure.ts';

/** Where a command writes: results to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** True when a person watches stderr, so that a progress bar makes sense. */
  readonly interactive: boolean;
  /** The command's result. With `--json` it is one JSON document and nothing else comes on stdout. */
  result(document: unknown, text: () => string): void;
  /** A line for a person, on stderr; silent under `--quiet`. */
  note(line: string): void;
  /** A failure, on stderr; with `--json` also as `{"error":…}` on stdout. Returns the exit code. */
  failure(reason: Failure): number;
}

export function createOutput(options: { readonly json: boolean; readonly quiet: boolean }): Output {
  let printed = false;
  return {
    ...options,
    interactive: process.stderr.isTTY === true && !options.quiet,
    result: (document, text) => {
      if (options.json) {
        printed = true;
        process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
      } else {
        const lines = text();
        if (lines !== '') process.stdout.write(`${lines}\n`);
      }
    },
    note: (line) => {
      if (!options.quiet) process.stderr.write(`${line}\n`);
    },
    failure: (reason) => {
      if (options.json && !printed) process.stdout.write(`${JSON.stringify({ error: reason }, null, 2)}\n`);
      process.stderr.write(`${failureText(reason)}\n`);
      return FAILURES[reason.code].exit;
    },
  };
}

/** A failure for a person: what was wrong, where, what was found, what would be right. */
export function failureText(reason: Failure): string {
  const multiline = reason.message.includes('\n');
  const lines = [`error: ${reason.message}`];
  // A message of several lines has said where, found and expected already, for each problem.
  if (!multiline) {
    if (reason.where !== undefined && !reason.message.includes(reason.where))
      lines.push(`  where:    ${reason.where}`);
    if (reason.found !== undefined && !reason.message.includes(reason.found))
      lines.push(`  found:    ${reason.found}`);
    if (reason.expected !== undefined) lines.push(`  expected: ${reason.expected}`);
  }
  if (reason.retryAfterSeconds !== undefined) lines.push(`  try again in ${reason.retryAfterSeconds} s`);
  return lines.join('\n');
}
