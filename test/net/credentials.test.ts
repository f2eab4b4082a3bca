import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CredentialReference } from '../../src/model/storage-rule.ts';
import { createHttpClient } from '../../src/net/client.ts';
import { credentialFor, credentialsFor } from '../../src/net/credentials.ts';
import { credentialWarnings } from '../../src/net/expiry.ts';
import { failureFrom, valueFrom } from '../support/bridge.ts';
import { startOrigin } from '../support/origin.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()));
});

const ORIGIN = 'https://a.example';
const noFile = (): string => {
  throw new Error('ENOENT');
};
const store = {
  env: { TOKEN: ' s3cret\n', OLD: 'older', EMPTY: '', BROKEN: 'a\r\nx-evil: 1' },
  readFile: noFile,
};

describe('a credential', () => {
  it.each([
    [{ kind: 'bearer', env: 'TOKEN' }, { authorization: 'Bearer s3cret' }],
    [{ kind: 'basic', username: 'ü', passwordEnv: 'TOKEN' }, { authorization: 'Basic w7w6czNjcmV0' }],
    [{ kind: 'header', header: 'X-Api-Key', env: 'TOKEN' }, { 'x-api-key': 's3cret' }],
  ] as const)('%j', async (reference, headers) => {
    expect(valueFrom(await credentialFor(reference, ORIGIN, store))).toEqual({ origin: ORIGIN, headers });
  });

  it.each(['EMPTY', 'ABSENT', 'BROKEN'])('in %s is missing; the message names the variable', async (env) => {
    const made = await credentialFor({ kind: 'bearer', env }, ORIGIN, store);
    expect(failureFrom(made)).toMatchObject({ code: 'credential_missing', where: env });
    expect(JSON.stringify(made)).not.toContain('evil');
  });

  it('in a file is read anew each time, whatever its kind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'credential-'));
    const file = join(folder, 'token');
    const kinds: readonly CredentialReference[] = [
      { kind: 'bearer', file },
      { kind: 'basic', username: 'u', passwordFile: file },
      { kind: 'header', header: 'x-api-key', file },
    ];
    try {
      const missing = failureFrom(await credentialsFor(kinds, ORIGIN));
      expect(missing).toMatchObject({ code: 'credential_missing', where: 'token' });
      expect(JSON.stringify(missing)).not.toContain(folder);
      for (const secret of ['first', 'rotated']) {
        writeFileSync(file, `${secret}\n`);
        expect(valueFrom(await credentialsFor(kinds, ORIGIN)).map(({ headers }) => headers)).toEqual([
          { authorization: `Bearer ${secret}` },
          { authorization: `Basic ${Buffer.from(`u:${secret}`).toString('base64')}` },
          { 'x-api-key': secret },
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that signs requests is none a header could carry', async () => {
    const s3 = { kind: 's3', accessKeyId: { env: 'TOKEN' }, secretAccessKey: { env: 'OLD' } } as const;
    expect(failureFrom(await credentialFor(s3, ORIGIN, store))).toMatchObject({ code: 'config_invalid' });
    expect(valueFrom(await credentialsFor([s3], ORIGIN, store))).toEqual([]);
  });
});

describe('several credentials', () => {
  const both: readonly CredentialReference[] = [
    { kind: 'bearer', env: 'TOKEN' },
    { kind: 'bearer', env: 'OLD' },
  ];
  const http = () => {
    const made = createHttpClient({ allow: ['127.0.0.1'], now: () => clock });
    open.push(made);
    return made;
  };
  let clock = 0;

  it('are those that can be had; none of them is the failure of the first', async () => {
    const references: readonly CredentialReference[] = [{ kind: 'bearer', env: 'ABSENT' }, ...both];
    expect(valueFrom(await credentialsFor(references, ORIGIN, store))).toHaveLength(2);
    const none = await credentialsFor(references, ORIGIN, { ...store, env: {} });
    expect(failureFrom(none)).toMatchObject({ code: 'credential_missing', where: 'ABSENT' });
    expect(valueFrom(await credentialsFor([], ORIGIN, store))).toEqual([]);
  });

  it('overlap: a refused one gives way to the next, and is tried last until it may be in force', async () => {
    const at = await startOrigin({ '/a': Buffer.from('x') }, { require: { authorization: 'Bearer older' } });
    open.push(at);
    const client = http();
    const fetch = async () =>
      client.fetchDocument({
        url: `${at.url}/a`,
        maxBytes: 10,
        credential: valueFrom(await credentialsFor(both, at.url, store)),
      });
    const sent = () => at.requests.map(({ headers }) => headers['authorization']);
    for (let i = 0; i < 3; i++) expect((await fetch()).ok).toBe(true);
    expect(sent()).toEqual(['Bearer s3cret', 'Bearer older', 'Bearer older', 'Bearer older']);
    clock += 5 * 60_000;
    expect((await fetch()).ok).toBe(true);
    expect(sent().slice(4)).toEqual(['Bearer s3cret', 'Bearer older']);
  });

  it('of which all are refused are a credential problem, asked once each', async () => {
    const at = await startOrigin({}, { require: { authorization: 'Bearer other' } });
    open.push(at);
    const credential = valueFrom(await credentialsFor(both, at.url, store));
    const answer = await http().request({ url: `${at.url}/a`, credential });
    expect(failureFrom(answer)).toMatchObject({ code: 'upstream_denied', found: '401' });
    expect(JSON.stringify(answer)).not.toContain('s3cret');
    expect(at.requests).toHaveLength(2);
  });

  it('are not tried one after another for what is not a refusal', async () => {
    const at = await startOrigin({});
    open.push(at);
    const credential = valueFrom(await credentialsFor(both, at.url, store));
    const answer = await http().request({ url: `${at.url}/gone`, credential });
    expect(failureFrom(answer)).toMatchObject({ code: 'upstream_missing' });
    expect(at.requests).toHaveLength(1);
  });

  it('stay with their origin: elsewhere a refusal is one, whatever else there is', async () => {
    const elsewhere = await startOrigin({}, { require: { authorization: 'Bearer older' } });
    const at = await startOrigin({
      '/a': { content: Buffer.from('x'), fault: { kind: 'redirect', to: `${elsewhere.url}/a` } },
    });
    open.push(at, elsewhere);
    const credential = valueFrom(await credentialsFor(both, at.url, store));
    const answer = await http().request({ url: `${at.url}/a`, credential });
    expect(failureFrom(answer)).toMatchObject({ code: 'upstream_denied' });
    expect(elsewhere.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined]);
  });
});

describe('warnings of credentials', () => {
  const now = new Date('2026-09-01T12:00:00Z');
  const jwt = (claims: object) =>
    `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJl`;
  const inDays = (days: number) => Math.floor(now.getTime() / 1000) + days * 86_400;
  const env = {
    SOON: jwt({ exp: inDays(3), secret: 's3cret' }),
    LATER: jwt({ exp: inDays(90) }),
    ENDED: jwt({ exp: inDays(-1) }),
    PLAIN: 'a.b.c',
    HUGE: jwt({ exp: 1e300 }),
    TEXT: jwt({ exp: 'tomorrow' }),
  };
  const warn = (...references: CredentialReference[]) =>
    credentialWarnings(references, { env, readFile: noFile }, now);

  it('come two weeks before an end that the token or the configuration says', () => {
    expect(
      warn(
        { kind: 'bearer', env: 'SOON' },
        { kind: 'bearer', env: 'LATER' },
        { kind: 'bearer', env: 'LATER', expires: '2026-09-10' },
        { kind: 'bearer', env: 'ENDED' },
        { kind: 'basic', username: 'u', passwordEnv: 'PLAIN', expires: '2026-09-15T12:00:00Z' },
        { kind: 'basic', username: 'u', passwordEnv: 'SOON', expires: '2026-09-15T12:00:01Z' },
      ).map(({ where, days_left, ends_at }) => [where, days_left, ends_at]),
    ).toEqual([
      ['SOON', 3, '2026-09-04T12:00:00.000Z'],
      ['LATER', 8, '2026-09-10T00:00:00.000Z'],
      ['ENDED', -1, '2026-08-31T12:00:00.000Z'],
      ['PLAIN', 14, '2026-09-15T12:00:00.000Z'],
    ]);
  });

  it('say nothing of what is no token, and never what is in one', () => {
    expect(
      warn(...['PLAIN', 'HUGE', 'TEXT'].map((name) => ({ kind: 'bearer', env: name }) as const)),
    ).toEqual([]);
    expect(JSON.stringify(warn({ kind: 'bearer', env: 'SOON' }))).not.toMatch(/s3cret|e30/);
  });

  it('name every secret that is not there', () => {
    expect(
      warn(
        { kind: 'bearer', env: 'ABSENT' },
        { kind: 's3', accessKeyId: { env: 'ABSENT' }, secretAccessKey: { file: '/run/secrets/s3-key' } },
      ).map(({ where, days_left }) => [where, days_left]),
    ).toEqual([
      ['ABSENT', null],
      ['ABSENT', null],
      ['s3-key', null],
    ]);
  });
});
