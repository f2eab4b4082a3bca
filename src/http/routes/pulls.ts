import { createRoute, z } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { holds } from '../../model/caller.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { readJson } from '../body.ts';
import { type Door, type DoorCall, type DoorContext, mount } from '../door.ts';
import { readId } from '../identifiers.ts';
import { readQuery } from '../parameters.ts';
import { problem } from '../problem.ts';
import { renderJson } from '../render.ts';
import { problems } from '../schemas/common.ts';
import { pullReport } from '../schemas/reports.ts';

const pullRequest = z
  .strictObject({
    sources: z
      .array(z.string({ error: 'a source: its name, or facility/name' }).min(1).max(500), {
        error: 'a list of sources',
      })
      .max(1000, { error: 'at most 1000 sources' })
      .optional()
      .openapi({ description: '`name` or `facility/name`; none means all.' }),
    dry_run: z
      .boolean({ error: 'true or false' })
      .optional()
      .openapi({ description: 'Read, check and count, but register nothing.' }),
    full: z.boolean({ error: 'true or false' }).optional().openapi({
      description: 'Ask for everything, also where a source would be asked for what is newer.',
    }),
    accept_missing: z.boolean({ error: 'true or false' }).optional().openapi({
      description: 'What the listings no longer name is gone: you vouch for it.',
    }),
  })
  .openapi('PullRequest');

const NO_PARAMETERS = z.object({});

const MOST_LISTED = 1_000;
const LIMIT_EXPECTED = `a whole number from 1 to ${MOST_LISTED}`;

const start = createRoute({
  method: 'post',
  path: '/api/v1/pulls',
  operationId: 'start-pulls',
  tags: ['pulls'],
  summary: 'Pull sources in the background',
  description: 'Needs the scope `pulls:write`. Each pull is watched at its own address.',
  request: { body: { content: { 'application/json': { schema: pullRequest } } } },
  responses: {
    202: {
      description: 'Started. `Location` is the first pull.',
      content: {
        'application/json': {
          schema: z
            .object({
              pulls: z.array(z.object({ id: z.string(), source: z.string(), href: z.string() })),
            })
            .openapi('StartedPulls'),
        },
      },
    },
    ...problems({
      400: 'The body does not fit.',
      401: 'Not signed in.',
      403: 'The scope is missing.',
      413: 'The body is too large.',
      415: 'The body is not JSON.',
    }),
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/v1/pulls',
  operationId: 'list-pulls',
  tags: ['pulls'],
  summary: 'The newest pulls',
  description: 'Needs the scope `pulls:write`. Without their crates; those are at the address of each pull.',
  request: {
    query: z.object({
      source: z.string().optional().openapi({ description: '`name` or `facility/name`.' }),
      limit: z.string().optional().openapi({ description: 'At most so many, 1 to 1000; default 50.' }),
    }),
  },
  responses: {
    200: {
      description: 'Newest first.',
      content: {
        'application/json': {
          schema: z
            .object({ items: z.array(pullReport.omit({ items: true }).extend({ state: z.string() })) })
            .openapi('PullList'),
        },
      },
    },
    ...problems({
      400: 'An unknown source or parameter.',
      401: 'Not signed in.',
      403: 'The scope is missing.',
    }),
  },
});

/** What `list` is asked, as it is read. */
const LIST_PARAMETERS = z.object({
  source: z.string({ error: 'a source: its name, or facility/name' }).min(1).max(500).optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, { error: LIMIT_EXPECTED })
    .transform(Number)
    .refine((limit) => limit <= MOST_LISTED, { error: LIMIT_EXPECTED })
    .default(50),
});

const one = createRoute({
  method: 'get',
  path: '/api/v1/pulls/{id}',
  operationId: 'get-pull',
  tags: ['pulls'],
  summary: 'One pull: how it stands and what it did',
  request: { params: z.object({ id: z.uuid() }) },
  responses: {
    200: {
      description: 'The report so far.',
      content: {
        'application/json': { schema: pullReport.extend({ state: z.string() }).openapi('PullState') },
      },
    },
    ...problems({ 404: 'Unknown, or not yours to see.' }),
  },
});

export const pullRoutes = [start, list, one];

const MOST_BYTES = 1024 * 1024;

/** `/api/v1/pulls`: started here, watched by id. */
export function mountPulls(app: Door, door: DoorContext): void {
  app.use('/api/v1/pulls', bodyLimit({ maxSize: MOST_BYTES, onError: tooLarge }));

  mount(app, start, async (call) => {
    const allowed = mayPull(call);
    if (!allowed.ok) return problem(allowed.failure);
    const query = readQuery(call, NO_PARAMETERS);
    if (!query.ok) return problem(query.failure);
    const body = await readJson(call, pullRequest);
    if (!body.ok) return problem(body.failure);
    const {
      sources = [],
      dry_run: dryRun = false,
      full = false,
      accept_missing: acceptMissing = false,
    } = body.value;
    const request = { sources, dryRun, full, acceptMissing };
    const started = await door.bridge.startPulls(request, call.get('caller'));
    if (!started.ok) return problem(started.failure);
    const pulls = started.value.map((pull) => ({ ...pull, href: `/api/v1/pulls/${pull.id}` }));
    const [first] = pulls;
    return renderJson({ pulls }, 202, first === undefined ? {} : { Location: first.href });
  });

  mount(app, list, async (call) => {
    const query = readQuery(call, LIST_PARAMETERS);
    if (!query.ok) return problem(query.failure);
    const { source, limit } = query.value;
    const filters = source === undefined ? { limit } : { limit, source };
    const pulls = await door.bridge.pulls(filters, call.get('caller'));
    if (!pulls.ok) return problem(pulls.failure);
    const items = pulls.value.map(({ state, report: { items: _items, ...report } }) => ({
      state,
      ...report,
    }));
    return renderJson({ items });
  });

  mount(app, one, async (call) => {
    const query = readQuery(call, NO_PARAMETERS);
    if (!query.ok) return problem(query.failure);
    const id = readId(call.req.param('id'), 'pull');
    if (!id.ok) return problem(id.failure);
    const pull = await door.bridge.pullReport(id.value, call.get('caller'));
    if (!pull.ok) return problem(pull.failure);
    return renderJson({ state: pull.value.state, ...pull.value.report });
  });
}

/** Asked before the body is read, so that a stranger learns nothing from it and costs nothing. */
function mayPull(call: DoorCall): Outcome<void> {
  const caller = call.get('caller');
  if (holds(caller, 'pulls:write')) return success(undefined);
  return caller.kind === 'anonymous'
    ? failure('unauthenticated', 'Pulling needs a token with the scope pulls:write.', {
        where: 'Authorization',
        expected: 'Bearer TOKEN',
      })
    : failure('denied', `"${caller.name}" may not pull; it needs the scope pulls:write.`, {
        expected: 'pulls:write',
        found: caller.scopes.join(', '),
      });
}

/** The rest of the body stays unread, so the connection cannot be used again. */
function tooLarge(): Response {
  const facts = { where: 'body', expected: 'at most 1 MiB' };
  return problem(failure('too_large', 'The body is larger than 1 MiB.', facts).failure, {
    Connection: 'close',
  });
}
