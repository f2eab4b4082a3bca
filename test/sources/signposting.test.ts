import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/net/client.ts';
import type { HttpClient } from '../../src/net/contract.ts';
import type { CrateSource, SourceEnvironment, Validators } from '../../src/sources/contract.ts';
import { openSignposting } from '../../src/sources/signposting.ts';
import { bearers, environment, sourceConfig } from './environment.ts';
import { type Answer, type Served, type Site, startSite } from './site.ts';
import { zipOf } from './zips.ts';

const PROFILE = 'profile="https://w3id.org/ro/crate"';
const CRATE = {
  '@context': 'https://w3id.org/ro/crate/1.2/context',
  '@graph': [
    { '@id': 'ro-crate-metadata.json', '@type': 'CreativeWork', about: { '@id': './' } },
    { '@id': './', '@type': 'Dataset', name: 'Lysozyme' },
  ],
};
/** What a registration agency answers to content negotiation: JSON-LD that is no crate. */
const DATACITE = { '@context': 'http://schema.org', '@type': 'Dataset', '@id': 'https://doi.org/10.5555/c' };

const json = (body: unknown, etag = '"1"'): Answer => ({
  headers: { 'content-type': 'application/ld+json', etag },
  body,
});
const page = (link: string | readonly string[], body = '<!doctype html><title>Lysozyme</title>'): Answer => ({
  headers: { link },
  body,
});
const redirect = (to: string, status = 302): Answer => ({ status, headers: { location: to } });
/** A day on which pages are not asked when their document is known. */
const now = () => new Date('2026-03-01T06:00:00Z');

let http: HttpClient;
let site: Site;
let elsewhere: Site;
beforeAll(async () => {
  http = createHttpClient({ allow: ['127.0.0.1'], sleep: async () => {} });
});
beforeEach(async () => {
  site = await startSite();
  elsewhere = await startSite();
  return async () => {
    await Promise.all([site.close(), elsewhere.close()]);
  };
});
afterAll(() => http.close());

function source(path = '/landing', given: Partial<SourceEnvironment> = {}): CrateSource {
  const config = sourceConfig({ kind: 'signposting', urls: [site.url + path] });
  return openSignposting(config, environment({ http, now, ...given }));
}

async function found(
  pages: Readonly<Record<string, Served>>,
  known: Validators | null = null,
  path = '/landing',
) {
  for (const [at, served] of Object.entries(pages)) site.set(at, served);
  return source(path).fetch({ url: site.url + path }, known);
}

const crateAt = (path: string, more: object = {}) => ({
  ok: true,
  value: { kind: 'document', url: site.url + path, ...more },
});

it('lists its URLs, each once, and asks nobody', async () => {
  const url = `${site.url}/landing`;
  const config = sourceConfig({ kind: 'signposting', urls: [url, 'https://doi.org/10.5555/c', url] });
  expect(await openSignposting(config, environment({ http })).list({ since: null })).toEqual({
    ok: true,
    value: { refs: [{ url }, { url: 'https://doi.org/10.5555/c' }], complete: true, problems: [] },
  });
  expect(site.asked).toEqual([]);
});

