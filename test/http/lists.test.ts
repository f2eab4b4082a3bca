import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENTS } from './clients.ts';
import { type OpenDoor, openDoor } from './door.ts';
import { run, runs, uuid } from './samples.ts';

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor({
    items: { runs: runs(2500) },
    details: {
      runs: { [uuid(7)]: { ...run(7), json_pointer: '/@graph/1', properties: {}, declared_missing: [] } },
    },
  });
});
afterAll(() => door.close());

const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${door.url}${path}`, { headers });
const lastQuestion = () => door.asked.lists.at(-1);

describe('a list', () => {
  it('answers one page of JSON with its total and the way to the next', async () => {
    const answer = await ask('/api/v1/runs?limit=2');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toMatchObject({
      total: 2500,
      next: '2',
      items: [{ name: 'Run 1' }, { name: 'Run 2' }],
    });
    expect(answer.headers.get('link')).toBe('</api/v1/runs?limit=2&cursor=2>; rel="next"');
    const next = await ask('/api/v1/runs?limit=2&cursor=2');
    expect(await next.json()).toMatchObject({ next: '4', items: [{ name: 'Run 3' }, { name: 'Run 4' }] });
  });

  it('has 100 items a page unless asked otherwise', async () => {
    await ask('/api/v1/runs');
    expect(lastQuestion()?.page).toEqual({ limit: 100, cursor: null });
  });

  it.each(['crates', 'instruments', 'runs', 'samples', 'files', 'workflows'])(
    'of %s takes the common filters',
    async (kind) => {
      const sha256 = 'ABCDEF0123456789'.repeat(4);
      const query = new URLSearchParams([
        ['facility', 'als,psi'],
        ['facility', 'als'],
        ['technique', 'saxs'],
        ['instrument', 'SIBYLS, beamline 12.3.1'],
        ['sample', 'lysozyme'],
        ['processing_status', 'undeclared'],
        ['date_start', '2026-03-01T08:00:00+01:00'],
        ['date_end', '2026-03-02'],
        ['sha256', sha256],
        ['storage_uri', 's3://bucket/a,b.h5'],
        ['text', 'öl, 5 %'],
      ]);
      expect((await ask(`/api/v1/${kind}?${query}`)).status).toBe(200);
      expect(lastQuestion()).toEqual({
        kind,
        page: { limit: 100, cursor: null },
        filters: {
          facility: ['als', 'psi'],
          technique: ['saxs'],
          instrument: ['SIBYLS, beamline 12.3.1'],
          sample: ['lysozyme'],
          processing_status: ['undeclared'],
          date_start: '2026-03-01T08:00:00+01:00',
          date_end: '2026-03-02',
          sha256: [sha256.toLowerCase()],
          storage_uri: ['s3://bucket/a,b.h5'],
          text: 'öl, 5 %',
        },
      });
    },
  );

  it.each([
    ['technqiue=saxs', '?technqiue', 'did you mean "technique"'],
    ['limit=0', '?limit', 'a whole number from 1 to 1000'],
    ['limit=1001', '?limit', 'a whole number from 1 to 1000'],
    ['limit=1e2', '?limit', 'a whole number from 1 to 1000'],
    ['limit=5&limit=6', '?limit', 'one value'],
    ['facility=', '?facility', 'not empty'],
    ['facility=als,', '?facility', 'not empty'],
    ['text=%00', '?text', 'NUL'],
    ['sha256=abc', '?sha256', '64 hexadecimal digits'],
    ['date_start=yesterday', '?date_start', 'a date such as'],
    ['date_start=2026-02-30', '?date_start', 'a date such as'],
    ['date_start=2026-03-01T08:00:00', '?date_start', 'offset'],
    ['date_start=2026-03-01T08:00:00+01:00', '?date_start', '%2B'],
    ['date_start=2026-03-02&date_end=2026-03-01', '?date_end', 'after'],
    ['cursor=', '?cursor', '`next`'],
    ['cursor=nonsense', '?cursor', 'cursor'],
    ['__proto__=1', '?__proto__', 'there are'],
    ['toString=1', '?toString', 'there are'],
  ])('refuses %s and says what would be right', async (query, where, hint) => {
    const answer = await ask(`/api/v1/runs?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'usage', status: 400, retryable: false, where });
    expect(text.replaceAll('\\"', '"')).toContain(hint);
  });

  it.each([
    ['*/*', 'application/json'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'application/json'],
    ['text/csv;q=0.5, application/json', 'application/json'],
    ['text/csv', 'text/csv; charset=utf-8; header=present'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['application/jsonl', 'application/jsonl'],
  ])('answers Accept: %s as %s', async (accept, type) => {
    const answer = await ask('/api/v1/runs?limit=1', { accept });
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('vary')).toContain('Accept');
  });

  it('refuses what it cannot write', async () => {
    const answer = await ask('/api/v1/runs', { accept: 'application/pdf' });
    expect(answer.status).toBe(406);
    expect(await answer.json()).toMatchObject({ code: 'not_acceptable', where: 'Accept' });
  });

  it('streams every page as NDJSON', async () => {
    const answer = await ask('/api/v1/runs', { accept: 'application/x-ndjson' });
    expect(answer.headers.get('x-total-count')).toBe('2500');
    const lines = (await answer.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).name)).toEqual(runs(2500).map((item) => item.name));
  });

  it('keeps to a limit in NDJSON and says where to go on', async () => {
    const answer = await ask('/api/v1/runs?limit=3', { accept: 'application/x-ndjson' });
    expect((await answer.text()).trimEnd().split('\n')).toHaveLength(3);
    expect(answer.headers.get('link')).toContain('cursor=3');
  });

  it('answers HEAD with the headers alone, also where GET streams', async () => {
    const answer = await fetch(`${door.url}/api/v1/runs`, {
      method: 'HEAD',
      headers: { accept: 'text/csv' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-total-count')).toBe('2500');
    expect(await answer.text()).toBe('');
  });
});

describe('a list as CSV', () => {
  it('has a header, every row, nested names, and empty cells where nobody said', async () => {
    const text = await (await ask('/api/v1/runs', { accept: 'text/csv' })).text();
    const [header, first, ...rest] = text.trimEnd().split('\n');
    const names = header?.split(',') ?? [];
    expect(names.slice(0, 3)).toEqual(['id', 'facility', 'proposal_id']);
    expect(names).toContain('crate.iri');
    expect(first).toContain(`${uuid(1)},als,,Run 1,,`);
    expect(rest).toHaveLength(2499);
  });

  it('never lets a spreadsheet run what a crate says', async () => {
    const name = '=HYPERLINK("http://evil.example","x")';
    const other = await openDoor({ items: { runs: [run(1, { name })] } });
    const text = await (await fetch(`${other.url}/api/v1/runs`, { headers: { accept: 'text/csv' } })).text();
    expect(text).toContain('"\'=HYPERLINK(""http://evil.example"",""x"")"');
    await other.close();
  });
});

describe.each(Object.entries(CLIENTS))('a list that breaks off half-way, by %s', (_, client) => {
  it.each(['application/x-ndjson', 'text/csv'])('never looks whole as %s', async (accept) => {
    const broken = await openDoor({ items: { runs: runs(3000) }, failAt: '2000' });
    expect(await client(`${broken.url}/api/v1/runs`, { accept })).toMatchObject({ clean: false });
    await broken.close();
  });
});

describe('one item', () => {
  it('is found by its id, in any case', async () => {
    const answer = await ask(`/api/v1/runs/${uuid(7).toUpperCase()}`);
    expect(await answer.json()).toMatchObject({ name: 'Run 7', json_pointer: '/@graph/1' });
  });

  it.each([uuid(8), '7', 'not-an-id', '%00', '%zz', "1' OR '1'='1"])('is not found as %s', async (id) => {
    const answer = await ask(`/api/v1/runs/${id}`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found', type: '/problems/not_found' });
  });

  it('takes no parameter', async () => {
    expect((await ask(`/api/v1/runs/${uuid(7)}?limit=1`)).status).toBe(400);
  });
});

describe('runs by status', () => {
  it('are counted for the same filters', async () => {
    const answer = await ask('/api/v1/runs/status-counts?facility=als');
    expect(await answer.json()).toEqual({ counts: { raw: 2, undeclared: 1 } });
    expect((await ask('/api/v1/runs/status-counts?limit=1')).status).toBe(400);
  });
});

describe('facilities', () => {
  it('are listed whole, filtered by code and text, and found by code', async () => {
    expect(await (await ask('/api/v1/facilities')).json()).toMatchObject({ total: 1, next: null });
    expect(await (await ask('/api/v1/facilities?text=LIGHT')).json()).toMatchObject({ total: 1 });
    expect(await (await ask('/api/v1/facilities?facility=psi')).json()).toMatchObject({ total: 0 });
    expect(await (await ask('/api/v1/facilities/als')).json()).toMatchObject({ code: 'als' });
    expect((await ask('/api/v1/facilities/nowhere')).status).toBe(404);
    const csv = await ask('/api/v1/facilities', { accept: 'text/csv' });
    expect((await csv.text()).split('\n')[1]).toContain('als,als,Advanced Light Source');
  });
});
