import type { Command } from 'commander';
import { DateTime } from 'luxon';
import { OPERATOR } from '../../model/caller.ts';
import type { SourceItem } from '../../model/sources.ts';
import { runWithBridge } from '../run.ts';
import { clean, plural, table } from '../text.ts';

/** `crate-bridge status`, `pause SOURCE`, `resume SOURCE`. */
export function sourceCommands(program: Command): void {
  statusCommand(program);
  pauseCommand(program);
  resumeCommand(program);
}

function statusCommand(program: Command): void {
  program
    .command('status')
    .summary('how every source stands: schedule, last pull, troubles, crates')
    .description(
      'Shows each configured source with its last and next run, what its last pull did, and what needs attention.\n' +
        'Exits 1 when something does: a failing or overdue source, a held pull, crates in quarantine.',
    )
    .action((_options: object, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const sources = await bridge.sources(OPERATOR);
        if (!sources.ok) return output.failure(sources.failure);
        output.result({ sources: sources.value }, () => statusText(sources.value));
        return sources.value.some((item) => troubles(item).length > 0) ? 1 : 0;
      }),
    );
}

function pauseCommand(program: Command): void {
  program
    .command('pause')
    .summary("stop a source's schedule; a pull that somebody asks for still runs")
    .argument('<source>', 'source name, as NAME or FACILITY/NAME')
    .option('--because <text>', 'why, for whoever looks next')
    .action((source: string, options: { because?: string }, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const paused = await bridge.pauseSource(source, options.because ?? null, OPERATOR);
        if (!paused.ok) return output.failure(paused.failure);
        output.result({ source, paused: true }, () => `${source} is paused`);
        return 0;
      }),
    );
}

function resumeCommand(program: Command): void {
  program
    .command('resume')
    .summary('let a paused source run by its schedule again')
    .description('What its schedule missed meanwhile is caught up by one pull.')
    .argument('<source>', 'source name, as NAME or FACILITY/NAME')
    .action((source: string, _options: object, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const resumed = await bridge.resumeSource(source, OPERATOR);
        if (!resumed.ok) return output.failure(resumed.failure);
        output.result({ source, paused: false }, () => `${source} runs by its schedule again`);
        return 0;
      }),
    );
}

/** What of a source needs somebody's attention, a line each. */
export function troubles(item: SourceItem): readonly string[] {
  const { last_pull: last } = item;
  return [
    ...(item.failures > 0
      ? [
          `${plural(item.failures, 'failed listing')} since ${at(item.failing_since, item)} (${item.failure_code ?? 'unknown'})`,
        ]
      : []),
    ...(item.overdue_since === null
      ? []
      : [`overdue: no new crate since the run of ${at(item.overdue_since, item)}`]),
    ...(last?.held === undefined
      ? []
      : [
          `held: the last listing no longer names ${last.held.missing} of ${plural(last.held.present, 'crate')}; ` +
            `if that is right: crate-bridge pull ${item.id} --accept-missing`,
        ]),
    ...item.credential_warnings,
    ...(item.crates.quarantined > 0
      ? [`${plural(item.crates.quarantined, 'crate')} in quarantine: crate-bridge quarantine list ${item.id}`]
      : []),
    ...(last === null || last.failed === 0
      ? []
      : [`${plural(last.failed, 'crate')} failed in the last pull`]),
  ];
}

function statusText(items: readonly SourceItem[]): string {
  if (items.length === 0) return 'No source is configured.';
  const rows = items.map((item) => [
    item.id,
    item.kind,
    item.schedule === null ? 'on request' : item.paused === null ? item.schedule : 'paused',
    item.paused === null ? at(item.next_run_at, item) : at(null, item),
    at(item.last_pull?.started_at ?? null, item),
    item.last_pull?.state ?? '-',
    item.crates.current,
    item.crates.gone,
  ]);
  const head = ['source', 'kind', 'schedule', 'next run', 'last pull', 'state', 'crates', 'gone'];
  const attention = items.flatMap((item) => troubles(item).map((line) => `${item.id}: ${clean(line)}`));
  return [table(head, rows), ...(attention.length === 0 ? [] : ['', ...attention])].join('\n');
}

/** An instant in the source's own zone, as those who work there read it. */
function at(instant: string | null, item: SourceItem): string {
  if (instant === null) return '-';
  return DateTime.fromISO(instant, { zone: item.timezone }).toFormat('yyyy-LL-dd HH:mm ZZZZ');
}
