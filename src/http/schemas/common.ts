import { z } from '@hono/zod-openapi';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { problemKinds } from '../problem-kinds.ts';

export const text = z.string().nullable();
export const count = z.number().int().nonnegative();
export const quantity = z.number().int().nonnegative().nullable();
export const flag = z.boolean();

/** A JSON object kept as its source wrote it. */
export const jsonObject = z.custom<JsonObject>().openapi({ type: 'object', additionalProperties: true });
export const jsonValue = z.custom<JsonValue>().openapi({
  type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
});

export const link = z.object({ id: z.string(), name: text }).openapi('Link');

export const problemSchema = z
  .object({
    type: z.string().openapi({ description: 'Relative to the service; can be looked up there.' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().openapi({ description: 'What was wrong, and what would be right.' }),
    code: z.enum(problemKinds().map((kind) => kind.code)),
    retryable: z.boolean().openapi({ description: 'Whether the same request may go well later.' }),
    where: z.string().optional(),
    expected: z.string().optional(),
    found: z.string().optional(),
    retry_after_seconds: z.number().optional(),
    successor: z.string().optional().openapi({ description: 'Id of the file that answers instead.' }),
  })
  .openapi('Problem');

/** Any failure of a route, and the ones worth naming. */
export function problems(descriptions: Readonly<Record<number, string>>) {
  const content = { 'application/problem+json': { schema: problemSchema } };
  return {
    ...Object.fromEntries(
      Object.entries(descriptions).map(([status, description]) => [status, { description, content }]),
    ),
    default: { description: 'What went wrong, as a problem document (RFC 9457).', content },
  };
}

/** The two types accept each other's values, so a schema can neither miss nor invent a field of the model. */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** A type whose optional members are left out rather than undefined, as the model's are. */
export type Exact<T> = T extends object ? { [K in keyof T]: Exact<Exclude<T[K], undefined>> } : T;

/** How reading a file's bytes once ended. */
export const verificationOutcome = z.enum([
  'verified',
  'unverified',
  'mismatch',
  'truncated',
  'unreachable',
  'aborted',
  'refused',
]);
