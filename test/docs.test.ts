import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import configSchema from '../schemas/config.schema.json' with { type: 'json' };
import { storageRules } from '../src/bridge/context.ts';
import { parseConfig } from '../src/config/load.ts';
import { FAILURES } from '../src/model/failure.ts';
import type { StorageRule } from '../src/model/storage-rule.ts';
import type { StorageTarget } from '../src/storage/contract.ts';
import { ruleFor } from '../src/storage/rules.ts';
import { targetFor } from '../src/storage/target.ts';
import { valueFrom } from './support/bridge.ts';

const text = await readFile(new URL('../docs/storage-rules.md', import.meta.url), 'utf8');

/** The cells of the rows of the table whose heading begins so. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const from = text.indexOf(heading);
  const rows = text.slice(from).split('\n').slice(2);
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(0, end === -1 ? undefined : end).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Where a storage_uri is read from, in the words of the table. */
function described(rules: readonly StorageRule[], uri: string): string {
  const rule = ruleFor(rules, uri);
  // A URI that tries to leave its rule is refused by the rule that begins it.
  const named = rule ?? rules.find((one) => uri.startsWith(one.prefix)) ?? null;
  if (named === null) return 'refused: `no_storage_rule`';
  const target = targetFor(named, uri);
  return target.ok ? shown(target.value) : `refused: \`${target.failure.code}\``;
}

function shown(target: StorageTarget): string {
  return target.kind === 'http' ? `\`${target.url}\`` : `\`${target.root}\` / \`${target.path}\``;
}

describe('docs/storage-rules.md', () => {
  const block = /```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const rules = storageRules(valueFrom(parseConfig(block, '/etc/crate-bridge.json')));

  it.each(rowsOf('| storage_uri '))('%s is read from %s', (uri, place) => {
    expect(described(rules, (uri ?? '').replaceAll('`', ''))).toBe(place);
  });

  it.each(rowsOf('| code '))(
    '%s: status and exit code are those of the doors',
    (code, _means, status, exit) => {
      const kind = Object.entries(FAILURES).find(([name]) => `\`${name}\`` === code)?.[1];
      expect([String(kind?.status), String(kind?.exit)]).toEqual([status, exit]);
    },
  );
});

describe('docs/sources.md', async () => {
  const sources = await readFile(new URL('../docs/sources.md', import.meta.url), 'utf8');
  const sections = new Map(
    sources.split(/^## /m).map((section) => [/^`([\w-]+)`/.exec(section)?.[1] ?? '', section]),
  );
  const { source, sourceCommon } = configSchema.$defs;

  it.each(source.properties.kind.enum)('%s has a configuration that works', (kind) => {
    const written = /```json\n([\s\S]*?)```/.exec(sections.get(kind) ?? '')?.[1] ?? '';
    const { facilities } = valueFrom(parseConfig(written, '/etc/crate-bridge/crate-bridge.json'));
    expect(facilities.flatMap((facility) => facility.sources.map((one) => one.kind))).toContain(kind);
  });

  it('names what every source may have', () => {
    const named = [...sources.matchAll(/^\| `(\w+)` /gm)].map((match) => match[1]);
    const properties = Object.keys(sourceCommon.properties).filter(
      (name) => !['name', 'kind'].includes(name),
    );
    expect(named.sort()).toEqual(properties.sort());
  });
});
