import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { SourceConfigOf } from '../../src/model/source-config.ts';
import { createHttpClient } from '../../src/net/client.ts';
import type { HttpClient } from '../../src/net/contract.ts';
import type { CrateSource, SourceEnvironment } from '../../src/sources/contract.ts';
import { openLambdaSearch } from '../../src/sources/lambda-search.ts';
import { failureFrom, valueFrom } from '../support/bridge.ts';
import { startOrigin, type TestOrigin } from '../support/origin.ts';
import { bearers, environment, sourceConfig } from './environment.ts';
import { DRAFTS, type Experiment, type SearchServer, startSearch } from './search-api.ts';

const ROOTED = Buffer.from(
  JSON.stringify({
    '@context': 'https://w3id.org/ro/crate/1.2/context',
    '@graph': [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        about: { '@id': './' },
        conformsTo: { '@id': 'https://w3id.org/ro/crate/1.2' },
      },
      { '@id': './', '@type': 'Dataset', name: 'A crate' },
    ],
  }),
);
const DOCUMENT = Buffer.from('{"@context":"https://w3id.org/ro/crate/1.2/context","@graph":[]}');

let http: HttpClient;
let search: SearchServer;
let facility: TestOrigin;
beforeAll(async () => {
  // the pauses between attempts are the client's own matter
  http = createHttpClient({ allow: ['127.0.0.0/8'], sleep: async () => {} });
  search = await startSearch();
  facility = await startOrigin({}, { host: '127.0.0.2' });
});
afterAll(() => Promise.all([http.close(), search.close(), facility.close()]));
beforeEach(() => search.behave({ experiments: RUNS }));

const RUNS: readonly Experiment[] = [
  { id: 'a', date: '2026-03-01T10:00:00Z' },
  { id: 'b', date: '2026-03-05T10:00:00Z', fields: { facility_code: 'ssrl' } },
  { id: 'c', date: '2026-02-01T10:00:00Z' },
];

const BY_ID = 'https://data.example/experiments/{experiment_id}/ro-crate-metadata.json';

function source(
  own: Partial<SourceConfigOf<'lambda-search'>> = {},
  given: Partial<SourceEnvironment> = {},
): CrateSource {
  const config = sourceConfig<'lambda-search'>({
    kind: 'lambda-search',
    url: search.url,
    query: {},
    match: {},
    crate: BY_ID,
    overlap_days: 30,
    full_sweep: '0 3 * * 0',
    relay: false,
    ...own,
  });
  return openLambdaSearch(config, environment({ http, ...given }));
}

const everything = async (
  own?: Partial<SourceConfigOf<'lambda-search'>>,
  given?: Partial<SourceEnvironment>,
) => valueFrom(await source(own, given).list({ since: null }));

const url = (id: string) => `https://data.example/experiments/${id}/ro-crate-metadata.json`;

describe('a full search', () => {
  it.each(Object.keys(DRAFTS) as (keyof typeof DRAFTS)[])('finds every crate, by %s', async (draft) => {
    search.behave({ experiments: RUNS, draft });
    expect(await everything()).toEqual({
      refs: [{ url: url('a') }, { url: url('b') }, { url: url('c') }],
      complete: true,
      problems: [],
      watermark: '2026-03-05T10:00:00Z',
    });
    expect([...(search.searches[0] ?? [])]).toEqual([]);
  });

  it('sends the query as it is, and keeps only what matches', async () => {
    const listed = await everything({
      query: { technique: 'SAXS', seguid: 'a+b/c, d' },
      match: { facility_code: 'ssrl' },
    });
    expect(Object.fromEntries(search.searches[0] ?? [])).toEqual({ technique: 'SAXS', seguid: 'a+b/c, d' });
    expect(listed).toMatchObject({ refs: [{ url: url('b') }], complete: true });
  });

  it('lists a crate that several experiments lead to once', async () => {
    const fields = { crate: 'https://data.example/session/ro-crate-metadata.json' };
    search.behave({ experiments: RUNS.map((run) => ({ ...run, fields })) });
    expect(await everything({ crate: '{+crate}' })).toMatchObject({
      refs: [{ url: fields.crate }],
      complete: true,
    });
  });

  it('is complete where nothing is found', async () => {
    search.behave({ experiments: [] });
    expect(await everything()).toEqual({ refs: [], complete: true, problems: [] });
  });

  it('lets no date of the future move the window', async () => {
    search.behave({ experiments: [...RUNS, { id: 'd', date: '2126-03-05T10:00:00Z' }] });
    const listed = await everything({}, { now: () => new Date('2026-04-01T00:00:00Z') });
    expect(listed).toMatchObject({ complete: true, watermark: '2026-03-05T10:00:00Z' });
    expect(listed.refs).toHaveLength(4);
  });
});

