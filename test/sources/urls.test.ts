import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { success } from '../../src/model/failure.ts';
import { createHttpClient } from '../../src/net/client.ts';
import type { HttpClient } from '../../src/net/contract.ts';
import { urlsSource } from '../../src/sources/urls.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';

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

const urls = (...listed: string[]) => urlsSource({ urls: listed, http, maxBytes: 1_000_000 });

describe('a list of URLs', () => {
  it('is itself, complete, each once, and asks nobody', async () => {
    const seen = origin.requests.length;
    const source = urls(`${origin.url}/a`, `${origin.url}/b`, `${origin.url}/a`);
    expect(await source.list(new Date())).toEqual({
      ok: true,
      value: { refs: [{ url: `${origin.url}/a` }, { url: `${origin.url}/b` }], complete: true },
    });
    expect(origin.requests.length).toBe(seen);
  });

  it('brings a document with what is known of it', async () => {
    const url = `${origin.url}/crate.json`;
    expect(await urls(url).fetch({ url })).toEqual({
      ok: true,
      value: {
        bytes: DOCUMENT,
        mediaType: 'application/ld+json',
        url,
        etag: expect.stringMatching(/^".+"$/),
        lastModified: headers['last-modified'],
      },
    });
  });

  it.each([
    ['/moved', 'elsewhere'],
    ['/today', 'as listed'],
    ['/here', 'same origin'],
  ])('registers what is found behind %s under the URL that lasts', async (path, named) => {
    const url = `${origin.url}${path}`;
    const fetched = await urls(url).fetch({ url });
    const expected = {
      elsewhere: `${elsewhere.url}/crate.json`,
      'as listed': url,
      'same origin': `${origin.url}/crate.json`,
    }[named];
    expect(fetched).toMatchObject({ ok: true, value: { url: expected } });
  });

  it('gives the credential to listed origins only', async () => {
    const asked: string[] = [];
    const source = urlsSource({
      urls: [`${origin.url}/crate.json`],
      http,
      maxBytes: 1_000_000,
      credentialFor: (at) => {
        asked.push(at);
        return success({ origin: at, headers: { authorization: 'Bearer s3cret' } });
      },
    });
    await source.fetch({ url: `${origin.url}/crate.json` });
    await source.fetch({ url: `${elsewhere.url}/crate.json` });
    expect(asked).toEqual([origin.url]);
    expect(origin.requests.at(-1)?.headers).toMatchObject({ authorization: 'Bearer s3cret' });
    expect(JSON.stringify(elsewhere.requests)).not.toContain('s3cret');
  });

  it('keeps to the cap and tells what is wrong', async () => {
    const url = `${origin.url}/crate.json`;
    const source = urlsSource({ urls: [url], http, maxBytes: 10 });
    expect(await source.fetch({ url })).toMatchObject({ ok: false, failure: { code: 'too_large' } });
    const gone = { url: `${origin.url}/none` };
    expect(await source.fetch(gone)).toMatchObject({ ok: false, failure: { code: 'upstream_missing' } });
  });
});
