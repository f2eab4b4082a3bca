import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionFor } from '../../src/http/session.ts';
import { callerFor, type FacilityAccess, type Grant, reaches, SCOPES } from '../../src/model/caller.ts';
import { caller, type OpenDoor, openDoor } from './door.ts';

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor({
    callers: {
      reader: caller('reader', ['metadata:read']),
      puller: caller('puller', ['pulls:write']),
      session: caller('ana', ['pulls:write'], 'session'),
      'once-1': caller('serve', SCOPES, 'session'),
      'once-2': caller('serve', SCOPES, 'session'),
    },
  });
});
afterAll(() => door.close());

const NO_BODY = { method: 'POST', redirect: 'manual' } as const;

function post(headers: Record<string, string>, body?: string) {
  return fetch(`${door.url}/api/v1/pulls`, { ...NO_BODY, headers, ...(body !== undefined && { body }) });
}

const AS_JSON = { 'content-type': 'application/json' };
const PULLER = { authorization: 'Bearer puller' };

describe('a caller', () => {
  it('may be nobody', async () => {
    expect((await fetch(`${door.url}/api/v1/runs`)).status).toBe(200);
  });

  it.each(['Bearer unknown', 'Bearer', 'Bearer a b', 'Basic dTpw', 'reader'])(
    'is refused with Authorization: %s, never taken for nobody',
    async (authorization) => {
      const answer = await fetch(`${door.url}/api/v1/runs`, { headers: { authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
      const text = await answer.text();
      expect(JSON.parse(text)).toMatchObject({ code: 'unauthenticated', retryable: false });
      expect(text).not.toContain('dTpw');
    },
  );

  it('with a spent session is told, and then is nobody', async () => {
    const answer = await fetch(`${door.url}/api/v1/runs`, {
      headers: { cookie: 'crate_bridge_session=old' },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toMatch(/^crate_bridge_session=; Max-Age=0; Path=\//);
  });

  it('is the bearer of the token where there is a cookie too', async () => {
    const answer = await post({ ...PULLER, ...AS_JSON, cookie: 'crate_bridge_session=old' }, '{}');
    expect(answer.status).toBe(202);
    expect(door.asked.pulls.at(-1)?.caller).toBe('puller');
  });
});

describe('listing pulls', () => {
  const list = (query: string) => fetch(`${door.url}/api/v1/pulls${query}`, { headers: PULLER });

  it('shows the newest, of one source where it is named, without their crates', async () => {
    const answer = await list('?source=als/crates&limit=5');
    expect(answer.status).toBe(200);
    expect(door.asked.pullLists.at(-1)).toEqual({ source: 'als/crates', limit: 5, caller: 'puller' });
    const { items } = (await answer.json()) as { items: object[] };
    expect(items).toMatchObject([{ state: 'finished', source: 'als/crates', trigger: 'request' }]);
    expect(items[0]).not.toHaveProperty('items');
    expect((await list('')).status).toBe(200);
    expect(door.asked.pullLists.at(-1)).toEqual({ limit: 50, caller: 'puller' });
  });

  it.each(['?limit=0', '?limit=1001', '?limit=x', '?page=2'])('refuses %s', async (query) => {
    const answer = await list(query);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'usage' });
  });
});

describe('starting pulls', () => {
  it('answers at once with where to watch them', async () => {
    const answer = await post({ ...PULLER, ...AS_JSON }, '{"sources":["als/crates"],"dry_run":true}');
    expect(answer.status).toBe(202);
    expect(door.asked.pulls.at(-1)).toEqual({
      sources: ['als/crates'],
      dryRun: true,
      full: false,
      acceptMissing: false,
      caller: 'puller',
    });
    const location = answer.headers.get('location') ?? '';
    expect(await answer.json()).toMatchObject({ pulls: [{ source: 'als/crates', href: location }] });
    const report = await fetch(new URL(location, door.url));
    expect(await report.json()).toMatchObject({ state: 'done', source: 'als/crates', bytes_copied: 0 });
  });

  it('takes on that everything is asked for, and that what is missing is gone', async () => {
    const answer = await post({ ...PULLER, ...AS_JSON }, '{"full":true,"accept_missing":true}');
    expect(answer.status).toBe(202);
    expect(door.asked.pulls.at(-1)).toMatchObject({ dryRun: false, full: true, acceptMissing: true });
  });

  it('means all sources when it names none', async () => {
    expect((await post(PULLER)).status).toBe(202);
    expect(door.asked.pulls.at(-1)).toMatchObject({ sources: [], dryRun: false });
  });

  it('needs somebody, who may', async () => {
    const stranger = await post(AS_JSON, '{}');
    expect(stranger.status).toBe(401);
    expect(stranger.headers.has('www-authenticate')).toBe(true);
    const reader = await post({ ...AS_JSON, authorization: 'Bearer reader' }, '{}');
    expect(reader.status).toBe(403);
    expect(await reader.json()).toMatchObject({ code: 'denied', expected: 'pulls:write' });
  });

  it.each([
    ['{"source":["a"]}', '/source', 'did you mean \\"sources\\"'],
    ['{"sources":"a"}', '/sources', 'a list of sources'],
    ['{"sources":[1]}', '/sources/0', 'a source'],
    ['{"dry_run":"yes"}', '/dry_run', 'true or false'],
    ['[]', 'body', 'a JSON object'],
    ['{', 'body', 'not JSON'],
  ])('refuses %s and says where', async (body, where, hint) => {
    const answer = await post({ ...PULLER, ...AS_JSON }, body);
    expect(answer.status).toBe(400);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'usage', where });
    expect(text).toContain(hint);
  });

  it('takes JSON only, and not much of it', async () => {
    const form = await post({ ...PULLER, 'content-type': 'application/x-www-form-urlencoded' }, 'sources=a');
    expect(form.status).toBe(415);
    expect(await form.json()).toMatchObject({ code: 'unsupported_media_type', where: 'Content-Type' });
    const large = await post({ ...PULLER, ...AS_JSON }, `{"sources":["${'x'.repeat(1024 * 1024)}"]}`);
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ code: 'too_large' });
  });

  it.each([
    [{ 'sec-fetch-site': 'same-origin' }, 202],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{}, 403],
  ] as const)('by a signed-in browser comes from our own pages: %j', async (site, status) => {
    const fields = { ...AS_JSON, cookie: 'crate_bridge_session=session', ...site };
    // fetch sets Sec-Fetch-* and Origin itself, so the fields are sent as they are.
    expect(await rawPost(fields)).toBe(status);
  });

  it('by a signed-in browser without Sec-Fetch-Site goes by its origin', async () => {
    const fields = { ...AS_JSON, cookie: 'crate_bridge_session=session', origin: door.url };
    expect(await rawPost(fields)).toBe(202);
  });
});

