import { MAPPER_VERSION } from '../mapping/contract.ts';
import { type Outcome, success } from '../model/failure.ts';
import type { RebuildReport } from '../model/reports.ts';
import { RegistryError } from '../registry/rebuild.ts';
import type { BridgeContext } from './context.ts';
import { readCrate } from './read-crate.ts';

export interface RebuildOptions {
  readonly check: boolean;
  /** Told how many crate versions are done. */
  readonly progress?: (crateVersions: number) => void;
}

/**
 * Drops every derived row and makes it again from the stored documents, crate version by crate version, each in one
 * transaction (design rule 4). With `check` nothing is left changed where the rows come out different, and the report names
 * the crate versions and tables that did.
 */
export async function rebuild(
  context: BridgeContext,
  options: RebuildOptions,
): Promise<Outcome<RebuildReport>> {
  try {
    return await rebuildVersions(context, options);
  } catch (error) {
    // An iterable has no other way to say that the database went away.
    if (error instanceof RegistryError) return { ok: false, failure: error.failure };
    throw error;
  }
}

async function rebuildVersions(
  context: BridgeContext,
  options: RebuildOptions,
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
    const replaced = await context.registry.replaceRows(version, read.rows, {
      check: options.check,
      mapperVersion: MAPPER_VERSION,
    });
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
  if (options.check) {
    const strays = await context.registry.strayRows();
    if (!strays.ok) return strays;
    differences.push(...strays.value);
  }
  return success({ checked: options.check, crate_versions: crateVersions, rows, differences });
}
