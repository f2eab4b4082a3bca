import { type Failure, failed, type Outcome, success } from '../../model/failure.ts';
import type { CrateResult, KnownLocation, RunningPull, WorkItem } from '../../registry/work-contract.ts';
import type { BridgeContext, ConfiguredSource } from '../context.ts';
import { openSource } from '../sources.ts';
import { brokenListing, listSource } from './list-source.ts';
import { type ItemContext, type PulledItem, pullItem } from './pull-item.ts';

/** Crates of one source in flight in one process: enough to hide a facility's latency, few enough to bound memory by documents. */
const AT_ONCE = 4;

/** Jobs taken in one go, and lines written in one go. */
const BATCH = 20;

/** How often the queue hears that the jobs taken are still worked on; it gives them to others after a multiple of this. */
const KEEP_MS = 3_000;

/** Attempts after which a job is suspected of ending the processes that take it up, and is worked on by itself. */
const SUSPECT = 2;

/** How long crates in flight may take once the work is to stop. */
const LAST_MS = 5_000;

type CrateItem = Extract<WorkItem, { readonly kind: 'crate' }>;

interface Done {
  readonly job: string;
  /** Null where registering has written the line. */
  readonly result: CrateResult | null;
}

/**
 * Works on the pull of one source as long as its queue gives something, and ends it where nothing is left. Others may do the
 * same in other processes; false where they still have something in hand. A failure is the database's, and what was taken
 * comes back by itself.
 */
export async function workOnSource(
  context: BridgeContext,
  from: ConfiguredSource,
  pull: RunningPull,
  signal: AbortSignal,
): Promise<Outcome<boolean>> {
  return new SourceWork(context, from, pull, signal).run();
}

class SourceWork {
  readonly #context: BridgeContext;
  readonly #from: ConfiguredSource;
  readonly #pull: RunningPull;
  readonly #signal: AbortSignal;
  /** Jobs taken and not finished: what is kept alive. */
  readonly #held = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #waiting: CrateItem[] = [];
  #known: ReadonlyMap<string, KnownLocation> = new Map();
  #done: Done[] = [];
  #failure: Failure | null = null;

  constructor(context: BridgeContext, from: ConfiguredSource, pull: RunningPull, signal: AbortSignal) {
    this.#context = context;
    this.#from = from;
    this.#pull = pull;
    this.#signal = signal;
  }

