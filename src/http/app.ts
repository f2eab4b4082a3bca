import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { failure } from '../model/failure.ts';
import { authenticate } from './authenticate.ts';
import { type Door, type DoorEnv, type DoorOptions, doorContext } from './door.ts';
import { SECURE_HEADERS } from './headers.ts';
import { asLambdaErrors } from './lambda-errors.ts';
import { loggedPath } from './logged-path.ts';
import { notFound } from './not-found.ts';
import { openApiDocument } from './openapi.ts';
import { problem } from './problem.ts';
import { mountChanges } from './routes/changes.ts';
import { mountContent } from './routes/content.ts';
import { mountCrateDocument } from './routes/crate-document.ts';
import { mountCuration } from './routes/curation.ts';
import { mountFacilities } from './routes/facilities.ts';
import { mountFindings } from './routes/findings.ts';
import { mountHealth } from './routes/health.ts';
import { mountIndex } from './routes/index.ts';
import { mountItems } from './routes/items.ts';
import { mountLambdaHealth, mountLambdaSearch } from './routes/lambda.ts';
import { mountLists } from './routes/lists.ts';
import { mountProblems } from './routes/problems.ts';
import { mountPulls } from './routes/pulls.ts';
import { mountPush } from './routes/push.ts';
import { mountQuarantine } from './routes/quarantine.ts';
import { mountSignIn } from './routes/sign-in.ts';
import { mountSources } from './routes/sources.ts';
import { mountWhy } from './routes/why.ts';

/**
 * The HTTP door over a bridge: `/api/v1`, `/openapi.json`, `/health` and sign-in. It parses, calls one use case and renders;
 * `startServer` puts it on a socket. Routes mounted on the returned app are behind the same authentication.
 */
export function createApp(options: DoorOptions): Door {
  const door = doorContext(options);
  const app: Door = new Hono<DoorEnv>();

  app.use(async (call, next) => {
    await next();
    if (call.res === RESPONSE_ALREADY_SENT) return;
    for (const [name, value] of Object.entries(SECURE_HEADERS)) {
      if (!call.res.headers.has(name)) call.res.headers.set(name, value);
    }
  });
  app.onError((error, call) => {
    const path = loggedPath(call.req.path);
    door.log.error({ err: error, method: call.req.method, path }, 'unexpected error');
    return problem(INTERNAL.failure);
  });
  app.notFound((call) => notFound(app, call));

  // These answer anyone, also one whose token is spent.
  app.use('/lambda/*', asLambdaErrors);
  mountHealth(app, door);
  mountLambdaHealth(app, door);
  mountProblems(app);
  mountIndex(app, openApiDocument);
  mountSignIn(app, door);
  mountFindings(app, door);

  app.use(authenticate(door));
  mountFacilities(app, door);
  mountLists(app, door);
  mountItems(app, door);
  mountWhy(app, door);
  mountContent(app, door);
  mountCrateDocument(app, door);
  mountLambdaSearch(app, door);
  mountPulls(app, door);
  mountChanges(app, door);
  mountSources(app, door);
  mountPush(app, door);
  mountQuarantine(app, door);
  mountCuration(app, door);
  return app;
}

const INTERNAL = failure('internal', 'Something went wrong in the service; its log says what.');
