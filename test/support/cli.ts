import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/model/json.ts';
import type { FreshDatabase } from './database.ts';

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

/** The environment of commands that work on a test's own database, whichever engine the run is for. */
export function onDatabase(database: FreshDatabase): Readonly<Record<string, string>> {
  return {
    CRATE_BRIDGE_DATA: database.dataDir,
    ...(database.databaseUrl === null ? {} : { DATABASE_URL: database.databaseUrl }),
  };
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

/** A running service. */
export interface Serving {
  readonly url: string;
  readonly signIn: string;
  stop(): Promise<number | null>;
}

/** Starts `serve` and waits until it says where it is. */
export async function serve(options: CliOptions): Promise<Serving> {
  const child = startCli(['serve', '--port', '0'], options);
  const url = await line(child, 'stdout', /listens on (http:\S+)/);
  const signIn = await line(child, 'stderr', /sign in .*: (http:\S+)/);
  return {
    url,
    signIn,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      return child.exitCode;
    },
  };
}

/** Resolves with what the pattern's group finds in what a process says. */
export function line(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child[stream]?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`serve ended with ${code}: ${text}`)));
  });
}
