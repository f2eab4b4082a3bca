import { failure } from '../model/failure.ts';
import { closest } from '../model/spelling.ts';
import type { Door, DoorCall } from './door.ts';
import { problem } from './problem.ts';

const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The answer where no route is: 405 with what is allowed when the path has other methods (RFC 9110 §15.5.6), else 404. */
export function notFound(app: Door, call: DoorCall): Response {
  const { path } = call.req;
  const allowed = METHODS.filter((method) => hasRoute(app, method, path)).flatMap((method) =>
    method === 'GET' ? ['GET', 'HEAD'] : [method],
  );
  if (allowed.length > 0) {
    const expected = allowed.join(', ');
    return problem(
      {
        code: 'method_not_allowed',
        message: `${call.req.method} is not for ${path.slice(0, 200)}; it takes ${expected}.`,
        where: 'method',
        expected,
        found: call.req.method,
      },
      { Allow: expected },
    );
  }
  const near = closest(path, knownPaths(app));
  const hint = near === null ? '; /openapi.json lists what is.' : `; did you mean ${near}?`;
  return problem(
    failure('not_found', `Nothing is at ${path.slice(0, 200)}${hint}`, {
      where: 'path',
      ...(near !== null && { expected: near }),
      found: path,
    }).failure,
  );
}

/** Middleware is registered for every method; only a route of this very method counts. */
function hasRoute(app: Door, method: string, path: string): boolean {
  const [matches] = app.router.match(method, path);
  return matches.some(([[, route]]) => route.method === method);
}

function knownPaths(app: Door): readonly string[] {
  return app.routes.map((route) => route.path).filter((path) => !/[:*]/.test(path));
}
