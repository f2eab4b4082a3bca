import type { Command } from 'commander';
import { startProgress } from '../progress.ts';
import { runCommand } from '../run.ts';
import { plural } from '../text.ts';

/** `crate-bridge rebuild [--check]`: derived rows from stored documents. Exit 1 when `--check` finds a difference. */
export function rebuildCommand(program: Command): void {
  program
    .command('rebuild')
    .summary('make every derived row again from the stored documents')
    .description(
      'Drops and rebuilds the rows of every crate version from its stored document, with the same ids. Facts (proofs,\n' +
        'tokens, pulls, audits) stay. With --check, exits 1 and changes nothing where rows come out different.',
    )
    .option('--check', 'compare ids and content; keep what is there')
    .action((options: { check?: boolean }, command: Command) =>
      runCommand(command, async (output, global) => {
        const { openLocalBridge } = await import('../session.ts');
        const opened = await openLocalBridge(global);
        if (!opened.ok) return output.failure(opened.failure);
        const { bridge } = opened.value;
        const bar = startProgress(output, 'rebuilding', 'crate versions');
        try {
          const report = await bridge.rebuild({
            check: options.check === true,
            progress: () => bar.advance(),
          });
          bar.stop();
          if (!report.ok) return output.failure(report.failure);
          const { value } = report;
          output.result(value, () => {
            const done = `${plural(value.crate_versions, 'crate version')}, ${plural(value.rows, 'row')}`;
            if (!value.checked) return `rebuilt ${done}`;
            if (value.differences.length === 0) return `checked ${done}: the same ids and content`;
            return [
              `checked ${done}: ${plural(value.differences.length, 'crate version')} would change`,
              ...value.differences.map((d) => `  ${d.crate} version ${d.version}: ${d.tables.join(', ')}`),
            ].join('\n');
          });
          return value.differences.length === 0 ? 0 : 1;
        } finally {
          bar.stop();
          await bridge.close();
        }
      }),
    );
}
