import { createRoute, z } from '@hono/zod-openapi';
import Negotiator from 'negotiator';
import { LONGEST_WAIT } from '../../bridge/changes.ts';
import type { ChangePage } from '../../model/changes.ts';
import { type Door, type DoorCall, type DoorContext, mount } from '../door.ts';
import { defined, readQuery } from '../parameters.ts';
import { type DoorFailure, problem } from '../problem.ts';
import { many, pageLimit, USUAL_PAGE, word } from '../query-parameters.ts';
import { renderJson } from '../render.ts';
import { changeEvent, driftReport } from '../schemas/changes.ts';
import { problems } from '../schemas/common.ts';

const FILTERS = {
  facility: many(word, 'Facility codes.'),
  source: many(word, 'Sources, as `name` or `facility/name`.'),
  since: word.optional().openapi({
    param: { description: 'Changes at or after this: a date (UTC), or a time with its offset.' },
  }),
};

const changesQuery = z.object({
  ...FILTERS,
  type: many(word, 'Types such as `crate.updated`, or a group such as `source.*`.'),
  after: word.optional().openapi({
    param: { description: 'A cursor an answer gave, or `now`. From the first change on when left out.' },
  }),
  limit: pageLimit(`Changes of one answer, ${USUAL_PAGE} unless said.`),
  wait: z
    .string()
    .regex(/^(?:[0-9]|[1-5][0-9]|60)$/, { error: `a whole number of seconds from 0 to ${LONGEST_WAIT}` })
    .transform(Number)
    .optional()
    .openapi({
      type: 'integer',
      minimum: 0,
      maximum: LONGEST_WAIT,
      param: { description: 'Seconds the answer is held where there is nothing yet. Default 0.' },
    }),
});

const driftQuery = z.object(FILTERS);

/** Codes and types hold no comma. */
const COMMAS = ['facility', 'source', 'type'];

const list = createRoute({
  method: 'get',
  path: '/api/v1/changes',
  operationId: 'list-changes',
  tags: ['changes'],
  summary: 'What changed, in order, from a cursor on',
  description:
    'Follow it by asking again with the cursor of the answer (the header `Crate-Bridge-Cursor`, and `next` in JSON), which is there also when nothing came. With `wait` the answer is held until something comes. No change is ever skipped.',
  request: { query: changesQuery },
  responses: {
    200: {
      description: 'The changes, oldest first.',
      headers: z.object({
        'Crate-Bridge-Cursor': z.string().openapi({ description: 'Where the next answer goes on.' }),
      }),
      content: {
        'application/x-ndjson': { schema: z.string().openapi({ description: 'One change a line.' }) },
        'application/json': {
          schema: z
            .object({
              items: z.array(changeEvent),
              next: z.string().openapi({ description: 'Where the next answer goes on.' }),
            })
            .openapi('ChangePage'),
        },
      },
    },
    ...problems({
      400: 'An unknown parameter, a value that does not fit, or a cursor of another database.',
      406: 'No such representation.',
    }),
  },
});

const drifted = createRoute({
  method: 'get',
  path: '/api/v1/drift',
  operationId: 'get-drift',
  tags: ['changes'],
  summary: 'What is no longer as it was, by crate',
  description: 'The newest 1000 of each kind; `totals` counts all of them.',
  request: { query: driftQuery },
  responses: {
    200: { description: 'By kind.', content: { 'application/json': { schema: driftReport } } },
    ...problems({ 400: 'An unknown parameter or a value that does not fit.' }),
  },
});

export const changeRoutes = [list, drifted];

/** `/api/v1/changes` and `/api/v1/drift`. */
export function mountChanges(app: Door, door: DoorContext): void {
  mount(app, list, async (call) => {
    const query = readQuery(call, changesQuery, COMMAS);
    if (!query.ok) return problem(query.failure);
    const type = chooseType(call);
    if (typeof type !== 'string') return problem(type);
    const { after = null, limit = USUAL_PAGE, wait = 0, ...filters } = query.value;
    const page = await door.bridge.changes(
      { after, limit, waitSeconds: wait, filters: defined(filters), signal: call.req.raw.signal },
      call.get('caller'),
    );
    return page.ok ? renderPage(call, type, page.value) : problem(page.failure);
  });

  mount(app, drifted, async (call) => {
    const query = readQuery(call, driftQuery, COMMAS);
    if (!query.ok) return problem(query.failure);
    const report = await door.bridge.drift(defined(query.value), call.get('caller'));
    return report.ok ? renderJson(report.value) : problem(report.failure);
  });
}

const JSON_TYPE = 'application/json';

/** Offered representations, the first when anything will do. */
const TYPES = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', JSON_TYPE];

function chooseType(call: DoorCall): string | DoorFailure {
  const accept = call.req.header('accept') ?? '*/*';
  const expected = TYPES.join(', ');
  return (
    new Negotiator({ headers: { accept } }).mediaType(TYPES) ?? {
      code: 'not_acceptable',
      message: `Nothing here is "${accept.slice(0, 200)}"; changes come as ${expected}.`,
      where: 'Accept',
      expected,
      found: accept,
    }
  );
}

function renderPage(call: DoorCall, type: string, { changes, next }: ChangePage): Response {
  const url = new URL(call.req.url);
  url.searchParams.set('after', next);
  const headers = {
    'Crate-Bridge-Cursor': next,
    Link: `<${url.pathname}${url.search}>; rel="next"`,
  };
  if (type === JSON_TYPE) return renderJson({ items: changes, next }, 200, headers);
  return new Response(changes.map((change) => `${JSON.stringify(change)}\n`).join(''), {
    headers: {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      Vary: 'Accept, Authorization, Cookie',
      ...headers,
    },
  });
}