describe('the links of a landing page', () => {
  it('lead to the metadata document, the one with the profile before the others', async () => {
    const link = [
      '</datacite.json>; rel=describedby; type="application/ld+json"',
      `</deep/ro-crate-metadata.json>; rel="describedby"; type="application/ld+json"; ${PROFILE}`,
    ];
    const pages = { '/landing': page(link), '/deep/ro-crate-metadata.json': json(CRATE) };
    expect(await found(pages)).toMatchObject(
      crateAt('/deep/ro-crate-metadata.json', {
        documentUrl: `${site.url}/deep/ro-crate-metadata.json`,
        etag: '"1"',
        bytes: Buffer.from(JSON.stringify(CRATE)),
      }),
    );
    expect(site.asked).toEqual(['/landing', '/deep/ro-crate-metadata.json']);
  });

  it.each<[string, string]>([
    ['in the header', '<ro-crate-metadata.json>; rel="describedby item"; type="application/json"'],
    ['by its name alone', '<./ro-crate-metadata.json>; rel=describedby'],
    ['of the DOI, by an anchor', `<ro-crate-metadata.json>; rel=describedby; anchor="/doi"; ${PROFILE}`],
    [
      'with a versioned profile',
      '<x>; rel=describedby; type="text/plain"; profile="https://w3id.org/ro/crate/1.2"',
    ],
  ])('count %s', async (_how, link) => {
    for (const path of ['/a/ro-crate-metadata.json', '/a/x']) site.set(path, json(CRATE));
    site.set('/doi', redirect('/a/landing'));
    site.set('/a/landing', page(link));
    const outcome = await source('/doi').fetch({ url: `${site.url}/doi` }, null);
    expect(outcome).toMatchObject({ ok: true, value: { kind: 'document' } });
    expect(site.asked.length).toBe(3);
  });

  it('count in the HTML, on its base', async () => {
    const html = `<!doctype html><html><head><base href="/files/"><LINK REL="author describedby"
      HREF="ro-crate-metadata.json" TYPE="application/ld+json; charset=utf-8"></head><body><p>unclosed`;
    const pages = { '/landing': { body: html }, '/files/ro-crate-metadata.json': json(CRATE) };
    expect(await found(pages)).toMatchObject(crateAt('/files/ro-crate-metadata.json'));
  });

  it.each([
    [
      'application/linkset+json',
      (url: string) => ({
        linkset: [
          {
            anchor: 'https://other.example/',
            describedby: [{ href: '/wrong', type: 'application/ld+json' }],
          },
          {
            anchor: 'https://doi.org/10.5555/c',
            describedby: [{ href: `${url}/m`, profile: ['https://w3id.org/ro/crate'] }],
          },
        ],
      }),
    ],
    [
      'application/linkset',
      (url: string) =>
        `<${url}/wrong>; rel="describedby"; anchor="https://other.example/",\n  <${url}/m>\n  ; rel="describedby" ; ${PROFILE}; anchor="https://doi.org/10.5555/c"\n`,
    ],
  ])('count in a linkset (%s), of the page under the name it is cited by', async (type, linkset) => {
    const link =
      '<https://doi.org/10.5555/c>; rel="cite-as", </links>; rel="linkset"; type="application/linkset"';
    const pages = {
      '/landing': page(link),
      '/links': { headers: { 'content-type': type }, body: linkset(site.url) },
      '/m': json(CRATE),
      '/wrong': json(CRATE),
    };
    expect(await found(pages)).toMatchObject(crateAt('/m'));
  });

  it('lead to a zip with the profile, never to other items, which are data', async () => {
    const zip = await zipOf([['crate/ro-crate-metadata.json', JSON.stringify(CRATE)]]);
    const link = `</raw.zip>; rel="item"; type="application/zip", </ro_crate?version=5>; rel="item"; type="application/zip"; ${PROFILE}`;
    const served = { headers: { 'content-type': 'application/zip', etag: '"z"' }, body: zip };
    const outcome = await found({
      '/landing': page(link),
      '/ro_crate?version=5': served,
      '/raw.zip': served,
    });
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        url: expect.stringMatching(/^arcp:\/\/uuid,/),
        documentUrl: `${site.url}/ro_crate?version=5`,
        etag: '"z"',
      },
    });
    expect(site.asked).not.toContain('/raw.zip');
  });
});

