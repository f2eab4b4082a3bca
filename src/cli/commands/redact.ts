import type { Command } from 'commander';
import type { Bridge } from '../../bridge/contract.ts';
import { OPERATOR } from '../../model/caller.ts';
import type { Tombstone } from '../../model/curation.ts';
import { failure } from '../../model/failure.ts';
import type { Output } from '../output.ts';
import { runWithBridge } from '../run.ts';
import { plural, table } from '../text.ts';

interface TombstoneOptions {
  readonly reason?: string;
  readonly crate?: string;
  readonly list?: boolean;
  readonly lift?: string;
}

/** `crate-bridge redact ENTITY --reason TEXT` and `crate-bridge withdraw CRATE --reason TEXT`, each with `--list`, `--lift`. */
export function redactCommands(program: Command): void {
  program
    .command('redact')
    .summary('take one entity out of every stored document, for good')
    .description(
      'Takes an entity (a person, a sample, a file, anything but a root) out of every stored version of the crates that\n' +
        'say it: its node, every reference to it and embedded copies. The documents are replaced by what is left, and\n' +
        'what is pulled later is redacted before it is read. Findings and events that may quote those documents are\n' +
        'forgotten; stored schema records of the crates go. A crate that does not hold without it is shown as not\n' +
        'conformant. Free text elsewhere in a crate is not searched.',
    )
    .argument('[entity]', 'id or IRI; with --crate also its @id as that crate writes it')
    .option('--reason <text>', 'why; shown to whoever asks for what was taken out')
    .option('--crate <id-or-iri>', 'out of this crate alone')
    .option('--list', 'what was taken out so far')
    .option('--lift <id>', 'end a redaction: the next pull brings back what is still published')
    .action((entity: string | undefined, options: TombstoneOptions, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        if (options.list === true) return list(bridge, output, 'redact');
        if (options.lift !== undefined) return lift(bridge, output, 'redact', options.lift);
        const because = options.reason;
        if (entity === undefined || because === undefined) return incomplete(output, 'redact ENTITY');
        const report = await bridge.redact({ entity, crate: options.crate ?? null, because }, OPERATOR);
        if (!report.ok) return output.failure(report.failure);
        const { tombstones, versions, removed } = report.value;
        output.result(report.value, () => {
          const ids = tombstones.map(({ id }) => id).join(', ');
          const crates = plural(new Set(tombstones.map(({ crate }) => crate)).size, 'crate');
          return `redaction ${ids}: taken out of ${crates}, ${plural(versions, 'version')}, in ${plural(removed, 'place')}`;
        });
        output.note('Backups and dumps made before still have it.');
        return 0;
      }),
    );

  program
    .command('withdraw')
    .summary('take a whole crate away, for good')
    .description(
      'Takes a crate away: its rows, versions, places and stored documents. Asked for it, its runs or its files, the\n' +
        'service answers that they were withdrawn, when and why. What is pulled of it later is not registered, wherever\n' +
        'it turns up. Proofs of what was read and audits stay.',
    )
    .argument('[crate]', 'id or IRI')
    .option('--reason <text>', 'why; shown to whoever asks for the crate')
    .option('--list', 'what was withdrawn so far')
    .option('--lift <id>', 'end a withdrawal: the next pull registers the crate again')
    .action((crate: string | undefined, options: TombstoneOptions, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        if (options.list === true) return list(bridge, output, 'withdraw');
        if (options.lift !== undefined) return lift(bridge, output, 'withdraw', options.lift);
        const because = options.reason;
        if (crate === undefined || because === undefined) return incomplete(output, 'withdraw CRATE');
        const report = await bridge.withdraw({ crate, because }, OPERATOR);
        if (!report.ok) return output.failure(report.failure);
        const { id, crate: iri, versions, documents } = report.value;
        output.result(
          report.value,
          () =>
            `withdrawal ${id}: ${iri} is gone with ${plural(versions, 'version')} and ${plural(documents, 'stored document')}`,
        );
        output.note('Backups and dumps made before still have it.');
        return 0;
      }),
    );
}

function incomplete(output: Output, usage: string): number {
  return output.failure(
    failure('usage', 'Name what is to be taken away, and the reason.', {
      expected: `crate-bridge ${usage} --reason TEXT`,
    }).failure,
  );
}

async function list(bridge: Bridge, output: Output, kind: Tombstone['kind']): Promise<number> {
  const all = await bridge.tombstones(kind, OPERATOR);
  if (!all.ok) return output.failure(all.failure);
  output.result({ items: all.value }, () =>
    all.value.length === 0
      ? 'nothing was taken away so far'
      : table(
          ['id', 'crate', 'facility', 'at', 'by', 'lifted', 'because'],
          all.value.map((one) => [
            one.id,
            one.crate,
            one.facility,
            one.at,
            one.caller,
            one.lifted_at ?? '-',
            one.because,
          ]),
        ),
  );
  return 0;
}

async function lift(bridge: Bridge, output: Output, kind: Tombstone['kind'], id: string): Promise<number> {
  const lifted = await bridge.liftTombstone(kind, id, OPERATOR);
  if (!lifted.ok) return output.failure(lifted.failure);
  output.result(lifted.value, () => `lifted: the next pull of ${lifted.value.crate} reads it whole`);
  return 0;
}
