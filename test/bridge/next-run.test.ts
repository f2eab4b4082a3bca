import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { nextRun, nextRuns } from '../../src/bridge/schedule/next-run.ts';
import { overdueShift } from '../../src/bridge/schedule/overdue.ts';

const SHIFTS = { cron: '15 0,8,16 * * *', timezone: 'America/Los_Angeles' };

/** Wall-clock times in the zone of the first runs after an instant. */
function wallClock(after: string, count: number, schedule = SHIFTS): readonly string[] {
  return nextRuns(schedule, new Date(after), count).map((run) =>
    DateTime.fromJSDate(run, { zone: schedule.timezone }).toFormat('LL-dd HH:mm ZZ'),
  );
}

describe('the next run of a schedule', () => {
  it('stays at the shift’s wall-clock time across the end and the beginning of daylight saving', () => {
    expect(wallClock('2026-11-01T06:00:00Z', 4)).toEqual([
      '11-01 00:15 -07:00',
      '11-01 08:15 -08:00',
      '11-01 16:15 -08:00',
      '11-02 00:15 -08:00',
    ]);
    expect(wallClock('2026-03-08T07:00:00Z', 3)).toEqual([
      '03-08 00:15 -08:00',
      '03-08 08:15 -07:00',
      '03-08 16:15 -07:00',
    ]);
  });

  it('runs once in an hour that daylight saving skips or repeats', () => {
    const night = { cron: '30 2 * * *', timezone: 'Europe/Zurich' };
    expect(wallClock('2026-03-28T12:00:00Z', 2, night)).toEqual(['03-29 03:00 +02:00', '03-30 02:30 +02:00']);
    expect(wallClock('2026-10-24T12:00:00Z', 2, night)).toEqual(['10-25 02:30 +02:00', '10-26 02:30 +01:00']);
  });

  it('is after the instant asked for, at a time the schedule names, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2024-01-01'), max: new Date('2034-01-01'), noInvalidDate: true }),
        (after) => {
          const run = nextRun(SHIFTS, after);
          if (run === null) throw new Error('a daily schedule has a next run');
          expect(run.getTime()).toBeGreaterThan(after.getTime());
          // three a day: never more than eight hours and the hour of a clock change away
          expect(run.getTime() - after.getTime()).toBeLessThanOrEqual(9 * 3_600_000);
          const local = DateTime.fromJSDate(run, { zone: SHIFTS.timezone });
          expect([0, 8, 16]).toContain(local.hour);
          expect(local.minute).toBe(15);
        },
      ),
    );
  });

  it('is null where the calendar has no such day', () => {
    expect(nextRun({ cron: '0 0 30 2 *', timezone: 'UTC' }, new Date('2026-01-01T00:00:00Z'))).toBeNull();
  });
});

describe('a source of which a crate is expected', () => {
  const state = {
    schedule: '15 0,8,16 * * *',
    paused_at: null,
    last_scheduled_at: '2026-11-20T08:15:00.000Z',
    last_change_at: '2026-11-20T00:16:00.000Z',
  };

  it('is overdue when the time after its run is over and nothing new came since the run', () => {
    expect(overdueShift(state, 6, new Date('2026-11-20T14:14:59Z'))).toBeNull();
    expect(overdueShift(state, 6, new Date('2026-11-20T14:15:00Z'))).toBe('2026-11-20T08:15:00.000Z');
    const came = { ...state, last_change_at: '2026-11-20T09:00:00.000Z' };
    expect(overdueShift(came, 6, new Date('2026-11-20T14:15:00Z'))).toBeNull();
  });

  it('is not where silence is normal, the source is paused, or nothing ever ran', () => {
    const late = new Date('2026-12-01T00:00:00Z');
    expect(overdueShift(state, null, late)).toBeNull();
    expect(overdueShift({ ...state, paused_at: '2026-11-20T09:00:00.000Z' }, 6, late)).toBeNull();
    expect(overdueShift({ ...state, last_scheduled_at: null }, 6, late)).toBeNull();
    expect(overdueShift({ ...state, schedule: null }, 6, late)).toBeNull();
  });
});