describe('results that are wrong', () => {
  it.each([
    ['a count that is another', { results: [{ experiment_id: 'a' }], count: 2 }, ['a'], /count of 2/],
    ['no count', { results: [{ experiment_id: 'a' }] }, ['a'], /says no count/],
    ['a count that is text', { results: [], count: '0' }, [], /count of "0"/],
    ['a result that is none', { results: [null, { experiment_id: 'a' }], count: 2 }, ['a'], /Result 1/],
    ['a list as a result', { results: [['a']], count: 1 }, [], /no object/],
    ['a missing field', { results: [{ id: 'a' }], count: 1 }, [], /no experiment_id/],
    ['an empty field', { results: [{ experiment_id: '' }], count: 1 }, [], /no experiment_id/],
    ['an object as a field', { results: [{ experiment_id: {} }], count: 1 }, [], /no experiment_id/],
  ] as const)('leave the listing incomplete and say so: %s', async (_, body, ids, message) => {
    search.behave({ search: { status: 200, body } });
    const listed = await everything();
    expect(listed.refs.map((ref) => ref.url)).toEqual(ids.map(url));
    expect(listed.complete).toBe(false);
    expect(listed.problems).toHaveLength(1);
    expect(listed.problems[0]?.message).toMatch(message);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://data.example/crate.json',
    'arcp://name,a/b',
    '//data.example/crate.json',
    'https://user:secret@data.example/crate.json',
    'javascript:alert(1)',
    'not a url',
    `https://data.example/${'x'.repeat(3000)}`,
  ])('lead nowhere but to the web: %s', async (crate) => {
    search.behave({
      experiments: [
        { id: 'a', fields: { crate } },
        { id: 'b', fields: { crate: url('b') } },
      ],
    });
    const listed = await everything({ crate: '{+crate}' });
    expect(listed).toMatchObject({ refs: [{ url: url('b') }], complete: false });
    expect(listed.problems).toMatchObject([{ where: '/results/0' }]);
    expect(listed.problems[0]?.message).toMatch(/Result 1 \(a\)/);
  });

  it('with a date that is none are told and listed all the same', async () => {
    search.behave({ experiments: [...RUNS, { id: 'd', date: 'last week' }] });
    const listed = await everything();
    expect(listed).toMatchObject({ complete: true, watermark: '2026-03-05T10:00:00Z' });
    expect(listed.refs.at(-1)?.url).toBe(url('d'));
    expect(listed.problems).toMatchObject([{ where: '/results/3' }]);
  });

  it('never break the reading, whatever they are', async () => {
    const anything = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)));
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 4 }), anything, async (results, count) => {
        search.behave({ search: { status: 200, body: { results, count } } });
        const listed = await everything();
        expect(listed.refs.every((ref) => URL.canParse(ref.url))).toBe(true);
        expect(listed.complete && listed.refs.length === 0).toBe(count === 0 && results.length === 0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the URL of a crate', () => {
  const fields = { facility_endpoint: 'https://als.example/api/v1', path: 'a b/ü' };
  it.each([
    // a template begins with a URL, whatever its operator
    ['{facility_endpoint}/x/{experiment_id}.json', 'https://als.example/api/v1/x/a.json'],
    ['{+facility_endpoint}/x/{experiment_id}.json', 'https://als.example/api/v1/x/a.json'],
    ['https://data.example/{path}', 'https://data.example/a%20b%2F%C3%BC'],
    ['https://data.example/{+path}', 'https://data.example/a%20b/%C3%BC'],
    [
      'https://data.example/crate{?experiment_id,path}',
      'https://data.example/crate?experiment_id=a&path=a%20b%2F%C3%BC',
    ],
    ['https://data.example{/experiment_id}#part', 'https://data.example/a'],
  ])('is made by %s', async (crate, expected) => {
    search.behave({ experiments: [{ id: 'a', fields }] });
    expect((await everything({ crate })).refs).toEqual([{ url: expected }]);
  });

  it.each([
    ['10.15151/LBNL-ALS-123', 'https://doi.org/10.15151/LBNL-ALS-123'],
    ['doi:10.15151/ALS', 'https://doi.org/10.15151/ALS'],
    ['https://doi.org/10.15151/ALS', 'https://doi.org/10.15151/ALS'],
    ['20.500.12345/dataset-001', 'https://hdl.handle.net/20.500.12345/dataset-001'],
    ['hdl:20.500.12345/x', 'https://hdl.handle.net/20.500.12345/x'],
    ['https://data.example/landing', 'https://data.example/landing'],
  ])('is where pid %s leads, without a template', async (pid, expected) => {
    search.behave({ experiments: [{ id: 'a', fields: { pid } }] });
    expect((await everything({ crate: null })).refs).toEqual([{ url: expected }]);
  });

  it('is unknown without a pid', async () => {
    const listed = await everything({ crate: null });
    expect(listed).toMatchObject({ refs: [], complete: false });
    expect(listed.problems).toHaveLength(3);
  });
});

