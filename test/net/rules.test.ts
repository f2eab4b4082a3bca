import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { credentialFor } from '../../src/net/credentials.ts';
import { displayUrl } from '../../src/net/display.ts';
import { nextHop } from '../../src/net/redirects.ts';
import { pauseBefore, retryAfter } from '../../src/net/retry-after.ts';

describe('a redirect', () => {
  it('never leaves https for http', () => {
    const hop = nextHop(new URL('https://a.example/x'), 301, 'http://a.example/x?key=s3cret');
    expect(hop).toMatchObject({
      ok: false,
      failure: { code: 'redirect_refused', found: 'http://a.example/x' },
    });
  });

  it('may go from http to https and is another origin then', () => {
    const hop = nextHop(new URL('http://a.example/x'), 302, 'https://a.example/x#part');
    expect(hop).toMatchObject({ ok: true, value: { sameOrigin: false, permanent: false } });
    expect(hop.ok && hop.value.url.href).toBe('https://a.example/x');
  });

  it('needs a location', () => {
    expect(nextHop(new URL('https://a.example/x'), 302, undefined)).toMatchObject({ ok: false });
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['0', 0],
    [' 120 ', 120_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['2026', 2_026_000],
    [undefined, null],
  ])('%s', (value, expected) => {
    expect(retryAfter(value, now)).toBe(expected);
  });

  it('is honoured up to the deadline, and a minute without one', () => {
    expect(pauseBefore(1, 20_000, 30_000, () => 0)).toBe(20_000);
    expect(pauseBefore(1, 40_000, 30_000, () => 0)).toBeNull();
    expect(pauseBefore(1, 61_000, null, () => 0)).toBeNull();
    expect(pauseBefore(3, null, null, () => 0.5)).toBe(2500);
  });
});

describe('a URL in a message', () => {
  it('has no user, password, query or fragment', () => {
    expect(displayUrl('https://u:p@a.example:8443/x/y?X-Amz-Signature=s#f')).toBe(
      'https://a.example:8443/x/y',
    );
    expect(displayUrl('sibyls://als/12.3.1/x?y')).toBe('sibyls://als/12.3.1/x');
    expect(displayUrl('::::s3cret')).not.toContain('s3cret');
  });
});

describe('a credential', () => {
  const store = {
    env: { TOKEN: ' s3cret\n', EMPTY: '', BROKEN: 'a\r\nx-evil: 1' },
    readFile: (): string => {
      throw new Error('ENOENT');
    },
  };

  it.each([
    [{ kind: 'bearer', env: 'TOKEN' }, { authorization: 'Bearer s3cret' }],
    [{ kind: 'basic', username: 'ü', passwordEnv: 'TOKEN' }, { authorization: 'Basic w7w6czNjcmV0' }],
    [{ kind: 'header', header: 'X-Api-Key', env: 'TOKEN' }, { 'x-api-key': 's3cret' }],
  ] as const)('%j', (reference, headers) => {
    const made = credentialFor(reference, 'https://a.example', store);
    expect(made).toEqual({ ok: true, value: { origin: 'https://a.example', headers } });
  });

  it.each(['EMPTY', 'ABSENT', 'BROKEN'])(
    'in %s is missing, and the message names only the variable',
    (env) => {
      const made = credentialFor({ kind: 'bearer', env }, 'https://a.example', store);
      expect(made).toMatchObject({ ok: false, failure: { code: 'credential_missing', where: env } });
      expect(JSON.stringify(made)).toContain(env);
      expect(JSON.stringify(made)).not.toContain('evil');
    },
  );

  it('in a file is read anew each time', () => {
    const folder = mkdtempSync(join(tmpdir(), 'credential-'));
    const file = join(folder, 'token');
    try {
      const missing = credentialFor({ kind: 'bearer', file }, 'https://a.example');
      expect(missing).toMatchObject({ ok: false, failure: { code: 'credential_missing', where: 'token' } });
      expect(JSON.stringify(missing)).not.toContain(folder);
      for (const secret of ['first', 'rotated']) {
        writeFileSync(file, `${secret}\n`);
        expect(credentialFor({ kind: 'bearer', file }, 'https://a.example')).toMatchObject({
          value: { headers: { authorization: `Bearer ${secret}` } },
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
