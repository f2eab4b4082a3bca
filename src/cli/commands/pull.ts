import type { Command } from 'commander';
import type { PullProgress } from '../../bridge/contract.ts';
import { OPERATOR } from '../../model/caller.ts';
import { failure } from '../../model/failure.ts';
import type { PullItemReport, PullOutcome, PullReport } from '../../model/reports.ts';
import type { Output } from '../output.ts';
import { failureText } from '../output.ts';
import { startProgress } from '../progress.ts';
import { runWithBridge } from '../run.ts';
import { bytesText, clean, plural } from '../text.ts';
import { findingText } from './validate.ts';

/**
 * `crate-bridge pull [SOURCE…]`. Exit 0 all well; 1 something quarantined, in conflict, failed, held, or not listed in part; 2
 * a source could not be listed.
 */
export function pullCommand(program: Command): void {
  program
    .command('pull')
    .summary("pull the sources' crates now and register what they say")
    .description(
      'Lists each source, fetches its crates, checks them and registers their rows. Only metadata documents are\n' +
        'fetched; file content stays at the facility. A source that is being pulled already is joined, and a pull that\n' +
        'was broken off goes on where it was. Exits 0 when all went well, 1 when a crate was quarantined, is in conflict\n' +
        'or failed, when a part could not be listed or so much was missing that the pull holds, 2 when a source could not\n' +
        'be listed.',
    )
    .argument('[source...]', 'source names, as NAME or FACILITY/NAME; default: all')
    .option('--dry-run', 'say what would happen and write no row')
    .option('--full', 'ask for everything, also where a source would only be asked for what is newer')
    .option('--accept-missing', 'what the sources no longer list is gone: vouch for a pull that was held')
    .action((sources: string[], options: PullOptions, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        if (options.acceptMissing === true && sources.length === 0) return output.failure(NOBODY_NAMED);
        const { progress, stop } = pullProgress(output);
        const pulled = await bridge.pull(
          {
            sources,
            dryRun: options.dryRun === true,
            full: options.full === true,
            acceptMissing: options.acceptMissing === true,
            progress,
          },
          OPERATOR,
        );
        stop();
        if (!pulled.ok) return output.failure(pulled.failure);
        output.result({ pulls: pulled.value }, () => pulled.value.map(pullText).join('\n'));
        return pullExit(pulled.value);
      }),
    );
}

interface PullOptions {
  readonly dryRun?: boolean;
  readonly full?: boolean;
  readonly acceptMissing?: boolean;
}

const NOBODY_NAMED = failure('usage', '--accept-missing vouches for sources by name; name them.', {
  expected: 'crate-bridge pull --accept-missing SOURCE',
}).failure;

/** A bar over all crates of all sources. */
export function pullProgress(output: Output): { readonly progress: PullProgress; readonly stop: () => void } {
  const bar = startProgress(output, 'pulling', 'crates');
  const reached = new Map<string, { readonly listed: number; readonly done: number }>();
  return {
    progress: {
      at: (source, now) => {
        const before = reached.get(source) ?? { listed: 0, done: 0 };
        reached.set(source, now);
        if (now.listed > before.listed) bar.total(now.listed - before.listed);
        if (now.done > before.done) bar.advance(now.done - before.done);
      },
    },
    stop: () => bar.stop(),
  };
}

export function pullExit(reports: readonly PullReport[]): number {
  if (reports.some((r) => r.error !== undefined)) return 2;
  return reports.some(needsAttention) ? 1 : 0;
}

function needsAttention(r: PullReport): boolean {
  const troubled = r.quarantined + r.failed + r.conflict;
  return troubled > 0 || r.held !== undefined || r.problems.length > 0;
}

/** Counts in the order they are told. */
const COUNTS = [
  'registered',
  'updated',
  'unchanged',
  'quarantined',
  'conflict',
  'withdrawn',
  'failed',
  'gone',
  'returned',
] as const;

/** What needs nobody's attention. */
const QUIET: readonly PullOutcome[] = ['registered', 'updated', 'unchanged', 'withdrawn'];

/** A pull for a person: the counts, and every crate that needs attention with what to do about it. */
export function pullText(report: PullReport): string {
  const counts = COUNTS.filter((key) => report[key] > 0).map(
    (key) => `${report[key]} ${COUNT_TEXT[key] ?? key}`,
  );
  const mode = report.dry_run ? ' (dry run: nothing written)' : '';
  const head = `${report.source}: ${plural(report.listed, 'crate')} listed, ${counts.join(', ') || 'nothing to do'}${mode}`;
  const bytes = `  ${bytesText(report.bytes_referenced)} referenced, ${report.bytes_copied} bytes copied`;
  const troubled = report.items.filter((item) => !QUIET.includes(item.outcome));
  const problems = report.problems.map((reason) => `  not listed: ${clean(reason.message)}`);
  const lines = [head, bytes, ...troubled.map(itemText), ...problems, ...heldText(report)];
  if (report.error !== undefined) lines.push(failureText(report.error));
  else if (!report.complete) lines.push('  the listing was not complete: nothing is gone for it');
  return lines.join('\n');
}

const COUNT_TEXT: Readonly<Record<string, string>> = { conflict: 'in conflict' };

function heldText({ held, source }: PullReport): readonly string[] {
  if (held === undefined) return [];
  const share = `${Math.round((100 * held.missing) / held.present)} %`;
  return [
    `  held: ${held.missing} of ${held.present} places (${share}) are no longer listed, more than the ` +
      `${Math.round(100 * held.hold_above)} % allowed; nothing was counted as missing`,
    `    if they are really gone: crate-bridge pull --accept-missing ${source}`,
  ];
}

function itemText(item: PullItemReport): string {
  const errors = item.findings.filter((f) => f.severity === 'error');
  const shown = errors.slice(0, 5).map((f) => `  ${findingText(f)}`);
  const more = errors.length > 5 ? [`    … and ${plural(errors.length - 5, 'more error')}`] : [];
  const why = item.error === undefined ? [] : [`    ${clean(item.error.message)}`];
  const place = item.url === item.crate || item.error !== undefined ? '' : ` (${clean(item.url)})`;
  return [`  ${item.outcome}: ${clean(item.crate)}${place}`, ...why, ...shown, ...more].join('\n');
}
