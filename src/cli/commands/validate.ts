import { type Command, Option } from 'commander';
import type { Finding, ProfileChoice, ValidationReport } from '../../model/finding.ts';
import { runCommand } from '../run.ts';
import { clean, plural } from '../text.ts';

/** `crate-bridge validate PATH|URL…`: needs no database. Exit 0 all hold, 1 some do not, 2 some cannot be read. */
export function validateCommand(program: Command): void {
  program
    .command('validate')
    .summary('check crates against LAMBDA Core or base RO-Crate')
    .description(
      'Checks RO-Crate metadata documents: files, folders (every crate beneath) or URLs.\n' +
        'Exits 0 when all hold, 1 when some do not, 2 when some cannot be read.',
    )
    .argument('<path-or-url...>', 'documents, folders or http(s) URLs')
    .addOption(
      new Option('--profile <profile>', 'the profile to hold for')
        .choices(['lambda-core', 'ro-crate', 'auto'])
        .default('lambda-core'),
    )
    .action((sources: string[], options: { profile: ProfileChoice }, command: Command) =>
      runCommand(command, async (output) => {
        const { validate } = await import('../../bridge/validate.ts');
        const checked = await validate(sources, options.profile, process.cwd());
        if (!checked.ok) return output.failure(checked.failure);
        const { reports, unreadable } = checked.value;
        output.result(reports, () => reports.map(reportText).join('\n'));
        for (const { message } of unreadable) process.stderr.write(`error: ${clean(message)}\n`);
        if (unreadable.length > 0) return 2;
        return reports.every((r) => r.conformant) ? 0 : 1;
      }),
    );
}

/** The findings of the profile asked and of reading the document; what another profile says is one line. */
function reportText(report: ValidationReport): string {
  const asked = report.findings.filter((f) => f.profile === report.profile || f.profile === 'crate');
  const errors = asked.filter((f) => f.severity === 'error').length;
  const warnings = asked.length - errors;
  const tail = warnings > 0 ? `, ${plural(warnings, 'warning')}` : '';
  const head = report.conformant
    ? `${report.source}: conformant (${report.profile}${tail})`
    : `${report.source}: not conformant (${report.profile}: ${plural(errors, 'error')}${tail})`;
  const others = new Set(
    report.verdicts.map((v) => v.profile).filter((profile) => profile !== report.profile),
  );
  return [head, ...asked.map(findingText), ...[...others].map((profile) => otherText(report, profile))].join(
    '\n',
  );
}

function otherText(report: ValidationReport, profile: string): string {
  const holds = report.verdicts.every((v) => v.profile !== profile || v.verdict === 'holds');
  const said = report.findings.filter((f) => f.profile === profile).length;
  return `  beside it, ${profile} ${holds ? 'holds' : 'does not hold'} (${plural(said, 'finding')}; --profile ${profile} shows them)`;
}

/** One finding on a line: severity, rule, place, message. */
export function findingText(finding: Finding): string {
  const place = finding.entity ?? finding.pointer ?? 'document';
  return `  ${finding.severity} [${finding.layer} ${finding.rule}] ${clean(place)}: ${clean(finding.message)}`;
}
