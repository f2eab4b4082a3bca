import { createRoute, z } from '@hono/zod-openapi';
import { failure } from '../../model/failure.ts';
import { closest } from '../../model/spelling.ts';
import { type Door, mount } from '../door.ts';
import { problem } from '../problem.ts';
import { problemKind, problemKinds } from '../problem-kinds.ts';
import { renderJson } from '../render.ts';
import { problems } from '../schemas/common.ts';

const kind = createRoute({
  method: 'get',
  path: '/problems/{code}',
  operationId: 'get-problem-kind',
  tags: ['service'],
  summary: 'What the `type` of a problem means',
  request: { params: z.object({ code: z.string() }) },
  responses: {
    200: {
      description: 'The kind of problem.',
      content: {
        'application/json': {
          schema: z
            .object({
              code: z.string(),
              title: z.string(),
              status: z.number().int(),
              retryable: z.boolean(),
            })
            .openapi('ProblemKind'),
        },
      },
    },
    ...problems({ 404: 'No such kind.' }),
  },
});

export const problemRoutes = [kind];

/** `/problems/{code}`: where the `type` of a problem document leads. */
export function mountProblems(app: Door): void {
  mount(app, kind, (call) => {
    const code = call.req.param('code') ?? '';
    const found = problemKind(code);
    return found === null ? problem(unknown(code)) : renderJson(found);
  });
}

function unknown(code: string) {
  const codes = problemKinds().map((one) => one.code);
  const near = closest(code, codes);
  const hint = near === null ? '' : `; did you mean "${near}"?`;
  return failure('not_found', `There is no problem "${code.slice(0, 100)}"${hint || '.'}`, {
    where: 'path',
    expected: codes.join(', '),
    found: code,
  }).failure;
}
