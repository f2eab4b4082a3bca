import { OpenAPIHono } from '@hono/zod-openapi';
import type { Route } from './door.ts';
import { changeRoutes } from './routes/changes.ts';
import { contentRoutes } from './routes/content.ts';
import { crateDocumentRoutes } from './routes/crate-document.ts';
import { curationRoutes } from './routes/curation.ts';
import { facilityRoutes } from './routes/facilities.ts';
import { findingsRoutes } from './routes/findings.ts';
import { healthRoutes } from './routes/health.ts';
import { indexRoutes } from './routes/index.ts';
import { itemRoutes } from './routes/items.ts';
import { lambdaRoutes } from './routes/lambda.ts';
import { listRoutes } from './routes/lists.ts';
import { problemRoutes } from './routes/problems.ts';
import { pullRoutes } from './routes/pulls.ts';
import { pushRoutes } from './routes/push.ts';
import { quarantineRoutes } from './routes/quarantine.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { sourceRoutes } from './routes/sources.ts';
import { whyRoutes } from './routes/why.ts';

/** Every route of the door, described. */
export const ROUTES: readonly Route[] = [
  ...facilityRoutes,
  ...listRoutes,
  ...itemRoutes,
  ...whyRoutes,
  ...contentRoutes,
  ...crateDocumentRoutes,
  ...pullRoutes,
  ...changeRoutes,
  ...sourceRoutes,
  ...pushRoutes,
  ...quarantineRoutes,
  ...findingsRoutes,
  ...curationRoutes,
  ...healthRoutes,
  ...signInRoutes,
  ...lambdaRoutes,
  ...problemRoutes,
  ...indexRoutes,
];

/** The OpenAPI 3.1 document of the door, made from the routes themselves; always the same for the same code. */
export function openApiDocument(): object {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' });
  openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'crate_bridge_session',
  });
  for (const route of ROUTES) openAPIRegistry.registerPath(route);
  return getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'crate-bridge',
      // Of the interface, not of the program: it grows with the paths under /api/v1.
      version: '1.0.0',
      description:
        'What facilities have, where it is and what proves it; bytes are streamed from the facility on demand, verified. Unknown parameters are refused. Failures are problem documents (RFC 9457).',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    // Nobody, a token, or a signed-in browser: what is public needs none.
    security: [{}, { bearer: [] }, { session: [] }],
    tags: [
      { name: 'registry', description: 'What is known.' },
      { name: 'bytes', description: 'Verified bytes.' },
      { name: 'pulls', description: 'Reading sources.' },
      { name: 'changes', description: 'What changed.' },
      { name: 'lambda', description: 'The LAMBDA Facility Search API over what is known.' },
      { name: 'curation', description: 'Moves and tombstones.' },
      { name: 'service', description: 'The service itself.' },
    ],
  });
}
