import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/net/client.ts';
import type { HttpClient } from '../../src/net/contract.ts';
import type { CrateSource, SourceEnvironment } from '../../src/sources/contract.ts';
import { openUrls } from '../../src/sources/urls.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';
import { bearers, environment, sourceConfig } from './environment.ts';

const DOCUMENT = Buffer.from('{"@context":"https://w3id.org/ro/crate/1.2/context","@graph":[]}');
const headers = { 'content-type': 'application/ld+json', 'last-modified': 'Sun, 01 Mar 2026 06:00:00 GMT' };

let origin: TestOrigin;
let elsewhere: TestOrigin;
let http: HttpClient;
beforeAll(async () => {
  http = createHttpClient({ allow: ['127.0.0.1'] });
  elsewhere = await startOrigin({ '/crate.json': { content: DOCUMENT, headers } });
  const redirect = (status: 301 | 302, to: string) => ({
    content: DOCUMENT,
    fault: { kind: 'redirect', to, status } as const,
  });
  origin = await startOrigin({
    '/crate.json': { content: DOCUMENT, headers },
    '/moved': redirect(301, `${elsewhere.url}/crate.json`),
    '/today': redirect(302, `${elsewhere.url}/crate.json`),
    '/here': redirect(302, '/crate.json'),
  });
});
afterAll(async () => {
  await http.close();
  await Promise.all([origin.close(), elsewhere.close()]);
});

function urls(listed: readonly string[], options: Partial<SourceEnvironment> = {}): CrateSource {
  return openUrls(sourceConfig({ kind: 'urls', urls: listed }), environment({ http, ...options }));
}

const everything = { since: null };

describe('a list of URLs', () => {
  it('is itself, complete, each once, and asks nobody', async () => {
    const seen = origin.requests.length;
    const source = urls([`${origin.url}/a`, `${origin.url}/b`, `${origin.url}/a`]);
    expect(await source.list(everything)).toEqual({
      ok: true,
      value: { refs: [{ url: `${origin.url}/a` }, { url: `${origin.url}/b` }], complete: true, problems: [] },
    });
    expect(origin.requests.length).toBe(seen);
  });

  it('brings a document with what is known of it, and nothing when that still holds', async () => {
    const url = `${origin.url}/crate.json`;
    const source = urls([url]);
    const fetched = await source.fetch({ url }, null);
    expect(fetched).toEqual({
      ok: true,
      value: {
        kind: 'document',
        bytes: DOCUMENT,
        mediaType: 'application/ld+json',
        url,
        etag: expect.stringMatching(/^".+"$/),
        lastModified: headers['last-modified'],
      },
    });
    if (!fetched.ok || fetched.value.kind !== 'document') return;
    const { etag } = fetched.value;
    const { lastModified } = fetched.value;
    const unchanged = { ok: true, value: { kind: 'not-modified' } };
    expect(await source.fetch({ url }, { etag, lastModified })).toEqual(unchanged);
    expect(await source.fetch({ url }, { etag: null, lastModified })).toEqual(unchanged);
    const other = { etag: '"another"', lastModified };
    expect(await source.fetch({ url }, other)).toMatchObject({ ok: true, value: { kind: 'document' } });
  });

  it('keeps a weak tag as it was served, and no validator of a document that changed this very second', async () => {
    const served = { ...headers, etag: 'W/"v1"' };
    origin.set('/weak', { content: DOCUMENT, headers: served });
    const url = `${origin.url}/weak`;
    const source = urls([url]);
    const weak = { etag: 'W/"v1"', lastModified: null };
    expect(await source.fetch({ url }, null)).toMatchObject({ ok: true, value: { etag: 'W/"v1"' } });
    expect(await source.fetch({ url }, weak)).toEqual({ ok: true, value: { kind: 'not-modified' } });
    const date = 'Sun, 01 Mar 2026 06:00:00 GMT';
    origin.set('/weak', { content: DOCUMENT, headers: { ...served, date, 'last-modified': date } });
    expect(await source.fetch({ url }, null)).toMatchObject({
      ok: true,
      value: { etag: null, lastModified: null },
    });
  });

  it('takes a 304 nobody asked for as a fault of the server', async () => {
    origin.set('/304', { content: DOCUMENT, fault: { kind: 'status', status: 304 } });
    const url = `${origin.url}/304`;
    expect(await urls([url]).fetch({ url }, null)).toMatchObject({
      ok: false,
      failure: { code: 'upstream_status', found: '304' },
    });
  });

  it.each([
    ['/moved', 'elsewhere'],
    ['/today', 'as listed'],
    ['/here', 'same origin'],
  ])('registers what is found behind %s under the URL that lasts', async (path, named) => {
    const url = `${origin.url}${path}`;
    const fetched = await urls([url]).fetch({ url }, null);
    const expected = {
      elsewhere: `${elsewhere.url}/crate.json`,
      'as listed': url,
      'same origin': `${origin.url}/crate.json`,
    }[named];
    expect(fetched).toMatchObject({ ok: true, value: { url: expected } });
  });

  it('gives its credentials to listed origins only, the old one where the new one is refused', async () => {
    const locked = await startOrigin(
      { '/crate.json': { content: DOCUMENT, headers } },
      { require: { authorization: 'Bearer old' } },
    );
    try {
      const asked: string[] = [];
      const source = urls([`${locked.url}/crate.json`], { credentialsFor: bearers(['new', 'old'], asked) });
      expect(await source.fetch({ url: `${locked.url}/crate.json` }, null)).toMatchObject({ ok: true });
      await source.fetch({ url: `${elsewhere.url}/crate.json` }, null);
      expect(asked).toEqual([locked.url]);
      expect(locked.requests.map((r) => r.headers['authorization'])).toEqual(['Bearer new', 'Bearer old']);
      expect(JSON.stringify(elsewhere.requests)).not.toContain('Bearer');

      const expired = urls([`${locked.url}/crate.json`], { credentialsFor: bearers(['new', 'newer']) });
      expect(await expired.fetch({ url: `${locked.url}/crate.json` }, null)).toMatchObject({
        ok: false,
        failure: { code: 'upstream_denied', found: '401' },
      });
    } finally {
      await locked.close();
    }
  });

  it('keeps to the cap and tells what is wrong', async () => {
    const url = `${origin.url}/crate.json`;
    const source = urls([url], { maxBytes: 10 });
    expect(await source.fetch({ url }, null)).toMatchObject({ ok: false, failure: { code: 'too_large' } });
    const gone = { url: `${origin.url}/none` };
    expect(await source.fetch(gone, null)).toMatchObject({
      ok: false,
      failure: { code: 'upstream_missing' },
    });
  });
});
