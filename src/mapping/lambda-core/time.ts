import { DateTime, type DurationLikeObject } from 'luxon';
import type { SourceTime } from '../../model/time.ts';

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$|^(\d{4})(\d{2})(\d{2})$/;
// The last `Z` after an offset is the RO-Crate specification's own mistaken example, `…T13:09:21+01:00Z`.
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?\s?(Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?Z?$/i;

/** PostgreSQL keeps microseconds; a finer fraction is held by the microsecond it lies in. */
const FRACTION_DIGITS = 6;

interface Range {
  readonly earliest: string;
  readonly before: string;
}

/**
 * Reads a time as a source wrote it. A date, month or year is the whole of it in `zone` (IANA); a date-time pins down the
 * second (minute, fraction) it was written to, in its own offset or else in `zone`. An interval `a/b` runs from the
 * start of `a` to the end of `b`. What cannot be read keeps its text with both instants null.
 */
export function readTime(text: string, zone: string): SourceTime {
  const range = readRange(text.trim(), zone);
  return { text, earliest: range?.earliest ?? null, before: range?.before ?? null };
}

function readRange(text: string, zone: string): Range | null {
  const [start, end, more] = text.split('/');
  if (start === undefined || more !== undefined) return null;
  const first = readOne(start.trim(), zone);
  if (end === undefined || first === null) return first;
  const last = readOne(end.trim(), zone);
  if (last === null || last.before <= first.earliest) return null;
  return { earliest: first.earliest, before: last.before };
}

function readOne(text: string, zone: string): Range | null {
  const date = DATE.exec(text);
  if (date !== null) {
    const [, year = date[4], month = date[5], day = date[6]] = date;
    return readDate(Number(year), month, day, zone);
  }
  const moment = DATE_TIME.exec(text);
  return moment === null ? null : readMoment(moment, zone);
}

function readDate(
  year: number,
  month: string | undefined,
  day: string | undefined,
  zone: string,
): Range | null {
  // Years outside four digits have no RFC 3339 form, and neither may become one by adding a year or an offset.
  if (year < 1000 || year > 9998) return null;
  const start = DateTime.fromObject({ year, month: Number(month ?? 1), day: Number(day ?? 1) }, { zone });
  if (!start.isValid) return null;
  const length: DurationLikeObject =
    month === undefined ? { years: 1 } : day === undefined ? { months: 1 } : { days: 1 };
  return { earliest: utc(start), before: utc(start.plus(length).startOf('day')) };
}

function readMoment(parts: RegExpExecArray, zone: string): Range | null {
  const [, year, month, day, hour, minute, second, fraction, offset] = parts;
  if (Number(year) < 1000 || Number(year) > 9998) return null;
  const wall = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
  };
  const moment = DateTime.fromObject(wall, { zone: offset === undefined ? zone : fixedZone(offset) });
  // luxon moves a time that a change to summer time skips; such a time names no instant.
  if (!moment.isValid || moment.hour !== wall.hour || moment.minute !== wall.minute) return null;
  // Where the clock is set back the wall time happens twice; the range then holds both.
  const possible = moment.getPossibleOffsets().map((each) => each.toMillis());
  const first = Math.min(...possible);
  const last = Math.max(...possible);
  if (second === undefined) return { earliest: instant(first), before: instant(last + 60_000) };
  if (fraction === undefined) return { earliest: instant(first), before: instant(last + 1_000) };
  return withFraction(first, last, fraction.slice(0, FRACTION_DIGITS));
}

function withFraction(first: number, last: number, digits: string): Range {
  const unit = 10 ** (FRACTION_DIGITS - digits.length);
  const micros = Number(digits.padEnd(FRACTION_DIGITS, '0'));
  const end = micros + unit;
  const carry = end >= 1_000_000;
  return {
    earliest: instant(first, micros),
    before: instant(last + (carry ? 1_000 : 0), carry ? 0 : end),
  };
}

/** An RFC 3339 instant with milliseconds, or microseconds where the text was that fine. `millis` is a whole second. */
function instant(millis: number, micros = 0): string {
  const text = new Date(millis).toISOString();
  if (micros === 0) return text;
  const digits = String(micros).padStart(FRACTION_DIGITS, '0');
  return text.replace('.000Z', `.${digits.endsWith('000') ? digits.slice(0, 3) : digits}Z`);
}

function utc(moment: DateTime): string {
  return moment.toJSDate().toISOString();
}

function fixedZone(offset: string): string {
  if (/^z$/i.test(offset)) return 'utc';
  const [, sign = '+', hours = '00', minutes = '00'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? [];
  return `UTC${sign}${hours}:${minutes}`;
}
