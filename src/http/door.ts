import type { HttpBindings } from '@hono/node-server';
import type { createRoute } from '@hono/zod-openapi';
import type { Context, Hono } from 'hono';
import type { Bridge, Federation } from '../bridge/contract.ts';
import type { Caller } from '../model/caller.ts';

/** Where the door writes what happened; a pino logger fits. Facts never hold a secret or a query string. */
export interface DoorLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface DoorOptions {
  readonly bridge: Bridge & Federation;
  readonly log?: DoorLog;
  /** Milliseconds a client may take nothing of what waits for it before its transfer is broken. Default 60 000. */
  readonly writeStallMs?: number;
  /** Where people reach the service when a proxy stands before it; `https:` makes cookies Secure. */
  readonly publicUrl?: string;
  readonly now?: () => Date;
}

/** The options with their defaults: what every route is made with. */
export interface DoorContext {
  readonly bridge: Bridge & Federation;
  readonly log: DoorLog;
  readonly writeStallMs: number;
  readonly publicUrl: string | null;
  readonly now: () => Date;
}

export interface DoorEnv {
  Bindings: HttpBindings;
  Variables: { caller: Caller };
}

export type Door = Hono<DoorEnv>;
export type DoorCall = Context<DoorEnv>;
export type Route = ReturnType<typeof createRoute>;

/**
 * Puts a described route into the app. Handlers answer with a plain Response, since failures are problem documents and
 * bytes go straight to the socket; parameters are read by `parameters.ts`, which explains what is wrong with them.
 */
export function mount(
  app: Door,
  route: Route,
  handler: (call: DoorCall) => Response | Promise<Response>,
): void {
  app.on(route.method.toUpperCase(), route.getRoutingPath(), handler);
}

const SILENT: DoorLog = { info: () => {}, warn: () => {}, error: () => {} };

export function doorContext(options: DoorOptions): DoorContext {
  return {
    bridge: options.bridge,
    log: options.log ?? SILENT,
    writeStallMs: options.writeStallMs ?? 60_000,
    publicUrl: options.publicUrl ?? null,
    now: options.now ?? (() => new Date()),
  };
}
