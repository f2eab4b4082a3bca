import type { Command } from 'commander';
import type { Bridge } from '../../bridge/contract.ts';
import { OPERATOR } from '../../model/caller.ts';
import type { RebaseItem, RebaseReport } from '../../model/curation.ts';
import { failure } from '../../model/failure.ts';
import type { Output } from '../output.ts';
import { startProgress } from '../progress.ts';
import { runWithBridge } from '../run.ts';
import { clean, plural, table } from '../text.ts';

interface RebaseOptions {
  readonly facility?: string;
  readonly because?: string;
  readonly dryRun?: boolean;
  readonly list?: boolean;
  readonly undo?: string;
}

/** `crate-bridge rebase OLD NEW --facility CODE`, `--list`, `--undo ID`. Exit 1 when a crate could not be moved. */
export function rebaseCommand(program: Command): void {
  program
    .command('rebase')
    .summary('follow a facility that renamed its host or its mounts')
    .description(
      'Moves the crates of a facility that lie beneath OLD, and what its crates point at there, to NEW. Nothing is\n' +
        'fetched: what is stored is read again as of where it is now. Ids and identities stay; a pointer of before is\n' +
        'superseded by the one of now. The next listing at NEW finds every crate known. Broken off, the same command\n' +
        'finishes it. Crates of a directory source are named after the source, not after the mount: only where their\n' +
        'files are read from changes, which is the `root` of a storage rule.',
    )
    .argument('[old]', 'URI prefix, such as https://data.facility.org/2024/ or file:///mnt/raid1/')
    .argument('[new]', 'what it is now')
    .option('--facility <code>', 'whose')
    .option('--because <text>', 'why, for the record')
    .option('--dry-run', 'say how much it would move, and move nothing')
    .option('--list', 'moves so far')
    .option('--undo <id>', 'end a move and move everything back')
    .action((old: string | undefined, now: string | undefined, options: RebaseOptions, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        if (options.list === true) return list(bridge, output);
        if (options.undo !== undefined) return undo(bridge, output, options.undo);
        if (old === undefined || now === undefined || options.facility === undefined) {
          const message = 'Name the old prefix, the new one and the facility.';
          return output.failure(
            failure('usage', message, { expected: 'crate-bridge rebase OLD NEW --facility CODE' }).failure,
          );
        }
        const { progress, stop } = moveProgress(output);
        const report = await bridge.rebase(
          {
            facility: options.facility,
            from: old,
            to: now,
            because: options.because ?? null,
            dryRun: options.dryRun === true,
            progress,
          },
          OPERATOR,
        );
        stop();
        if (!report.ok) return output.failure(report.failure);
        return tell(output, report.value);
      }),
    );
}

async function list(bridge: Bridge, output: Output): Promise<number> {
  const all = await bridge.rebases(OPERATOR);
  if (!all.ok) return output.failure(all.failure);
  output.result({ items: all.value }, () => listText(all.value));
  return 0;
}

async function undo(bridge: Bridge, output: Output, id: string): Promise<number> {
  const { progress, stop } = moveProgress(output);
  const report = await bridge.undoRebase({ id, progress }, OPERATOR);
  stop();
  return report.ok ? tell(output, report.value) : output.failure(report.failure);
}

function moveProgress(output: Output) {
  const bar = startProgress(output, 'moving', 'crates');
  return {
    progress: { total: (crates: number) => bar.total(crates), done: () => bar.advance() },
    stop: () => bar.stop(),
  };
}

function tell(output: Output, report: RebaseReport): number {
  output.result(report, () => reportText(report));
  if (report.storage_rule === null && !report.undo) {
    output.note(
      `No storage rule of the configuration covers ${report.to}: what lies there cannot be read until one does.`,
    );
  }
  return report.failed.length === 0 ? 0 : 1;
}

function reportText(report: RebaseReport): string {
  const { from, to, id } = report;
  const counts = `${plural(report.crates, 'crate')}, ${plural(report.locations, 'place')}, ${plural(report.pointers, 'pointer')}`;
  const taken =
    report.taken === 0
      ? []
      : [
          `  ${plural(report.taken, 'crate')} stay: another crate is known at the new place of each; withdraw one of the two`,
        ];
  const failed = report.failed.map(({ crate, message }) => `  not moved: ${clean(crate)}: ${clean(message)}`);
  const head = report.dry_run
    ? `would move ${from} to ${to}: ${counts}`
    : report.undo
      ? `rebase ${id} is undone, ${to} is ${from} again: ${plural(report.moved, 'crate')} moved back`
      : `rebase ${id}: ${from} is ${to} now: ${plural(report.moved, 'crate')} moved of ${counts}`;
  return [head, ...taken, ...failed].join('\n');
}

function listText(items: readonly RebaseItem[]): string {
  if (items.length === 0) return 'nothing was moved so far';
  return table(
    ['id', 'facility', 'from', 'to', 'recorded', 'by', 'undone', 'because'],
    items.map((item) => [
      item.id,
      item.facility,
      item.from,
      item.to,
      item.recorded_at,
      item.caller,
      item.ended_at ?? '-',
      item.because ?? '-',
    ]),
  );
}
