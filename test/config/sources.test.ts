import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';

function parse(source: JsonObject, rest: JsonObject = {}) {
  const facility = { code: 'ALS', timezone: 'America/Los_Angeles', sources: [source] };
  return parseConfig(
    JSON.stringify({ facilities: [facility], ...rest }),
    '/etc/crate-bridge/crate-bridge.json',
  );
}

function resolved(source: JsonObject) {
  const config = parse(source);
  if (!config.ok) throw new Error(config.failure.message);
  return config.value.facilities[0]?.sources[0];
}

function complaint(source: JsonObject, rest?: JsonObject): string {
  const config = parse(source, rest);
  if (config.ok) throw new Error('it holds');
  expect(config.failure.code).toBe('config_invalid');
  return config.failure.message;
}

describe('a source in the configuration', () => {
  it('of any kind has what every source has, filled in', () => {
    expect(resolved({ name: 'in', kind: 'push' })).toEqual({
      name: 'in',
      kind: 'push',
      timezone: 'America/Los_Angeles',
      expect_within_hours: 6,
      credentials: [],
      admission: 'quarantine',
      gone_after: 2,
      hold_above: 0.2,
      nested_depth: 8,
    });
  });

  it.each<readonly [JsonObject, Readonly<Record<string, JsonValue>>]>([
    [
      { kind: 'lambda-search', url: 'https://a.example/api/v1/' },
      {
        url: 'https://a.example/api/v1',
        query: {},
        match: {},
        crate: null,
        overlap_days: 30,
        full_sweep: '0 3 * * 0',
        relay: false,
      },
    ],
    [{ kind: 'crate-collection', url: 'https://a.example/c/' }, { url: 'https://a.example/c/' }],
    [
      { kind: 'http-index', url: 'https://a.example/data' },
      { url: 'https://a.example/data/', max_depth: 16 },
    ],
    [{ kind: 'signposting', urls: ['https://doi.org/10.1/x'] }, { urls: ['https://doi.org/10.1/x'] }],
    [
      { kind: 's3', endpoint: 'https://s3.example/', bucket: 'crates' },
      { endpoint: 'https://s3.example', prefix: '', region: 'us-east-1', path_style: true },
    ],
    [
      { kind: 'urls', url: 'https://a.example/ro-crate-metadata.json' },
      { urls: ['https://a.example/ro-crate-metadata.json'] },
    ],
    [{ kind: 'directory', path: 'crates' }, { path: '/etc/crate-bridge/crates' }],
  ])('%j is completed', (written, expected) => {
    expect(resolved({ name: 'in', ...written })).toMatchObject(expected);
  });

  it('takes one credential or several that overlap', () => {
    const [old, fresh] = [
      { kind: 'bearer', env: 'OLD', expires: '2026-12-01' },
      {
        kind: 'oauth-client',
        tokenUrl: 'https://login.example/token',
        clientId: 'bridge',
        clientSecret: { file: '/run/secrets/als' },
      },
    ] as const;
    const urls = { name: 'in', kind: 'urls', url: 'https://a.example/ro-crate-metadata.json' };
    expect(resolved({ ...urls, credential: old })?.credentials).toEqual([old]);
    expect(resolved({ ...urls, credential: [fresh, old] })?.credentials).toEqual([fresh, old]);
  });

  it('reads secrets from files beside the configuration', () => {
    const credential = [
      { kind: 'bearer', file: 'secrets/als' },
      { kind: 'basic', username: 'bridge', passwordFile: '/run/secrets/als' },
      { kind: 's3', accessKeyId: { env: 'KEY' }, secretAccessKey: { file: 'secrets/s3' } },
    ];
    expect(resolved({ name: 'in', kind: 'push', credential })?.credentials).toEqual([
      { kind: 'bearer', file: '/etc/crate-bridge/secrets/als' },
      { kind: 'basic', username: 'bridge', passwordFile: '/run/secrets/als' },
      { kind: 's3', accessKeyId: { env: 'KEY' }, secretAccessKey: { file: '/etc/crate-bridge/secrets/s3' } },
    ]);
  });

  it.each<readonly [string, JsonObject, string]>([
    [
      'a property of another kind',
      { kind: 'urls', url: 'https://a.example/', path: 'x' },
      'unknown property "path"',
    ],
    ['a misspelt common property', { kind: 'push', goneAftr: 3 }, 'did you mean goneAfter?'],
    [
      'a misspelt property of the kind',
      { kind: 's3', endpoint: 'https://s3.example', buket: 'x' },
      'did you mean bucket?',
    ],
    ['a kind nobody knows', { kind: 'ftp' }, '"lambda-search"'],
    ['a schedule with seconds', { kind: 'push', schedule: '0 15 0,8,16 * * *' }, 'five cron fields'],
    ['a schedule that names no time', { kind: 'push', schedule: '61 * * * *' }, 'five cron fields'],
    ['a zone that is none', { kind: 'push', timezone: 'Pacific' }, 'an IANA time zone'],
    ['a share above one', { kind: 'push', holdAbove: 20 }, 'Largest share'],
    [
      'a secret written down',
      { kind: 'push', credential: { kind: 'bearer', token: 's3cr3t' } },
      '/facilities/0/sources/0/credential',
    ],
  ])('with %s is refused, with what would be right', (_what, source, words) => {
    expect(complaint({ name: 'in', ...source })).toContain(words);
  });
});

describe('where events are sent', () => {
  const push = { name: 'in', kind: 'push' };
  const target = { name: 'ops', url: 'https://hooks.example/x', secret: { env: 'HOOK' } };

  it('is completed with everything wanted', () => {
    const config = parse(push, { notify: [target], publicUrl: 'https://bridge.example/' });
    expect(config.ok && config.value).toMatchObject({
      notify: [{ ...target, events: null, facilities: null, allow: [] }],
      publicUrl: 'https://bridge.example',
    });
  });

  it('names facilities of the file and has a name of its own', () => {
    expect(complaint(push, { notify: [{ ...target, facilities: ['SSRL'] }] })).toContain(
      '/notify/0/facilities',
    );
    expect(complaint(push, { notify: [target, target] })).toContain('"ops" a second time');
    const events = ['source.*', 'crate.registred'];
    expect(complaint(push, { notify: [{ ...target, events }] })).toContain('did you mean crate.registered?');
  });
});

describe('a secret written where its place belongs', () => {
  it.each<readonly [JsonObject, JsonObject]>([
    [{ kind: 'push', credential: { kind: 'bearer', token: 'hunter2' } }, {}],
    [{ kind: 'push', credential: 'hunter2' }, {}],
    [{ kind: 'push', credential: { kind: 's3', accessKeyId: 'hunter2', secretAccessKey: 'hunter2' } }, {}],
    [{ kind: 'push' }, { notify: [{ name: 'ops', url: 'https://hooks.example/x', secret: 'hunter2' }] }],
  ])('is refused and not repeated', (source, rest) => {
    expect(complaint({ name: 'in', ...source }, rest)).not.toContain('hunter2');
  });
});
