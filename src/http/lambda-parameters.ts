import { z } from '@hono/zod-openapi';
import { type Outcome, success } from '../model/failure.ts';
import type { LambdaQuery } from '../model/lambda-search.ts';
import { CONTRACT_FACILITIES, CONTRACT_TECHNIQUES } from '../model/lambda-vocabulary.ts';
import type { DoorCall } from './door.ts';
import { readQuery } from './parameters.ts';

/** SEGUIDs one question may name; a complex has a handful. */
const MOST_SEGUIDS = 50;

const part = z
  .string()
  .min(1, { error: 'text that is not empty' })
  .max(500, { error: 'at most 500 characters' })
  .refine((text) => !text.includes('\0') && text.isWellFormed(), { error: 'text without NUL' });

/** Base 64, also its variant for URLs, with or without padding. */
const SEGUID = /^([A-Za-z0-9+/_-]{1,64})={0,2}$/;

const seguids = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .refine((list) => list.every((one) => SEGUID.test(one)), {
    error: 'SEGUIDs with commas between them; a + in them is written %2B',
  })
  .refine((list) => list.length <= MOST_SEGUIDS, { error: `at most ${MOST_SEGUIDS} SEGUIDs` })
  .transform((list) => [...new Set(list.map((one) => one.replace(/=+$/, '')))]);

const instant = z
  .string()
  .refine(isInstant, { error: 'a UTC instant written YYYY-MM-DDTHH:MM:SSZ' })
  .transform((text) => new Date(text));

/** Only in the very form, and only one that exists: Date takes 31 February for a day in March. */
function isInstant(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return false;
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === `${text.slice(0, -1)}.000Z`;
}

function words(known: readonly string[]) {
  return `one of ${known.join(', ')}`;
}

const described = <T extends z.ZodType>(schema: T, description: string) =>
  schema.optional().openapi({ type: 'string', param: { description } });

/** The parameters of `/search`; `date_start` and `date_end` are what the draft of 2025-12-05 called the dates. */
export const lambdaQuery = z.object({
  seguid: described(seguids, 'SEGUIDs with commas between them; an experiment has all of them.'),
  protein_name: described(part, 'Part of it, whatever the case.'),
  technique: described(
    z.enum(CONTRACT_TECHNIQUES, { error: words(CONTRACT_TECHNIQUES) }),
    'A word of the contract.',
  ),
  facility: described(
    z.enum(CONTRACT_FACILITIES, { error: words(CONTRACT_FACILITIES) }),
    'A word of the contract.',
  ),
  instrument: described(part, 'Part of it, whatever the case.'),
  is_public: described(
    z.enum(['true', 'false'], { error: 'true or false' }),
    'Whether anybody may read its data.',
  ),
  creation_date_start: described(instant, 'Collected at or after this, `YYYY-MM-DDTHH:MM:SSZ`.'),
  creation_date_end: described(instant, 'Collected at or before this.'),
  date_start: described(instant, 'Older name of `creation_date_start`.'),
  date_end: described(instant, 'Older name of `creation_date_end`.'),
});

/** Reads the parameters of a search; anything unknown, malformed or given twice is a `usage` failure. */
export function readLambdaQuery(call: DoorCall): Outcome<LambdaQuery> {
  const read = readQuery(call, lambdaQuery);
  if (!read.ok) return read;
  const { value } = read;
  const starts = [value.creation_date_start, value.date_start].filter((date) => date !== undefined);
  const ends = [value.creation_date_end, value.date_end].filter((date) => date !== undefined);
  return success({
    seguid: value.seguid ?? [],
    protein_name: value.protein_name ?? null,
    technique: value.technique ?? null,
    facility: value.facility ?? null,
    instrument: value.instrument ?? null,
    is_public: value.is_public === undefined ? null : value.is_public === 'true',
    // both names of one date are two conditions
    creation_date_start: starts.toSorted((a, b) => b.getTime() - a.getTime())[0] ?? null,
    creation_date_end: ends.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null,
  });
}
