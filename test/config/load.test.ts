import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../src/config/load.ts';

const whole = {
  $schema: './schemas/config.schema.json',
  facilities: [
    {
      code: 'ALS',
      name: 'Advanced Light Source',
      ror: 'https://ror.org/02jbv0t02',
      timezone: 'America/Los_Angeles',
      access: { metadata: 'public' },
      sources: [
        {
          name: 'sibyls',
          kind: 'urls',
          url: 'https://data.als.example/a/ro-crate-metadata.json',
          schedule: '15 0,8,16 * * *',
        },
        { name: 'folder', kind: 'directory', path: 'crates' },
      ],
      storage: [{ prefix: 'sibyls://als/', url: 'https://data.als.example/sibyls' }],
      network: { allow: ['10.20.0.0/16'] },
    },
  ],
};

describe('a configuration file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crate-bridge-config-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is completed: closed access, absolute folders, the rule a directory implies', async () => {
    await writeFile(join(folder, 'crate-bridge.json'), JSON.stringify(whole));
    const read = await loadConfig({ cwd: folder });
    if (!read.ok) throw new Error(read.failure.message);
    const [als] = read.value.facilities;
    expect(als?.access).toEqual({ metadata: 'public', content: 'restricted' });
    expect(als?.sources[1]).toMatchObject({
      kind: 'directory',
      path: join(folder, 'crates'),
      admission: 'quarantine',
    });
    expect(als?.storage).toEqual([
      {
        prefix: 'sibyls://als/',
        facility: 'ALS',
        target: { kind: 'http', url: 'https://data.als.example/sibyls/' },
        sources: ['ALS/sibyls', 'ALS/folder'],
      },
      {
        prefix: 'arcp://name,folder.als/',
        facility: 'ALS',
        target: { kind: 'file', root: join(folder, 'crates') },
        sources: ['ALS/folder'],
      },
    ]);
  });

  it('may be YAML, and may be absent', async () => {
    await writeFile(join(folder, 'other.yaml'), 'facilities:\n  - code: SSRL\n    sources: []\n');
    const read = await loadConfig({ cwd: folder, path: 'other.yaml' });
    expect(read).toMatchObject({ ok: true, value: { facilities: [{ code: 'SSRL', timezone: 'UTC' }] } });
    const none = await loadConfig({ cwd: join(folder, 'nowhere') });
    expect(none).toMatchObject({ ok: true, value: { facilities: [], path: null } });
  });

  it('that was named but is not there is unreadable', async () => {
    expect(await loadConfig({ cwd: folder, path: 'missing.json' })).toMatchObject({
      ok: false,
      failure: { code: 'unreadable' },
    });
  });
});

describe('a wrong configuration is refused with pointer, found and expected', () => {
  const broken = (change: (facility: Record<string, unknown>) => void) => {
    const copy = structuredClone(whole);
    const [facility] = copy.facilities;
    if (facility !== undefined) change(facility);
    return parseConfig(JSON.stringify(copy), '/etc/crate-bridge.json');
  };
  const cases: readonly [
    string,
    Parameters<typeof broken>[0],
    { where: string; found: RegExp; expected: RegExp },
  ][] = [
    [
      'a mistyped property',
      (f) => {
        f['timezon'] = 'UTC';
      },
      {
        where: '/facilities/0/timezon',
        found: /unknown property "timezon"/,
        expected: /did you mean timezone\?/,
      },
    ],
    [
      'an unknown time zone',
      (f) => {
        f['timezone'] = 'Mars/Olympus';
      },
      { where: '/facilities/0/timezone', found: /Mars/, expected: /IANA time zone/ },
    ],
    [
      'a kind of source that is not known',
      (f) => {
        f['sources'] = [{ name: 's', kind: 'ftp' }];
      },
      { where: '/facilities/0/sources/0/kind', found: /ftp/, expected: /urls/ },
    ],
    [
      'an address range that is none',
      (f) => {
        f['network'] = { allow: ['10.0.0.0/99'] };
      },
      { where: '/facilities/0/network/allow/0', found: /99/, expected: /address range/ },
    ],
    [
      'a password in a URL',
      (f) => {
        f['sources'] = [{ name: 's', kind: 'urls', url: 'https://u:p@h.example/ro-crate-metadata.json' }];
      },
      { where: '/facilities/0/sources/0/url', found: /h\.example/, expected: /without user/ },
    ],
    [
      'a rule for a source nobody configured',
      (f) => {
        f['storage'] = [{ prefix: 'x://y/', root: '.', sources: ['SSRL/other'] }];
      },
      { where: '/facilities/0/storage/0/sources', found: /SSRL\/other/, expected: /ALS\/sibyls/ },
    ],
    [
      'a rule with both url and root',
      (f) => {
        f['storage'] = [{ prefix: 'x://y/', root: '.', url: 'https://h.example/' }];
      },
      { where: '/facilities/0/storage/0', found: /prefix/, expected: /exactly one|prefix|read from/ },
    ],
    [
      'two sources of one name',
      (f) => {
        f['sources'] = [
          { name: 's', kind: 'directory', path: 'a' },
          { name: 'S', kind: 'directory', path: 'b' },
        ];
      },
      { where: '/facilities/0/sources/1/name', found: /second time/, expected: /name of its own/ },
    ],
  ];
  it.each(cases)('%s', (_name, change, expected) => {
    const read = broken(change);
    if (read.ok) throw new Error('it was accepted');
    expect(read.failure.code).toBe('config_invalid');
    expect(read.failure.where).toBe(expected.where);
    expect(read.failure.found).toMatch(expected.found);
    expect(read.failure.expected).toMatch(expected.expected);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((v) => JSON.stringify(v)),
        ),
        (text) => {
          parseConfig(text, '/etc/crate-bridge.json');
        },
      ),
    );
  });
});
