import { createRoute, z } from '@hono/zod-openapi';
import { holds } from '../../model/caller.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import type { PullItemReport } from '../../model/reports.ts';
import { type Door, type DoorCall, type DoorContext, mount, type Route } from '../door.ts';
import { readQuery } from '../parameters.ts';
import { type DoorFailure, problem } from '../problem.ts';
import { readBytes } from '../read-bytes.ts';
import { renderJson } from '../render.ts';
import { problems } from '../schemas/common.ts';
import { pullItem } from '../schemas/reports.ts';

/** A metadata document, and a zip that is held in memory while its document is read. */
const MOST_BYTES = { json: 64 * 1024 * 1024, zip: 128 * 1024 * 1024 };

const pushQuery = z.object({
  path: z
    .string()
    .optional()
    .openapi({
      param: {
        description:
          "The crate's folder in its source, such as `2026/run-7`. Needed unless the root's `@id` is absolute.",
      },
    }),
});

const bytes = z.string().openapi({ format: 'binary' });

const PUSH = {
  method: 'post',
  tags: ['pulls'],
  summary: 'Send a crate of a facility that may only call out',
  description:
    'Needs the scope `crates:push` for the facility. The body is the metadata document, or a zip of the crate of which only the document is kept. The same checks and admission as of a crate that is pulled; the same document again changes nothing.',
  responses: {
    200: { description: 'Updated or unchanged.', content: { 'application/json': { schema: pullItem } } },
    201: { description: 'Registered.', content: { 'application/json': { schema: pullItem } } },
    202: {
      description: 'It does not hold: kept in quarantine, with the findings that say why.',
      content: { 'application/json': { schema: pullItem } },
    },
    409: {
      description: 'Another source speaks for this crate, or the source is pulled.',
      content: { 'application/json': { schema: pullItem } },
    },
    410: {
      description: 'The crate was withdrawn here and stays away.',
      content: { 'application/json': { schema: pullItem } },
    },
    ...problems({
      400: 'No such source, or a path no crate can have.',
      401: 'Not signed in.',
      403: 'The scope is missing, or it is not for this facility.',
      413: 'The body, or what is in the zip, is too large.',
      415: 'The body is neither JSON nor a zip, or it is encoded.',
      422: 'The zip cannot be read or holds no crate.',
    }),
  },
} satisfies Partial<Route>;

const CONTENT = {
  'application/ld+json': { schema: bytes },
  'application/json': { schema: bytes },
  'application/zip': { schema: bytes },
};

const toOne = createRoute({
  ...PUSH,
  path: '/api/v1/sources/{facility}/{source}/crates',
  operationId: 'push-crate',
  request: {
    params: z.object({ facility: z.string(), source: z.string() }),
    query: pushQuery,
    body: { content: CONTENT },
  },
});

const byName = createRoute({
  ...PUSH,
  path: '/api/v1/sources/{name}/crates',
  operationId: 'push-crate-by-name',
  request: {
    params: z.object({ name: z.string().openapi({ description: 'Where no other source has the name.' }) }),
    query: pushQuery,
    body: { content: CONTENT },
  },
});

export const pushRoutes = [toOne, byName];

/** `POST /api/v1/sources/{facility}/{source}/crates` and `/api/v1/sources/{name}/crates`. */
export function mountPush(app: Door, door: DoorContext): void {
  const push = (sourceOf: (call: DoorCall) => string) => async (call: DoorCall) => {
    const scope = mayPush(call);
    if (!scope.ok) return refused(scope.failure);
    const query = readQuery(call, pushQuery);
    if (!query.ok) return refused(query.failure);
    const type = typeOf(call);
    if (typeof type !== 'string') return refused(type);
    const item = await door.bridge.push(
      {
        source: sourceOf(call),
        path: query.value.path ?? null,
        mediaType: type,
        read: () => readBytes(call, type === ZIP ? MOST_BYTES.zip : MOST_BYTES.json),
      },
      call.get('caller'),
    );
    return item.ok ? answer(item.value) : refused(item.failure);
  };
  mount(
    app,
    toOne,
    push((call) => `${call.req.param('facility') ?? ''}/${call.req.param('source') ?? ''}`),
  );
  mount(
    app,
    byName,
    push((call) => call.req.param('name') ?? ''),
  );
}

const STATUS = {
  registered: 201,
  updated: 200,
  unchanged: 200,
  quarantined: 202,
  conflict: 409,
  withdrawn: 410,
} as const;

function answer(item: PullItemReport): Response {
  if (item.outcome !== 'failed') return renderJson(item, STATUS[item.outcome]);
  return refused(item.error ?? failure('internal', 'The crate could not be registered.').failure);
}

/** Part of the body may be unread, so the connection cannot be used again. */
function refused(reason: DoorFailure): Response {
  return problem(reason, { Connection: 'close' });
}

/** Asked before anything else, so that a stranger learns nothing and costs nothing. */
function mayPush(call: DoorCall): Outcome<void> {
  const caller = call.get('caller');
  if (holds(caller, 'crates:push')) return success(undefined);
  return caller.kind === 'anonymous'
    ? failure('unauthenticated', 'Sending a crate needs a token with the scope crates:push.', {
        where: 'Authorization',
        expected: 'Bearer TOKEN',
      })
    : failure('denied', `"${caller.name}" may not send crates; it needs the scope crates:push.`, {
        expected: 'crates:push',
        found: caller.scopes.join(', '),
      });
}

const ZIP = 'application/zip';
const TYPES = ['application/ld+json', 'application/json', ZIP];

/** The media type of the body without parameters. Another is refused rather than guessed, and so is any encoding. */
function typeOf(call: DoorCall): string | DoorFailure {
  const written = call.req.header('content-type') ?? '';
  const type = written.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const encoding = call.req.header('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    return {
      code: 'unsupported_media_type',
      message: 'The body must be sent as it is, without Content-Encoding.',
      where: 'Content-Encoding',
      expected: 'identity',
      found: encoding,
    };
  }
  if (TYPES.includes(type)) return type;
  return {
    code: 'unsupported_media_type',
    message: 'The body must be a metadata document or a zip.',
    where: 'Content-Type',
    expected: TYPES.join(', '),
    found: written,
  };
}
