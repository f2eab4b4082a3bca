import { z } from '@hono/zod-openapi';

/** Values one parameter may name; more than a URL of the server's longest header line holds anyway. */
const MOST_VALUES = 200;

/** Largest page, and the one that streams are read in. */
export const LARGEST_PAGE = 1000;
export const USUAL_PAGE = 100;

/** A value people write: trimmed, not empty, and text a database can hold. */
export const word = z
  .string()
  .trim()
  .min(1, { error: 'a value that is not empty' })
  .max(2000, { error: 'at most 2000 characters' })
  .refine((text) => !text.includes('\0') && text.isWellFormed(), { error: 'text without NUL' });

/** A parameter that may be named several times. */
export function many(item: z.ZodString, description: string) {
  return z
    .array(item)
    .max(MOST_VALUES, { error: `at most ${MOST_VALUES} values` })
    .optional()
    .openapi({
      type: 'array',
      items: { type: 'string' },
      param: { style: 'form', explode: true, description },
    });
}

/** The size of a page. */
export function pageLimit(description: string) {
  return z
    .string()
    .regex(/^(?:[1-9][0-9]{0,2}|1000)$/, { error: `a whole number from 1 to ${LARGEST_PAGE}` })
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: LARGEST_PAGE, param: { description } });
}

/** Where a page begins. */
export const pageCursor = z
  .string()
  .min(1, { error: 'the `next` of a page' })
  .max(4000, { error: 'the `next` of a page' })
  .optional()
  .openapi({ param: { description: 'The `next` of the page before, with the same filters.' } });
