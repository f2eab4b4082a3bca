import pLimit, { type LimitFunction } from 'p-limit';
import { RequestError } from './errors.ts';
import { LONGEST_WAIT } from './retry-after.ts';

export interface OriginTurnsOptions {
  /** Requests in flight to one origin; default: no bound. */
  readonly concurrency?: number;
  /** Most requests a second to one origin; null: no rate. */
  readonly requestsPerSecond?: number | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal | null) => Promise<void>;
}

/** Who may ask an origin, and when. */
export interface OriginTurns {
  /**
   * Waits for a turn at an origin, first come first served; who has it calls the function it is answered with, once, when
   * the origin is done with the request. Throws the signal's reason when called off while waiting, a `RequestError` when
   * its turn comes later than in `remaining` milliseconds.
   */
  take(origin: string, signal: AbortSignal | null, remaining: () => number | null): Promise<() => void>;
  /** The origin asked to be left alone this long: nobody's turn comes before, up to a minute. */
  pause(origin: string, milliseconds: number): void;
}

interface Queue {
  readonly limit: LimitFunction;
  /** When the next request may begin, by the rate. */
  next: number;
  pausedUntil: number;
}

/** Crates name any number of origins; past so many, those with nothing to do are forgotten. */
const MANY = 256;

export function originTurns(options: OriginTurnsOptions): OriginTurns {
  const { now, sleep } = options;
  const spacing = options.requestsPerSecond ? 1000 / options.requestsPerSecond : 0;
  const queues = new Map<string, Queue>();

  function queueOf(origin: string): Queue {
    const known = queues.get(origin);
    if (known !== undefined) return known;
    if (queues.size >= MANY) {
      for (const [other, queue] of queues) if (isIdle(queue, now())) queues.delete(other);
    }
    const limit = pLimit(options.concurrency ?? Number.POSITIVE_INFINITY);
    const queue: Queue = { limit, next: 0, pausedUntil: 0 };
    queues.set(origin, queue);
    return queue;
  }

  function reserve(queue: Queue): number {
    const start = Math.max(now(), queue.next, queue.pausedUntil);
    queue.next = start + spacing;
    return start;
  }

  async function untilStart(
    queue: Queue,
    signal: AbortSignal | null,
    remaining: () => number | null,
  ): Promise<void> {
    let reached = now();
    for (let start = reserve(queue); start > reached; ) {
      const wait = start - reached;
      const left = remaining();
      if (left !== null && wait > left) throw heldBack(wait);
      await sleep(wait, signal);
      reached = start;
      // Another request may have been told to wait meanwhile.
      if (queue.pausedUntil > start) start = reserve(queue);
    }
  }

  return {
    async take(origin, signal, remaining) {
      const queue = queueOf(origin);
      const release = await slot(queue.limit, signal);
      try {
        await untilStart(queue, signal, remaining);
        return release;
      } catch (error) {
        release();
        throw error;
      }
    },
    pause(origin, milliseconds) {
      const queue = queueOf(origin);
      queue.pausedUntil = Math.max(queue.pausedUntil, now() + Math.min(milliseconds, LONGEST_WAIT));
    },
  };
}

/** A place among those in flight, held until the function is called. One called off while waiting takes none. */
function slot(limit: LimitFunction, signal: AbortSignal | null): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const calledOff = () => reject(signal?.reason);
    if (signal?.aborted === true) return calledOff();
    signal?.addEventListener('abort', calledOff, { once: true });
    void limit(
      () =>
        new Promise<void>((release) => {
          signal?.removeEventListener('abort', calledOff);
          if (signal?.aborted === true) release();
          else resolve(release);
        }),
    );
  });
}

function isIdle(queue: Queue, now: number): boolean {
  const { limit, next, pausedUntil } = queue;
  return limit.activeCount === 0 && limit.pendingCount === 0 && Math.max(next, pausedUntil) <= now;
}

function heldBack(wait: number): RequestError {
  return new RequestError({
    code: 'upstream_status',
    message: 'Requests to this server are held back for longer than this one may take.',
    retryable: true,
    retryAfterSeconds: Math.ceil(wait / 1000),
  });
}
