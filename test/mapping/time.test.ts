import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTime } from '../../src/mapping/lambda-core/time.ts';

const BERKELEY = 'America/Los_Angeles';

function range(text: string, zone = BERKELEY): readonly (string | null)[] {
  const { earliest, before } = readTime(text, zone);
  return [earliest, before];
}

describe('a time as written', () => {
  it.each([
    // A day is its facility's day: 24 hours, but for the two in a year that are not.
    ['2024-05-16', '2024-05-16T07:00:00.000Z', '2024-05-17T07:00:00.000Z'],
    ['20240516', '2024-05-16T07:00:00.000Z', '2024-05-17T07:00:00.000Z'],
    ['2024-03-10', '2024-03-10T08:00:00.000Z', '2024-03-11T07:00:00.000Z'],
    ['2024-11-03', '2024-11-03T07:00:00.000Z', '2024-11-04T08:00:00.000Z'],
    ['2024-05', '2024-05-01T07:00:00.000Z', '2024-06-01T07:00:00.000Z'],
    ['2024', '2024-01-01T08:00:00.000Z', '2025-01-01T08:00:00.000Z'],
    // A date-time is as long as it was written precisely.
    ['2023-09-01T22:09:11Z', '2023-09-01T22:09:11.000Z', '2023-09-01T22:09:12.000Z'],
    ['2023-09-01T22:09Z', '2023-09-01T22:09:00.000Z', '2023-09-01T22:10:00.000Z'],
    ['2023-09-01T22:09:11.5Z', '2023-09-01T22:09:11.500Z', '2023-09-01T22:09:11.600Z'],
    ['2026-06-17T21:32:08.820196+00:00', '2026-06-17T21:32:08.820196Z', '2026-06-17T21:32:08.820197Z'],
    ['2026-06-17T21:32:59.9Z', '2026-06-17T21:32:59.900Z', '2026-06-17T21:33:00.000Z'],
    ['2024-05-16T09:00:00+02:00', '2024-05-16T07:00:00.000Z', '2024-05-16T07:00:01.000Z'],
    ['2024-05-16T09:00:00', '2024-05-16T16:00:00.000Z', '2024-05-16T16:00:01.000Z'],
    ['2024-05-16 09:00', '2024-05-16T16:00:00.000Z', '2024-05-16T16:01:00.000Z'],
    // The RO-Crate specification's own mistaken example.
    ['2020-04-09T13:09:21+01:00Z', '2020-04-09T12:09:21.000Z', '2020-04-09T12:09:22.000Z'],
    // This wall time happened twice; nobody can say which it was.
    ['2024-11-03T01:30:00', '2024-11-03T08:30:00.000Z', '2024-11-03T09:30:01.000Z'],
    ['2024-05-16/2024-05-18', '2024-05-16T07:00:00.000Z', '2024-05-19T07:00:00.000Z'],
  ])('%s', (text, earliest, before) => {
    expect(range(text)).toEqual([earliest, before]);
  });

  it.each([
    'yesterday',
    '',
    '2024-13-01',
    '2024-02-30',
    '16.05.2024',
    '0000',
    '9999-12-31',
    '2024-05-16T25:00:00Z',
    '2024-05-16T09:00:00+99:00',
    '2024-05-18/2024-05-16',
    // The clock went from 01:59 to 03:00; this time never was.
    '2024-03-10T02:30:00',
  ])('%j names no instant and keeps its text', (text) => {
    expect(readTime(text, BERKELEY)).toEqual({ text, earliest: null, before: null });
  });

  it('is a range that holds something, or nothing at all, whatever the text', () => {
    const dated = fc
      .date({ min: new Date('1000-01-02'), max: new Date('9998-12-30'), noInvalidDate: true })
      .map((date) => date.toISOString());
    const cut = fc
      .tuple(dated, fc.constantFrom(4, 7, 10, 16, 19, 23, 24))
      .map(([iso, end]) => iso.slice(0, end));
    fc.assert(
      fc.property(
        fc.oneof(cut, fc.string(), dated),
        fc.constantFrom(BERKELEY, 'UTC', 'Asia/Tokyo', 'No/Where'),
        (text, zone) => {
          const { earliest, before } = readTime(text, zone);
          expect(earliest === null).toBe(before === null);
          if (earliest !== null && before !== null)
            expect(Date.parse(earliest)).toBeLessThanOrEqual(Date.parse(before));
        },
      ),
    );
  });
});
