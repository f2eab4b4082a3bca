import { failure, type Outcome, success } from '../../model/failure.ts';
import type { ListFilters } from '../../model/items.ts';

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** Filters as queries use them: dates as instants, digests in lower case, and nothing that no row could have. */
export function checkFilters(filters: ListFilters): Outcome<ListFilters> {
  for (const [name, value] of Object.entries(filters)) {
    const values: readonly string[] = [value ?? []].flat();
    if (values.some((each) => each.includes('\0') || !each.isWellFormed())) {
      return failure('usage', 'A filter holds text that no row can have.', { where: name });
    }
  }
  const instants: { date_start?: string; date_end?: string } = {};
  for (const name of ['date_start', 'date_end'] as const) {
    const written = filters[name];
    if (written === undefined) continue;
    const instant = asInstant(written);
    if (instant === null) {
      return failure('usage', `${name} is no date.`, {
        where: name,
        found: written,
        expected: 'RFC 3339 with an offset (2026-01-31T08:00:00+01:00), or a UTC date (2026-01-31)',
      });
    }
    instants[name] = instant;
  }
  if (filters.sha256 === undefined) return success({ ...filters, ...instants });
  const wrong = filters.sha256.find((digest) => !/^[0-9a-f]{64}$/i.test(digest));
  if (wrong !== undefined) {
    return failure('usage', 'A sha256 is 64 hex digits.', { where: 'sha256', found: wrong });
  }
  return success({ ...filters, ...instants, sha256: filters.sha256.map((digest) => digest.toLowerCase()) });
}

/** A date (UTC) or an RFC 3339 time with its offset as an instant; null for what is neither. */
export function asInstant(written: string): string | null {
  if (!DATE.test(written) && !RFC3339.test(written)) return null;
  const instant = new Date(DATE.test(written) ? `${written}T00:00:00Z` : written.toUpperCase());
  if (Number.isNaN(instant.getTime())) return null;
  // 31 February is no date, though Date makes one of it
  const asWritten = new Date(`${written.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(asWritten.getTime()) || asWritten.toISOString().slice(0, 10) !== written.slice(0, 10))
    return null;
  return instant.toISOString();
}