describe('without links', () => {
  it('the place itself may be the crate', async () => {
    const outcome = await found({ '/ro-crate-metadata.json': json(CRATE) }, null, '/ro-crate-metadata.json');
    expect(outcome).toMatchObject(crateAt('/ro-crate-metadata.json'));
    expect(outcome).not.toHaveProperty('value.documentUrl');
    const untyped = { headers: { 'content-type': 'application/octet-stream' }, body: CRATE };
    expect(
      await found({ '/x/ro-crate-metadata.json': untyped }, null, '/x/ro-crate-metadata.json'),
    ).toMatchObject(crateAt('/x/ro-crate-metadata.json'));
  });

  it('it is negotiated, and stands where a PID led to the file', async () => {
    const accepts = (request: { headers: { accept?: string | undefined } }) =>
      request.headers.accept?.startsWith(`application/ld+json;${PROFILE}`) === true;
    elsewhere.set('/v1/ro-crate-metadata.json', json(CRATE));
    const to = `${elsewhere.url}/v1/ro-crate-metadata.json`;
    const landing: Served = (request) => (accepts(request) ? redirect(to, 303) : { body: '<p>hello' });
    const outcome = await found({ '/landing': landing });
    // Relative paths in it stand on the file's own place.
    expect(outcome).toMatchObject({ ok: true, value: { url: to, documentUrl: `${site.url}/landing` } });

    const known = { etag: '"1"', lastModified: null, documentUrl: `${site.url}/landing` };
    const before = site.asked.length;
    expect(await found({}, known)).toEqual({ ok: true, value: { kind: 'not-modified' } });
    expect(site.asked.length - before).toBe(1);
  });

  it('it may lie beside the page the redirects lead to, whatever a registration agency answers', async () => {
    const negotiated: Served = (request) =>
      request.headers.accept === '*/*' ? redirect('/v1/index.html') : json(DATACITE);
    const pages = {
      '/doi': negotiated,
      '/v1/index.html': { body: '' },
      '/v1/ro-crate-metadata.json': json(CRATE),
    };
    expect(await found(pages, null, '/doi')).toMatchObject(crateAt('/v1/ro-crate-metadata.json'));
  });

  it('the failure says what every step gave', async () => {
    const link =
      '</dc>; rel=describedby; type="application/ld+json", </turtle>; rel=describedby; type="text/turtle"';
    const body = '<link rel=describedby type=application/json href=/gone>';
    const negotiated: Served = (request) =>
      request.headers.accept === '*/*' ? page(link, body) : json(DATACITE);
    const outcome = await found({ '/landing': negotiated, '/dc': json(DATACITE) });
    expect(outcome).toMatchObject({
      ok: false,
      failure: {
        code: 'unreadable',
        where: `${site.url}/landing`,
        expected: expect.stringContaining('describedby'),
      },
    });
    const noGraph = 'The document has no list "@graph"';
    const told = outcome.ok
      ? ''
      : outcome.failure.found?.replace(/("@graph"); RO-Crate metadata is .*?\./g, '$1');
    expect(told?.split('; ')).toEqual([
      'the place itself: text/html',
      `Link header, describedby ${site.url}/dc: ${noGraph}`,
      `HTML, describedby ${site.url}/gone: The server has nothing there (404).`,
      `content negotiation: ${noGraph}`,
      `./ro-crate-metadata.json ${site.url}/ro-crate-metadata.json: The server has nothing there (404).`,
    ]);
  });
});

describe('a second pull', () => {
  const link = `</m.json>; rel=describedby; ${PROFILE}`;
  const known = (etag = '"1"') => ({ etag, lastModified: null, documentUrl: `${site.url}/m.json` });

  it('asks the document alone while it is the same', async () => {
    expect(await found({ '/landing': page(link), '/m.json': json(CRATE) }, known())).toEqual({
      ok: true,
      value: { kind: 'not-modified' },
    });
    expect(await found({}, known('"0"'))).toMatchObject(
      crateAt('/m.json', { documentUrl: `${site.url}/m.json` }),
    );
    expect(site.asked).toEqual(['/m.json', '/m.json']);
  });

  it.each<[string, Answer]>([
    ['is gone', { status: 410 }],
    ['is a page by now', { body: '<p>moved' }],
  ])('begins anew when it %s', async (_what, gone) => {
    const moved = page(`</v2.json>; rel=describedby; ${PROFILE}`);
    const outcome = await found({ '/landing': moved, '/m.json': gone, '/v2.json': json(CRATE) }, known());
    expect(outcome).toMatchObject(crateAt('/v2.json', { documentUrl: `${site.url}/v2.json` }));
  });

  it('does not take an outage for that', async () => {
    const outcome = await found({ '/landing': page(link), '/m.json': { status: 503 } }, known());
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'upstream_status', retryable: true } });
    expect(site.asked).not.toContain('/landing');
  });

  it('asks the page within five days, in case it leads elsewhere, and then is told whether the document changed', async () => {
    const pages = { '/landing': page(link), '/m.json': json(CRATE) };
    for (const [at, served] of Object.entries(pages)) site.set(at, served);
    const requests: number[] = [];
    for (let day = 1; day <= 5; day += 1) {
      const before = site.asked.length;
      const today = source('/landing', { now: () => new Date(Date.UTC(2026, 2, day)) });
      expect(await today.fetch({ url: `${site.url}/landing` }, known())).toEqual({
        ok: true,
        value: { kind: 'not-modified' },
      });
      requests.push(site.asked.length - before);
    }
    expect(requests).toEqual([1, 1, 2, 1, 1]);
  });
});

