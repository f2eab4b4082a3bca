import { setTimeout as delay } from 'node:timers/promises';
import pRetry from 'p-retry';
import { Agent } from 'undici';
import { failed, type Outcome, success } from '../model/failure.ts';
import { parseRanges } from './address.ts';
import type { Credential, HttpClient, OutboundRequest, OutboundResponse, RequestLimits } from './contract.ts';
import { displayUrl } from './display.ts';
import { readDocument } from './document.ts';
import { connectFailure, RequestError } from './errors.ts';
import { type Exchange, exchange, lowerCased } from './exchange.ts';
import { guardedConnector, type Resolver } from './guard.ts';
import { DEFAULT_LIMITS, DOCUMENT_DEADLINE } from './limits.ts';
import { originTurns } from './origins.ts';
import { refusals } from './refusals.ts';
import { pauseBefore } from './retry-after.ts';

export interface HttpClientOptions {
  /** CIDR ranges beyond public addresses that may be asked. */
  readonly allow: readonly string[];
  /** Requests in flight to one origin; default: no bound. */
  readonly concurrency?: number;
  /** Most requests a second to one origin; null or absent: no rate. */
  readonly requestsPerSecond?: number | null;
  readonly userAgent?: string;
  /** Replaces `dns.lookup`. */
  readonly resolve?: Resolver;
  /** Waits for a turn and between attempts; replaced where time must not pass. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal | null) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** From 0 up to 1, for spreading retries. */
  readonly random?: () => number;
}

/**
 * The client every outbound request goes through; see the contract for what it promises. Holds one pool of connections
 * until `close()`. Throws a `RangeError` when `allow` holds what is no address range.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const allow = parseRanges(options.allow);
  const agents = new Map<number, Agent>();
  const now = options.now ?? Date.now;
  const sleep = options.sleep ?? sleepUntilAborted;
  const random = options.random ?? Math.random;
  const userAgent = options.userAgent ?? 'crate-bridge';
  const turns = originTurns({
    now,
    sleep,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    ...(options.requestsPerSecond === undefined ? {} : { requestsPerSecond: options.requestsPerSecond }),
  });
  const refused = refusals(now);

  // undici takes the connect timeout with the pool, so another timeout is another pool; there is one as a rule.
  function agentFor(connectTimeout: number): Agent {
    const known = agents.get(connectTimeout);
    if (known !== undefined) return known;
    const resolve = options.resolve === undefined ? {} : { resolve: options.resolve };
    const agent = new Agent({
      connect: guardedConnector({ allow, connectTimeout, ...resolve }),
      allowH2: false,
    });
    agents.set(connectTimeout, agent);
    return agent;
  }

  async function request(asked: OutboundRequest): Promise<Outcome<OutboundResponse>> {
    const limits: RequestLimits = { ...DEFAULT_LIMITS, ...asked.limits };
    const started = now();
    const signal = anySignal(asked.signal, limits.deadline);
    const remaining = () => (limits.deadline === null ? null : started + limits.deadline - now());
    const credential = asked.credential ?? [];
    const attempt: Exchange = {
      url: asked.url,
      method: asked.method ?? 'GET',
      body: asked.body ?? null,
      answerErrors: asked.answerErrors === true,
      headers: { accept: '*/*', ...lowerCased(asked.headers ?? {}), 'user-agent': userAgent },
      credentials: isList(credential) ? credential : [credential],
      limits,
      signal,
      dispatcher: agentFor(limits.connectTimeout),
      allow,
      turns,
      refusals: refused,
      remaining,
      now,
    };
    try {
      return success(
        await pRetry(() => exchange(attempt), {
          retries: asked.method === 'POST' && asked.repeatable !== true ? 0 : limits.retries,
          minTimeout: 0,
          ...(signal === null ? {} : { signal }),
          // The pause is taken here and not by p-retry, because the server may have said how long.
          shouldRetry: async ({ error, attemptNumber }) => {
            if (!(error instanceof RequestError) || !error.again) return false;
            const pause = pauseBefore(attemptNumber, error.askedToWait, remaining(), random);
            if (pause === null) return false;
            // A pause the server asked for is everybody's: whoever takes the next turn at that origin waits for it.
            if (error.askedToWait === null) await sleep(pause, signal);
            return true;
          },
        }),
      );
    } catch (error) {
      return failed(connectFailure(error, displayUrl(asked.url)).failure);
    }
  }

  return {
    request,
    async fetchDocument(asked) {
      const limits = { deadline: DOCUMENT_DEADLINE, ...asked.limits };
      const answer = await request({ ...asked, limits });
      return answer.ok ? readDocument(answer.value, asked.maxBytes) : answer;
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

/** `Array.isArray` alone does not know readonly lists. */
function isList(credential: Credential | readonly Credential[]): credential is readonly Credential[] {
  return Array.isArray(credential);
}

function anySignal(own: AbortSignal | undefined, deadline: number | null): AbortSignal | null {
  const signals = [
    ...(own === undefined ? [] : [own]),
    ...(deadline === null ? [] : [AbortSignal.timeout(deadline)]),
  ];
  return signals.length === 0 ? null : AbortSignal.any(signals);
}

async function sleepUntilAborted(milliseconds: number, signal: AbortSignal | null): Promise<void> {
  await delay(milliseconds, undefined, signal === null ? {} : { signal });
}
