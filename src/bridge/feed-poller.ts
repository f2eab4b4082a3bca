import { OPERATOR } from '../model/caller.ts';
import type { Registry } from '../registry/contract.ts';

/** How often the database is asked whether something came, while somebody waits. */
const TICK_MS = 500;

/**
 * Tells who waits that something was recorded. However many wait, the database is asked once a tick, and not at all while
 * nobody does.
 */
export interface FeedPoller {
  /** What is known now; to be taken before looking for oneself, so that nothing falls in between. */
  mark(): Mark;
  /** Resolves once something may have been recorded since the mark, after so many milliseconds, or when the signal says so. */
  moved(mark: Mark, milliseconds: number, signal: AbortSignal | null): Promise<void>;
  /** From here on nobody waits. */
  stop(): void;
  stopped(): boolean;
}

/** The end of the feed as last seen; null: not seen. */
export type Mark = string | null;

export function createFeedPoller(
  registry: Pick<Registry, 'changesEnd'>,
  options: { readonly tickMs?: number } = {},
): FeedPoller {
  const waiting = new Set<() => void>();
  let end: Mark = null;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;

  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };

  const tick = async () => {
    // who was woken has had time to look and to wait again
    if (waiting.size === 0 || stopped) {
      timer = null;
      end = null;
      return;
    }
    const seen = await registry.changesEnd(OPERATOR).catch(() => null);
    timer = null;
    schedule();
    const known = seen?.ok === true ? seen.value : null;
    if (known !== null && known === end) return;
    end = known;
    // who waits asks for itself, and learns what is wrong with the database
    wakeAll();
  };

  const schedule = () => {
    if (!stopped) timer ??= setTimeout(() => void tick(), options.tickMs ?? TICK_MS);
  };

  return {
    mark: () => end,
    moved: (mark, milliseconds, signal) =>
      new Promise((resolve) => {
        if (stopped || signal?.aborted === true || mark !== end) return resolve();
        const wake = () => {
          clearTimeout(deadline);
          signal?.removeEventListener('abort', wake);
          waiting.delete(wake);
          resolve();
        };
        const deadline = setTimeout(wake, Math.max(0, milliseconds));
        signal?.addEventListener('abort', wake, { once: true });
        waiting.add(wake);
        schedule();
      }),
    stop: () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      wakeAll();
    },
    stopped: () => stopped,
  };
}
