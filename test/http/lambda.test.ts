import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalBridge } from '../../src/bridge/local.ts';
import { createApp } from '../../src/http/app.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { OPERATOR } from '../../src/model/caller.ts';
import { failure, success } from '../../src/model/failure.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { LambdaExperiment } from '../../src/model/lambda-search.ts';
import { CONTRACT_FACILITIES, CONTRACT_TECHNIQUES } from '../../src/model/lambda-vocabulary.ts';
import { put, smallCrate, type TestBridge, testBridge, valueFrom } from '../support/bridge.ts';
import { generateCrates } from '../support/generated-crates.ts';
import { sha256 } from '../support/origin.ts';
import { CLIENTS } from './clients.ts';
import { openDoor } from './door.ts';

/** SEGUID v1 of the sequences A and C. */
const SEGUID_A = 'bc1M4j2I4u6VaLpUbAB8Y9kTHBs';
const SEGUID_C = 'Mt+8oZHIO02NbTsf9Yp53FF4bJU';

const facility = (code: string, content: string, metadata = 'public') => ({
  code,
  timezone: 'America/Los_Angeles',
  access: { metadata, content },
  // what is under test is what the crates say, not whether they say all they should
  sources: [{ name: 'crates', kind: 'directory', path: code, admission: 'register-with-findings' }],
});

const CONFIG = {
  facilities: [
    facility('ALS', 'public'),
    facility('SSRL', 'restricted'),
    facility('nsls-2', 'public'),
    facility('ill', 'public'),
    facility('HFIR', 'restricted', 'restricted'),
  ],
};

let made: TestBridge;
let bridge: LocalBridge;
let server: RunningServer;
beforeAll(async () => {
  made = await testBridge(CONFIG);
  bridge = made.bridge;
  for (const [path, document] of Object.entries(crates())) {
    await put(made.dir, `${path}/ro-crate-metadata.json`, JSON.stringify(document));
  }
  const [many] = generateCrates({ count: 1, files: 8, runs: 520, seed: 1 });
  await put(made.dir, 'HFIR/many/ro-crate-metadata.json', many?.document ?? '');
  valueFrom(await bridge.pull({ sources: [], dryRun: false }, OPERATOR));
  server = await serve(bridge);
  all = (await search('')).results;
});
afterAll(async () => {
  await server.close();
  await made.dispose();
});

async function serve(over: LocalBridge): Promise<RunningServer> {
  return valueFrom(
    await startServer({ app: createApp({ bridge: over }), host: '127.0.0.1', port: 0, graceMs: 0 }),
  );
}

/** A session of several runs, samples and people, and crates that say little. */
function crates(): Readonly<Record<string, JsonObject>> {
  const file = { id: 'frames.h5', sha256: sha256(Buffer.from('frames')), size: 6 };
  const entity = (id: string, type: string, facts: JsonObject): JsonObject => ({
    '@id': id,
    '@type': type,
    ...facts,
  });
  const session = smallCrate({ name: 'A session', files: [file] });
  const graph: JsonValue = session['@graph'] ?? [];
  const run = (id: string, facts: JsonObject) =>
    entity(id, 'lambda:ExperimentRun', { name: id, instrument: { '@id': '#sibyls' }, ...facts });
  return {
    'ALS/session': {
      ...session,
      '@graph': [
        ...(Array.isArray(graph) ? graph : []).map((one) =>
          typeof one === 'object' && one !== null && !Array.isArray(one) && one['@id'] === './'
            ? {
                ...one,
                identifier: ['local-17', 'https://doi.org/10.15151/LBNL-ALS-1'],
                author: [{ '@id': '#operator' }, { '@id': 'https://orcid.org/0000-0002-1825-0097' }],
              }
            : one,
        ),
        entity('#sibyls', 'lambda:Instrument', {
          name: 'SIBYLS',
          beamline_id: '7.3.3',
          facility_name: 'ALS',
        }),
        entity('#operator', 'Person', { name: 'Somebody Else', role: 'operator' }),
        entity('https://orcid.org/0000-0002-1825-0097', 'Person', {
          name: 'Josiah Carberry',
          affiliation: 'Brown University',
          role: 'principal_investigator',
        }),
        entity('#lyz', 'lambda:Sample', {
          sample_code: 'LYZ',
          protein_name: 'Lysozyme C',
          seguid: `${SEGUID_A}=`,
        }),
        entity('#complex', 'lambda:Sample', {
          sample_code: 'NB',
          seguid: SEGUID_C,
          hasBioChemEntityPart: [{ '@id': '#nb' }],
        }),
        entity('#nb', 'lambda:Protein', { name: 'Nanobody 100%_', uniprot_id: 'uniprot:P12345' }),
        run('#run-1', {
          experiment_code: 'run1',
          technique: 'saxs',
          startTime: '2026-03-01T09:00:00.250-08:00',
          object: [{ '@id': '#lyz' }],
          result: [{ '@id': 'frames.h5' }],
        }),
        run('#run-2', {
          technique: 'SFX',
          experiment_date: '2026-03-02',
          object: [{ '@id': '#lyz' }, { '@id': '#complex' }],
        }),
        run('#run-3', {
          technique: 'xray_crystallography',
          startTime: '2026-03-02T08:00:00Z',
          object: [{ '@id': '#complex' }],
        }),
        run('#run-4', { technique: 'WANS' }),
        run('#run-5', { technique: 'xanes', startTime: '2026-03-03T23:59:59Z' }),
        run('#run-6', { technique: 'sedx', startTime: '2026-03-04T00:00:00Z' }),
        run('#run-7', { experiment_date: '2026' }),
      ],
    },
    'SSRL/plain': smallCrate({
      name: 'Plain',
      files: [file],
      root: { technique: 'cryo_em', collectionDate: '2026-04-01' },
    }),
    'nsls-2/plain': smallCrate({ name: 'Plain too', instrument: 'LIX', files: [file] }),
    'ill/plain': smallCrate({ name: 'Plain as well', files: [file], root: { technique: 'sans' } }),
  };
}

