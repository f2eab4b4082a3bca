import { createRoute, z } from '@hono/zod-openapi';
import { readJson } from '../body.ts';
import { limitedJson } from '../body-limit.ts';
import { type Door, type DoorCall, type DoorContext, mount } from '../door.ts';
import { readQuery } from '../parameters.ts';
import { problem } from '../problem.ts';
import { renderJson } from '../render.ts';
import { count, problems } from '../schemas/common.ts';
import { sourceItem } from '../schemas/sources.ts';

const NO_PARAMETERS = z.object({});

const list = createRoute({
  method: 'get',
  path: '/api/v1/sources',
  operationId: 'list-sources',
  tags: ['pulls'],
  summary: 'Sources, from the configuration, and how they stand',
  description: 'Those of facilities whose metadata you may see whole. Always one page.',
  responses: {
    200: {
      description: 'Every source: schedule, last pull, troubles, crates.',
      content: {
        'application/json': {
          schema: z
            .object({ items: z.array(sourceItem), next: z.null(), total: count })
            .openapi('SourcePage'),
        },
      },
    },
    ...problems({ 400: 'An unknown parameter.' }),
  },
});

const one = z.object({ facility: z.string(), source: z.string() });

const pauseBody = z
  .strictObject({
    because: z
      .string({ error: 'a text' })
      .max(2000, { error: 'at most 2000 characters' })
      .optional()
      .openapi({ description: 'Why, for whoever looks next.' }),
  })
  .openapi('Pause');

const standing = {
  200: {
    description: 'How its schedule stands now.',
    content: { 'application/json': { schema: z.object({ source: z.string(), paused: z.boolean() }) } },
  },
};

const pause = createRoute({
  method: 'post',
  path: '/api/v1/sources/{facility}/{source}/pause',
  operationId: 'pause-source',
  tags: ['pulls'],
  summary: "Stop a source's schedule",
  description: 'Needs the scope `pulls:write`. A pull that somebody asks for still runs.',
  request: { params: one, body: { content: { 'application/json': { schema: pauseBody } } } },
  responses: {
    ...standing,
    ...problems({
      400: 'No such source, or a body that does not fit.',
      401: 'Not signed in.',
      403: 'The scope is missing.',
    }),
  },
});

const resume = createRoute({
  method: 'post',
  path: '/api/v1/sources/{facility}/{source}/resume',
  operationId: 'resume-source',
  tags: ['pulls'],
  summary: 'Let a paused source run by its schedule again',
  description: 'Needs the scope `pulls:write`. What was missed meanwhile is caught up by one pull.',
  request: { params: one },
  responses: {
    ...standing,
    ...problems({
      400: 'No such source.',
      401: 'Not signed in.',
      403: 'The scope is missing.',
      404: 'It is not paused.',
    }),
  },
});

export const sourceRoutes = [list, pause, resume];

/** `/api/v1/sources`: how they stand; pausing and resuming their schedules. */
export function mountSources(app: Door, door: DoorContext): void {
  app.use('/api/v1/sources/:facility/:source/pause', limitedJson);

  mount(app, list, async (call) => {
    const query = readQuery(call, NO_PARAMETERS);
    if (!query.ok) return problem(query.failure);
    const sources = await door.bridge.sources(call.get('caller'));
    if (!sources.ok) return problem(sources.failure);
    return renderJson({ items: sources.value, next: null, total: sources.value.length });
  });

  mount(app, pause, async (call) => {
    const query = readQuery(call, NO_PARAMETERS);
    if (!query.ok) return problem(query.failure);
    const body = await readJson(call, pauseBody);
    if (!body.ok) return problem(body.failure);
    const paused = await door.bridge.pauseSource(
      nameOf(call),
      body.value.because ?? null,
      call.get('caller'),
    );
    return paused.ok ? renderJson({ source: nameOf(call), paused: true }) : problem(paused.failure);
  });

  mount(app, resume, async (call) => {
    const query = readQuery(call, NO_PARAMETERS);
    if (!query.ok) return problem(query.failure);
    const resumed = await door.bridge.resumeSource(nameOf(call), call.get('caller'));
    return resumed.ok ? renderJson({ source: nameOf(call), paused: false }) : problem(resumed.failure);
  });
}

function nameOf(call: DoorCall): string {
  return `${call.req.param('facility') ?? ''}/${call.req.param('source') ?? ''}`;
}
