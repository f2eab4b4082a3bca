import { z } from '@hono/zod-openapi';
import { failure, type Outcome, success } from '../model/failure.ts';
import type { ListFilters } from '../model/items.ts';
import type { DoorCall } from './door.ts';
import { defined, readQuery } from './parameters.ts';
import { many, pageCursor, pageLimit, USUAL_PAGE, word } from './query-parameters.ts';

const instant = z
  .string()
  .refine((text) => z.union([z.iso.datetime({ offset: true }), z.iso.date()]).safeParse(text).success, {
    error: 'a date such as 2026-03-01 (UTC) or a time with its offset such as 2026-03-01T08:00:00Z',
  });

const sha256 = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, { error: '64 hexadecimal digits' })
  .toLowerCase();

/** The filters all lists share; AND between names, OR between the values of one. */
const FILTERS = {
  facility: many(word, 'Facility codes.'),
  proposal_id: many(word, 'Proposal identifiers.'),
  technique: many(word, 'TechniqueEnum values.'),
  instrument: many(word, 'Id, instrument_code, beamline_id or name; repeat the parameter for several.'),
  sample: many(word, 'Id, sample_code or name; repeat the parameter for several.'),
  processing_status: many(
    word,
    'ProcessingStatusEnum values; `undeclared` for runs of which nobody said one.',
  ),
  date_start: instant
    .optional()
    .openapi({ param: { description: 'Runs that may have happened at or after this.' } }),
  date_end: instant
    .optional()
    .openapi({ param: { description: 'Runs that may have happened before this.' } }),
  sha256: many(sha256, 'SHA-256 of the bytes, 64 hexadecimal digits.'),
  storage_uri: many(word, 'Where the bytes are, exactly; repeat the parameter for several.'),
  text: word.optional().openapi({ param: { description: 'Part of a name, description or code.' } }),
  crate: many(word, 'Crate id or IRI; repeat the parameter for several.'),
  run: many(word, 'Run id or experiment_code; repeat the parameter for several.'),
};

/** Codes hold no comma; names, URIs and IRIs may, so those are only repeated. */
const COMMAS = ['facility', 'proposal_id', 'technique', 'processing_status', 'sha256'];

const PAGING = {
  limit: pageLimit(
    `Items of one page, ${USUAL_PAGE} unless said. NDJSON and CSV hold every item unless it is given.`,
  ),
  cursor: pageCursor,
};

export const filterQuery = z.object(FILTERS);
export const listQuery = z.object({ ...FILTERS, ...PAGING });

/** What a list was asked: `limit` is null when nobody said. */
export interface ListQuestion {
  readonly filters: ListFilters;
  readonly limit: number | null;
  readonly cursor: string | null;
}

export function readListQuery(call: DoorCall): Outcome<ListQuestion> {
  const query = readQuery(call, listQuery, COMMAS);
  if (!query.ok) return query;
  const { limit, cursor, ...filters } = query.value;
  const checked = inOrder(filters);
  if (!checked.ok) return checked;
  return success({ filters: checked.value, limit: limit ?? null, cursor: cursor ?? null });
}

export function readFilters(call: DoorCall): Outcome<ListFilters> {
  const query = readQuery(call, filterQuery, COMMAS);
  return query.ok ? inOrder(query.value) : query;
}

/** A range that ends before it starts would find nothing and say nothing. */
function inOrder(filters: z.output<typeof filterQuery>): Outcome<ListFilters> {
  const { date_start: start, date_end: end } = filters;
  if (start !== undefined && end !== undefined && Date.parse(end) <= Date.parse(start)) {
    return failure('usage', `date_end is "${end}"; it must be after date_start, "${start}".`, {
      where: '?date_end',
      expected: `after ${start}`,
      found: end,
    });
  }
  return success(defined(filters));
}
