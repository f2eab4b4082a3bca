import { describe, expect, it } from 'vitest';
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