async function rawPost(headers: Readonly<Record<string, string>>): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const sent = request(`${door.url}/api/v1/pulls`, { method: 'POST', headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject).end('{}');
  });
}

describe('signing in', () => {
  it('leaves a cookie that signs in, once for one code', async () => {
    const answer = await fetch(`${door.url}/sign-in?code=once-1`, { redirect: 'manual' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    expect(cookie).toMatch(/; Path=\//);
    expect(cookie).not.toMatch(/Secure/);
    const session = cookie.split(';', 1)[0] ?? '';
    expect((await fetch(`${door.url}/api/v1/runs`, { headers: { cookie: session } })).status).toBe(200);
    expect(door.asked.tokens.at(-1)).toMatchObject({ kind: 'session', facilities: null, scopes: SCOPES });

    const again = await fetch(`${door.url}/sign-in?code=once-1`, { redirect: 'manual' });
    expect(again.status).toBe(401);
    expect(await again.text()).not.toContain('once-1');
  });

  it('lasts twelve hours', async () => {
    const now = new Date('2026-03-01T08:00:00Z');
    const other = await openDoor(
      { callers: { 'once-1': caller('serve', SCOPES, 'session') } },
      { now: () => now },
    );
    await fetch(`${other.url}/sign-in?code=once-1`, { redirect: 'manual' });
    expect(other.asked.tokens[0]?.expiresAt).toEqual(new Date('2026-03-01T20:00:00Z'));
    await other.close();
  });

  it('over HTTPS leaves a cookie for HTTPS alone', async () => {
    const known = { callers: { 'once-1': caller('serve', SCOPES, 'session') } };
    const other = await openDoor(known, { publicUrl: 'https://bridge.example/' });
    const answer = await fetch(`${other.url}/sign-in?code=once-1`, { redirect: 'manual' });
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-crate_bridge_session=made-.*; Secure/);
    await other.close();
  });

  it('takes no token, which belongs in no link, and nothing else', async () => {
    expect((await fetch(`${door.url}/sign-in?code=puller`, { redirect: 'manual' })).status).toBe(401);
    expect((await fetch(`${door.url}/sign-in`)).status).toBe(400);
    expect((await fetch(`${door.url}/sign-in?code=`)).status).toBe(400);
    expect((await fetch(`${door.url}/sign-in?kode=x`)).status).toBe(400);
  });

  it('works for a browser whose old session is spent', async () => {
    const cookie = 'crate_bridge_session=old';
    const answer = await fetch(`${door.url}/sign-in?code=once-2`, {
      redirect: 'manual',
      headers: { cookie },
    });
    expect(answer.status).toBe(303);
  });

  it('never writes its code to the log', async () => {
    await fetch(`${door.url}/sign-in?code=once-9`, { redirect: 'manual' });
    await expect.poll(() => JSON.stringify(door.log)).toContain('/sign-in');
    expect(JSON.stringify(door.log)).not.toContain('once-');
  });
});

describe('a session', () => {
  const access: readonly FacilityAccess[] = [
    { facility: 'open', metadata: 'public', content: 'public' },
    { facility: 'seen', metadata: 'public', content: 'restricted' },
    { facility: 'shut', metadata: 'restricted', content: 'restricted' },
    { facility: 'mine', metadata: 'restricted', content: 'restricted' },
  ];
  const grant = (facts: Partial<Grant>): Grant => ({
    name: 'ana',
    kind: 'session',
    scopes: ['metadata:read', 'content:read'],
    facilities: null,
    proposals: [],
    ...facts,
  });

  it.each([
    grant({}),
    grant({ facilities: ['mine'] }),
    grant({ facilities: [], proposals: [{ facility: 'shut', proposal: 'P1' }] }),
    grant({ scopes: ['metadata:read'], facilities: ['mine'] }),
    grant({ scopes: ['content:read'], facilities: ['mine'] }),
    grant({ scopes: ['pulls:write'], facilities: ['mine'] }),
    grant({ scopes: ['admin'], facilities: ['mine'] }),
  ])('reaches what its caller does and no more: %j', (given) => {
    const before = callerFor(given, access);
    const token = sessionFor(before, 'ana session', new Date());
    const after = callerFor({ ...token, kind: 'session' }, access);
    for (const { facility } of access) {
      for (const proposal of [null, 'P1', 'P2']) {
        for (const what of ['metadata', 'content'] as const) {
          expect([facility, proposal, what, reaches(after[what], facility, proposal)]).toEqual([
            facility,
            proposal,
            what,
            reaches(before[what], facility, proposal),
          ]);
        }
      }
    }
  });
});