interface Results {
  readonly results: readonly LambdaExperiment[];
  readonly count: number;
}

/** Every experiment anybody may see. */
let all: readonly LambdaExperiment[] = [];

const ask = (query: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/lambda/v1/search${query}`, { headers });

async function search(query: string, headers: Record<string, string> = {}): Promise<Results> {
  const answer = await ask(query, headers);
  const text = await answer.text();
  expect([answer.status, answer.headers.get('content-type'), text.slice(0, 300)]).toEqual([
    200,
    'application/json',
    expect.any(String),
  ]);
  const results: Results = JSON.parse(text);
  expect(results.count).toBe(results.results.length);
  return results;
}

const parameters = (asked: Readonly<Record<string, string>>) => `?${new URLSearchParams(asked)}`;

describe('an experiment', () => {
  it('is said in the words of the contract, with what else is known beside', async () => {
    const { results } = await search(
      parameters({ technique: 'SAXS', facility: 'ALS', instrument: 'sibyls' }),
    );
    expect(results).toEqual([
      {
        experiment_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        pid: '10.15151/LBNL-ALS-1',
        facility: 'ALS',
        facility_endpoint: `${server.url}/lambda/v1`,
        is_public: true,
        seguid: [SEGUID_A],
        protein_name: 'Lysozyme C',
        technique: 'SAXS',
        instrument: 'SIBYLS (7.3.3)',
        creation_date: '2026-03-01T17:00:00Z',
        size: 6,
        PI: { name: 'Josiah Carberry', institute: 'Brown University', orcid: '0000-0002-1825-0097' },
        facility_code: 'ALS',
        experiment_code: 'run1',
        technique_original: 'saxs',
        creation_date_original: '2026-03-01T09:00:00.250-08:00',
        crate_id: expect.any(String),
        crate: expect.stringMatching(/^http:.+\/api\/v1\/crates\/[0-9a-f-]{36}\/ro-crate-metadata\.json$/),
      },
    ]);
  });

  it('of which little is said has the required fields, null, and not the optional ones', async () => {
    const { results } = await search(parameters({ technique: 'WANS' }));
    expect(results).toMatchObject([
      {
        protein_name: null,
        technique: 'WANS',
        creation_date: null,
        PI: { name: 'Josiah Carberry' },
      },
    ]);
    const { results: plain } = await search(parameters({ facility: 'NSLSII' }));
    expect(plain).toMatchObject([{ PI: { name: null, institute: null, orcid: null }, instrument: 'LIX' }]);
    for (const field of ['pid', 'seguid']) expect(plain[0]).not.toHaveProperty(field);
  });

  it.each([
    [{ technique: 'SFX' }, 'SFX', 'SFX'],
    [{ technique: 'RX', instrument: 'SIBYLS' }, 'RX', 'xray_crystallography'],
    [{ technique: 'SEDX' }, 'SEDX', 'sedx'],
    [{ technique: 'other' }, 'other', 'xanes'],
    [{ technique: 'cryo-EM' }, 'cryo-EM', 'cryo_em'],
  ])('by %j keeps the word its crate wrote', async (asked, technique, technique_original) => {
    expect((await search(parameters(asked))).results).toMatchObject([{ technique, technique_original }]);
  });

  it.each([
    ['SSRL', 'SLAC', false],
    ['nsls-2', 'NSLSII', true],
    ['ill', 'other', true],
  ])('of %s is at %s, its data public: %s', (code, word, isPublic) => {
    expect(all.filter((one) => one.facility_code === code)).toMatchObject([
      { facility: word, is_public: isPublic },
    ]);
  });

  it('with several proteins and sequences has all of them', async () => {
    const { results } = await search(parameters({ technique: 'SFX' }));
    expect(results).toMatchObject([{ seguid: [SEGUID_C, SEGUID_A].toSorted(), protein_name: 'Lysozyme C' }]);
    expect((await search(parameters({ technique: 'RX', protein_name: 'NANO' }))).results).toMatchObject([
      { protein_name: 'Nanobody 100%_' },
    ]);
  });
});

describe('a search', () => {
  it('shows nobody what is restricted, and all of it in one answer to a token, each experiment once', async () => {
    expect(all.map((one) => one.facility_code)).not.toContain('HFIR');
    const token = await bridge.createToken(
      {
        name: 'reader',
        kind: 'token',
        scopes: ['metadata:read'],
        facilities: ['HFIR'],
        proposals: [],
        expiresAt: null,
      },
      OPERATOR,
    );
    const authorization = `Bearer ${valueFrom(token).secret}`;
    const { results } = await search('', { authorization });
    expect(results).toHaveLength(all.length + 520);
    expect(new Set(results.map((one) => one.experiment_id)).size).toBe(results.length);
    // all of one shape, but for what may be left out
    const shapeOf = ({ pid: _, seguid: _s, size: _b, ...rest }: LambdaExperiment) => Object.keys(rest).join();
    expect(new Set(results.map(shapeOf)).size).toBe(1);
  });

  it.each([
    ['?creation_date_start=2026-03-03T23:59:59Z&creation_date_end=2026-03-03T23:59:59Z', 1],
    ['?date_start=2026-03-03T23:59:59Z&date_end=2026-03-04T00:00:00Z', 2],
    // fractions of a second are not shown, and the second is inside
    ['?creation_date_end=2026-03-01T17:00:00Z&creation_date_start=2026-03-01T17:00:00Z', 1],
    ['?creation_date_start=2026-03-01T17:00:01Z&creation_date_end=2026-03-01T18:00:00Z', 0],
    // both names of a date are two conditions
    ['?creation_date_start=2026-03-01T00:00:00Z&date_start=2026-03-04T00:00:00Z&facility=ALS', 1],
    ['?creation_date_end=0000-01-01T00:00:00Z', 0],
    ['?creation_date_start=2026-03-04T00:00:00Z&creation_date_end=2026-03-01T00:00:00Z', 0],
    [`?seguid=${SEGUID_A}`, 2],
    [`?seguid=${encodeURIComponent(SEGUID_C)}`, 2],
    [`?seguid=${encodeURIComponent(` ${SEGUID_A} ,${SEGUID_C}=`)}`, 1],
    ['?seguid=AAAAAAAAAAAAAAAAAAAAAAAAAAA', 0],
    ['?protein_name=100%25_', 1],
    ['?protein_name=%25', 1],
    ['?instrument=(7.3.3)', 7],
  ])('%s finds %i', async (query, count) => {
    expect((await search(query)).count).toBe(count);
  });

  it('finds what meets all its parameters, and nothing else', async () => {
    const part = (text: string | null) =>
      text === null
        ? fc.constant('none')
        : fc.nat(text.length - 1).chain((from) => fc.constant(text.slice(from, from + 4)));
    const anyOf = (field: 'protein_name' | 'instrument') =>
      fc
        .constantFrom(...new Set(all.map((one) => one[field])))
        .chain(part)
        .map((text) => (text.trim() === '' ? 'a' : text))
        .chain((text) => fc.constantFrom(text, text.toUpperCase(), text.toLowerCase()));
    const dates = all.flatMap(({ creation_date: date }) => date ?? []);
    const date = fc
      .tuple(fc.constantFrom(...new Set(dates)), fc.constantFrom(-1, 0, 1))
      .map(([text, seconds]) => `${new Date(Date.parse(text) + seconds * 1000).toISOString().slice(0, 19)}Z`);
    const question = fc.record(
      {
        seguid: fc.subarray([SEGUID_A, SEGUID_C], { minLength: 1 }).map((list) => list.join(' , ')),
        protein_name: anyOf('protein_name'),
        technique: fc.constantFrom(...CONTRACT_TECHNIQUES),
        facility: fc.constantFrom(...CONTRACT_FACILITIES),
        instrument: anyOf('instrument'),
        is_public: fc.constantFrom('true', 'false'),
        creation_date_start: date,
        creation_date_end: date,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(question, async (asked) => {
        const found = await search(parameters(asked));
        const expected = all.filter((one) => meets(one, asked));
        expect(found.results.map((one) => one.experiment_id)).toEqual(
          expected.map((one) => one.experiment_id),
        );
      }),
      { numRuns: 40 },
    );
  });
});

/** The rules of the API, over what an experiment shows of itself. */
function meets(one: LambdaExperiment, asked: Readonly<Record<string, string>>): boolean {
  const within = (text: string | null, part: string) =>
    text?.toLowerCase().includes(part.toLowerCase()) === true;
  const { seguid, protein_name, technique, facility, instrument, is_public } = asked;
  const { creation_date_start: start, creation_date_end: end } = asked;
  return (
    (seguid === undefined || seguid.split(',').every((each) => one.seguid?.includes(each.trim()) === true)) &&
    (protein_name === undefined || within(one.protein_name, protein_name)) &&
    (technique === undefined || one.technique === technique) &&
    (facility === undefined || one.facility === facility) &&
    (instrument === undefined || within(one.instrument, instrument)) &&
    (is_public === undefined || String(one.is_public) === is_public) &&
    (start === undefined || (one.creation_date !== null && one.creation_date >= start)) &&
    (end === undefined || (one.creation_date !== null && one.creation_date <= end))
  );
}

describe('a parameter that is wrong', () => {
  it.each([
    ['?technique=cryo-maybe', /technique is "cryo-maybe"/],
    ['?technique=saxs', /one of cryo-ET/],
    ['?technique=', /technique/],
    ['?facility=als', /one of ALS/],
    ['?is_public=yes', /true or false/],
    ['?is_public=TRUE', /true or false/],
    ['?creation_date_start=2026-03-01', /YYYY-MM-DDTHH:MM:SSZ/],
    ['?creation_date_start=2026-02-30T00:00:00Z', /YYYY-MM-DDTHH:MM:SSZ/],
    ['?creation_date_end=2026-03-01T24:00:00Z', /YYYY-MM-DDTHH:MM:SSZ/],
    ['?date_end=2026-03-01T00:00:00.000Z', /YYYY-MM-DDTHH:MM:SSZ/],
    ['?date_start=2026-03-01T00:00:00%2B00:00', /YYYY-MM-DDTHH:MM:SSZ/],
    ['?seguid=', /SEGUIDs/],
    ['?seguid=a,,b', /SEGUIDs/],
    // a plus that was not escaped has become a space
    [`?seguid=${SEGUID_C}`, /%2B/],
    ['?protein_name=', /not empty/],
    ['?protein_name=%00', /NUL/],
    ['?instrument=a&instrument=b', /takes one value/],
    ['?techniqe=SAXS', /did you mean/],
    ['?limit=5', /There is no parameter/],
    ['?__proto__=1', /There is no parameter/],
  ])('is refused, never ignored: %s', async (query, message) => {
    const answer = await ask(query);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/json']);
    expect(await answer.json()).toEqual({
      error: 'Bad Request',
      code: 400,
      message: expect.stringMatching(message),
    });
  });

  it('is refused whatever it is', async () => {
    const right: Readonly<Record<string, RegExp>> = {
      technique: new RegExp(`^(?:${CONTRACT_TECHNIQUES.join('|')})$`),
      facility: new RegExp(`^(?:${CONTRACT_FACILITIES.join('|')})$`),
      is_public: /^(?:true|false)$/,
      creation_date_start: /^(?!)/,
      creation_date_end: /^(?!)/,
      seguid: /^\s*[A-Za-z0-9+/_-]{1,64}={0,2}\s*(?:,\s*[A-Za-z0-9+/_-]{1,64}={0,2}\s*)*$/,
    };
    const wrong = fc
      .tuple(
        fc.constantFrom(...Object.keys(right)),
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.date().map(String)),
      )
      .filter(([name, value]) => right[name]?.test(value) !== true && value.isWellFormed());
    await fc.assert(
      fc.asyncProperty(wrong, async ([name, value]) => {
        const answer = await ask(parameters({ protein_name: 'Lysozyme', [name]: value }));
        expect(answer.status).toBe(400);
        expect(await answer.json()).toMatchObject({ error: 'Bad Request', code: 400 });
      }),
      { numRuns: 80 },
    );
  });
});

describe('an answer that cannot be given', () => {
  it.each([
    ['/lambda/v1/nothing', {}, 404, 'Not Found'],
    ['/lambda/v1/search', { authorization: 'Bearer spent' }, 401, 'Unauthorized'],
  ])('%s has the body of the API', async (path, headers, code, error) => {
    const answer = await fetch(server.url + path, { headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([code, 'application/json']);
    expect(await answer.json()).toEqual({ error, code, message: expect.any(String) });
  });

  it('for want of a database is a 503, and the service says that it is unwell', async () => {
    const unwell = await openDoor({
      healthy: false,
      search: failure('database_unavailable', 'The database does not answer.'),
    });
    const answer = await fetch(`${unwell.url}/lambda/v1/search`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      error: 'Service Unavailable',
      code: 503,
      message: 'The database does not answer.',
    });
    const health = await fetch(`${unwell.url}/lambda/v1/health`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({
      error: 'Service Unavailable',
      code: 503,
      status: 'unhealthy',
    });
    await unwell.close();
  });

  it.each(Object.entries(CLIENTS))('to its end never looks whole, by %s', async (_, client) => {
    const rest = (async function* () {
      yield all.slice(0, 100);
      throw new Error('the database went away');
    })();
    const broken = await openDoor({ search: success({ first: all.slice(0, 500), rest }) });
    expect(await client(`${broken.url}/lambda/v1/search`)).toMatchObject({ clean: false });
    await broken.close();
  });
});

describe('the health of the service', () => {
  it('is told to anybody, also with a token that is spent', async () => {
    const answer = await fetch(`${server.url}/lambda/v1/health`, {
      headers: { authorization: 'Bearer spent' },
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: 'healthy',
      facility: 'other',
      api_version: '0.1.0',
      seguid_algorithm: 'SEGUID_v1',
      details: { database: { status: 'healthy', latency_ms: expect.any(Number) } },
    });
  });
});

describe('the document of a crate', () => {
  const documentOf = (code: string) => all.find((one) => one.facility_code === code)?.crate ?? '';

  it('is the one its facility published, byte for byte', async () => {
    const url = documentOf('SSRL');
    const published = Buffer.from(JSON.stringify(crates()['SSRL/plain']));
    const answer = await fetch(url);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(published);
    const digest = sha256(published);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/ld+json',
      'content-length': String(published.length),
      etag: `"sha256-${digest}"`,
      'repr-digest': `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`,
      link: expect.stringContaining('<arcp://name,crates.ssrl/plain/ro-crate-metadata.json>; rel="original"'),
      'cache-control': 'no-cache, no-transform',
    });
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(published.length),
      '',
    ]);
  });

  it('is not sent again to who has it', async () => {
    const url = documentOf('SSRL');
    const { headers } = await fetch(url, { method: 'HEAD' });
    const etag = headers.get('etag') ?? '';
    const same = await fetch(url, { headers: { 'if-none-match': etag } });
    expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, etag, '']);
    const other = await fetch(url, { headers: { 'if-none-match': '"sha256-0"' } });
    expect(other.status).toBe(200);
    await other.arrayBuffer();
  });

  it("is nobody's who may not see the crate", async () => {
    const hidden = valueFrom(
      await bridge.list('crates', { facility: ['HFIR'] }, { limit: 1, cursor: null }, OPERATOR),
    );
    for (const id of [hidden.items[0]?.id, '00000000-0000-5000-8000-000000000000', 'x']) {
      const answer = await fetch(`${server.url}/api/v1/crates/${id}/ro-crate-metadata.json`);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: 'not_found' });
    }
  });
});

describe('docs/lambda.md', async () => {
  const text = await readFile(new URL('../../docs/lambda.md', import.meta.url), 'utf8');
  const asked = [...text.matchAll(/curl (?:-i )?'https:\/\/bridge\.example([^']+)'/g)].map(
    ([, path = '']) => path,
  );
  const rows = [...text.matchAll(/^\| `([^`]+)` +\| (\d+) +\|$/gm)];

  it.each(asked)('%s works', async (path) => {
    const [first] = all;
    const answer = await fetch(server.url + path.replace('{crate_id}', first?.crate_id ?? ''));
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
  });

  it.each(rows.map(([, query = '', status = '']) => [query, Number(status)] as const))(
    '%s is answered with %i',
    async (query, status) => {
      expect((await ask(`?${query}`)).status).toBe(status);
    },
  );

  it('shows a result as it is', () => {
    const example: Results = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '');
    const real = all.find((one) => one.experiment_code === 'run1') ?? {};
    expect(Object.keys(example.results[0] ?? {})).toEqual(Object.keys(real));
    expect(asked.length * rows.length).toBe(60);
  });
});