describe('a window', () => {
  const since = '2026-03-31T10:00:00Z';
  it.each([
    // a server that knows one name of the parameter and refuses the others
    ['the newest draft', 'refused', 2, ['a', 'b']],
    ['the draft of 2025-12-05', 'refused', 3, ['a', 'b']],
    ['the draft of 2025-12-08', 'refused', 4, ['a', 'b']],
    ['the newest draft', 'ignored', 1, ['a', 'b']],
    ['the draft of 2025-12-05', 'ignored', 1, ['a', 'b']],
  ] as const)('is asked for by %s where other names are %s', async (draft, unknown, asked, ids) => {
    search.behave({ experiments: RUNS, draft, unknown });
    const listed = valueFrom(await source().list({ since }));
    expect(listed.refs.map((ref) => ref.url)).toEqual(ids.map(url));
    expect(listed).toMatchObject({ complete: false, problems: [], watermark: since });
    expect(search.searches).toHaveLength(asked);
    expect(search.searches.at(-1)?.get(DRAFTS[draft].start)).toBe('2026-03-01T10:00:00Z');
  });

  it('that the server has no name for is everything, and not complete', async () => {
    const health = { status: 200, body: { status: 'healthy', api_version: '0.1.0' } };
    const body = { results: [{ experiment_id: 'z' }], count: 1 };
    search.behave({ health, search: { status: 200, body } });
    expect(valueFrom(await source().list({ since }))).toMatchObject({
      refs: [{ url: url('z') }],
      complete: false,
    });
  });

  it('moves on with what it finds, and never back', async () => {
    const listed = valueFrom(await source().list({ since: '2026-03-03T00:00:00Z' }));
    expect(listed.watermark).toBe('2026-03-05T10:00:00Z');
    search.behave({ experiments: [] });
    expect(valueFrom(await source().list({ since }))).toMatchObject({ watermark: since, complete: false });
  });

  it('reaches back as far as the configuration says', async () => {
    await source({ overlap_days: 0 }).list({ since });
    expect(search.searches[0]?.get('creation_date_start')).toBe(since);
    await source({ overlap_days: 1.5 }).list({ since });
    expect(search.searches.at(-1)?.get('creation_date_start')).toBe('2026-03-29T22:00:00Z');
  });
});

