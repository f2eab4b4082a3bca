import { createRoute, z } from '@hono/zod-openapi';
import { readJson } from '../body.ts';
import { limitedJson } from '../body-limit.ts';
import { type Door, type DoorCall, type DoorContext, mount } from '../door.ts';
import { readId } from '../identifiers.ts';
import { defined, readQuery } from '../parameters.ts';
import { problem } from '../problem.ts';
import { many, pageCursor, pageLimit, USUAL_PAGE, word } from '../query-parameters.ts';
import { renderJson } from '../render.ts';
import { count, problems, text } from '../schemas/common.ts';
import { quarantinedCrate, quarantinedItem } from '../schemas/quarantine.ts';
import { pullItem } from '../schemas/reports.ts';

const listQuery = z.object({
  facility: many(word, 'Facility codes.'),
  source: many(word, 'Sources, as `name` or `facility/name`.'),
  limit: pageLimit(`Crates of one page, ${USUAL_PAGE} unless said.`),
  cursor: pageCursor,
});

const NO_PARAMETERS = z.object({});
const oneId = z.object({ id: z.uuid() });

/** Longest life of a link. */
const MOST_DAYS = 365;

const linkBody = z
  .strictObject({
    days: z
      .int({ error: `a whole number from 1 to ${MOST_DAYS}` })
      .min(1, { error: `a whole number from 1 to ${MOST_DAYS}` })
      .max(MOST_DAYS, { error: `a whole number from 1 to ${MOST_DAYS}` })
      .optional()
      .openapi({ description: 'How long it works. Default 30.' }),
  })
  .openapi('NewFindingsLink');

const list = createRoute({
  method: 'get',
  path: '/api/v1/quarantine',
  operationId: 'list-quarantine',
  tags: ['pulls'],
  summary: 'Crates that do not hold and wait, newest first',
  description: 'Of facilities whose metadata you may see as a whole.',
  request: { query: listQuery },
  responses: {
    200: {
      description: 'One page.',
      content: {
        'application/json': {
          schema: z
            .object({ items: z.array(quarantinedItem), next: text, total: count })
            .openapi('QuarantinePage'),
        },
      },
    },
    ...problems({ 400: 'An unknown parameter or a value that does not fit.', 401: 'Not signed in.' }),
  },
});

const one = createRoute({
  method: 'get',
  path: '/api/v1/quarantine/{id}',
  operationId: 'get-quarantined',
  tags: ['pulls'],
  summary: 'One of them, with every finding',
  request: { params: oneId },
  responses: {
    200: { description: 'What is wrong.', content: { 'application/json': { schema: quarantinedCrate } } },
    ...problems({ 401: 'Not signed in.', 404: 'Unknown, not yours to see, or no longer in quarantine.' }),
  },
});

const retry = createRoute({
  method: 'post',
  path: '/api/v1/quarantine/{id}/retry',
  operationId: 'retry-quarantined',
  tags: ['pulls'],
  summary: 'Read the stored documents again with the rules of today',
  description: 'Needs the scope `pulls:write`. Nothing is fetched.',
  request: { params: oneId },
  responses: {
    200: { description: 'What came of it.', content: { 'application/json': { schema: pullItem } } },
    ...problems({
      401: 'Not signed in.',
      403: 'The scope is missing.',
      404: 'Unknown, not yours to see, or no longer in quarantine.',
    }),
  },
});

const link = createRoute({
  method: 'post',
  path: '/api/v1/quarantine/{id}/link',
  operationId: 'link-findings',
  tags: ['pulls'],
  summary: 'Make an address at which the facility reads the findings without an account',
  description: 'Needs the scope `pulls:write`. Shown once; only its digest is kept.',
  request: { params: oneId, body: { content: { 'application/json': { schema: linkBody } } } },
  responses: {
    201: {
      description: 'The address and how long it works.',
      content: {
        'application/json': {
          schema: z.object({ url: z.string(), expires_at: z.string() }).openapi('FindingsLink'),
        },
      },
    },
    ...problems({
      400: 'The body does not fit.',
      401: 'Not signed in.',
      403: 'The scope is missing.',
      404: 'Unknown, not yours to see, or no longer in quarantine.',
    }),
  },
});

export const quarantineRoutes = [list, one, retry, link];

/** `/api/v1/quarantine`: what waits, why, and what to do about it. */
export function mountQuarantine(app: Door, door: DoorContext): void {
  app.use('/api/v1/quarantine/:id/link', limitedJson);

  mount(app, list, async (call) => {
    const query = readQuery(call, listQuery, ['facility']);
    if (!query.ok) return problem(query.failure);
    const { limit = USUAL_PAGE, cursor = null, ...filters } = query.value;
    const page = await door.bridge.quarantined(defined(filters), { limit, cursor }, call.get('caller'));
    if (!page.ok) return problem(page.failure);
    const headers = page.value.next === null ? {} : { Link: nextLink(call, page.value.next) };
    return renderJson(page.value, 200, headers);
  });

  mount(app, one, async (call) => {
    const id = idOf(call);
    if (!id.ok) return problem(id.failure);
    const found = await door.bridge.quarantinedCrate(id.value, call.get('caller'));
    return found.ok ? renderJson(found.value) : problem(found.failure);
  });

  mount(app, retry, async (call) => {
    const id = idOf(call);
    if (!id.ok) return problem(id.failure);
    const item = await door.bridge.retryQuarantined(id.value, call.get('caller'));
    return item.ok ? renderJson(item.value) : problem(item.failure);
  });

  mount(app, link, async (call) => {
    const id = idOf(call);
    if (!id.ok) return problem(id.failure);
    const body = await readJson(call, linkBody);
    if (!body.ok) return problem(body.failure);
    const made = await door.bridge.linkFindings(id.value, body.value.days ?? null, call.get('caller'));
    if (!made.ok) return problem(made.failure);
    const { path, url, expires_at } = made.value;
    const base = door.publicUrl ?? new URL(call.req.url).origin;
    return renderJson({ url: url ?? `${base.replace(/\/+$/, '')}${path}`, expires_at }, 201);
  });
}

function idOf(call: DoorCall) {
  const query = readQuery(call, NO_PARAMETERS);
  return query.ok ? readId(call.req.param('id'), 'crate in quarantine') : query;
}

function nextLink(call: DoorCall, next: string): string {
  const url = new URL(call.req.url);
  url.searchParams.set('cursor', next);
  return `<${url.pathname}${url.search}>; rel="next"`;
}