describe('a site that goes wrong', () => {
  it('never gets the credential unless it is listed', async () => {
    elsewhere.set('/ro-crate-metadata.json', json(CRATE));
    const link = `<${elsewhere.url}/ro-crate-metadata.json>; rel=describedby; ${PROFILE}`;
    site.set('/landing', (request) =>
      request.headers.authorization === 'Bearer s' ? page(link) : { status: 401 },
    );
    const asked: string[] = [];
    const outcome = await source('/landing', { credentialsFor: bearers(['s'], asked) }).fetch(
      { url: `${site.url}/landing` },
      null,
    );
    expect(outcome).toMatchObject({ ok: true, value: { url: `${elsewhere.url}/ro-crate-metadata.json` } });
    expect(elsewhere.secrets).toEqual([]);
    expect(new Set(asked)).toEqual(new Set([site.url]));
  });

  it('is a credential problem where it wants one, at the page or at the document, and no other way is tried', async () => {
    expect(await found({ '/landing': { status: 401 } })).toMatchObject({
      ok: false,
      failure: { code: 'upstream_denied', where: `${site.url}/landing` },
    });
    const link = `</m>; rel=describedby; ${PROFILE}`;
    const pages = { '/landing': page(link), '/m': { status: 403 }, '/ro-crate-metadata.json': json(CRATE) };
    const denied = await found(pages);
    expect(denied).toMatchObject({ ok: false, failure: { code: 'upstream_denied', where: `${site.url}/m` } });
  });

  it('is seen through when it sends everybody to a login page', async () => {
    elsewhere.set('/login?next=secret', { body: '<form>Sign in</form>' });
    const outcome = await found({ '/landing': redirect(`${elsewhere.url}/login?next=secret`) });
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'unreadable' } });
    const told = outcome.ok ? '' : (outcome.failure.found ?? '');
    expect(told).toContain(`answered by ${elsewhere.url}/login: text/html;`);
    expect(told).not.toContain('secret');
  });

  it.each<[string, Served]>([
    [
      'opens elements without end',
      { body: `${Array.from({ length: 9000 }, (_, i) => `<b id=${i}>`).join('')}${'<p>'.repeat(9000)}` },
    ],
    ['nests without end', { body: '<div>'.repeat(150_000) }],
    ['sends a page without end', { body: `<p>${'x'.repeat(3 * 1024 * 1024)}` }],
    ['links to itself', page(`</landing>; rel="describedby linkset"; ${PROFILE}`)],
    ['writes a header nobody can read', page('describedby: /m.json, <<<')],
    [
      'links to what is not the web',
      page(`<file:///etc/passwd>; rel=describedby; ${PROFILE}, <data:,x>; rel=describedby`),
    ],
    [
      'links to a hundred things',
      page(Array.from({ length: 100 }, (_, i) => `</${i}>; rel=describedby`).join(', ')),
    ],
  ])('that %s is a failure, soon', async (_what, landing) => {
    expect(await found({ '/landing': landing })).toMatchObject({
      ok: false,
      failure: { code: 'unreadable' },
    });
    expect(site.asked.length).toBeLessThanOrEqual(12);
  });

  it('does not reach where the network guard forbids', async () => {
    const link = `<http://10.0.0.1/m.json>; rel=describedby; ${PROFILE}`;
    const outcome = await found({ '/landing': page(link), '/ro-crate-metadata.json': json(CRATE) });
    expect(outcome).toMatchObject(crateAt('/ro-crate-metadata.json'));
  });
});
