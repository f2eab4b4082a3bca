import { createRoute, z } from '@hono/zod-openapi';
import { LIST_KINDS, type ListKind } from '../../model/items.ts';
import { type Door, type DoorContext, mount } from '../door.ts';
import { readId } from '../identifiers.ts';
import { readQuery } from '../parameters.ts';
import { problem } from '../problem.ts';
import { renderJson } from '../render.ts';
import { problems } from '../schemas/common.ts';
import { DETAILS } from '../schemas/details.ts';

const SINGULAR: Readonly<Record<ListKind, string>> = {
  crates: 'crate',
  instruments: 'instrument',
  runs: 'run',
  samples: 'sample',
  files: 'file',
  workflows: 'workflow',
};

const NO_PARAMETERS = z.object({});

function itemRoute(kind: ListKind) {
  return createRoute({
    method: 'get',
    path: `/api/v1/${kind}/{id}`,
    operationId: `get-${SINGULAR[kind]}`,
    tags: ['registry'],
    summary: `One ${SINGULAR[kind]}`,
    request: { params: z.object({ id: z.uuid() }) },
    responses: {
      200: {
        description: `The ${SINGULAR[kind]}, with everything its document says of it.`,
        content: { 'application/json': { schema: DETAILS[kind] } },
      },
      ...problems({
        404: 'Unknown, or not yours to see.',
        410: kind === 'files' ? 'Superseded; the link says by what. Or withdrawn.' : 'Withdrawn.',
      }),
    },
  });
}

const ITEMS = LIST_KINDS.map((kind) => ({ kind, route: itemRoute(kind) }));

export const itemRoutes = ITEMS.map(({ route }) => route);

/** `/api/v1/{kind}/{id}` of every list. */
export function mountItems(app: Door, door: DoorContext): void {
  for (const { kind, route } of ITEMS) {
    mount(app, route, async (call) => {
      const query = readQuery(call, NO_PARAMETERS);
      if (!query.ok) return problem(query.failure);
      const id = readId(call.req.param('id'), SINGULAR[kind]);
      if (!id.ok) return problem(id.failure);
      const item = await door.bridge.get(kind, id.value, call.get('caller'));
      return item.ok ? renderJson(item.value) : problem(item.failure);
    });
  }
}
