import { type Command, InvalidArgumentError } from 'commander';
import { OPERATOR } from '../../model/caller.ts';
import { DRIFT_KINDS, type DriftItem, type DriftKind, type DriftReport } from '../../model/changes.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { runWithBridge } from '../run.ts';
import { clean, plural } from '../text.ts';

/** `crate-bridge drift [SOURCE…]`: what is no longer as it was. */
export function driftCommand(program: Command): void {
  program
    .command('drift')
    .summary('what is no longer as it was: superseded, moved, gone, returned, in conflict')
    .description(
      'Lists crates whose files have other bytes now, or are elsewhere, crates that their source no longer has or\n' +
        'has again, and copies that differ from what is registered. One line a crate, with examples below.',
    )
    .argument('[source...]', 'source names, as NAME or FACILITY/NAME; default: all')
    .option('--since <when>', 'a duration back from now (12h, 7d), a date in UTC or an RFC 3339 time', since)
    .action((sources: string[], options: { since?: string }, command: Command) =>
      runWithBridge(command, async (bridge, output) => {
        const drifted = await bridge.drift(
          {
            ...(sources.length === 0 ? {} : { source: sources }),
            ...(options.since === undefined ? {} : { since: options.since }),
          },
          OPERATOR,
        );
        if (!drifted.ok) return output.failure(drifted.failure);
        output.result(drifted.value, () => driftText(drifted.value));
        return 0;
      }),
    );
}

/** Said of a count of items of one kind. */
const COUNTED: Readonly<Record<DriftKind, (count: number) => string>> = {
  superseded: (count) => `${plural(count, 'file')} with other bytes`,
  moved: (count) => `${plural(count, 'pointer')} moved`,
  gone: (count) => (count === 1 ? 'gone' : `gone from ${plural(count, 'place')}`),
  returned: () => 'back',
  conflicts: (count) => `${plural(count, 'differing document')}`,
};

function driftText(report: DriftReport): string {
  const lines = DRIFT_KINDS.flatMap((kind) => {
    const items = report[kind];
    const total = report.totals[kind];
    if (total === 0) return [];
    const cut = total > items.length ? `, the newest ${items.length}` : '';
    return [`${kind} (${total}${cut})`, ...items.map((item) => itemText(kind, item))];
  });
  return lines.length === 0 ? 'nothing drifted' : lines.join('\n');
}

function itemText(kind: DriftKind, item: DriftItem): string {
  const named = item.name === null ? '' : ` ${clean(item.name)}`;
  const head = `  ${item.at.slice(0, 16)}Z ${item.facility}/${item.source} ${clean(item.crate_iri)}${named}: ${COUNTED[kind](item.count)}`;
  const examples = exampleLines(item.detail);
  return [head, ...examples.map((line) => `    ${clean(line)}`)].join('\n');
}

/** Examples of one line each. */
const EXAMPLES = 5;

/** What a detail gives as examples: pointers, places, or the one place it is about. */
function exampleLines(detail: JsonObject): readonly string[] {
  const { examples, places, url, registered_by: by } = detail;
  const lines = [
    ...(isJsonArray(places) ? places.map(placeText) : []),
    ...(isJsonArray(examples) ? examples.filter(isObject).map(pointerText) : []),
  ];
  if (lines.length > 0) return lines.slice(0, EXAMPLES);
  if (typeof url !== 'string') return [];
  return [typeof by === 'string' ? `${url} differs from what ${by} has` : url];
}

/** A place, or where something was and is. */
function placeText(place: JsonValue): string {
  return isJsonObject(place) ? `${String(place['from'])} is at ${String(place['to'])}` : String(place);
}

function pointerText({ iri, was, is }: JsonObject): string {
  const from = isJsonObject(was) ? was : {};
  const to = isJsonObject(is) ? is : {};
  const said = (pointer: JsonObject) => {
    const { sha256, file_size_bytes: size } = pointer;
    const digest = typeof sha256 === 'string' ? `sha256 ${sha256.slice(0, 12)}…` : 'no checksum';
    return typeof size === 'number' ? `${digest}, ${plural(size, 'byte')}` : digest;
  };
  const same = from['sha256'] === to['sha256'] && from['file_size_bytes'] === to['file_size_bytes'];
  const change = same
    ? `${String(from['storage_uri'])} is at ${String(to['storage_uri'])}`
    : `${said(from)}, is ${said(to)}`;
  return same ? change : `${String(iri)} was ${change}`;
}

function isObject(value: JsonValue): value is JsonObject {
  return isJsonObject(value);
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000, y: 365 * 86_400_000 } as const;

/** A duration becomes the time it means; anything else is for the registry to read, which says what would be right. */
function since(text: string): string {
  const duration = /^(\d{1,6})([mhdwy])$/.exec(text);
  const unit = duration?.[2];
  if (unit !== 'm' && unit !== 'h' && unit !== 'd' && unit !== 'w' && unit !== 'y') {
    if (/^\d{4}-\d\d-\d\d/.test(text)) return text;
    throw new InvalidArgumentError('expected a duration such as 7d, or a time such as 2026-01-31T00:00:00Z');
  }
  return new Date(Date.now() - Number(duration?.[1]) * UNIT_MS[unit]).toISOString();
}
