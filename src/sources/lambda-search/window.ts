import type { Outcome } from '../../model/failure.ts';
import type { JsonObject } from '../../model/json.ts';
import type { SearchApi } from './api.ts';

/** Names the drafts of the API gave the parameter, and the field it is about, the newest first. */
const START_NAMES = ['creation_date_start', 'date_start', 'creationDate_start'] as const;
const DATE_NAMES = ['creation_date', 'date', 'creationDate'] as const;

const DAY = 24 * 60 * 60 * 1000;
const RFC3339 = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d:\d\d)(?:\.\d+)?(?:[Zz]|([+-]\d\d:\d\d))?)?$/;

/**
 * Asks for what was collected since an instant, by every name of the parameter. A server that knows one of them ignores the
 * others or refuses them with a 400; then each is tried alone, and at last none: more than was asked for breaks nothing.
 */
export async function searchSince(
  api: SearchApi,
  query: Readonly<Record<string, string>>,
  start: string,
): Promise<Outcome<JsonObject>> {
  const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, start]));
  let answer = await api.search({ ...query, ...named(START_NAMES) });
  for (const names of [...START_NAMES.map((name) => [name]), []]) {
    if (answer.ok || answer.failure.found !== '400') break;
    answer = await api.search({ ...query, ...named(names) });
  }
  return answer;
}

/** Where a window begins that overlaps what was seen; null for a watermark that is no date. */
export function windowStart(watermark: string, overlapDays: number): string | null {
  const seen = instantOf(watermark);
  return seen === null ? null : contractInstant(seen - overlapDays * DAY);
}

/** When a result was collected, in milliseconds since 1970; null where it says none, `undefined` where that is no date. */
export function collected(result: JsonObject): number | null | undefined {
  const value = DATE_NAMES.map((name) => result[name]).find((date) => date !== undefined && date !== null);
  if (value === undefined) return null;
  return (typeof value === 'string' ? instantOf(value) : null) ?? undefined;
}

/** `YYYY-MM-DDTHH:MM:SSZ`, the only form the API takes. */
export function contractInstant(milliseconds: number): string {
  return `${new Date(Math.max(milliseconds, Date.UTC(1, 0))).toISOString().slice(0, 19)}Z`;
}

/** An RFC 3339 instant; one without an offset, and a mere date, in UTC. */
function instantOf(text: string): number | null {
  const [, date, time = '00:00:00', offset = 'Z'] = RFC3339.exec(text.trim()) ?? [];
  const instant = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(instant) ? null : instant;
}
