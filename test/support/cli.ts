import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/model/json.ts';

const BIN = fileURLToPath(new URL('../../bin/crate-bridge.js', import.meta.url));

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the command line as its own process, as a shell does. The environment is clean of what the machine has set. */
export function startCli(args: readonly string[], options: CliOptions): ChildProcess {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  return spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd,
    env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a command to its end. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = startCli(args, options);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a command with `--json` and reads the one document it prints. */
export async function runJson<T = JsonObject>(
  args: readonly string[],
  options: CliOptions,
): Promise<CliRun & { readonly json: T }> {
  const run = await runCli([...args, '--json'], options);
  try {
    const json: T = JSON.parse(run.stdout);
    return { ...run, json };
  } catch {
    throw new Error(`no JSON document on stdout (exit ${run.code}): ${run.stdout}\n${run.stderr}`);
  }
}
