import type { MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { serialize } from 'hono/utils/cookie';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { DoorCall, DoorContext, DoorEnv } from './door.ts';
import { type DoorFailure, problem } from './problem.ts';

const SESSION_COOKIE = 'crate_bridge_session';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Sets the caller: a bearer token, else the session cookie, else nobody. A secret that is not valid (any more) is a 401,
 * never a silent step down to what is public. What a browser would send by itself may only write from this service's own
 * pages.
 */
export function authenticate(door: DoorContext): MiddlewareHandler<DoorEnv> {
  return async (call, next) => {
    const bearer = bearerSecret(call);
    if (!bearer.ok) return problem(bearer.failure);
    const cookie = bearer.value === null ? (getCookie(call, cookieName(call, door)) ?? null) : null;
    if (cookie !== null && !SAFE_METHODS.includes(call.req.method) && !fromOwnPage(call)) {
      return problem(CROSS_SITE);
    }
    const caller = await door.bridge.authenticate(bearer.value ?? cookie);
    if (!caller.ok) {
      const headers = { 'WWW-Authenticate': 'Bearer realm="crate-bridge", error="invalid_token"' };
      const answer = problem(caller.failure, caller.failure.code === 'unauthenticated' ? headers : {});
      if (cookie === null || caller.failure.code !== 'unauthenticated') return answer;
      // The next request of this browser is then a stranger's again instead of failing for ever.
      answer.headers.append('Set-Cookie', endedCookie(call, door));
      return answer;
    }
    call.set('caller', caller.value);
    await next();
    return;
  };
}

/** The `Set-Cookie` that signs a browser in: never readable by scripts, never sent from another site. */
export function sessionCookie(
  call: DoorCall,
  door: DoorContext,
  session: { readonly secret: string; readonly expires: Date },
): string {
  return serialize(cookieName(call, door), session.secret, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    secure: isSecure(call, door),
    expires: session.expires,
  });
}

function endedCookie(call: DoorCall, door: DoorContext): string {
  return serialize(cookieName(call, door), '', { path: '/', secure: isSecure(call, door), maxAge: 0 });
}

/** Over HTTPS the name's prefix makes the browser refuse a cookie set by a neighbour or over plain HTTP (RFC 6265bis). */
function cookieName(call: DoorCall, door: DoorContext): string {
  return isSecure(call, door) ? `__Host-${SESSION_COOKIE}` : SESSION_COOKIE;
}

function isSecure(call: DoorCall, door: DoorContext): boolean {
  return new URL(door.publicUrl ?? call.req.url).protocol === 'https:';
}

/** RFC 6750 §2.1. Another scheme is refused: whoever sends one believes to be someone. */
function bearerSecret(call: DoorCall): Outcome<string | null> {
  const header = call.req.header('authorization');
  if (header === undefined) return success(null);
  const [, secret] = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header) ?? [];
  if (secret !== undefined) return success(secret);
  return failure('unauthenticated', 'Authorization must be "Bearer" and a token.', {
    where: 'Authorization',
    expected: 'Bearer TOKEN',
  });
}

/** Browsers say where a request comes from; without a word of it, a cookie alone proves nothing. */
function fromOwnPage(call: DoorCall): boolean {
  const site = call.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = call.req.header('origin');
  const host = call.req.header('host');
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

const CROSS_SITE: DoorFailure = {
  code: 'cross_site',
  message:
    'A signed-in browser may write only from a page of this service; a program sends a bearer token instead.',
  where: 'Origin',
};
