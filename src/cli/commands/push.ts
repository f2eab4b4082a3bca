import type { Command } from 'commander';
import type { Bridge } from '../../bridge/contract.ts';
import type { PushFile } from '../../bridge/push-files.ts';
import { OPERATOR } from '../../model/caller.ts';
import { FAILURES, type Failure, type FailureCode } from '../../model/failure.ts';
import type { PullItemReport } from '../../model/reports.ts';
import type { Output } from '../output.ts';
import { startProgress } from '../progress.ts';
import { runWithBridge } from '../run.ts';
import { clean, plural } from '../text.ts';
import { findingText } from './validate.ts';

interface PushOptions {
  readonly source: string;
  readonly as?: string;
}

/** `crate-bridge push PATH…`. Exit 0 all registered, 1 something quarantined or failed, 2 something could not be read. */
export function pushCommand(program: Command): void {
  program
    .command('push')
    .summary('send crates of a facility that may only call out')
    .description(
      'Sends metadata documents to a source of kind push: a document, a zip (of which only the document is sent), or\n' +
        'every crate beneath a folder. Exits 0 when all are registered, 1 when one was quarantined or failed, 2 when\n' +
        'one cannot be read.',
    )
    .argument('<path...>', 'metadata documents, zips or folders')
    .requiredOption('--source <name>', 'the source, as NAME or FACILITY/NAME')
    .option(
      '--as <path>',
      'their place in the source, such as 2026/run-7; in a folder, what their own paths follow',
    )
    .action((paths: string[], options: PushOptions, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const { pushFiles } = await import('../../bridge/push-files.ts');
        const files = await pushFiles(paths, options.as ?? null, process.cwd());
        if (!files.ok) return output.failure(files.failure);
        const { items, stopped } = await send(bridge, files.value, options.source, output);
        if (stopped !== null && items.length === 0) return output.failure(stopped);
        output.result({ source: options.source, items }, () => items.map(itemText).join('\n'));
        return stopped === null ? exitOf(items) : output.failure(stopped);
      }),
    );
}

/** Failures that the next crate would meet as well. */
const ENDS: readonly FailureCode[] = [
  'unauthenticated',
  'denied',
  'busy',
  'database_unavailable',
  'service_unavailable',
  'internal',
];

/** Sends one after another; a crate that cannot be sent is its own line and stops none of the others. */
async function send(
  bridge: Bridge,
  files: readonly PushFile[],
  source: string,
  output: Output,
): Promise<{ readonly items: readonly PullItemReport[]; readonly stopped: Failure | null }> {
  const bar = startProgress(output, 'sending', 'crates');
  bar.total(files.length);
  const items: PullItemReport[] = [];
  try {
    for (const { name, ...file } of files) {
      const sent = await bridge.push({ source, ...file, wait: true }, OPERATOR);
      bar.advance();
      if (sent.ok) items.push(sent.value);
      else if (isEnd(sent.failure)) return { items, stopped: sent.failure };
      else {
        items.push({
          url: name,
          crate: name,
          outcome: 'failed',
          rows: {},
          findings: [],
          error: sent.failure,
        });
      }
    }
    return { items, stopped: null };
  } finally {
    bar.stop();
  }
}

/** A wrong source is as wrong for the next crate; a wrong path is not. */
function isEnd({ code, where }: Failure): boolean {
  return ENDS.includes(code) || (code === 'usage' && where !== '?path');
}

function exitOf(items: readonly PullItemReport[]): number {
  const worst = items.flatMap(({ error }) => (error === undefined ? [] : [FAILURES[error.code].exit]));
  if (worst.includes(2)) return 2;
  return items.some(({ outcome }) => !['registered', 'updated', 'unchanged'].includes(outcome)) ? 1 : 0;
}

/** A crate's line, and under it why it was not registered. */
export function itemText(item: PullItemReport): string {
  const errors = item.findings.filter((finding) => finding.severity === 'error');
  const shown = item.outcome === 'quarantined' ? errors.slice(0, 5) : [];
  const more = errors.length - shown.length;
  return [
    `${item.outcome}: ${clean(item.crate)}`,
    ...(item.error === undefined ? [] : [`  ${clean(item.error.message)}`]),
    ...shown.map(findingText),
    ...(shown.length > 0 && more > 0 ? [`  … and ${plural(more, 'more error')}`] : []),
  ].join('\n');
}
