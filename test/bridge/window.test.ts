import { describe, expect, it } from 'vitest';
import { windowOf } from '../../src/bridge/work/window.ts';
import type { LambdaSearchSourceConfig, SourceConfig } from '../../src/model/source-config.ts';

const search: LambdaSearchSourceConfig = {
  name: 'search',
  kind: 'lambda-search',
  timezone: 'America/Los_Angeles',
  expect_within_hours: 6,
  credentials: [],
  admission: 'quarantine',
  gone_after: 2,
  hold_above: 0.2,
  nested_depth: 8,
  url: 'https://als.example/lambda/v1',
  query: {},
  match: {},
  crate: null,
  overlap_days: 30,
  full_sweep: '0 3 * * 0',
  relay: false,
};
const everything = { since: null, full: true };

/** A Monday; the sweep of the day before was at 11:00 UTC. */
const now = new Date('2026-03-02T18:00:00Z');

describe('what a source is asked for', () => {
  it('is what is newer than the watermark, between full sweeps', () => {
    const state = { watermark: '2026-02-27', last_full_at: '2026-03-01T11:00:01Z' };
    expect(windowOf(search, state, { full: false, now })).toEqual({ since: '2026-02-27', full: false });
  });

  it.each([
    ['a sweep has become due since the last', { watermark: 'w', last_full_at: '2026-03-01T10:59:59Z' }],
    ['everything was never asked for', { watermark: 'w', last_full_at: null }],
    ['nothing was dated', { watermark: null, last_full_at: '2026-03-02T11:00:00Z' }],
    ['nothing is known of it', null],
  ])('is everything where %s', (_what, state) => {
    expect(windowOf(search, state, { full: false, now })).toEqual(everything);
  });

  it('is everything when somebody wants it, and for kinds without windows', () => {
    const state = { watermark: '2026-02-27', last_full_at: '2026-03-02T11:00:00Z' };
    expect(windowOf(search, state, { full: true, now })).toEqual(everything);
    const urls: SourceConfig = { ...search, kind: 'urls', urls: [] };
    expect(windowOf(urls, state, { full: false, now })).toEqual(everything);
  });
});
