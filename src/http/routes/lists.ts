import { createRoute, z } from '@hono/zod-openapi';
import { LIST_KINDS, type ListKind } from '../../model/items.ts';
import { type Door, type DoorContext, mount } from '../door.ts';
import { filterQuery, listQuery, readFilters, readListQuery } from '../list-parameters.ts';
import { problem } from '../problem.ts';
import { renderJson, renderList } from '../render.ts';
import { count, problems } from '../schemas/common.ts';
import { ITEMS } from '../schemas/items.ts';

const SUMMARIES: Readonly<Record<ListKind, string>> = {
  crates: 'Registered crates',
  instruments: 'Instruments',
  runs: 'Experiment runs',
  samples: 'Samples',
  files: 'File pointers: where bytes are and what proves them',
  workflows: 'Workflow runs',
};

const NAMES: Readonly<Record<ListKind, string>> = {
  crates: 'CratePage',
  instruments: 'InstrumentPage',
  runs: 'RunPage',
  samples: 'SamplePage',
  files: 'FilePage',
  workflows: 'WorkflowPage',
};

function listRoute(kind: ListKind) {
  const page = z
    .object({
      items: z.array(ITEMS[kind]),
      next: z.string().nullable().openapi({ description: 'The cursor of the next page; null on the last.' }),
      total: count.openapi({ description: 'Of all pages together, counting what you may see.' }),
    })
    .openapi(NAMES[kind]);
  return createRoute({
    method: 'get',
    path: `/api/v1/${kind}`,
    operationId: `list-${kind}`,
    tags: ['registry'],
    summary: SUMMARIES[kind],
    description:
      'One page as JSON, or every item as NDJSON or CSV, by `Accept`. Filters: AND between names, OR between values.',
    request: { query: listQuery },
    responses: {
      200: {
        description: 'The items, newest first where they have a time.',
        content: {
          'application/json': { schema: page },
          'application/x-ndjson': {
            schema: z.string().openapi({ description: 'One item a line, as in the JSON page.' }),
          },
          'text/csv': {
            schema: z.string().openapi({
              description:
                'One item a line. Text that a spreadsheet would run as a formula gets a leading apostrophe.',
            }),
          },
        },
      },
      ...problems({
        400: 'An unknown parameter or a value that does not fit.',
        406: 'No such representation.',
      }),
    },
  });
}

const statusCounts = createRoute({
  method: 'get',
  path: '/api/v1/runs/status-counts',
  operationId: 'count-runs-by-status',
  tags: ['registry'],
  summary: 'Experiment runs by processing status',
  request: { query: filterQuery },
  responses: {
    200: {
      description: 'How many runs of those asked for have each status; `undeclared` where nobody said one.',
      content: {
        'application/json': {
          schema: z.object({ counts: z.record(z.string(), count) }).openapi('StatusCounts'),
        },
      },
    },
    ...problems({ 400: 'An unknown parameter or a value that does not fit.' }),
  },
});

const LISTS = LIST_KINDS.map((kind) => ({ kind, route: listRoute(kind) }));

export const listRoutes = [...LISTS.map(({ route }) => route), statusCounts];

/** `/api/v1/{crates,instruments,runs,samples,files,workflows}`, and the runs counted by status. */
export function mountLists(app: Door, door: DoorContext): void {
  for (const { kind, route } of LISTS) {
    mount(app, route, async (call) => {
      const question = readListQuery(call);
      if (!question.ok) return problem(question.failure);
      return renderList(call, door, { kind, question: question.value });
    });
  }
  mount(app, statusCounts, async (call) => {
    const filters = readFilters(call);
    if (!filters.ok) return problem(filters.failure);
    const counts = await door.bridge.countRunsByStatus(filters.value, call.get('caller'));
    return counts.ok ? renderJson({ counts: counts.value }) : problem(counts.failure);
  });
}
