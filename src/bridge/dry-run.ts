import pLimit from 'p-limit';
import type { Caller } from '../model/caller.ts';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { PullReport } from '../model/reports.ts';
import type { CrateWork, DeclaredDigest, NewCrateWork } from '../registry/work-contract.ts';
import type { CrateRef, CrateSource } from '../sources/contract.ts';
import type { BridgeContext, ConfiguredSource } from './context.ts';
import type { PullRequest } from './contract.ts';
import { pullTotals } from './pull-totals.ts';
import { openSource } from './sources.ts';
import { type ItemContext, type PulledItem, pullItem } from './work/pull-item.ts';
import { windowOf } from './work/window.ts';

/** Crates of one source in flight. */
const AT_ONCE = 4;

/** Writes down that a dry run goes on, for who asks by its id before it is over. */
export function beginDryRun(
  context: BridgeContext,
  from: ConfiguredSource,
  id: string,
  caller: Caller,
): Promise<Outcome<void>> {
  const report = { ...emptyReport(context, from, id), finished_at: null };
  return context.registry.recordPull(report, caller.name);
}

/**
 * What a pull would do: lists, fetches, reads and checks like one, follows nested crates, and writes nothing but the record of
 * itself. Goes beside a pull of the same source and takes nothing from it.
 */
export async function dryRun(
  context: BridgeContext,
  from: ConfiguredSource,
  id: string,
  request: PullRequest,
  caller: Caller,
): Promise<Outcome<PullReport>> {
  const empty = emptyReport(context, from, id);
  const report = await runDry(context, from, empty, request).catch((error: unknown): PullReport => {
    const said = error instanceof Error ? error.message : String(error);
    return { ...empty, error: failure('internal', `The dry run broke off: ${said}`).failure };
  });
  const ended = { ...report, finished_at: context.now().toISOString() };
  const recorded = await context.registry.recordPull(ended, caller.name);
  return recorded.ok ? success(ended) : recorded;
}

async function runDry(
  context: BridgeContext,
  from: ConfiguredSource,
  report: PullReport,
  request: PullRequest,
): Promise<PullReport> {
  const states = await context.registry.sourceStates();
  if (!states.ok) return { ...report, error: states.failure };
  const state = states.value.find((s) => s.facility === from.facility.code && s.source === from.source.name);
  const asked = { full: request.full === true, now: context.now() };
  const { since, full } = windowOf(from.source, state ?? null, asked);
  const adapter = await openSource(context, from.facility, from.source);
  const listing = await adapter.list({ since });
  if (!listing.ok) return { ...report, error: listing.failure };
  const run = new DryRun(context, from, adapter);
  const pulled = await run.pull(listing.value.refs, (listed, done) =>
    request.progress?.at(from.id, { listed, done }),
  );
  return {
    ...report,
    ...pullTotals(pulled.map(({ item }) => item)),
    bytes_referenced: pulled.reduce((sum, { bytesReferenced }) => sum + bytesReferenced, 0),
    full,
    complete: listing.value.complete,
    problems: listing.value.problems,
  };
}

/** The crates of one dry run, level by level, so that what crates declare of those they name is known when these are read. */
class DryRun {
  readonly #context: BridgeContext;
  readonly #from: ConfiguredSource;
  readonly #adapter: CrateSource;
  /** Digests that crates read so far declare, by place. */
  readonly #declared = new Map<string, DeclaredDigest[]>();
  /** What was read first as a crate, by its IRI. */
  readonly #claims = new Map<string, PulledItem>();
  readonly #works = new Map<string, CrateWork>();
  readonly #done = new Map<string, PulledItem>();

  constructor(context: BridgeContext, from: ConfiguredSource, adapter: CrateSource) {
    this.#context = context;
    this.#from = from;
    this.#adapter = adapter;
  }

  async pull(
    refs: readonly CrateRef[],
    progress: (listed: number, done: number) => void,
  ): Promise<readonly PulledItem[]> {
    const limit = pLimit(AT_ONCE);
    let level = refs.map(({ url, validators }) => workOf({ url, parent: null, depth: 0, ...validators }));
    while (level.length > 0) {
      for (const work of level) this.#works.set(work.url, work);
      const pulled = await Promise.all(
        level.map((crate) =>
          limit(async () => {
            const one = await this.#one(crate);
            this.#done.set(crate.url, one);
            progress(this.#works.size, this.#done.size);
            return one;
          }),
        ),
      );
      const named = new Map(pulled.flatMap(({ nested }) => nested).map((work) => [work.url, work]));
      level = [...named.values()].filter(({ url }) => !this.#works.has(url)).map(workOf);
    }
    await this.#again();
    // in the order of the listing, whatever was done first
    return [...this.#works.keys()].flatMap((url) => this.#done.get(url) ?? []);
  }

  async #one(crate: CrateWork): Promise<PulledItem> {
    const { facility, source } = this.#from;
    const known = await this.#context.registry.knownLocations(facility.code, source.name, [crate.url]);
    const on: ItemContext = {
      context: this.#context,
      from: this.#from,
      adapter: () => Promise.resolve(this.#adapter),
      pull: null,
      declared: this.#declared.get(crate.url) ?? [],
      dryRun: true,
    };
    const pulled = await pullItem(on, crate, known.ok ? known.value.get(crate.url) : undefined);
    for (const [url, one] of pulled.declares) {
      this.#declared.set(url, [...(this.#declared.get(url) ?? []), one]);
    }
    return this.#claimed(pulled);
  }

  /** What was read before the crates that declare another digest for it. */
  async #again(): Promise<void> {
    for (const [url, { sha256 }] of this.#done) {
      const work = this.#works.get(url);
      const digests = this.#declared.get(url) ?? [];
      if (work === undefined || sha256 === null || digests.length === 0) continue;
      const isAsDeclared = digests.some((said) => said.sha256.toLowerCase() === sha256);
      if (!isAsDeclared) this.#done.set(url, await this.#one(work));
    }
  }

  /** Two documents cannot both be one crate: the second says so. */
  #claimed(pulled: PulledItem): PulledItem {
    const { item, sha256 } = pulled;
    if (sha256 === null) return pulled;
    const other = this.#claims.get(item.crate);
    if (other === undefined) this.#claims.set(item.crate, pulled);
    if (other === undefined || other.item.url === item.url || other.sha256 === sha256) return pulled;
    const message = `${item.url} is the same crate as ${other.item.url}: an identity has no query or fragment.`;
    const error = failure('unreadable', message, { where: item.url }).failure;
    const conflict = { ...item, outcome: 'conflict', rows: {}, error } as const;
    return { ...pulled, item: conflict, bytesReferenced: 0, nested: [] };
  }
}

function workOf({ url, parent, depth, etag = null, lastModified = null }: NewCrateWork): CrateWork {
  return { url, parent, depth, etag, lastModified };
}

function emptyReport(context: BridgeContext, from: ConfiguredSource, id: string): PullReport {
  return {
    id,
    source: from.id,
    dry_run: true,
    trigger: 'request',
    full: false,
    complete: false,
    ...pullTotals([]),
    gone: 0,
    returned: 0,
    bytes_referenced: 0,
    bytes_copied: 0,
    problems: [],
    started_at: context.now().toISOString(),
    finished_at: null,
  };
}
