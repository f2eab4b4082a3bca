import type { z } from '@hono/zod-openapi';
import { failure, success } from '../model/failure.ts';
import { pointerJoin } from '../model/json.ts';
import type { DoorCall } from './door.ts';
import { unknownMessage } from './parameters.ts';
import type { DoorFailure } from './problem.ts';

type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: DoorFailure };

/**
 * Reads a JSON body strictly. No body at all is an empty object. Another content type is refused rather than guessed: it
 * is also what keeps a form on another site from writing here. A schema's error text is what would be right.
 */
export async function readJson<S extends z.ZodObject>(call: DoorCall, schema: S): Promise<Read<z.output<S>>> {
  const type = call.req.header('content-type');
  const text = await call.req.text();
  if (type === undefined ? text !== '' : !/^application\/json\s*(?:;|$)/i.test(type)) {
    return { ok: false, failure: unsupported(type) };
  }
  let body: unknown;
  try {
    body = text === '' ? {} : JSON.parse(text);
  } catch {
    return failure('usage', 'The body is not JSON.', { where: 'body', expected: 'a JSON object' });
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return success(parsed.data);
  const [issue] = parsed.error.issues;
  const at = (issue?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape);
    const [name = ''] = issue.keys;
    return failure('usage', unknownMessage('field', name, known), {
      where: pointerJoin('', ...at, name),
      expected: known.join(', '),
      found: name,
    });
  }
  const expected = at.length === 0 ? 'a JSON object' : (issue?.message ?? '');
  return failure('usage', `${at.length === 0 ? 'The body' : at.join('/')} must be ${expected}.`, {
    where: at.length === 0 ? 'body' : pointerJoin('', ...at),
    expected,
  });
}

function unsupported(type: string | undefined): DoorFailure {
  return {
    code: 'unsupported_media_type',
    message: 'The body must be JSON, sent as application/json.',
    where: 'Content-Type',
    expected: 'application/json',
    ...(type !== undefined && { found: type }),
  };
}
