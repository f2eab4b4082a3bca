import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ArchiveReport, DumpOptions } from '../../bridge/archive.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { startCount } from '../progress.ts';
import { runCommand } from '../run.ts';
import { plural } from '../text.ts';

/** `crate-bridge dump [FILE|-]`: the whole registry as one file that either engine restores. */
export function dumpCommand(program: Command): void {
  program
    .command('dump')
    .summary('write the whole registry to a file, for a backup or the other engine')
    .description(
      'Writes documents, rows and facts as NDJSON, as one moment sees them; secrets are in it only as digests. gzip where\n' +
        'the name ends in .gz. The embedded database answers nobody else meanwhile. Pulls that run go on, and are in the dump\n' +
        'as failed. Restore it with `crate-bridge restore`.',
    )
    .argument('[file]', 'file to write, or - for stdout; default: crate-bridge-TIME.ndjson.gz here')
    .option('--force', 'replace a file that is there')
    .action((file: string | undefined, options: { force?: boolean }, command: Command) =>
      runCommand(command, async (output, global) => {
        const target = targetOf(file, options.force === true, output.json);
        if (!target.ok) return output.failure(target.failure);
        const { openLocalBridge } = await import('../session.ts');
        const opened = await openLocalBridge(global);
        if (!opened.ok) return output.failure(opened.failure);
        const { bridge } = opened.value;
        try {
          const progress = startCount(output, 'dumped', 'rows');
          const dumped = await bridge.dump({ target: target.value, progress });
          if (!dumped.ok) return output.failure(dumped.failure);
          const text = () => `dumped ${archiveText(dumped.value)} to ${dumped.value.file ?? 'stdout'}`;
          if (file === '-') output.note(text());
          else output.result(dumped.value, text);
          return 0;
        } finally {
          await bridge.close();
        }
      }),
    );
}

/** Rows and tables for a person. */
export function archiveText(report: ArchiveReport): string {
  const counts = Object.values(report.rows);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return `${plural(rows, 'row')} of ${plural(counts.filter((count) => count > 0).length, 'table')}`;
}

function targetOf(file: string | undefined, force: boolean, json: boolean): Outcome<DumpOptions['target']> {
  if (file === '-') {
    return json
      ? failure('usage', 'With --json, stdout is for the report; the dump needs a file.', { where: '--json' })
      : success({ stream: process.stdout });
  }
  const name = file ?? `crate-bridge-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}.ndjson.gz`;
  return success({ path: resolve(name), force });
}
