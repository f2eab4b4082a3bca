import { createRoute, z } from '@hono/zod-openapi';
import { LIST_KINDS } from '../../model/items.ts';
import { type Door, mount } from '../door.ts';
import { renderJson } from '../render.ts';

const start = createRoute({
  method: 'get',
  path: '/',
  operationId: 'get-start',
  tags: ['service'],
  summary: 'Where everything is',
  responses: {
    200: {
      description: 'Links.',
      content: {
        'application/json': {
          schema: z.object({ name: z.string(), links: z.record(z.string(), z.string()) }).openapi('Start'),
        },
      },
    },
  },
});

const description = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'get-openapi',
  tags: ['service'],
  summary: 'This description',
  responses: {
    200: {
      description: 'OpenAPI 3.1.',
      content: { 'application/json': { schema: z.object({}).openapi({ additionalProperties: true }) } },
    },
  },
});

export const indexRoutes = [start, description];

const LINKS = {
  openapi: '/openapi.json',
  health: '/health',
  ...Object.fromEntries(['facilities', ...LIST_KINDS].map((name) => [name, `/api/v1/${name}`])),
};

/** `/` and `/openapi.json`. The document is made when first asked for. */
export function mountIndex(app: Door, openApiDocument: () => object): void {
  let made: object | null = null;
  mount(app, start, () => renderJson({ name: 'crate-bridge', links: LINKS }));
  mount(app, description, () => {
    made ??= openApiDocument();
    return renderJson(made, 200, { 'Cache-Control': 'no-cache' });
  });
}
