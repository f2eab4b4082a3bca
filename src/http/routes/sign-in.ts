import { randomUUID } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { failure } from '../../model/failure.ts';
import { sessionCookie } from '../authenticate.ts';
import { type Door, type DoorContext, mount } from '../door.ts';
import { readQuery } from '../parameters.ts';
import { problem } from '../problem.ts';
import { problems } from '../schemas/common.ts';
import { sessionFor } from '../session.ts';

const signInQuery = z.object({
  code: z
    .string({ error: 'the code of a sign-in link' })
    .min(1, { error: 'the code of a sign-in link' })
    .openapi({ param: { description: 'Good for one use.' } }),
});

const signIn = createRoute({
  method: 'get',
  path: '/sign-in',
  operationId: 'sign-in',
  tags: ['service'],
  summary: 'Sign a browser in with the link that `serve` prints',
  request: { query: signInQuery },
  responses: {
    303: { description: 'Signed in, by a cookie; on to the start page.' },
    ...problems({ 400: 'No code.', 401: 'The code is unknown, spent or expired.' }),
  },
});

export const signInRoutes = [signIn];

const SESSION_HOURS = 12;

/** `/sign-in?code=…`: spends the code and leaves a session cookie. */
export function mountSignIn(app: Door, door: DoorContext): void {
  mount(app, signIn, async (call) => {
    const query = readQuery(call, signInQuery);
    if (!query.ok) return problem(query.failure);
    const caller = await door.bridge.authenticate(query.value.code);
    if (!caller.ok) return problem(caller.failure);
    // A token in a link would end up in histories; only what was made for a link signs in by one.
    if (caller.value.kind !== 'session') return problem(NO_CODE.failure);
    const expires = new Date(door.now().getTime() + SESSION_HOURS * 3_600_000);
    const name = `${caller.value.name} session ${randomUUID().slice(0, 8)}`;
    const session = await door.bridge.createToken(sessionFor(caller.value, name, expires), caller.value);
    if (!session.ok) return problem(session.failure);
    const cookie = sessionCookie(call, door, { secret: session.value.secret, expires });
    return new Response(null, {
      status: 303,
      headers: { Location: '/', 'Set-Cookie': cookie, 'Cache-Control': 'no-store' },
    });
  });
}

const NO_CODE = failure(
  'unauthenticated',
  'This is no sign-in code; `crate-bridge serve` prints a link that has one.',
  {
    where: '?code',
  },
);
