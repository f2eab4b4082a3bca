import { sql } from 'drizzle-orm';
import { OPERATOR } from '../../src/model/caller.ts';
import type { ChangeEvent } from '../../src/model/changes.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { PullReport } from '../../src/model/reports.ts';
import type { Registration, Registry } from '../../src/registry/contract.ts';
import type { NewPull, RunningPull, WorkItem } from '../../src/registry/work-contract.ts';
import type { FreshDatabase, FreshRegistry } from '../support/database.ts';
import { value } from './answers.ts';
import { settled } from './feed.ts';
import { onDatabase } from './sql.ts';

export const NOW = new Date('2026-03-01T12:00:00Z');
export const POLICY = { goneAfter: 2, holdAbove: 0.2 };

/** A pull that somebody asks for. */
export function request(source: string, asked: Partial<NewPull> = {}): NewPull {
  return {
    facility: 'als',
    source,
    trigger: 'request',
    acceptMissing: false,
    full: false,
    caller: 'operator',
    at: NOW,
    ...asked,
  };
}

/** Begins a pull and takes the job of its listing. */
export async function begin(
  registry: Registry,
  asked: NewPull,
): Promise<{ readonly pull: RunningPull; readonly job: string }> {
  const { id } = value(await registry.beginPull(asked));
  const pull = { id, facility: asked.facility, source: asked.source, listed: false, full: asked.full };
  const [list] = value(await registry.takeWork(pull, 1));
  if (list?.kind !== 'list') throw new Error('the listing was not queued');
  return { pull, job: list.job };
}

export interface ListedAs {
  readonly complete?: boolean;
  readonly full?: boolean;
  readonly watermark?: string;
  readonly problems?: readonly Failure[];
}

/** Begins a pull and lists these places. */
export async function list(
  registry: Registry,
  asked: NewPull,
  urls: readonly string[],
  as: ListedAs = {},
): Promise<RunningPull> {
  const { pull, job } = await begin(registry, asked);
  const crates = urls.map((url) => ({ url, parent: null, depth: 0 }));
  value(await registry.addCrates(pull, crates));
  const { complete = true, full = true, watermark = null, problems = [] } = as;
  value(await registry.finishListing(pull, job, { complete, full, watermark, problems }, NOW));
  return pull;
}

export type CrateItem = Extract<WorkItem, { readonly kind: 'crate' }>;

/** Takes crates of a pull. */
export async function take(registry: Registry, pull: RunningPull, max = 100): Promise<readonly CrateItem[]> {
  return value(await registry.takeWork(pull, max)).filter((item) => item.kind === 'crate');
}

/** Ends a pull in which every crate is registered as `registrationOf` says, or fails where that gives a failure. */
export async function finish(
  registry: Registry,
  pull: RunningPull,
  registrationOf: (url: string) => Registration | Failure,
): Promise<PullReport> {
  for (let items = await take(registry, pull); items.length > 0; items = await take(registry, pull)) {
    for (const { job, crate } of items) {
      const said = registrationOf(crate.url);
      if ('crateIri' in said) {
        const nested = said.nested.flatMap(({ kind, url }) =>
          kind === 'nested_crate' && url !== null
            ? [{ url, parent: said.crateIri, depth: crate.depth + 1 }]
            : [],
        );
        value(await registry.register({ ...said, pull: { id: pull.id, url: crate.url, nested } }));
        value(await registry.finishCrates(pull, [job], [], NOW));
      } else {
        const line = { url: crate.url, crate: crate.url, outcome: 'failed', bytesReferenced: 0 } as const;
        const result = { ...line, findings: [], nested: [], error: said };
        value(await registry.finishCrates(pull, [job], [result], NOW));
      }
    }
  }
  if (!value(await registry.endPull(pull, POLICY, NOW))) throw new Error('something of the pull is left');
  return value(await registry.pull(pull.id)).report;
}

/** Types of what was told of a source, oldest first, but for what registering tells of crates. */
export async function told(fresh: FreshRegistry, source: string): Promise<readonly ChangeEvent[]> {
  await settled(fresh);
  const { changes } = value(
    await fresh.registry.changes(null, 1_000, { source: [`als/${source}`] }, OPERATOR),
  );
  return changes.filter(({ type }) => type !== 'crate.registered' && type !== 'crate.updated');
}

/** As if every process that has jobs had died a while ago, and the time to wait after that had passed. */
export async function killWorkers(fresh: FreshDatabase, registry: Registry): Promise<void> {
  await onDatabase(fresh, async (db) => {
    await db.execute(
      sql`UPDATE pgboss.job SET heartbeat_on = heartbeat_on - interval '1 hour' WHERE state = 'active'`,
    );
    await db.execute(sql`UPDATE pgboss.queue SET monitor_claim_on = NULL`);
  });
  value(await registry.recoverWork(NOW));
  await onDatabase(fresh, (db) =>
    db.execute(sql`UPDATE pgboss.job SET start_after = now() - interval '1 second' WHERE state = 'retry'`),
  );
}
