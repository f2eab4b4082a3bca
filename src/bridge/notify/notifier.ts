import { setTimeout as wait } from 'node:timers/promises';
import { createHttpClient } from '../../net/client.ts';
import type { HttpClient } from '../../net/contract.ts';
import type { Delivery } from '../../registry/changes-contract.ts';
import type { BridgeContext } from '../context.ts';
import { deliver } from './deliver.ts';

/** How often the queue is asked while it is empty. */
const TICK_MS = 2_000;

/** Attempts at once, so that a receiver that does not answer keeps few others waiting. */
const AT_ONCE = 16;

export interface Notifier {
  start(): void;
  /** Takes no more deliveries and lets running attempts end. */
  stop(): Promise<void>;
}

/** Facts never hold a secret or what was posted. */
export interface NotifierLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/**
 * Delivers queued events to the configuration's targets, each at least once. Any number of processes may do so on the same
 * database: a delivery is one process's at a time, and what a killed one had is tried again by another, under the same id.
 */
export function createNotifier(
  context: BridgeContext,
  options: { readonly log: NotifierLog; readonly tickMs?: number },
): Notifier {
  const { config, registry } = context;
  const { log } = options;
  const targets = new Map(config.notify.map((target) => [target.name, target]));
  const clients = new Map<string, HttpClient>();
  const stopping = new AbortController();
  const attempts = new Set<Promise<void>>();
  let running: Promise<void> = Promise.resolve();

  const clientFor = (name: string, allow: readonly string[]): HttpClient => {
    const client =
      clients.get(name) ?? createHttpClient({ allow: [...allow, ...config.network.allowPrivate] });
    clients.set(name, client);
    return client;
  };

  async function attempt(delivery: Delivery): Promise<void> {
    const { event, job } = delivery;
    const facts = { target: delivery.target, event: event.id, type: event.type };
    const target = targets.get(delivery.target);
    if (target === undefined) {
      log.info(facts, 'event dropped: its target is no longer configured');
      await registry.finishDelivery(job);
      return;
    }
    const delivered = await deliver(event, {
      target,
      http: clientFor(target.name, target.allow),
      secrets: context.secrets,
      publicUrl: config.publicUrl,
      now: context.now,
    });
    if (delivered.ok) {
      // not recorded, it is delivered once more: at least once is what is promised
      await registry.finishDelivery(job);
      return;
    }
    const { code, message } = delivered.failure;
    const failed = await registry.failDelivery(delivery, `${code}: ${message}`);
    const told = { ...facts, attempt: delivery.attempt + 1, code, reason: message };
    if (failed.ok && failed.value.givenUp) log.error(told, 'event given up: it was never delivered');
    else log.warn(told, 'event not delivered; it is tried again');
  }

  async function take(): Promise<readonly Delivery[]> {
    const taken = await registry.takeDeliveries(AT_ONCE - attempts.size);
    if (taken.ok) return taken.value;
    log.warn({ code: taken.failure.code, reason: taken.failure.message }, 'no events to be had');
    return [];
  }

  /** A defect ends neither the service nor the loop; what was being delivered is tried again later. */
  const unexpected = (error: unknown): void => log.error({ err: error }, 'unexpected error');

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const deliveries = (await take().catch(unexpected)) ?? [];
      for (const delivery of deliveries) {
        const attempted = attempt(delivery)
          .catch(unexpected)
          .finally(() => attempts.delete(attempted));
        attempts.add(attempted);
      }
      if (attempts.size >= AT_ONCE) await Promise.race(attempts);
      else if (deliveries.length === 0) {
        await wait(options.tickMs ?? TICK_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
    await Promise.all(attempts);
  }

  return {
    start: () => {
      if (targets.size > 0) running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}
