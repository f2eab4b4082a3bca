import type { Outcome } from '../model/failure.ts';
import { success } from '../model/failure.ts';
import type { RebuildReport } from '../model/reports.ts';
import type { BridgeContext } from './context.ts';
import { readCrate } from './read-crate.ts';

/**
 * Drops every derived row and makes it again from the stored documents, crate version by crate version, each in one
 * transaction (design rule 4). With `check` nothing is left changed where the rows come out different, and the report names
 * the crate versions and tables that did.
 */
export async function rebuild(
  context: BridgeContext,
  options: { readonly check: boolean; readonly progress?: (crateVersions: number) => void },
): Promise<Outcome<RebuildReport>> {
  let crateVersions = 0;
  let rows = 0;
  const differences: { crate: string; version: number; tables: readonly string[] }[] = [];
  for await (const version of context.registry.versions()) {
    const read = await readCrate({
      bytes: version.document,
      context: version.context,
      profile: 'auto',
      map: true,
    });
    crateVersions += 1;
    options.progress?.(crateVersions);
    if (read.rows === null) {
      differences.push({
        crate: version.crateIri,
        version: version.number,
        tables: ['(no longer readable)'],
      });
      continue;
    }
    const replaced = await context.registry.replaceRows(version, read.rows, { check: options.check });
    if (!replaced.ok) return replaced;
    rows += replaced.value.rows;
    if (options.check && replaced.value.differences.length > 0) {
      differences.push({
        crate: version.crateIri,
        version: version.number,
        tables: replaced.value.differences,
      });
    }
  }
  return success({ checked: options.check, crate_versions: crateVersions, rows, differences });
}
