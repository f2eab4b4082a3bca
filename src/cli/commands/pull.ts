import type { Command } from 'commander';
import type { PullProgress } from '../../bridge/contract.ts';
import { OPERATOR } from '../../model/caller.ts';
import type { PullItemReport, PullReport } from '../../model/reports.ts';
import type { Output } from '../output.ts';
import { failureText } from '../output.ts';
import { startProgress } from '../progress.ts';
import { runWithBridge } from '../run.ts';
import { bytesText, clean, plural } from '../text.ts';
import { findingText } from './validate.ts';

/** `crate-bridge pull [SOURCE…]`. Exit 0 all well, 1 something quarantined or failed, 2 a source could not be listed. */
export function pullCommand(program: Command): void {
  program
    .command('pull')
    .summary("pull the sources' crates now and register what they say")
    .description(
      'Lists each source, fetches its crates, checks them and registers their rows. Only metadata documents are\n' +
        'fetched; file content stays at the facility. Exits 0 when all went well, 1 when a crate was quarantined or\n' +
        'failed, 2 when a source could not be listed.',
    )
    .argument('[source...]', 'source names, as NAME or FACILITY/NAME; default: all')
    .option('--dry-run', 'say what would happen and write no row')
    .action((sources: string[], options: { dryRun?: boolean }, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const { progress, stop } = pullProgress(output);
        const pulled = await bridge.pull({ sources, dryRun: options.dryRun === true, progress }, OPERATOR);
        stop();
        if (!pulled.ok) return output.failure(pulled.failure);
        output.result({ pulls: pulled.value }, () => pulled.value.map(pullText).join('\n'));
        return pullExit(pulled.value);
      }),
    );
}

/** A bar over all crates of all sources. */
export function pullProgress(output: Output): { readonly progress: PullProgress; readonly stop: () => void } {
  const bar = startProgress(output, 'pulling', 'crates');
  return {
    progress: { listed: (_source, crates) => bar.total(crates), item: () => bar.advance() },
    stop: () => bar.stop(),
  };
}

export function pullExit(reports: readonly PullReport[]): number {
  if (reports.some((r) => r.error !== undefined)) return 2;
  return reports.some((r) => r.quarantined > 0 || r.failed > 0) ? 1 : 0;
}

/** A pull for a person: the counts, and every crate that needs attention with what to do about it. */
export function pullText(report: PullReport): string {
  const counts = (['registered', 'updated', 'unchanged', 'quarantined', 'failed'] as const)
    .filter((key) => report[key] > 0)
    .map((key) => `${report[key]} ${key}`);
  const mode = report.dry_run ? ' (dry run: nothing written)' : '';
  const head = `${report.source}: ${plural(report.listed, 'crate')} listed, ${counts.join(', ') || 'nothing to do'}${mode}`;
  const bytes = `  ${bytesText(report.bytes_referenced)} referenced, ${report.bytes_copied} bytes copied`;
  const troubled = report.items.filter(
    (i) => i.outcome !== 'unchanged' && i.outcome !== 'registered' && i.outcome !== 'updated',
  );
  const lines = [head, bytes, ...troubled.map(itemText)];
  if (report.error !== undefined) lines.push(failureText(report.error));
  else if (!report.complete) lines.push('  the listing was not complete');
  return lines.join('\n');
}

function itemText(item: PullItemReport): string {
  const errors = item.findings.filter((f) => f.severity === 'error');
  const shown = errors.slice(0, 5).map((f) => `  ${findingText(f)}`);
  const more = errors.length > 5 ? [`    … and ${plural(errors.length - 5, 'more error')}`] : [];
  const why = item.error === undefined ? [] : [`    ${clean(item.error.message)}`];
  return [`  ${item.outcome}: ${clean(item.crate)}`, ...why, ...shown, ...more].join('\n');
}
