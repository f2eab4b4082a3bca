import { type Command, InvalidArgumentError } from 'commander';
import type { Bridge } from '../../bridge/contract.ts';
import { OPERATOR } from '../../model/caller.ts';
import { type Outcome, success } from '../../model/failure.ts';
import type { ItemOf, ListFilters, ListKind, Page } from '../../model/items.ts';
import { collect, repeat, runWithBridge, wholeNumber } from '../run.ts';
import { plural, table } from '../text.ts';
import { LIST_COLUMNS } from './list-columns.ts';

interface ListOptions {
  readonly facility?: readonly string[];
  readonly proposalId?: readonly string[];
  readonly technique?: readonly string[];
  readonly instrument?: readonly string[];
  readonly sample?: readonly string[];
  readonly processingStatus?: readonly string[];
  readonly dateStart?: string;
  readonly dateEnd?: string;
  readonly sha256?: readonly string[];
  readonly storageUri?: readonly string[];
  readonly text?: string;
  readonly crate?: readonly string[];
  readonly run?: readonly string[];
  readonly limit: number;
  readonly cursor?: string;
  readonly all?: boolean;
}

const SUMMARIES: Readonly<Record<ListKind, string>> = {
  runs: 'experiment runs registered, with their samples and instruments',
  files: 'files registered, as pointers: where, how large, which checksum',
  samples: 'samples registered, with their molecules',
  instruments: 'instruments registered',
  workflows: 'workflow runs registered',
  crates: 'crates registered or in quarantine',
};

/** `crate-bridge runs|files|samples|instruments|workflows|crates`: the lists of `/api/v1`, with the same filters and items. */
export function listCommands(program: Command): void {
  for (const kind of Object.keys(SUMMARIES) as ListKind[]) listCommand(program, kind);
}

function listCommand(program: Command, kind: ListKind): void {
  program
    .command(kind)
    .summary(`list ${SUMMARIES[kind]}`)
    .description(
      `Lists ${SUMMARIES[kind]}.\nFilters are combined with AND; a repeated option means any of its values (codes and\nenum values may also be separated by commas).`,
    )
    .option('--facility <code>', 'facility code of the configuration', collect)
    .option('--proposal-id <code>', 'proposal', collect)
    .option('--technique <technique>', 'TechniqueEnum value, such as saxs', collect)
    .option('--instrument <instrument>', 'id, instrument_code, beamline_id or name', repeat)
    .option('--sample <sample>', 'id, sample_code or name', repeat)
    .option('--processing-status <status>', 'ProcessingStatusEnum value, or undeclared', collect)
    .option('--date-start <time>', 'runs at or after this time (RFC 3339, or a date in UTC)')
    .option('--date-end <time>', 'runs before this time')
    .option('--sha256 <hex>', 'checksum of a file', checksum)
    .option('--storage-uri <uri>', 'where a file is', repeat)
    .option('--text <text>', 'part of a name, description or code')
    .option('--crate <crate>', 'crate id or IRI', repeat)
    .option('--run <run>', 'run id or experiment_code', repeat)
    .option('--limit <n>', 'items on a page', wholeNumber(1, 1000), 100)
    .option('--cursor <cursor>', 'the `next` of the page before')
    .option('--all', 'every page')
    .action((options: ListOptions, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const page = await readPages(bridge, kind, options);
        if (!page.ok) return output.failure(page.failure);
        output.result(page.value, () => pageText(kind, page.value));
        return 0;
      }),
    );
}

/** One page, or with `--all` every page as one. */
async function readPages<K extends ListKind>(
  bridge: Bridge,
  kind: K,
  options: ListOptions,
): Promise<Outcome<Page<ItemOf[K]>>> {
  const filters = filtersOf(options);
  const limit = options.all === true ? 1000 : options.limit;
  let page = await bridge.list(kind, filters, { limit, cursor: options.cursor ?? null }, OPERATOR);
  if (!page.ok || options.all !== true) return page;
  const items = [...page.value.items];
  const { total } = page.value;
  while (page.value.next !== null) {
    page = await bridge.list(kind, filters, { limit, cursor: page.value.next }, OPERATOR);
    if (!page.ok) return page;
    items.push(...page.value.items);
  }
  return success({ items, next: null, total });
}

function filtersOf(options: ListOptions): ListFilters {
  return {
    ...(options.facility && { facility: options.facility }),
    ...(options.proposalId && { proposal_id: options.proposalId }),
    ...(options.technique && { technique: options.technique }),
    ...(options.instrument && { instrument: options.instrument }),
    ...(options.sample && { sample: options.sample }),
    ...(options.processingStatus && { processing_status: options.processingStatus }),
    ...(options.dateStart && { date_start: options.dateStart }),
    ...(options.dateEnd && { date_end: options.dateEnd }),
    ...(options.sha256 && { sha256: options.sha256 }),
    ...(options.storageUri && { storage_uri: options.storageUri }),
    ...(options.text && { text: options.text }),
    ...(options.crate && { crate: options.crate }),
    ...(options.run && { run: options.run }),
  };
}

function checksum(text: string, previous: readonly string[] | undefined): readonly string[] {
  const hex = text.toLowerCase().replace(/^sha256:/, '');
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new InvalidArgumentError('expected 64 hexadecimal digits');
  return [...(previous ?? []), hex];
}

function pageText<K extends ListKind>(kind: K, page: Page<ItemOf[K]>): string {
  if (page.items.length === 0) return `no ${kind} (of ${page.total})`;
  const columns = LIST_COLUMNS[kind];
  const drawn = table(
    columns.map((c) => c.head),
    page.items.map((item) => columns.map((c) => c.cell(item))),
  );
  const tail = page.next === null ? '' : `\nnext page: --cursor ${page.next}`;
  return `${drawn}\n${page.items.length} of ${plural(page.total, kind.replace(/s$/, ''), kind)}${tail}`;
}
