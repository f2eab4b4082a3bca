import { createRoute, z } from '@hono/zod-openapi';
import { type Caller, holds } from '../../model/caller.ts';
import type { Tombstone } from '../../model/curation.ts';
import { failure, type Outcome, success } from '../../model/failure.ts';
import { readJson } from '../body.ts';
import { limitedJson } from '../body-limit.ts';
import { type Door, type DoorCall, type DoorContext, mount, type Route } from '../door.ts';
import { readQuery } from '../parameters.ts';
import { type DoorFailure, problem } from '../problem.ts';
import { renderJson } from '../render.ts';
import { count, problems } from '../schemas/common.ts';
import {
  rebaseItem,
  rebaseReport,
  redactionReport,
  tombstone,
  withdrawalReport,
} from '../schemas/curation.ts';

const NO_PARAMETERS = z.object({});
const ONE = z.object({ id: z.string() });

const said = (most: number) =>
  z
    .string({ error: 'a text' })
    .min(1, { error: 'a text' })
    .max(most, { error: `at most ${most} characters` });
const reason = said(2000).openapi({ description: 'Shown to whoever asks for what was taken away.' });

const rebaseBody = z
  .strictObject({
    facility: said(200),
    from: said(2000).openapi({ description: 'URI prefix.' }),
    to: said(2000).openapi({ description: 'What it is now.' }),
    because: said(2000).optional(),
    dry_run: z.boolean({ error: 'true or false' }).optional().openapi({ description: 'Only count.' }),
  })
  .openapi('RebaseRequest');

const redactBody = z
  .strictObject({
    entity: said(2000).openapi({
      description: 'Id or IRI; with `crate` also its `@id` as the crate writes it.',
    }),
    crate: said(2000).optional().openapi({ description: 'Id or IRI of the one crate; else every crate.' }),
    because: reason,
  })
  .openapi('RedactRequest');

const withdrawBody = z
  .strictObject({ crate: said(2000).openapi({ description: 'Id or IRI.' }), because: reason })
  .openapi('WithdrawRequest');

const NEEDED = 'Needs the scope `admin` for the facility.';
const refusals = { 401: 'Not signed in.', 403: 'The scope is missing.' };

function answers(schema: z.ZodType, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } } };
}

function pageOf(item: z.ZodType, name: string) {
  return z.object({ items: z.array(item), next: z.null(), total: count }).openapi(name);
}

const listRebases = createRoute({
  method: 'get',
  path: '/api/v1/rebases',
  operationId: 'list-rebases',
  tags: ['curation'],
  summary: 'Moves of facilities, newest first',
  description: NEEDED,
  responses: { ...answers(pageOf(rebaseItem, 'RebasePage'), 'Always one page.'), ...problems(refusals) },
});

const rebase = createRoute({
  method: 'post',
  path: '/api/v1/rebases',
  operationId: 'rebase',
  tags: ['curation'],
  summary: 'Follow a facility that renamed its host or its mounts',
  description: `${NEEDED} Nothing is fetched. Sent again, it finishes what was broken off.`,
  request: { body: { content: { 'application/json': { schema: rebaseBody } } } },
  responses: {
    ...answers(rebaseReport, 'What was moved, or would be.'),
    ...problems({ 400: 'No prefixes, or they cross an earlier move.', ...refusals }),
  },
});

const undoRebase = createRoute({
  method: 'post',
  path: '/api/v1/rebases/{id}/undo',
  operationId: 'undo-rebase',
  tags: ['curation'],
  summary: 'End a move and move everything back',
  description: NEEDED,
  request: { params: ONE },
  responses: {
    ...answers(rebaseReport, 'What was moved back.'),
    ...problems({ 400: 'A later move builds on it.', 404: 'Unknown.', ...refusals }),
  },
});

const redact = createRoute({
  method: 'post',
  path: '/api/v1/redactions',
  operationId: 'redact',
  tags: ['curation'],
  summary: 'Take one entity out of every stored document, for good',
  description: `${NEEDED} What is pulled later is redacted before it is read.`,
  request: { body: { content: { 'application/json': { schema: redactBody } } } },
  responses: {
    ...answers(redactionReport, 'What it was taken out of.'),
    ...problems({ 400: 'It is no entity of a document.', 404: 'No registered crate says it.', ...refusals }),
  },
});

