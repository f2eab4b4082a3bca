import pino from 'pino';
import type { Bridge, Federation } from '../bridge/contract.ts';
import { createApp } from '../http/app.ts';
import { bindingAllowed, isLoopback } from '../http/binding.ts';
import { type RunningServer, startServer } from '../http/server.ts';
import { OPERATOR, SCOPES } from '../model/caller.ts';
import type { Outcome } from '../model/failure.ts';
import type { Output } from './output.ts';

/** A sign-in link is for the person who sees this terminal now. */
const SIGN_IN_MINUTES = 10;

/** The log of a service: JSON lines on stderr, from the level that LOG_LEVEL names on. */
export function createLog() {
  return pino({ level: process.env['LOG_LEVEL'] ?? 'warn' }, pino.destination(2));
}

/** Starts the door over a bridge and says where it is; on loopback with a link that signs the person in once. */
export async function startService(
  bridge: Bridge & Federation,
  options: { readonly host: string; readonly port: number; readonly publicUrl?: string | null },
  output: Output,
): Promise<Outcome<RunningServer>> {
  const tokens = await bridge.tokens(OPERATOR);
  if (!tokens.ok) return tokens;
  const now = Date.now();
  const hasTokens = tokens.value.some(
    (t) =>
      t.kind === 'token' &&
      t.revoked_at === null &&
      (t.expires_at === null || Date.parse(t.expires_at) > now),
  );
  const allowed = bindingAllowed(options.host, hasTokens);
  if (!allowed.ok) return allowed;
  const log = createLog();
  const { host, port, publicUrl = null } = options;
  const app = createApp({ bridge, log, ...(publicUrl === null ? {} : { publicUrl }) });
  const server = await startServer({ app, log, host, port });
  if (!server.ok) return server;
  const { url } = server.value;
  output.result({ url }, () => `crate-bridge listens on ${url}`);
  if (isLoopback(options.host)) {
    const link = await bridge.createToken(
      {
        name: `sign-in ${new Date(now).toISOString()} ${process.pid}`,
        kind: 'sign-in',
        scopes: SCOPES,
        facilities: null,
        proposals: [],
        expiresAt: new Date(now + SIGN_IN_MINUTES * 60_000),
      },
      OPERATOR,
    );
    if (link.ok)
      output.note(
        `sign in (once, within ${SIGN_IN_MINUTES} minutes): ${url}/sign-in?code=${link.value.secret}`,
      );
  }
  return server;
}

/** Resolves when the process is asked to stop. A second request ends it at once. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