  async run(): Promise<Outcome<boolean>> {
    const { registry } = this.#context;
    const keeping = setInterval(() => {
      // a failure is told by whatever is asked of the database next
      if (this.#held.size > 0) registry.keepWork(this.#pull, [...this.#held]).catch(() => {});
    }, KEEP_MS);
    try {
      await this.#work();
    } finally {
      clearInterval(keeping);
    }
    if (this.#failure !== null) return failed(this.#failure);
    if (this.#signal.aborted) return success(false);
    const { gone_after: goneAfter, hold_above: holdAbove } = this.#from.source;
    return registry.endPull(this.#pull, { goneAfter, holdAbove }, this.#context.now());
  }

  async #work(): Promise<void> {
    for (;;) {
      if (this.#isOver()) return this.#stop();
      if (this.#waiting.length === 0) {
        // what is written may name crates, and so gives more to take
        await this.#write();
        const taken = await this.#take();
        // what ended while the last lines were written still has to be
        if (taken === 0 && this.#running.size === 0 && this.#done.length === 0) return;
      }
      while (this.#running.size < AT_ONCE && this.#waiting.length > 0) this.#start();
      if (this.#running.size > 0) await Promise.race(this.#running);
      if (this.#done.length >= BATCH) await this.#write();
    }
  }

  #isOver(): boolean {
    return this.#failure !== null || this.#signal.aborted;
  }

  /** Takes what the queue gives, and does the listing at once. Answers how many jobs there were. */
  async #take(): Promise<number> {
    const taken = await this.#context.registry.takeWork(this.#pull, BATCH);
    if (!taken.ok) return this.#fail(taken.failure);
    for (const { job } of taken.value) this.#held.add(job);
    for (const item of taken.value) if (item.kind === 'list') await this.#list(item);
    const crates = await this.#apart(taken.value.filter((item) => item.kind === 'crate'));
    const { facility, source } = this.#pull;
    const urls = crates.map(({ crate }) => crate.url);
    const known = await this.#context.registry.knownLocations(facility, source, urls);
    if (!known.ok) return this.#fail(known.failure);
    this.#known = known.value;
    this.#waiting = crates;
    return taken.value.length;
  }

  /**
   * What may be ending its workers is worked on with nothing else of the source in hand, so that what was taken with it is not
   * suspected as well, and given up with it.
   */
  async #apart(crates: readonly CrateItem[]): Promise<CrateItem[]> {
    const suspect = crates.find(({ attempt }) => attempt >= SUSPECT);
    if (suspect === undefined || crates.length === 1) return [...crates];
    await this.#release(crates.filter((item) => item !== suspect));
    await Promise.all(this.#running);
    return [suspect];
  }

  async #list(item: WorkItem): Promise<void> {
    const { job } = item;
    const listed = await this.#adapter()
      .then((adapter) => listSource(this.#context, this.#from, adapter, this.#pull, job, this.#signal))
      .catch((error: unknown) =>
        this.#context.registry.failListing(this.#pull, job, brokenListing(error), this.#context.now()),
      );
    if (listed.ok) this.#held.delete(job);
    else if (this.#signal.aborted) await this.#release([item]);
    else this.#fail(listed.failure);
  }

  #start(): void {
    const item = this.#waiting.shift();
    if (item === undefined) return;
    const known = this.#known.get(item.crate.url);
    const running = this.#item(item, known).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #item({ job, crate }: CrateItem, known: KnownLocation | undefined): Promise<void> {
    const on: ItemContext = {
      context: this.#context,
      from: this.#from,
      adapter: () => this.#adapter(),
      pull: this.#pull.id,
      declared: [],
      dryRun: false,
    };
    const pulled = await pullItem(on, crate, known);
    const { error } = pulled.item;
    if (error !== undefined && isOurs(error)) this.#fail(error);
    else this.#done.push({ job, result: pulled.written ? null : resultOf(pulled) });
  }

  /** Writes what is done, and lets go of its jobs. */
  async #write(): Promise<void> {
    const done = this.#done;
    if (done.length === 0) return;
    this.#done = [];
    const jobs = done.map(({ job }) => job);
    const results = done.flatMap(({ result }) => (result === null ? [] : [result]));
    const { registry } = this.#context;
    const finished = await registry.finishCrates(this.#pull, jobs, results, this.#context.now());
    if (!finished.ok) this.#fail(finished.failure);
    for (const job of jobs) this.#held.delete(job);
  }

  async #stop(): Promise<void> {
    const untouched = this.#waiting;
    this.#waiting = [];
    await this.#release(untouched);
    const patience = new Promise<void>((resolve) => setTimeout(resolve, LAST_MS).unref());
    await Promise.race([Promise.all(this.#running), patience]);
    await this.#write();
  }

  async #release(items: readonly WorkItem[]): Promise<void> {
    if (items.length === 0) return;
    for (const { job } of items) this.#held.delete(job);
    // what cannot be given back now comes back by itself
    await this.#context.registry.releaseWork(this.#pull, items);
  }

  #fail(reason: Failure): 0 {
    this.#failure ??= reason;
    return 0;
  }

  #opened: ReturnType<typeof openSource> | null = null;
  #adapter(): ReturnType<typeof openSource> {
    this.#opened ??= openSource(this.#context, this.#from.facility, this.#from.source);
    return this.#opened;
  }
}

function resultOf({ item, bytesReferenced, nested, validators }: PulledItem): CrateResult {
  const { url, crate, outcome, findings, error } = item;
  return {
    url,
    crate,
    outcome,
    bytesReferenced,
    findings,
    nested,
    ...(error === undefined ? {} : { error }),
    ...(validators === undefined ? {} : { validators }),
  };
}

/** Without the database nothing can be said of a crate: it is not the crate that failed. */
function isOurs({ code }: Failure): boolean {
  return code === 'database_unavailable';
}