describe('a service that is not well', () => {
  it.each([
    [
      '503',
      { status: 503, body: { error: 'Service Unavailable', code: 503, message: 'disk full' } },
      /disk full/,
    ],
    [
      'unhealthy',
      { status: 200, body: { status: 'unhealthy', details: { database: { error: 'no route' } } } },
      /no route/,
    ],
  ])('is unreachable, never empty: %s', async (_, health, message) => {
    search.behave({ experiments: RUNS, health });
    expect(failureFrom(await source().list({ since: null }))).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(message),
    });
    expect(search.searches).toEqual([]);
  });

  it.each([
    ['another version', { status: 'healthy', api_version: '2.0.0' }],
    ['no version', { status: 'healthy' }],
    ['another word', { status: 'ok', api_version: '0.1.0' }],
  ])('is asked all the same, with a warning: %s', async (_, body) => {
    search.behave({ experiments: RUNS, health: { status: 200, body } });
    const listed = await everything();
    expect(listed.problems).toHaveLength(1);
    expect(listed).toMatchObject({ complete: true, refs: { length: 3 } });
  });

  it.each([
    [
      '500',
      { status: 500, body: { error: 'Internal', code: 500, message: 'it broke' } },
      'upstream_status',
      /it broke/,
    ],
    ['429', { status: 429, body: { message: 'slowly' } }, 'upstream_status', /slowly/],
    ['404', { status: 404, body: '' }, 'upstream_missing', /404/],
    ['a page', { status: 200, body: '<html>Sign in</html>' }, 'unreadable', /JSON object/],
    ['a list', { status: 200, body: [] }, 'unreadable', /JSON object/],
    ['no results', { status: 200, body: { items: [], count: 0 } }, 'unreadable', /list of results/],
    ['a cut answer', { status: 200, body: '{"results":[{"experiment_id":"a"}' }, 'unreadable', /JSON object/],
  ])('fails with what it says: %s', async (_, answer, code, message) => {
    search.behave({ search: answer });
    expect(failureFrom(await source().list({ since: null }))).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('says what of the query it refuses', async () => {
    const refused = await source({ query: { technique: 'cryo-maybe' } }).list({
      since: '2026-01-01T00:00:00Z',
    });
    expect(failureFrom(refused).message).toContain("Invalid technique 'cryo-maybe'");
  });

  it('is a credential problem where it refuses the credential', async () => {
    search.behave({ experiments: RUNS, token: 's3cret' });
    expect(failureFrom(await source().list({ since: null }))).toMatchObject({ code: 'upstream_denied' });
    const old = { credentialsFor: bearers(['s3cret']) };
    expect(await everything({}, old)).toMatchObject({ complete: true, refs: { length: 3 } });
  });
});

describe('a crate', () => {
  it("is fetched without the credential, which is the search's alone", async () => {
    facility.set('/crate.json', { content: DOCUMENT });
    const asked: string[] = [];
    const given = { credentialsFor: bearers(['s3cret'], asked) };
    const fetched = valueFrom(await source({}, given).fetch({ url: `${facility.url}/crate.json` }, null));
    expect(fetched).toMatchObject({ kind: 'document', bytes: DOCUMENT, url: `${facility.url}/crate.json` });
    expect(asked).toEqual([]);
    expect(JSON.stringify(facility.requests)).not.toContain('s3cret');
  });

  it('at an address of the inside is not fetched, whatever a result says', async () => {
    const guarded = createHttpClient({ allow: [] });
    const fetched = await source({}, { http: guarded }).fetch({ url: `${facility.url}/crate.json` }, null);
    expect(failureFrom(fetched).code).toBe('blocked_address');
    await guarded.close();
  });

  it('behind a persistent identifier is found by its signposts', async () => {
    const link = '</really.json>; rel="describedby"; type="application/ld+json"';
    facility.set('/landing', {
      content: Buffer.from('<html></html>'),
      headers: { link, 'content-type': 'text/html' },
    });
    const headers = { 'content-type': 'application/ld+json' };
    facility.set('/really.json', { content: ROOTED, headers });
    const fetched = await source({ crate: null }).fetch({ url: `${facility.url}/landing` }, null);
    expect(valueFrom(fetched)).toMatchObject({ kind: 'document', bytes: ROOTED });
  });

  it('costs one conditional request while it stays the same', async () => {
    facility.set('/same.json', { content: DOCUMENT });
    const ref = { url: `${facility.url}/same.json` };
    const first = valueFrom(await source().fetch(ref, null));
    if (first.kind !== 'document') throw new Error(first.kind);
    expect(valueFrom(await source().fetch(ref, first))).toEqual({ kind: 'not-modified' });
  });
});

