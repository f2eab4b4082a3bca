import type { Command } from 'commander';
import type { DoctorReport, DoctorStep } from '../../bridge/doctor.ts';
import { FAILURES } from '../../model/failure.ts';
import { runCommand } from '../run.ts';
import { clean } from '../text.ts';

/** `crate-bridge doctor SOURCE`. Exit 0 all well, 1 something does not hold, 2 the source cannot be listed or read. */
export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .summary('try one source step by step, and say what is wrong and what to do')
    .description(
      'Lists the source, fetches one crate, checks and maps it, and asks for one of its files through its storage rule.\n' +
        'Works from this machine without a database, and writes nothing. Exits 1 when something does not hold, 2 when the\n' +
        'source cannot be listed or read.',
    )
    .argument('<source>', 'source name, as NAME or FACILITY/NAME')
    .option('--crate <url>', 'crate to look at; default: the first of the listing')
    .action((source: string, options: { crate?: string }, command: Command) =>
      runCommand(command, async (output, global) => {
        const [{ openOutbound }, { doctor }] = await Promise.all([
          import('../session.ts'),
          import('../../bridge/doctor.ts'),
        ]);
        const outbound = await openOutbound(global);
        if (!outbound.ok) return output.failure(outbound.failure);
        try {
          const report = await doctor(outbound.value, {
            source,
            ...options,
            progress: (step) => {
              if (output.interactive) output.note(`${step} …`);
            },
          });
          if (!report.ok) return output.failure(report.failure);
          output.result(report.value, () => doctorText(report.value));
          return exitOf(report.value.steps);
        } finally {
          await outbound.value.close();
        }
      }),
    );
}

function exitOf(steps: readonly DoctorStep[]): number {
  const failed = steps.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return 0;
  const unread = failed.some(
    ({ step, failure }) =>
      step === 'list' ||
      step === 'fetch' ||
      (step === 'read' && failure !== undefined && FAILURES[failure.code].exit === 2),
  );
  return unread ? 2 : 1;
}

const MARKS = { ok: 'ok', warning: 'warning', failed: 'FAILED', skipped: '-' } as const;

function doctorText(report: DoctorReport): string {
  const blocks = report.steps.map((step) => {
    const [first = '', ...more] = step.said;
    const time = step.state === 'skipped' ? '' : ` (${step.milliseconds} ms)`;
    const remedy = step.remedy === undefined ? [] : [`do: ${step.remedy}`];
    return [
      `  ${step.step.padEnd(13)} ${MARKS[step.state].padEnd(7)} ${clean(first)}${time}`.trimEnd(),
      ...[...more, ...remedy].map((line) => `${' '.repeat(24)}${clean(line)}`),
    ].join('\n');
  });
  return [`${report.source} (${report.kind})`, ...blocks].join('\n');
}