const withdraw = createRoute({
  method: 'post',
  path: '/api/v1/withdrawals',
  operationId: 'withdraw',
  tags: ['curation'],
  summary: 'Take a whole crate away, for good',
  description: `${NEEDED} Asked for it, its runs or its files, the service answers 410.`,
  request: { body: { content: { 'application/json': { schema: withdrawBody } } } },
  responses: {
    ...answers(withdrawalReport, 'What went.'),
    ...problems({ 404: 'No such crate.', ...refusals }),
  },
});

const TOMBSTONES = { redact: 'redactions', withdraw: 'withdrawals' } as const;

function tombstoneRoutes(kind: Tombstone['kind']): { readonly list: Route; readonly lift: Route } {
  const place = TOMBSTONES[kind];
  return {
    list: createRoute({
      method: 'get',
      path: `/api/v1/${place}`,
      operationId: `list-${place}`,
      tags: ['curation'],
      summary: kind === 'redact' ? 'What was taken out of crates' : 'Crates that were taken away',
      description: NEEDED,
      responses: {
        ...answers(pageOf(tombstone, 'TombstonePage'), 'Newest first, always one page.'),
        ...problems(refusals),
      },
    }),
    lift: createRoute({
      method: 'post',
      path: `/api/v1/${place}/{id}/lift`,
      operationId: `lift-${kind === 'redact' ? 'redaction' : 'withdrawal'}`,
      tags: ['curation'],
      summary: 'End it: the next pull brings back what is still published',
      description: NEEDED,
      request: { params: ONE },
      responses: { ...answers(tombstone, 'It, ended.'), ...problems({ 404: 'Unknown.', ...refusals }) },
    }),
  };
}

const redactions = tombstoneRoutes('redact');
const withdrawals = tombstoneRoutes('withdraw');

export const curationRoutes = [
  listRebases,
  rebase,
  undoRebase,
  redactions.list,
  redact,
  redactions.lift,
  withdrawals.list,
  withdraw,
  withdrawals.lift,
];

type Done<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: DoorFailure };

/** `/api/v1/rebases`, `/redactions`, `/withdrawals`: what a curator does to what is registered. */
export function mountCuration(app: Door, { bridge }: DoorContext): void {
  for (const place of ['rebases', 'redactions', 'withdrawals']) app.use(`/api/v1/${place}`, limitedJson);

  const on = (route: Route, work: (call: DoorCall, caller: Caller) => Promise<Done<object>>) =>
    mount(app, route, async (call) => {
      const allowed = mayCurate(call);
      if (!allowed.ok) return problem(allowed.failure);
      const query = readQuery(call, NO_PARAMETERS);
      if (!query.ok) return problem(query.failure);
      const done = await work(call, call.get('caller'));
      return done.ok ? renderJson(done.value) : problem(done.failure);
    });

  on(listRebases, async (_call, caller) => paged(await bridge.rebases(caller)));
  on(rebase, async (call, caller) => {
    const body = await readJson(call, rebaseBody);
    if (!body.ok) return body;
    const { because = null, dry_run: dryRun = false, ...request } = body.value;
    return bridge.rebase({ ...request, because, dryRun }, caller);
  });
  on(undoRebase, async (call, caller) => bridge.undoRebase({ id: idOf(call) }, caller));
  on(redact, async (call, caller) => {
    const body = await readJson(call, redactBody);
    if (!body.ok) return body;
    const { crate = null, ...request } = body.value;
    return bridge.redact({ ...request, crate }, caller);
  });
  on(withdraw, async (call, caller) => {
    const body = await readJson(call, withdrawBody);
    return body.ok ? bridge.withdraw(body.value, caller) : body;
  });
  for (const [kind, routes] of [
    ['redact', redactions],
    ['withdraw', withdrawals],
  ] as const) {
    on(routes.list, async (_call, caller) => paged(await bridge.tombstones(kind, caller)));
    on(routes.lift, async (call, caller) => bridge.liftTombstone(kind, idOf(call), caller));
  }
}

function paged<T>(items: Outcome<readonly T[]>): Outcome<object> {
  return items.ok ? success({ items: items.value, next: null, total: items.value.length }) : items;
}

function idOf(call: DoorCall): string {
  return call.req.param('id') ?? '';
}

/** Asked before the body is read, so that a stranger learns nothing from it and costs nothing. */
function mayCurate(call: DoorCall): Outcome<void> {
  const caller = call.get('caller');
  if (holds(caller, 'admin')) return success(undefined);
  return failure(
    caller.kind === 'anonymous' ? 'unauthenticated' : 'denied',
    'This needs a token with the scope admin.',
    { where: 'Authorization', expected: 'admin' },
  );
}