describe('a crate that another bridge passes on', () => {
  const ORIGINAL = 'https://data.als.example/2026/ro-crate-metadata.json';
  const PATH = '/api/v1/crates/00000000-0000-5000-8000-000000000001/ro-crate-metadata.json';
  const relay = (link: string | null, own: Partial<SourceConfigOf<'lambda-search'>> = {}) => {
    facility.set(PATH, { content: DOCUMENT, headers: link === null ? {} : { link } });
    return source({ relay: true, crate: '{+crate}', ...own }).fetch({ url: facility.url + PATH }, null);
  };

  it.each([
    [`<${ORIGINAL}>; rel="original"`, ORIGINAL],
    [`</api/v1/crates/1>; rel="describedby", <${ORIGINAL}>; rel=original`, ORIGINAL],
    [
      '<arcp://name,crates.als/a/ro-crate-metadata.json>; rel="original"',
      'arcp://name,crates.als/a/ro-crate-metadata.json',
    ],
  ])('is called what its facility calls it: %s', async (link, expected) => {
    expect(valueFrom(await relay(link))).toMatchObject({ kind: 'document', bytes: DOCUMENT, url: expected });
  });

  it.each([
    null,
    '<https://data.als.example/>; rel="canonical"',
    '</ro-crate-metadata.json>; rel="original"',
    '<file:///etc/passwd>; rel="original"',
    '<https://user:secret@data.als.example/>; rel="original"',
    '<; rel="original"',
  ])("is nobody's without a place it comes from: %s", async (link) => {
    expect(failureFrom(await relay(link))).toMatchObject({
      code: 'unreadable',
      expected: expect.stringContaining('Link'),
    });
  });

  it('leaves the records it names where they are', async () => {
    facility.set('/record.json', { content: DOCUMENT });
    const ref = { url: `${facility.url}/record.json`, record: true };
    for (const crate of ['{+crate}', null]) {
      const fetched = valueFrom(
        await source({ relay: true, crate, url: `${facility.url}/api` }).fetch(ref, null),
      );
      expect(fetched).toMatchObject({ kind: 'document', url: ref.url });
    }
  });

  it('is what it is where nothing is passed on', async () => {
    const fetched = valueFrom(await relay(`<${ORIGINAL}>; rel="original"`, { relay: false }));
    expect(fetched).toMatchObject({ url: facility.url + PATH });
  });
});

describe('the configuration of a search', () => {
  const parsed = (own: JsonObject) => {
    const facilities = [
      { code: 'ALS', sources: [{ name: 'a', kind: 'lambda-search', url: 'https://a.example', ...own }] },
    ];
    return parseConfig(JSON.stringify({ facilities }), '/etc/crate-bridge.json');
  };

  it.each(['https://a.example/{', 'https://a.example/}', '{}', '{a b}', '{a,}', '{!a}'])(
    'takes no template like %s',
    (crate) => {
      expect(failureFrom(parsed({ crate }))).toMatchObject({
        code: 'config_invalid',
        message: expect.stringContaining('RFC 6570'),
      });
    },
  );

  it('follows no nested crates where another bridge passes crates on, unless told to', () => {
    const depths = [{}, { relay: true }, { relay: true, nestedDepth: 3 }].map(
      (own) => valueFrom(parsed(own)).facilities[0]?.sources[0]?.nested_depth,
    );
    expect(depths).toEqual([8, 0, 3]);
  });
});
