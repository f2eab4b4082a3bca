import { setTimeout as wait } from 'node:timers/promises';
import { type Failure, failed, failure, type Outcome, success } from '../../model/failure.ts';
import type { RunningPull } from '../../registry/work-contract.ts';
import { type BridgeContext, configuredSources } from '../context.ts';
import type { PullProgress } from '../contract.ts';
import { workOnSource } from './source-work.ts';

/** How often an idle process looks for pulls that others began; one small query each time. */
const IDLE_MS = 1_500;

/** How often somebody who waits for pulls looks how far they are. */
const WATCHED_MS = 250;

/** How often jobs of dead processes are looked for while others have something in hand. */
const RECOVER_MS = 3_000;

/** How long a pull rests whose work broke off: the database went away, or something is wrong with it. */
const REST_MS = 15_000;

/** The work of pulls in this process, shared with every other on the same database. */
export interface Worker {
  /**
   * Works on these pulls until they have ended, whoever ends them. `progress` hears how far they are. Fails only with the
   * database; the pulls then go on when somebody works on them again.
   */
  drain(pulls: readonly WatchedPull[], progress: PullProgress | undefined): Promise<Outcome<void>>;
  /** Works on every pull there is or comes to be, until stopped. `troubled` hears when the database does not answer. */
  start(troubled: (reason: Failure) => void): void;
  /** Looks for work at once. */
  wake(): void;
  /** Gives back what nothing was done about, lets what is in flight end, and works on nothing any more. */
  stop(): Promise<void>;
}

export interface WatchedPull {
  readonly id: string;
  /** `{facility}/{source}` */
  readonly source: string;
}

/** The worker of a process. Idle until it is asked for something. */
export function createWorker(context: BridgeContext): Worker {
  const { registry } = context;
  const stopping = new AbortController();
  /** Pulls this process has in hand. */
  const active = new Map<string, Promise<void>>();
  /** Pulls somebody waits for, and how many do. */
  const watched = new Map<string, number>();
  /** Pulls of which others had something in hand when nothing was left to do here. */
  const elsewhere = new Set<string>();
  /** Why the work on a watched pull broke off. */
  const broken = new Map<string, Failure>();
  const restsUntil = new Map<string, number>();
  let troubled: ((reason: Failure) => void) | null = null;
  let looking: Promise<void> | null = null;
  let recoveredAt = Number.NEGATIVE_INFINITY;
  let wakeUp = () => {};
  /** Settles when the work on some pull ends here. */
  let ended = Promise.withResolvers<void>();

  const isWanted = () => !stopping.signal.aborted && (troubled !== null || watched.size > 0);

  async function keepLooking(): Promise<void> {
    while (isWanted()) {
      const looked = await look();
      if (!looked.ok) troubled?.(looked.failure);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, watched.size > 0 ? WATCHED_MS : IDLE_MS);
        wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
        if (stopping.signal.aborted) wakeUp();
      });
    }
    looking = null;
  }

  /** Takes up what there is to do; what this process has in hand goes on meanwhile. */
  async function look(): Promise<Outcome<void>> {
    const running = await registry.runningPulls();
    if (!running.ok) return running;
    const wanted = running.value.filter(({ id }) => troubled !== null || watched.has(id));
    for (const pull of wanted) {
      const rests = (restsUntil.get(pull.id) ?? 0) > performance.now();
      if (!active.has(pull.id) && !rests) takeUp(pull);
    }
    for (const id of elsewhere) if (!running.value.some((pull) => pull.id === id)) elsewhere.delete(id);
    if (elsewhere.size === 0 || performance.now() - recoveredAt < RECOVER_MS) return success(undefined);
    recoveredAt = performance.now();
    return registry.recoverWork(context.now());
  }

  function takeUp(pull: RunningPull): void {
    // a source this process has no configuration of is another's
    const from = configuredSources(context.config).find(
      ({ facility, source }) => facility.code === pull.facility && source.name === pull.source,
    );
    if (from === undefined) return;
    const working = workOnSource(context, from, pull, stopping.signal)
      .catch((error: unknown) => {
        const said = error instanceof Error ? error.message : String(error);
        return failure('internal', `The work on ${from.id} broke off: ${said}`);
      })
      .then((done) => {
        active.delete(pull.id);
        if (!done.ok) breakOff(pull.id, done.failure);
        else if (!done.value) elsewhere.add(pull.id);
        ended.resolve();
        ended = Promise.withResolvers();
      });
    active.set(pull.id, working);
  }

  function breakOff(id: string, reason: Failure): void {
    restsUntil.set(id, performance.now() + REST_MS);
    troubled?.(reason);
    if (watched.has(id)) broken.set(id, reason);
  }

  async function watch(
    pulls: readonly WatchedPull[],
    progress: PullProgress | undefined,
  ): Promise<Outcome<void>> {
    for (;;) {
      const more = ended.promise;
      let left = 0;
      for (const { id, source } of pulls) {
        const at = await registry.pullProgress(id);
        if (!at.ok) return at;
        progress?.at(source, at.value);
        if (at.value.state === 'running') left += 1;
      }
      if (left === 0) return success(undefined);
      if (stopping.signal.aborted)
        return failure('busy', 'The work was stopped; it goes on when it is taken up again.');
      for (const { id } of pulls) {
        const reason = broken.get(id);
        if (reason !== undefined) return failed(reason);
      }
      const patience = new AbortController();
      await Promise.race([more, wait(WATCHED_MS, undefined, { signal: patience.signal }).catch(() => {})]);
      patience.abort();
    }
  }

  return {
    drain: async (pulls, progress) => {
      for (const { id } of pulls) watched.set(id, (watched.get(id) ?? 0) + 1);
      looking ??= keepLooking();
      wakeUp();
      try {
        return await watch(pulls, progress);
      } finally {
        for (const { id } of pulls) {
          const others = (watched.get(id) ?? 1) - 1;
          if (others > 0) watched.set(id, others);
          else watched.delete(id);
          broken.delete(id);
          restsUntil.delete(id);
        }
      }
    },
    start: (heard) => {
      troubled = heard;
      looking ??= keepLooking();
    },
    wake: () => wakeUp(),
    stop: async () => {
      stopping.abort();
      wakeUp();
      await looking;
      await Promise.all(active.values());
    },
  };
}
