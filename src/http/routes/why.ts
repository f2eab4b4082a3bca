import { createRoute, z } from '@hono/zod-openapi';
import { type Door, type DoorContext, mount } from '../door.ts';
import { readId } from '../identifiers.ts';
import { readQuery } from '../parameters.ts';
import { problem } from '../problem.ts';
import { renderJson } from '../render.ts';
import { problems } from '../schemas/common.ts';
import { fileWhy } from '../schemas/why.ts';

const NO_PARAMETERS = z.object({});

const why = createRoute({
  method: 'get',
  path: '/api/v1/files/{id}/why',
  operationId: 'get-file-why',
  tags: ['registry'],
  summary: 'Why a file is what it is here',
  description:
    'The crate versions that say the pointer, the entity in the stored document with the properties its facts came from, the storage rule that reads it or why none does, and the last proof.',
  request: { params: z.object({ id: z.uuid() }) },
  responses: {
    200: { description: 'What is known.', content: { 'application/json': { schema: fileWhy } } },
    ...problems({ 404: 'Unknown, or not yours to see.' }),
  },
});

export const whyRoutes = [why];

/** `/api/v1/files/{id}/why`. */
export function mountWhy(app: Door, door: DoorContext): void {
  mount(app, why, async (call) => {
    const query = readQuery(call, NO_PARAMETERS);
    if (!query.ok) return problem(query.failure);
    const id = readId(call.req.param('id'), 'file');
    if (!id.ok) return problem(id.failure);
    const found = await door.bridge.why(id.value, call.get('caller'));
    return found.ok ? renderJson(found.value) : problem(found.failure);
  });
}
