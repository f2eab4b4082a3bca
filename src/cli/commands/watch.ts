import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Bridge } from '../../bridge/contract.ts';
import { OPERATOR } from '../../model/caller.ts';
import type { ChangeEvent, ChangeFilters, ChangePage } from '../../model/changes.ts';
import { failure, isRetryable, type Outcome, success } from '../../model/failure.ts';
import { runForEvent } from '../event-command.ts';
import type { Output } from '../output.ts';
import { collect, type ExitCode, runWithBridge } from '../run.ts';
import { stateFile } from '../watch-state.ts';

interface WatchOptions {
  readonly after?: string;
  readonly facility?: readonly string[];
  readonly source?: readonly string[];
  readonly type?: readonly string[];
  readonly exec?: string;
  readonly state?: string;
  readonly keepGoing?: boolean;
  readonly once?: boolean;
}

const PAGE = 100;

/** Seconds one question is held open; milliseconds between questions while there is no answer. */
const HELD_SECONDS = 30;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** `crate-bridge watch`: follows the feed of changes. */
export function watchCommand(program: Command): void {
  program
    .command('watch')
    .summary('follow what changes; print it, or run a command for each change')
    .description(
      'Prints changes as they come, one JSON document a line, or runs a command for each: the change is on its\n' +
        'standard input and in CRATE_BRIDGE_EVENT_TYPE, _ID, _AT, _CURSOR, _FACILITY, _SOURCE, _PROPOSAL_ID,\n' +
        '_CRATE_ID and _CRATE_IRI. Begins with the first change ever recorded unless told where.\n' +
        'With --state it goes on where it was: the cursor is kept after a change was printed, or after its command\n' +
        'exited 0. A command that fails ends it with exit 1, and is run for the same change again next time.',
    )
    .option('--after <cursor>', 'begin after this cursor, or `now`; what --state kept goes before it')
    .option('--facility <code>', 'facility code', collect)
    .option('--source <source>', 'NAME or FACILITY/NAME', collect)
    .option('--type <type>', 'type such as crate.updated, or a group such as source.*', collect)
    .option('--exec <command>', 'run this by the shell for each change')
    .option('--state <file>', 'keep the cursor in this file')
    .option('--keep-going', 'go on with the next change after a command that failed')
    .option('--once', 'what is there now, then exit')
    .action((options: WatchOptions, command: Command) =>
      runWithBridge(command, (bridge, output) => watch(bridge, output, options)),
    );
}

const ONE_DOCUMENT = failure(
  'usage',
  'watch prints one JSON document a line already; --json makes one of all, which takes an end and no command.',
  { where: '--json', expected: '--json with --once and without --exec, or no --json' },
);

async function watch(bridge: Bridge, output: Output, options: WatchOptions): Promise<ExitCode> {
  const { exec, once = false, keepGoing = false } = options;
  if (output.json && (!once || exec !== undefined)) return output.failure(ONE_DOCUMENT.failure);
  const state = options.state === undefined ? null : stateFile(options.state);
  const kept = state === null ? success(null) : await state.read();
  if (!kept.ok) return output.failure(kept.failure);

  const stopping = untilStopped();
  const pages = new Pages(bridge, output, filtersOf(options), stopping);
  const all: ChangeEvent[] = [];
  let after = kept.value ?? options.after ?? null;
  let failures = 0;
  for (let page = await pages.first(after); ; page = await pages.next(after, once)) {
    if (stopping.aborted) break;
    if (!page.ok) return output.failure(page.failure);
    const { changes, next } = page.value;
    for (const [index, event] of changes.entries()) {
      if (stopping.aborted) break;
      if (output.json) all.push(event);
      // who closed the pipe has not seen this one
      else if (exec === undefined && !(await print(event))) return 0;
      const trouble = exec === undefined ? null : await runForEvent(exec, event);
      if (trouble !== null) {
        output.note(`${event.type} ${event.id}: the command ${trouble}`);
        failures += 1;
        if (!keepGoing) return 1;
      }
      // the last one's place is the page's, which is further where more was looked at
      const saved = await state?.write(index === changes.length - 1 ? next : event.cursor);
      if (saved?.ok === false) return output.failure(saved.failure);
    }
    if (changes.length === 0 && next !== after) {
      const saved = await state?.write(next);
      if (saved?.ok === false) return output.failure(saved.failure);
    }
    after = next;
    if (once && changes.length < PAGE) break;
  }
  if (output.json) output.result({ items: all, next: after }, () => '');
  return failures > 0 ? 1 : 0;
}

/** Whether the line was taken. */
function print(event: ChangeEvent): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(event)}\n`, (error) =>
      resolve(error === null || error === undefined),
    );
  });
}

/** Asks for one page after another. */
class Pages {
  readonly #bridge: Bridge;
  readonly #output: Output;
  readonly #filters: ChangeFilters;
  readonly #stopping: AbortSignal;

  constructor(bridge: Bridge, output: Output, filters: ChangeFilters, stopping: AbortSignal) {
    this.#bridge = bridge;
    this.#output = output;
    this.#filters = filters;
    this.#stopping = stopping;
  }

  /** Not held, so that the cursor of `now` is known at once, and that what is wrong is said at once. */
  first(after: string | null): Promise<Outcome<ChangePage>> {
    return this.#ask(after, 0);
  }

  /** Held until something comes. A service or database that is away for a while is waited for. */
  async next(after: string | null, once: boolean): Promise<Outcome<ChangePage>> {
    if (once) return this.#ask(after, 0);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const page = await this.#ask(after, HELD_SECONDS);
      if (page.ok || !isRetryable(page.failure) || this.#stopping.aborted) return page;
      if (pause === FIRST_PAUSE_MS) this.#output.note(`waiting: ${page.failure.message}`);
      await wait(pause, undefined, { signal: this.#stopping }).catch(() => {});
    }
  }

  #ask(after: string | null, waitSeconds: number): Promise<Outcome<ChangePage>> {
    const request = { after, limit: PAGE, filters: this.#filters, waitSeconds, signal: this.#stopping };
    return this.#bridge.changes(request, OPERATOR);
  }
}

function filtersOf({ facility, source, type }: WatchOptions): ChangeFilters {
  return { ...(facility && { facility }), ...(source && { source }), ...(type && { type }) };
}

/** Aborted when the process is asked to stop, or when nobody reads what it prints. */
function untilStopped(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stopping.abort());
  }
  process.stdout.once('error', () => stopping.abort());
  return stopping.signal;
}
