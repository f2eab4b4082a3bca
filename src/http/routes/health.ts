import { createRoute, z } from '@hono/zod-openapi';
import { type Door, type DoorContext, mount } from '../door.ts';
import { renderJson } from '../render.ts';

const health = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    version: z.string(),
    engine: z.enum(['postgresql', 'embedded', 'remote']),
  })
  .openapi('Health');

function healthRoute(path: '/health' | '/api/v1/health', operationId: string) {
  const content = { 'application/json': { schema: health } };
  return createRoute({
    method: 'get',
    path,
    operationId,
    tags: ['service'],
    summary: 'Whether the service works',
    responses: {
      200: { description: 'It works.', content },
      503: { description: 'It does not.', content },
    },
  });
}

export const healthRoutes = [
  healthRoute('/health', 'get-health'),
  healthRoute('/api/v1/health', 'get-api-health'),
];

/** `/health` and `/api/v1/health`; nobody needs to be anybody. */
export function mountHealth(app: Door, door: DoorContext): void {
  for (const route of healthRoutes) {
    mount(app, route, async () => {
      const answer = await door.bridge.health();
      return renderJson(answer, answer.status === 'healthy' ? 200 : 503);
    });
  }
}
