import type { Command } from 'commander';
import type { Bridge } from '../../bridge/contract.ts';
import { OPERATOR } from '../../model/caller.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { QuarantinedCrate, QuarantinedItem } from '../../model/quarantine.ts';
import type { PullItemReport } from '../../model/reports.ts';
import type { Output } from '../output.ts';
import { startProgress } from '../progress.ts';
import { runWithBridge, wholeNumber } from '../run.ts';
import { clean, plural, table } from '../text.ts';
import { itemText } from './push.ts';
import { findingText } from './validate.ts';

/** `crate-bridge quarantine list|show|retry|link`. */
export function quarantineCommand(program: Command): void {
  const quarantine = program
    .command('quarantine')
    .summary('crates that do not hold: list, show, retry, link')
    .description('Crates that do not hold wait here, as they were published, until they do.');

  quarantine
    .command('list')
    .summary('what waits, newest first')
    .argument('[source...]', 'source names, as NAME or FACILITY/NAME; default: all')
    .action((sources: string[], _options: object, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const items = await everyItem(bridge, sources);
        if (!items.ok) return output.failure(items.failure);
        output.result({ items: items.value }, () => listText(items.value));
        return 0;
      }),
    );

  quarantine
    .command('show')
    .summary('one of them, with every finding')
    .argument('<id>', 'its id in the list')
    .action((id: string, _options: object, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const found = await bridge.quarantinedCrate(id, OPERATOR);
        if (!found.ok) return output.failure(found.failure);
        output.result(found.value, () => crateText(found.value));
        return 0;
      }),
    );

  quarantine
    .command('retry')
    .summary('read what is stored again with the rules of today')
    .description(
      'Reads the stored documents again with the checker and mapper of this release; nothing is fetched.\n' +
        'Exits 1 when one still does not hold.',
    )
    .argument('[id...]', 'ids in the list')
    .option('--all', 'every one of them')
    .action((ids: string[], options: { all?: boolean }, command: Command) =>
      runWithBridge(command, (bridge, output) => retry(bridge, ids, options.all === true, output)),
    );

  quarantine
    .command('link')
    .summary('make an address at which its facility reads the findings without an account')
    .argument('<id>', 'its id in the list')
    .option('--days <days>', 'how long it works; default: 30', wholeNumber(1, 365))
    .action((id: string, options: { days?: number }, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const made = await bridge.linkFindings(id, options.days ?? null, OPERATOR);
        if (!made.ok) return output.failure(made.failure);
        const { path, url, expires_at } = made.value;
        output.result({ url, path, expires_at }, () => url ?? path);
        if (url === null)
          output.note('Put the address of your service before it, or set publicUrl in the configuration.');
        output.note(`It works until ${expires_at} and is not shown again.`);
        return 0;
      }),
    );
}

/** Items of one page. */
const PAGE = 500;

async function everyItem(
  bridge: Bridge,
  sources: readonly string[],
): Promise<Outcome<readonly QuarantinedItem[]>> {
  const items: QuarantinedItem[] = [];
  for (let cursor: string | null = null; ; ) {
    const filters = sources.length === 0 ? {} : { source: sources };
    const page: Awaited<ReturnType<Bridge['quarantined']>> = await bridge.quarantined(
      filters,
      { limit: PAGE, cursor },
      OPERATOR,
    );
    if (!page.ok) return page;
    items.push(...page.value.items);
    cursor = page.value.next;
    if (cursor === null) return success(items);
  }
}

async function retry(bridge: Bridge, ids: readonly string[], all: boolean, output: Output): Promise<number> {
  if (all === ids.length > 0) {
    return output.failure(
      failure('usage', 'Name what is to be read again, or say --all.', { expected: 'ids, or --all' }).failure,
    );
  }
  const every = all ? await everyItem(bridge, []) : success([]);
  if (!every.ok) return output.failure(every.failure);
  const chosen = all ? every.value.map((item) => item.crate_version_id) : ids;
  const bar = startProgress(output, 'reading', 'crates');
  bar.total(chosen.length);
  const items: PullItemReport[] = [];
  try {
    for (const id of chosen) {
      const item = await bridge.retryQuarantined(id, OPERATOR);
      bar.advance();
      if (!item.ok) return output.failure(item.failure);
      items.push(item.value);
    }
  } finally {
    bar.stop();
  }
  output.result({ items }, () =>
    items.length === 0 ? 'nothing is in quarantine' : items.map(itemText).join('\n'),
  );
  return items.every(({ outcome }) => ['registered', 'updated', 'unchanged'].includes(outcome)) ? 0 : 1;
}

function listText(items: readonly QuarantinedItem[]): string {
  if (items.length === 0) return 'nothing is in quarantine';
  return table(
    ['id', 'source', 'since', 'errors', 'before it', 'crate'],
    items.map((item) => [
      item.crate_version_id,
      `${item.facility}/${item.source}`,
      item.since,
      item.errors,
      item.has_current ? 'an earlier version' : 'nothing',
      item.crate_iri,
    ]),
  );
}

function crateText(crate: QuarantinedCrate): string {
  const lines = [
    `${clean(crate.crate_iri)}: version ${crate.number}, in quarantine since ${crate.since}`,
    ...(crate.url === null ? [] : [`  found at ${clean(crate.url)}`]),
    `  ${crate.profile} (${crate.checker_version}): ${plural(crate.errors, 'error')}, ${plural(crate.warnings, 'warning')}`,
    ...crate.findings.map((finding) =>
      finding.pointer === null || finding.entity === null
        ? findingText(finding)
        : `${findingText(finding)} (${clean(finding.pointer)})`,
    ),
  ];
  return lines.join('\n');
}
