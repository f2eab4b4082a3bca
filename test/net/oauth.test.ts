import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/net/client.ts';
import type { HttpClient } from '../../src/net/contract.ts';
import { credentialFor, credentialsFor, type SecretStore } from '../../src/net/credentials.ts';
import { credentialWarnings } from '../../src/net/expiry.ts';
import { createTokenSource, type OAuthReference } from '../../src/net/oauth.ts';
import { failureFrom, valueFrom } from '../support/bridge.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

const SECRET = 'p:ä s%+3cret';

let server: TokenServer;
let http: HttpClient;
let clock: number;
let env: Record<string, string>;
let store: SecretStore;
let reference: OAuthReference;

beforeAll(() => {
  http = createHttpClient({ allow: ['127.0.0.1'], sleep: async () => {} });
});
afterAll(() => http.close());
beforeEach(async () => {
  server = await startTokenServer('bridge one', SECRET);
  clock = Date.parse('2026-09-01T00:00:00Z');
  env = { SECRET };
  store = {
    env,
    readFile: () => '',
    tokens: createTokenSource({ http: async () => http, now: () => clock }),
  };
  reference = {
    kind: 'oauth-client',
    tokenUrl: `${server.url}/token`,
    clientId: 'bridge one',
    clientSecret: { env: 'SECRET' },
    scope: 'crates:read',
    audience: 'https://data.example',
  };
});
afterEach(() => server.close());

const authorization = async () => {
  const credential = await credentialFor(reference, server.url, store);
  return valueFrom(credential).headers['authorization'];
};

/** Fetches the protected document as an adapter does. */
const fetched = async () => {
  const credentials = await credentialsFor([reference], server.url, store);
  if (!credentials.ok) return credentials;
  return http.fetchDocument({
    url: `${server.url}/crate.json`,
    maxBytes: 1000,
    credential: credentials.value,
  });
};

describe('a token', () => {
  it('is asked for once, whoever waits for it, and used until shortly before its end', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, authorization));
    expect(new Set(many)).toEqual(new Set(['Bearer token-1']));
    expect(server.forms.map((form) => Object.fromEntries(form))).toEqual([
      { grant_type: 'client_credentials', scope: 'crates:read', audience: 'https://data.example' },
    ]);
    clock += 3_539_000;
    expect(await authorization()).toBe('Bearer token-1');
    clock += 2000;
    expect(await authorization()).toBe('Bearer token-2');
  });

  it('that lives for seconds is used for most of them; one that does not say, for some minutes', async () => {
    server.expiresIn = 10;
    expect(await authorization()).toBe('Bearer token-1');
    clock += 8900;
    expect(await authorization()).toBe('Bearer token-1');
    clock += 200;
    server.expiresIn = null;
    expect(await authorization()).toBe('Bearer token-2');
    clock += 270_000 - 1;
    expect(await authorization()).toBe('Bearer token-2');
    clock += 2;
    expect(await authorization()).toBe('Bearer token-3');
  });

  it('that a 401 says is no longer good is replaced within the request, by one request for all', async () => {
    expect((await fetched()).ok).toBe(true);
    server.revoke();
    clock += 60_000;
    const answers = await Promise.all(Array.from({ length: 8 }, fetched));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect(server.forms).toHaveLength(2);
    expect(server.asked.at(-1)).toBe('Bearer token-2');
  });

  it('that is refused as soon as it was given is not asked for again and again', async () => {
    await authorization();
    server.revoke();
    for (let i = 0; i < 5; i++) expect(failureFrom(await fetched()).code).toBe('upstream_denied');
    expect(server.forms).toHaveLength(1);
  });

  it('of a secret that was rotated is forgotten with it', async () => {
    await authorization();
    env['SECRET'] = 'rotated';
    server.secrets = [SECRET, 'rotated'];
    expect(await authorization()).toBe('Bearer token-2');
  });
});

describe('a token endpoint', () => {
  it.each([
    [{ kind: 'error', status: 401, error: 'invalid_client' }, 'upstream_denied', 'invalid_client'],
    [{ kind: 'error', status: 400, error: 'invalid_scope' }, 'upstream_denied', 'invalid_scope'],
    [{ kind: 'error', status: 400, error: SECRET }, 'upstream_denied', '400'],
    [{ kind: 'challenge' }, 'upstream_denied', '401'],
    [{ kind: 'html' }, 'upstream_status', '200'],
    [
      { kind: 'answer', body: { access_token: 'a\r\nx-evil: 1', token_type: 'bearer' } },
      'upstream_status',
      '200',
    ],
    [{ kind: 'answer', body: { access_token: 'a', token_type: 'mac' } }, 'upstream_status', '200'],
    [
      { kind: 'answer', body: { access_token: 'a', token_type: 'bearer', expires_in: -5 } },
      'upstream_status',
      '200',
    ],
    [{ kind: 'busy' }, 'upstream_status', '503'],
    [{ kind: 'redirect' }, 'redirect_refused', undefined],
  ] as const)('that answers %j fails as %s and tells no secret', async (fault, code, found) => {
    server.fault = fault;
    const failure = failureFrom(await fetched());
    expect([failure.code, failure.found]).toEqual([code, found]);
    const basic = Buffer.from(`bridge+one:${SECRET}`).toString('base64').slice(0, 20);
    const said = JSON.stringify([failure, credentialWarnings([reference], store, new Date(clock))]);
    for (const secret of [SECRET, '3cret', basic, 'x-evil']) expect(said).not.toContain(secret);
    expect(said).toContain(`${server.url}/token`);
    expect(server.asked).toEqual([]);
  });

  it('that refused is left alone for half a minute, however many crates ask', async () => {
    server.fault = { kind: 'error', status: 401, error: 'invalid_client' };
    for (let i = 0; i < 10; i++) expect(failureFrom(await fetched()).code).toBe('upstream_denied');
    expect(server.forms).toHaveLength(1);
    expect(credentialWarnings([reference], store, new Date(clock))).toMatchObject([
      { where: `${server.url}/token`, message: expect.stringContaining('invalid_client'), days_left: null },
    ]);
    server.fault = null;
    clock += 30_001;
    expect((await fetched()).ok).toBe(true);
    expect(credentialWarnings([reference], store, new Date(clock))).toEqual([]);
  });

  it('gives way to an older secret that is still let in', async () => {
    env['OLD'] = 'older';
    server.secrets = ['older'];
    const old: OAuthReference = { ...reference, clientSecret: { env: 'OLD' } };
    const credentials = valueFrom(await credentialsFor([reference, old], server.url, store));
    expect(credentials.map(({ headers }) => headers)).toEqual([{ authorization: 'Bearer token-2' }]);
  });

  it('must be https when it is not on this machine', async () => {
    const credential = await credentialFor(
      { ...reference, tokenUrl: 'http://sso.example/token' },
      server.url,
      store,
    );
    expect(failureFrom(credential)).toMatchObject({
      code: 'config_invalid',
      where: 'http://sso.example/token',
    });
  });

  it('is not waited for by a request that was called off', async () => {
    const credentials = valueFrom(await credentialsFor([reference], server.url, store));
    server.revoke();
    server.fault = { kind: 'silent' };
    clock += 60_000;
    const controller = new AbortController();
    const asked = http.request({
      url: `${server.url}/crate.json`,
      credential: credentials,
      signal: controller.signal,
    });
    await expect.poll(() => server.forms.length).toBe(2);
    controller.abort();
    expect(failureFrom(await asked).code).toBe('unreachable');
  });
});
