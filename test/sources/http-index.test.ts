import { mkdir, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { success } from '../../src/model/failure.ts';
import { createHttpClient } from '../../src/net/client.ts';
import type { SourceEnvironment } from '../../src/sources/contract.ts';
import { crawl } from '../../src/sources/http-index/crawl.ts';
import { entryNamed, entryOf } from '../../src/sources/http-index/entry.ts';
import { openHttpIndex } from '../../src/sources/http-index.ts';
import { put } from '../support/bridge.ts';
import { type OriginFile, startOrigin, type TestOrigin } from '../support/origin.ts';
import { APACHE, NGINX, startApache, startNginx, type WebServer } from '../support/web-server.ts';
import { bearers, environment, sourceConfig } from './environment.ts';

const waits: number[] = [];
const http = createHttpClient({
  allow: ['127.0.0.0/8'],
  sleep: async (milliseconds) => {
    waits.push(milliseconds);
  },
});
afterAll(() => http.close());

function index(url: string, options: Partial<SourceEnvironment> & { readonly depth?: number } = {}) {
  const { depth, ...given } = options;
  const config = sourceConfig({ kind: 'http-index', url, max_depth: depth ?? 16 });
  return openHttpIndex(config, environment({ http, ...given }));
}

async function listed(url: string, options: Parameters<typeof index>[1] = {}) {
  const listing = await index(url, options).list({ since: null });
  if (!listing.ok) throw new Error(`${listing.failure.code}: ${listing.failure.message}`);
  const { refs, complete, problems } = listing.value;
  return { paths: refs.map((ref) => ref.url.replace(url, '')), complete, problems };
}

const DOCUMENT = '{"@context":"https://w3id.org/ro/crate/1.2/context","@graph":[]}';
/** File names that a server must encode and a page must escape. */
const NAMES = [
  'a b',
  'ü',
  'x+y',
  'r(1)',
  'c:d',
  'e&f',
  'p%25q',
  '"q"',
  "it's",
  'a\\b',
  '<b>',
  '#1',
  'w?x=1',
  ';',
];
const EXPECTED = [
  'run7-ro-crate-metadata.json',
  'export.eln',
  ...NAMES.map((name) => `${encodeURIComponent(name)}/deeper/ro-crate-metadata.json`),
]
  .map((path) => path.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`))
  .sort();

async function publish(root: string): Promise<void> {
  for (const name of NAMES) await put(root, `${name}/deeper/ro-crate-metadata.json`, DOCUMENT);
  const others = [
    'data.zip',
    'ro-crate-metadata.jsonld',
    'xro-crate-metadata.json',
    'ro-crate-metadata.json.bak',
  ];
  for (const name of others) await put(root, `data/${name}`, 'x');
  await put(root, 'run7-ro-crate-metadata.json', DOCUMENT);
  await put(root, 'export.eln', 'x');
  await mkdir(join(root, 'empty'));
  const earlier = new Date('2026-03-01T06:00:00Z');
  await utimes(join(root, 'run7-ro-crate-metadata.json'), earlier, earlier);
}

describe.skipIf(NGINX === null)('the listings of nginx (where it is installed)', () => {
  let nginx: WebServer;
  beforeAll(async () => {
    nginx = await startNginx(`
      location /json/ { alias $root/; autoindex_format json; }
      location /partly/ { alias $root/; location /partly/data/ { return 403; } }
      location /locked/ { alias $root/; if ($http_authorization != "Bearer new") { return 401; } }
      location /index/ { alias $root/; location = /index/data/ { default_type text/html; return 200 "<html><title>Our data</title><a href='ro-crate-metadata.json'>crate</a></html>"; } }
    `);
    await publish(nginx.root);
  });
  afterAll(() => nginx.close());

  it.each(['/', '/json/'])('are read whole at %s, whatever the files are called', async (path) => {
    expect(await listed(nginx.url + path)).toEqual({ paths: EXPECTED, complete: true, problems: [] });
  });

  it('lead to documents that are fetched once', async () => {
    const source = index(`${nginx.url}/`);
    const ref = { url: `${nginx.url}/run7-ro-crate-metadata.json` };
    const fetched = await source.fetch(ref, null);
    expect(fetched).toMatchObject({
      ok: true,
      value: {
        ...ref,
        bytes: Buffer.from(DOCUMENT),
        mediaType: 'application/json',
        etag: expect.any(String),
      },
    });
    if (!fetched.ok || fetched.value.kind !== 'document') return;
    expect(await source.fetch(ref, fetched.value)).toEqual({ ok: true, value: { kind: 'not-modified' } });
    for (const path of EXPECTED.filter((one) => one.endsWith('.json'))) {
      expect(await source.fetch({ url: `${nginx.url}/${path}` }, null)).toMatchObject({ ok: true });
    }
  });

  it('are not complete where a folder is closed, or shows a page of its own', async () => {
    expect(await listed(`${nginx.url}/partly/`)).toEqual({
      paths: EXPECTED,
      complete: false,
      problems: [expect.objectContaining({ code: 'upstream_denied', where: `${nginx.url}/partly/data/` })],
    });
    expect(await listed(`${nginx.url}/index/`)).toMatchObject({
      paths: EXPECTED,
      complete: false,
      problems: [{ code: 'unreadable', where: `${nginx.url}/index/data/` }],
    });
  });

  it('are asked for with the credentials, and a refused one is told', async () => {
    const url = `${nginx.url}/locked/`;
    expect(await listed(url, { credentialsFor: bearers(['old', 'new']) })).toMatchObject({ complete: true });
    expect(await index(url).list({ since: null })).toMatchObject({
      ok: false,
      failure: { code: 'upstream_denied', found: '401' },
    });
  });

  it('end where a link leads in a circle, and say so', async () => {
    await put(nginx.root, 'data/circle/ro-crate-metadata.json', DOCUMENT);
    await symlink('.', join(nginx.root, 'data/circle/again'));
    const { paths, complete, problems } = await listed(`${nginx.url}/data/circle/`, { depth: 3 });
    expect(paths).toEqual(
      ['', 'again/', 'again/again/', 'again/again/again/'].map((p) => `${p}ro-crate-metadata.json`).sort(),
    );
    expect({ complete, problems }).toMatchObject({ complete: false, problems: [{ code: 'too_large' }] });
  });
});

describe.skipIf(APACHE === null)('the listings of Apache (where it is installed)', () => {
  let apache: WebServer;
  beforeAll(async () => {
    apache = await startApache();
    await publish(apache.root);
  });
  afterAll(() => apache.close());

  it.each(['/', '/fancy/', '/table/'])('are read whole at %s, with the same URLs', async (path) => {
    expect(await listed(apache.url + path)).toEqual({ paths: EXPECTED, complete: true, problems: [] });
  });
});

/** A page as mod_autoindex writes it, plain. */
function page(...links: readonly string[]): OriginFile {
  const items = links.map((href) => `<li><a href="${href}"> x</a></li>\n`).join('');
  const content = Buffer.from(
    `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">
<html>
 <head>
  <title>Index of /runs</title>
 </head>
 <body>
<h1>Index of /runs</h1>
<ul><li><a href="/"> Parent Directory</a></li>
${items}</ul>
</body></html>
`,
  );
  return { content, headers: { 'content-type': 'text/html;charset=UTF-8' } };
}

const html = (text: string): OriginFile => ({
  content: Buffer.from(text),
  headers: { 'content-type': 'text/html' },
});
const json = (text: string): OriginFile => ({
  content: Buffer.from(text),
  headers: { 'content-type': 'application/json' },
});

describe('an entry of a page', () => {
  const folder = new URL('https://data.example/runs%20of/');
  const beneath = /^https:\/\/data\.example\/runs%20of\/([^/?#]+)\/?$/;

  it('is known by one URL, however its name is encoded', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((s) => !/[/\0]/.test(s) && !['.', '..'].includes(s) && s.isWellFormed());
    fc.assert(
      fc.property(name, fc.boolean(), (text, isFolder) => {
        const entry = entryNamed(folder, text, isFolder);
        expect(entry).toMatchObject({ name: text, folder: isFolder });
        const segment = beneath.exec(entry?.url ?? '')?.[1];
        expect(decodeURIComponent(segment ?? '')).toBe(text);
        const lowerCased = (segment ?? '').replace(/%../g, (octet) => octet.toLowerCase());
        for (const href of [segment, `./${lowerCased}`, new URL(entry?.url ?? '').pathname]) {
          expect(entryOf(folder, `${href}${isFolder && !href?.endsWith('/') ? '/' : ''}`)).toEqual(entry);
        }
      }),
    );
  });

  it('lies in the folder of its page, whatever the page writes', () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2F',
      '%00',
      '?',
      '#',
      '@',
      ':',
      'a',
      'https://',
      '%',
      'ü',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const entry = entryOf(folder, parts.join(''));
        if (entry !== null) {
          expect(entry.url).toMatch(beneath);
          expect(new URL(entry.url).href).toBe(entry.url);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

it('begins at a folder: a URL with a query names none', () => {
  const configured = (url: string) =>
    parseConfig(
      JSON.stringify({ facilities: [{ code: 'A', sources: [{ name: 'a', kind: 'http-index', url }] }] }),
      '/etc/c.json',
    );
  expect(configured('https://data.example/runs').ok).toBe(true);
  expect(configured('https://data.example/list?path=/runs')).toMatchObject({
    ok: false,
    failure: { message: expect.stringContaining('without a query') },
  });
});

describe('a crawl', () => {
  /** A server whose every folder holds a crate and two folders more. */
  const endless = (asked: string[]) => async (url: string) => {
    asked.push(url);
    const crates = [`${url}ro-crate-metadata.json`];
    return success({ crates, folders: [`${url}a/`, `${url}b/`], entries: 3 });
  };

  it.each([
    ['folders', { maxPages: 50, maxEntries: 1_000_000 }, 50],
    ['entries', { maxPages: 1_000_000, maxEntries: 150 }, 60],
  ])('of a tree without end stops at so many %s, and says so', async (what, limits, most) => {
    const asked: string[] = [];
    const crawled = await crawl('https://a.example/', endless(asked), { maxDepth: 64, ...limits });
    if (!crawled.ok) throw new Error(crawled.failure.message);
    expect(asked.length).toBeLessThanOrEqual(most);
    expect(crawled.value.crates.length).toBe(asked.length);
    expect(crawled.value.problems).toMatchObject([
      { code: 'too_large', message: expect.stringContaining(what) },
    ]);
  });

  it('of a tree that is too deep asks for nothing deeper', async () => {
    const asked: string[] = [];
    const limits = { maxDepth: 2, maxPages: 100, maxEntries: 1_000 };
    const crawled = await crawl('https://a.example/', endless(asked), limits);
    expect(asked).toHaveLength(1 + 2 + 4);
    expect(crawled).toMatchObject({ ok: true, value: { problems: { length: 8 } } });
  });
});

describe('a listing that goes wrong', () => {
  let origin: TestOrigin;
  let elsewhere: TestOrigin;
  let top: string;
  beforeAll(async () => {
    [origin, elsewhere] = await Promise.all([startOrigin(), startOrigin({}, { host: '127.0.0.2' })]);
    top = `${origin.url}/runs/`;
    elsewhere.set('/runs/', page('ro-crate-metadata.json'));
  });
  afterAll(() => Promise.all([origin.close(), elsewhere.close()]));

  it('takes from a hostile page only what lies directly in its folder', async () => {
    origin.set('/runs/a/', page('ro-crate-metadata.json'));
    origin.set(
      '/runs/',
      page(
        'a/',
        './a/',
        `${top}a/`,
        '?C=N;O=D',
        'a/?C=N;O=D',
        '#top',
        '..',
        '../secret/',
        '%2e%2e/secret/',
        '.%2E/secret/',
        'a/../../secret/ro-crate-metadata.json',
        '/etc/ro-crate-metadata.json',
        'deep/er/ro-crate-metadata.json',
        'x%2F..%2F..%2Fro-crate-metadata.json',
        'nul%00-ro-crate-metadata.json',
        '//127.0.0.2/runs/ro-crate-metadata.json',
        '\\\\127.0.0.2\\runs\\',
        `${elsewhere.url}/runs/ro-crate-metadata.json`,
        'http://user:pw@127.0.0.1/runs/ro-crate-metadata.json',
        'file:///etc/ro-crate-metadata.json',
        'javascript:alert(1)',
        'http://[',
        '',
        'b&amp;c-ro-crate-metadata.json',
        '&#x64;-ro-crate-metadata.json',
      ),
    );
    const before = origin.requests.length;
    expect(await listed(top)).toEqual({
      paths: ['a/ro-crate-metadata.json', 'b%26c-ro-crate-metadata.json', 'd-ro-crate-metadata.json'],
      complete: true,
      problems: [],
    });
    expect(origin.requests.slice(before).map((r) => r.path)).toEqual(['/runs/', '/runs/a/']);
    expect(elsewhere.requests).toEqual([]);
  });

  it('reads no link in a comment, a script or a text', async () => {
    const link = '<a href="x-ro-crate-metadata.json">x</a>';
    const hidden = ['<!-- X -->', '<script>"X"</script>', '<style>X</style>', '<textarea>X</textarea>'];
    origin.set(
      '/runs/',
      html(
        `<html><title>Index of /runs/</title>${hidden.map((h) => h.replace('X', link)).join('')}<A HREF=b-ro-crate-metadata.json>b</A></html>`,
      ),
    );
    expect(await listed(top)).toMatchObject({ paths: ['b-ro-crate-metadata.json'], complete: true });
  });

  it.each([
    ['is empty', page()],
    ['is empty JSON', json('[\n]')],
  ])('that %s is not complete', async (_, file) => {
    origin.set('/runs/', file);
    expect(await listed(top)).toMatchObject({
      paths: [],
      complete: false,
      problems: [{ code: 'unreachable', message: expect.stringContaining('unmounted') }],
    });
  });

  it.each([
    [
      'a page that is no listing',
      html('<html><title>Welcome</title><a href="a/">a</a></html>'),
      'unreadable',
    ],
    [
      'a listing of another type',
      { content: page('a/').content, headers: { 'content-type': 'text/plain' } },
      'unreadable',
    ],
    ['JSON of another shape', json('{"crates":["a"]}'), 'unreadable'],
    ['JSON that stops', json('[\n{ "name":"a", "type":"directory" },'), 'unreadable'],
    [
      'a page that stops',
      html('<html><title>Index of /</title><a href="x-ro-crate-metadata.json">'),
      'truncated',
    ],
    [
      'a broken connection',
      { ...page('a/'), fault: { kind: 'truncate', at: 200, framing: 'content-length', how: 'rst' } },
      'truncated',
    ],
    [
      'a body cut short in order',
      { ...page('a/'), fault: { kind: 'truncate', at: 200, framing: 'chunked', how: 'end' } },
      'truncated',
    ],
    [
      'an endless page',
      { content: { size: 40 * 1024 * 1024 }, headers: { 'content-type': 'text/html' }, framing: 'chunked' },
      'too_large',
    ],
    [
      'a missing page',
      { content: Buffer.from(''), fault: { kind: 'status', status: 404 } },
      'upstream_missing',
    ],
    [
      'a refused password',
      { content: Buffer.from(''), fault: { kind: 'status', status: 401 } },
      'upstream_denied',
    ],
  ] satisfies [string, OriginFile, string][])('does not take %s for an empty one', async (_, file, code) => {
    origin.set('/runs/', file);
    expect(await index(top).list({ since: null })).toMatchObject({ ok: false, failure: { code } });
    // the same beneath is a problem beside what is there
    origin.set('/', page('runs/', 'ro-crate-metadata.json'));
    expect(await listed(`${origin.url}/`)).toMatchObject({
      paths: ['ro-crate-metadata.json'],
      complete: false,
      problems: [{ code }],
    });
  });

  it('that is redirected is not read, at another origin or at a login page of its own', async () => {
    const to = (target: string): OriginFile => ({
      content: Buffer.from(''),
      fault: { kind: 'redirect', to: target },
    });
    origin.set('/login', page('ro-crate-metadata.json'));
    for (const target of [`${elsewhere.url}/runs/`, '/login']) {
      origin.set('/runs/', to(target));
      expect(await index(top).list({ since: null })).toMatchObject({
        ok: false,
        failure: { code: 'redirect_refused', where: top, found: new URL(target, top).href },
      });
      origin.set('/', page('runs/', 'x-ro-crate-metadata.json'));
      expect(await listed(`${origin.url}/`)).toMatchObject({
        paths: ['x-ro-crate-metadata.json'],
        complete: false,
        problems: [{ code: 'redirect_refused' }],
      });
    }
  });

  it('waits as long as a busy server asks', async () => {
    waits.length = 0;
    origin.set('/runs/', {
      ...page('ro-crate-metadata.json'),
      fault: { kind: 'busy', times: 2, status: 429, retryAfter: '7' },
    });
    expect(await listed(top)).toMatchObject({ paths: ['ro-crate-metadata.json'], complete: true });
    expect(waits.filter((wait) => wait > 6000)).toHaveLength(2);
  });

  it('names the first closed folders, and counts the others', async () => {
    const closed = Array.from({ length: 50 }, (_, i) => `f${i}/`);
    origin.set('/runs/', page('ro-crate-metadata.json', ...closed));
    for (const name of closed) {
      origin.set(`/runs/${name}`, { content: Buffer.from(''), fault: { kind: 'status', status: 403 } });
    }
    const { paths, complete, problems } = await listed(top);
    expect({ paths, complete }).toEqual({ paths: ['ro-crate-metadata.json'], complete: false });
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)?.message).toContain('30 more');
  });

  it('does not go on asking a server that went down', async () => {
    origin.set('/runs/', page('ro-crate-metadata.json', ...Array.from({ length: 200 }, (_, i) => `f${i}/`)));
    for (let i = 0; i < 200; i++) {
      origin.set(`/runs/f${i}/`, { content: Buffer.from(''), fault: { kind: 'status', status: 500 } });
    }
    const before = origin.requests.length;
    const { paths, complete, problems } = await listed(top);
    expect({ paths, complete }).toEqual({ paths: ['ro-crate-metadata.json'], complete: false });
    expect(problems.at(-1)?.message).toMatch(/in a row/);
    expect(origin.requests.length - before).toBeLessThan(20);
  });
});
